// DEL-INCONSISTENT: all servers of the parent give the same delegation.

import type { Referral } from '../../../dns/authority.ts';
import { hostText, nameKey } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { listText } from '../words.ts';
import { servedZone } from './served-zone.ts';
import { serverText } from './words.ts';

export const delInconsistent: Rule = {
  id: 'DEL-INCONSISTENT',
  title: 'All servers of the parent delegate the zone alike',
  severity: 'error',
  why:
    'Each resolver asks one server of the parent zone. Where these servers name different name ' +
    'servers, or one of them does not know the zone at all, it is chance whether a sender gets ' +
    'to the right ones.',
  wrong:
    'a.parent.example says  example.com. NS ns1.example.com.\n' +
    'b.parent.example says  example.com. NS old.example.net.',
  right:
    'a.parent.example says  example.com. NS ns1.example.com.\n' +
    'b.parent.example says  example.com. NS ns1.example.com.',
  remedy:
    'After a change of name servers wait an hour. If they still differ, whoever runs the parent ' +
    'zone has a server that does not follow: tell the registrar which one it is.',
  sources: ['RFC 1034 §4.2.2', 'RFC 1912 §2.8'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { subject, zone, delegation, id } = served;
    if (delegation.parent === undefined) return [notApplicable(subject, 'the root has no parent')];
    const byWhat = grouped(delegation.referrals);
    const evidence = [id];
    const [first] = byWhat.values();
    if (!first) {
      const isShared = delegation.referrals.some(({ kind }) => kind === 'authoritative');
      return isShared
        ? [notApplicable(subject, 'the servers of the parent serve this zone too')]
        : [unknown(subject, 'no server of the parent answered', evidence)];
    }
    if (byWhat.size === 1) return [pass(subject)];
    const told = [...byWhat].map(([what, servers]) => `${listText(servers)}: ${what}`);
    const says = `the delegation of ${hostText(zone)} differs at ${told.join('; ')}`;
    return [finding(subject, says, { actor: 'other', evidence })];
  },
};

/** What is said, and which servers say it. One that serves the zone itself gives no referral. */
function grouped(referrals: readonly Referral[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const referral of referrals) {
    const what = saidBy(referral);
    if (what === undefined) continue;
    groups.set(what, [...(groups.get(what) ?? []), serverText(referral.server)]);
  }
  return groups;
}

function saidBy({ kind, hosts }: Referral): string | undefined {
  if (kind === 'no-name') return 'there is no such name';
  if (kind === 'no-data') return 'it is not delegated';
  if (kind !== 'referral') return undefined;
  const names = [...new Set(hosts.map(nameKey))].sort();
  return names.map((name) => name.replace(/\.$/, '')).join(', ');
}
