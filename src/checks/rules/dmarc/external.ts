// DMARC-EXTERNAL: whoever is to get reports of another organisation has agreed to that.

import { hostText, type Name, nameKey } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import {
  allDns,
  type ReportPermission,
  reportPermission,
} from '../../../policies/dmarc-discovery.ts';
import { fromDns, type Inquiry, lookup } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { named } from '../../subject.ts';
import { finding, isVerdict, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { shownAfter, txtMend } from '../txt-record.ts';
import { type Applied, appliedRecord } from './record.ts';

/** Hosts beyond this are not looked at. */
const HOSTS_MAX = 10;

export const external: Rule = {
  id: 'DMARC-EXTERNAL',
  title: 'Whoever outside gets the reports has agreed to it',
  severity: 'error',
  why:
    'Reports go to another organisation only if that one has published a record that says so; ' +
    'else anybody could have it flooded. Without the record receivers leave the address out, and ' +
    'the reports never come.',
  wrong:
    '_dmarc.example.com.  TXT "v=DMARC1; p=none; rua=mailto:in@reports.example.net"\n' +
    'example.com._report._dmarc.reports.example.net.  TXT ?  → NXDOMAIN',
  right:
    '_dmarc.example.com.  TXT "v=DMARC1; p=none; rua=mailto:in@reports.example.net"\n' +
    'example.com._report._dmarc.reports.example.net.  TXT "v=DMARC1"',
  remedy:
    'Ask whoever runs the domain of the address to publish the record (a wildcard ' +
    '*._report._dmarc will do), or send the reports to a mailbox of your own.',
  sources: ['RFC 9990 §4', 'RFC 9991'],
  *judge(about) {
    const applied = yield* appliedRecord(about);
    if (isVerdict(applied)) return [applied];
    const hosts = hostsOf(applied);
    if (hosts.length === 0) {
      return [notApplicable(applied.subject, 'the record names no address for reports')];
    }
    const permissions = yield* fromDns(
      allDns(hosts.map((host) => reportPermission(applied, host))),
    );
    const verdicts: Verdict[] = [];
    for (const [at, host] of hosts.entries()) {
      const permission = permissions[at];
      if (permission) verdicts.push(yield* judgePermission(host, permission));
    }
    return verdicts;
  },
};

function hostsOf({ record }: Applied): readonly Name[] {
  const hosts = new Map<string, Name>();
  for (const { uri } of [...record.aggregateReports, ...record.failureReports]) {
    if ('host' in uri && uri.host !== undefined) hosts.set(nameKey(uri.host), uri.host);
  }
  return [...hosts.values()].slice(0, HOSTS_MAX);
}

function* judgePermission(host: Name, permission: ReportPermission): Inquiry<Verdict> {
  const subject = named(host);
  switch (permission.kind) {
    case 'same':
      return pass(subject, 'it is of the same organisation');
    case 'unknown':
      return unknown(subject, permission.because);
    case 'given': {
      const { id } = yield* lookup(permission.name, TYPE.TXT);
      return pass(subject, `${hostText(permission.name)} allows it`, [id]);
    }
    case 'missing': {
      const { id, lookup: known } = yield* lookup(permission.name, TYPE.TXT);
      const says =
        `${hostText(host)} has not agreed to take the reports: ` +
        `${hostText(permission.name)}: ${permission.because}`;
      return finding(subject, says, {
        actor: 'other',
        ...txtMend(permission.name, 'v=DMARC1'),
        ...shownAfter(known),
        evidence: [id],
      });
    }
  }
}
