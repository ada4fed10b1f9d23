// MX-DUP-ADDR: two exchanges are two hosts. Names that share a pool of addresses are common with
// providers, and only worth saying; two names of one address are no redundancy.

import { isIpv6 } from '../../../base/ip.ts';
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { type HostSeen, hostsSeen, unseen } from './hosts.ts';
import { intakeOf, withoutExchanges } from './intake.ts';
import { isLargeProvider } from './providers.ts';

export const dupAddr: Rule = {
  id: 'MX-DUP-ADDR',
  title: 'Every exchange has addresses of its own',
  severity: 'warning',
  why:
    'Two names of one address look like two hosts and are one: when it is down, both are. ' +
    'Senders try the address once and give up, as if the second record were not there.',
  wrong:
    'example.com. MX 10 mail.example.com.    ; 192.0.2.10\n' +
    'example.com. MX 20 backup.example.com.  ; 192.0.2.10 too',
  right:
    'example.com. MX 10 mail.example.com.    ; 192.0.2.10\n' +
    'example.com. MX 20 backup.example.com.  ; 198.51.100.10',
  remedy: 'Put the second exchange on another machine, or remove its record.',
  sources: ['RFC 5321 §5.1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    if (intake.hosts.length < 2) return [notApplicable(THE_DOMAIN, 'there is one exchange')];
    const hosts = yield* hostsSeen(intake.hosts);
    return hosts.map((seen, at) => ofHost(seen, hosts.slice(0, at)));
  },
};

/** Judged against the hosts that are tried before it. */
function ofHost(seen: HostSeen, before: readonly HostSeen[]): Verdict {
  const { host, addresses } = seen;
  if (seen.state === 'failure') return unseen(seen);
  const own = new Set(addresses);
  const twins = before.filter((other) => other.addresses.some((each) => own.has(each)));
  const known = new Set(before.flatMap((other) => other.addresses));
  const shared = addresses.filter((address) => known.has(address));
  const evidence = [seen, ...twins].flatMap((each) => each.evidence);
  if (shared.length === 0) return pass(exchange(host), undefined, seen.evidence);
  const names = listText(twins.map((twin) => hostText(twin.host)));
  const places = listText(shared);
  const says = `${hostText(host)} has the same address as ${names}: ${places}`;
  const pool = new Set([...addresses, ...twins.flatMap((twin) => twin.addresses)]);
  const isOneMachine = [true, false].every(
    (family) => [...pool].filter((address) => isIpv6(address) === family).length < 2,
  );
  const severity = isOneMachine && !isLargeProvider(host) ? 'warning' : 'info';
  return finding(exchange(host), says, { severity, actor: 'domain', evidence });
}
