// MX-V4-NONE: mail can be sent to the domain over IPv4.

import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { listText } from '../words.ts';
import { evidenceOf, hostsSeen } from './hosts.ts';
import { intakeOf, withoutExchanges } from './intake.ts';

export const v4None: Rule = {
  id: 'MX-V4-NONE',
  title: 'Mail can be sent over IPv4',
  severity: 'warning',
  why:
    'Many mail servers have no IPv6. From them no mail reaches a domain whose exchanges have ' +
    'IPv6 addresses only: it waits at the sender, and is returned after some days.',
  wrong: 'mail.example.com. AAAA 2001:db8::25',
  right: 'mail.example.com. AAAA 2001:db8::25\nmail.example.com. A    192.0.2.25',
  remedy:
    'Give at least one exchange an IPv4 address, or add an exchange of a provider that has both ' +
    'families.',
  sources: ['RFC 3974 §4.1', 'RFC 5321 §5.2'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const hosts = yield* hostsSeen(intake.hosts);
    const evidence = evidenceOf(hosts);
    if (hosts.some(({ ipv4 }) => ipv4.kind === 'records')) {
      return [pass(THE_DOMAIN, undefined, evidence)];
    }
    if (hosts.some(({ ipv4 }) => ipv4.kind === 'failure')) {
      return [unknown(THE_DOMAIN, 'not every address could be looked up', evidence)];
    }
    if (hosts.every(({ addresses }) => addresses.length === 0)) {
      return [notApplicable(THE_DOMAIN, 'no exchange has an address')];
    }
    const names = listText(hosts.map(({ host }) => hostText(host)));
    const says = `no exchange has an IPv4 address: ${names}`;
    return [finding(THE_DOMAIN, says, { actor: 'domain', evidence })];
  },
};
