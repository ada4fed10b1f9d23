// MX-TARGET-NOADDR: every exchange has an address.
import { seconds } from '../../../base/time.ts';
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import { finding, notApplicable, pass } from '../../verdict.ts';
import { causesOf } from './causes.ts';
import { deadSeverity, hostsSeen, unseen } from './hosts.ts';
import { intakeOf, withoutExchanges } from './intake.ts';

export const targetNoaddr: Rule = {
  id: 'MX-TARGET-NOADDR',
  title: 'Every exchange has an address',
  severity: 'error',
  why:
    'A name without an A or AAAA record leads a sender nowhere. It goes to the next exchange; ' +
    'with no other left the mail waits, and is returned in the end. MX records of an exchange ' +
    'are not followed.',
  wrong: 'example.com.       MX 10 mail.example.com.\nmail.example.com.  TXT "no address here"',
  right: 'example.com.       MX 10 mail.example.com.\nmail.example.com.  A  192.0.2.10',
  remedy: 'Publish an A or AAAA record for the host, or name another host.',
  sources: ['RFC 5321 §5.1', 'RFC 2181 §10.3'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const hosts = yield* hostsSeen(intake.hosts);
    const causes = yield* causesOf(about, hosts);
    const severity = deadSeverity(hosts);
    return hosts.map((seen) => {
      const { host, state, evidence } = seen;
      const subject = exchange(host);
      if (state === 'failure') return unseen(seen);
      if (state === 'no-name') return notApplicable(subject, 'it does not exist');
      if (state === 'addresses') return pass(subject, undefined, evidence);
      const cause = causes.of(host);
      if (cause !== undefined) return notApplicable(subject, `it has no address: ${cause}`);
      return finding(subject, `${hostText(host)} exists, but has no address (A or AAAA)`, {
        severity,
        actor: 'domain',
        shows: seconds(intake.ttlSeconds),
        evidence,
      });
    });
  },
};
