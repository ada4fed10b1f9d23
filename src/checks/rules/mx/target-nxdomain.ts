// MX-TARGET-NXDOMAIN: every exchange exists.
import { seconds } from '../../../base/time.ts';
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import { finding, notApplicable, pass } from '../../verdict.ts';
import { causesOf } from './causes.ts';
import { deadSeverity, type HostSeen, hostsSeen, unseen } from './hosts.ts';
import { intakeOf, withoutExchanges } from './intake.ts';

export const targetNxdomain: Rule = {
  id: 'MX-TARGET-NXDOMAIN',
  title: 'Every exchange exists',
  severity: 'error',
  why:
    'A sender cannot find a host that does not exist, and goes to the next one. With no other ' +
    'host left the mail waits, and is returned in the end. Whoever can register the missing name ' +
    'gets the mail.',
  wrong: 'example.com. MX 10 mial.example.com.   ; mial.example.com does not exist',
  right: 'example.com.       MX 10 mail.example.com.\nmail.example.com.  A  192.0.2.10',
  remedy: 'Correct the name in the MX record, give the host an address, or remove the record.',
  sources: ['RFC 5321 §5.1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const hosts = yield* hostsSeen(intake.hosts);
    const causes = yield* causesOf(about, hosts);
    const severity = deadSeverity(hosts);
    return hosts.map((seen) => {
      const subject = exchange(seen.host);
      if (seen.state === 'failure') return unseen(seen);
      if (seen.state !== 'no-name') return pass(subject, undefined, seen.evidence);
      const cause = causes.of(seen.host);
      if (cause !== undefined) return notApplicable(subject, `it does not exist: ${cause}`);
      return finding(subject, missing(seen), {
        severity,
        actor: 'domain',
        shows: seconds(intake.ttlSeconds),
        evidence: seen.evidence,
      });
    });
  },
};

function missing({ host, aliases }: HostSeen): string {
  const end = aliases.at(-1);
  return end === undefined
    ? `${hostText(host)} does not exist (NXDOMAIN)`
    : `${hostText(host)} is an alias of ${hostText(end)}, which does not exist (NXDOMAIN)`;
}
