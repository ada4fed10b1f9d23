// STS-MX-MATCH: the policy names the exchanges, all of them and no others.

import { hostText } from '../../../dns/name.ts';
import { matchesStsPattern } from '../../../policies/mta-sts.ts';
import type { Rule } from '../../rule.ts';
import { exchange, named } from '../../subject.ts';
import { finding, isVerdict, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { type HostSeen, hostsSeen, isDead } from '../mx/hosts.ts';
import { type ValidPolicy, validPolicy } from './sts.ts';

export const stsMxMatch: Rule = {
  id: 'STS-MX-MATCH',
  title: 'The MTA-STS policy names every exchange',
  severity: 'error',
  why:
    'Under enforce senders do not deliver to an exchange that no mx line of the policy matches. ' +
    'Where that is the backup, nobody notices until the primary is down.',
  wrong:
    'example.com.  MX 10 mail.example.com.\nexample.com.  MX 20 backup.example.net.\n' +
    'mx: mail.example.com',
  right:
    'example.com.  MX 10 mail.example.com.\nexample.com.  MX 20 backup.example.net.\n' +
    'mx: mail.example.com\nmx: backup.example.net',
  remedy:
    'Add an mx line for each exchange before the MX record is published, change the id, and wait ' +
    'for max_age. Take lines out only after the MX record is gone.',
  sources: ['RFC 8461 §4.1', 'RFC 8461 §8.1'],
  *judge(about) {
    const seen = yield* validPolicy(about);
    if (isVerdict(seen)) return [seen];
    if (seen.policy.mode === 'none') {
      return [notApplicable(seen.subject, 'the policy asks nothing of senders (mode none)')];
    }
    const { exchanges, policy } = seen;
    const unused = policy.patterns.filter(
      (pattern) => !exchanges.some((host) => matchesStsPattern(host, pattern)),
    );
    const hosts = yield* hostsSeen(exchanges);
    return [
      ...hosts.map((host) => judgeExchange(host, seen)),
      ...unused.map((pattern) =>
        finding(named(pattern), `the policy names ${pattern}, which no exchange is`, {
          severity: 'notice',
          actor: 'domain',
          evidence: [seen.fact.id],
        }),
      ),
    ];
  },
};

function judgeExchange(of: HostSeen, { policy, fact }: ValidPolicy): Verdict {
  const { host } = of;
  const subject = exchange(host);
  if (isDead(of)) return notApplicable(subject, 'nobody can deliver to it anyway');
  if (policy.patterns.some((pattern) => matchesStsPattern(host, pattern))) {
    return pass(subject, undefined, [fact.id]);
  }
  const isEnforced = policy.mode === 'enforce';
  const effect = isEnforced ? 'do not deliver to it' : 'will not deliver to it under enforce';
  return finding(
    subject,
    `no mx line of the policy matches ${hostText(host)}, so senders with MTA-STS ${effect}`,
    {
      severity: isEnforced ? 'error' : 'warning',
      actor: 'domain',
      mend: { kind: 'setting', text: `mx: ${hostText(host)}` },
      evidence: [fact.id],
    },
  );
}
