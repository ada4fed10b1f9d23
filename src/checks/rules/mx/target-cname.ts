// MX-TARGET-CNAME: an exchange is the name of a host, not an alias of one.

import { seconds } from '../../../base/time.ts';
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import { finding, notApplicable, pass } from '../../verdict.ts';
import { hostsSeen, isDead, unseen } from './hosts.ts';
import { intakeOf, mxLine, preferenceOf, withoutExchanges } from './intake.ts';

export const targetCname: Rule = {
  id: 'MX-TARGET-CNAME',
  title: 'No exchange is an alias',
  severity: 'error',
  why:
    'RFC 5321 leaves open what a sender does with an MX record whose target is an alias. Most ' +
    'follow it, some refuse the domain, and a host that does not know itself under the name of ' +
    'the alias may send mail in a loop.',
  wrong: 'example.com.       MX 10 mail.example.com.\nmail.example.com.  CNAME host.example.net.',
  right: 'example.com.       MX 10 host.example.net.',
  remedy: 'Name the host that the alias leads to in the MX record, or give the name addresses.',
  sources: ['RFC 2181 §10.3', 'RFC 5321 §5.1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const { records, ttlSeconds } = intake;
    const hosts = yield* hostsSeen(intake.hosts);
    return hosts.map((seen) => {
      const { host, aliases, evidence } = seen;
      const subject = exchange(host);
      if (seen.state === 'failure') return unseen(seen);
      const target = aliases.at(-1);
      if (target === undefined) return pass(subject);
      if (isDead(seen))
        return notApplicable(subject, 'the alias leads nowhere: that is told first');
      const text = mxLine(about.domain, preferenceOf(records, host), target);
      return finding(subject, `${hostText(host)} is an alias of ${hostText(target)}`, {
        actor: 'domain',
        mend: { kind: 'record', text },
        shows: seconds(ttlSeconds),
        evidence,
      });
    });
  },
};
