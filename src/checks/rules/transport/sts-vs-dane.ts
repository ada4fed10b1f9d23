// STS-VS-DANE: a host that DANE lets senders use and MTA-STS does not.

import { hostText, sameName } from '../../../dns/name.ts';
import { matchesStsPattern } from '../../../policies/mta-sts.ts';
import type { FactOf } from '../../fact.ts';
import { dialogues } from '../../mail.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import { finding, isVerdict, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import {
  type DaneHost,
  type DaneSeen,
  daneSeen,
  isInForce,
  isSecure,
  tlsaOf,
} from '../dane/dane-hosts.ts';
import { type ValidPolicy, validPolicy } from './sts.ts';

export const stsVsDane: Rule = {
  id: 'STS-VS-DANE',
  title: 'MTA-STS and DANE admit the same hosts',
  severity: 'notice',
  why:
    'A sender that knows both must satisfy DANE; one that knows MTA-STS alone must satisfy that. ' +
    'A host with TLSA records that the policy does not name, or whose certificate is not from a ' +
    'public authority, gets mail from the first and not from the second. What is wrong is told ' +
    'by STS-MX-MATCH or STS-CERT; this rule adds that the two promises differ.',
  wrong: '_25._tcp.backup.example.com.  TLSA 3 1 1 …\nmode: enforce\nmx: mail.example.com',
  right:
    '_25._tcp.backup.example.com.  TLSA 3 1 1 …\nmode: enforce\nmx: mail.example.com\n' +
    'mx: backup.example.com',
  remedy:
    'Name every exchange in the policy, and let each show a certificate of a public authority; ' +
    'TLSA 3 1 1 goes with such a certificate as well. Or set the policy to testing.',
  sources: ['RFC 8461 §2', 'RFC 7672 §3.1'],
  *judge(about) {
    const seen = yield* validPolicy(about);
    if (isVerdict(seen)) return [seen];
    if (seen.policy.mode !== 'enforce') {
      return [notApplicable(seen.subject, 'the policy is not enforced')];
    }
    const dane = yield* daneSeen(about);
    if (dane.kind === 'not-seen') return dane.verdicts;
    const spoken = dane.hosts.some((host) => tlsaOf(host).length > 0)
      ? yield* dialogues(about)
      : [];
    return dane.hosts.map((host) => judgeHost(host, { seen, dane, spoken }));
  },
};

interface Known {
  readonly seen: ValidPolicy;
  readonly dane: DaneSeen;
  readonly spoken: readonly FactOf<'dialogue'>[];
}

function judgeHost(of: DaneHost, { seen, dane, spoken }: Known): Verdict {
  const { host, tlsa } = of;
  const subject = exchange(host);
  const evidence = [tlsa.id];
  const failed = [dane.mx.lookup, tlsa.lookup].find(({ kind }) => kind === 'failure');
  if (failed?.kind === 'failure') return unknown(subject, failed.because, evidence);
  if (tlsaOf(of).length === 0) return notApplicable(subject, 'the host has no TLSA records');
  // RFC 7672 §2.2.1: only where the way to the host is proved as well.
  if (!isInForce(of) || !isSecure(dane.mx.lookup)) {
    return notApplicable(subject, 'DNSSEC does not prove its MX and TLSA records: no DANE');
  }
  const wrong = (says: string, id: string): Verdict =>
    finding(subject, `${says}, so DANE admits the host and MTA-STS does not`, {
      actor: 'domain',
      evidence: [...evidence, id],
    });
  if (!seen.policy.patterns.some((pattern) => matchesStsPattern(host, pattern))) {
    const says = `${hostText(host)} has TLSA records and no mx line names it (STS-MX-MATCH)`;
    return wrong(says, seen.fact.id);
  }
  const shown = spoken.flatMap(({ id, want, dialogue: { tls } }) =>
    sameName(want.host, host) && tls?.kind === 'started' ? [{ id, verified: tls.verified }] : [],
  );
  const refused = shown.find(({ verified }) => !verified);
  if (refused) {
    const says = `${hostText(host)} has TLSA records and a certificate that MTA-STS refuses`;
    return wrong(`${says} (STS-CERT)`, refused.id);
  }
  if (shown.length === 0) return unknown(subject, 'its certificate could not be seen', evidence);
  return pass(subject, undefined, evidence);
}
