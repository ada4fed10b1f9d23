// MX-V6: every exchange has an IPv6 address. Whether it answers there is what SMTP-CONNECT tells.

import { isIpv6 } from '../../../base/ip.ts';
import { hostText, nameKey } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange, type Subject, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { reached, type Talk } from '../smtp/reachable.ts';
import { listText } from '../words.ts';
import { evidenceOf, type HostSeen, hostsSeen } from './hosts.ts';
import { intakeOf, withoutExchanges } from './intake.ts';

export const v6: Rule = {
  id: 'MX-V6',
  title: 'Mail can be sent over IPv6',
  severity: 'notice',
  why:
    'Senders with IPv6 alone cannot reach an exchange that has none. An IPv6 address that ' +
    'refuses is worse than none: many senders try it first, and mail comes late (SMTP-CONNECT ' +
    'tells of that).',
  wrong: 'mail.example.com. A    192.0.2.25',
  right: 'mail.example.com. A    192.0.2.25\nmail.example.com. AAAA 2001:db8::25',
  remedy: 'Let the mail server listen on IPv6, then publish its AAAA record; or remove a dead one.',
  sources: ['RFC 3974 §4.1', 'RFC 5321 §5.2'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const hosts = yield* hostsSeen(intake.hosts);
    if (hosts.every(({ addresses }) => addresses.length === 0)) {
      return [notApplicable(THE_DOMAIN, 'no exchange has a known address')];
    }
    const without = hosts.filter(({ ipv6 }) => ipv6.kind === 'no-data' || ipv6.kind === 'no-name');
    if (without.length === hosts.length) {
      const says = `no exchange has an IPv6 address: ${namesOf(hosts)}`;
      const evidence = evidenceOf(hosts);
      return [finding(THE_DOMAIN, says, { actor: 'mail-host', evidence })];
    }
    const found = yield* reached(about);
    const talks = found.kind === 'talks' ? found.talks : [];
    return hosts.map((seen) => ofHost(seen, talks));
  },
};

const namesOf = (hosts: readonly HostSeen[]): string =>
  listText(hosts.map(({ host }) => hostText(host)));

function ofHost(seen: HostSeen, all: readonly Talk[]): Verdict {
  const { host, ipv6, addresses, evidence } = seen;
  const subject = exchange(host);
  if (ipv6.kind === 'failure') {
    return unknown(subject, `its AAAA records could not be looked up: ${ipv6.because}`, evidence);
  }
  if (addresses.length === 0) return notApplicable(subject, 'it has no address');
  if (ipv6.kind !== 'records') {
    const says = `${hostText(host)} has no IPv6 address`;
    return finding(subject, says, { actor: 'mail-host', evidence });
  }
  return ofTalks(
    subject,
    all.filter((talk) => nameKey(talk.host) === nameKey(host) && isIpv6(talk.subject.address)),
  );
}

/** At the IPv6 addresses of one host. */
function ofTalks(subject: Subject, talks: readonly Talk[]): Verdict {
  const evidence = talks.map(({ id }) => id);
  if (talks.some(({ obstacle }) => !obstacle)) return pass(subject, undefined, evidence);
  const [first] = talks;
  const doubt = talks.find(({ obstacle }) => obstacle?.by === 'us');
  if (!first || doubt) {
    return unknown(subject, doubt?.obstacle?.because ?? 'nobody was spoken to', evidence);
  }
  return notApplicable(subject, 'its IPv6 addresses take no connection: SMTP-CONNECT');
}
