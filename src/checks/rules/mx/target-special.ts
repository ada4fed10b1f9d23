// MX-TARGET-SPECIAL: the addresses of every exchange are those of the public internet.

import { hostText, isBelow } from '../../../dns/name.ts';
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { addressOf, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { whyNotPublic } from '../addresses.ts';
import { type HostSeen, hostsSeen, unseen } from './hosts.ts';
import { intakeOf, withoutExchanges } from './intake.ts';

export const targetSpecial: Rule = {
  id: 'MX-TARGET-SPECIAL',
  title: 'Every exchange has public addresses',
  severity: 'error',
  why:
    'A private, loopback or other special address leads no sender on the internet to your host, ' +
    'but to its own network or to itself. The try is lost, and some senders refuse the domain.',
  wrong: 'mail.example.com. A 10.0.0.25',
  right: 'mail.example.com. A 192.0.2.10',
  remedy:
    'Publish the address under which the host is reached from outside; keep internal addresses ' +
    'in an internal view of the zone.',
  sources: ['RFC 6890 §2.2', 'RFC 1918 §3', 'RFC 4291 §2.5'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges' && intake.kind !== 'implicit') {
      return [withoutExchanges(intake)];
    }
    const names = intake.kind === 'implicit' ? [about.domain] : intake.hosts;
    const hosts = yield* hostsSeen(names);
    const mayWork = hosts.some(
      ({ addresses, ipv4, ipv6 }) =>
        addresses.some((address) => whyNotPublic(about, address) === undefined) ||
        ipv4.kind === 'failure' ||
        ipv6.kind === 'failure',
    );
    const verdicts = hosts.flatMap((seen) => ofHost(seen, about, mayWork));
    if (verdicts.length > 0) return verdicts;
    return [notApplicable(THE_DOMAIN, 'no exchange has an address')];
  },
};

function ofHost(seen: HostSeen, about: About, mayWork: boolean): readonly Verdict[] {
  const { host, addresses, evidence } = seen;
  if (seen.state === 'failure') return [unseen(seen)];
  return addresses.map((address) => {
    const subject = addressOf(host, address);
    const purpose = whyNotPublic(about, address);
    if (purpose === undefined) return pass(subject, undefined, evidence);
    const says = `${hostText(host)} has the address ${address}, which is set apart: ${purpose}`;
    return finding(subject, says, {
      severity: mayWork ? 'error' : 'critical',
      actor: isBelow(host, about.domain) ? 'domain' : 'other',
      evidence,
    });
  });
}
