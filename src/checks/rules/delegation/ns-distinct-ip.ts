// NS-DISTINCT-IP: two names of name servers are two servers.

import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass, unknown } from '../../verdict.ts';
import { listText } from '../words.ts';
import { addressesOf, servedZone } from './served-zone.ts';

export const nsDistinctIp: Rule = {
  id: 'NS-DISTINCT-IP',
  title: 'No two name servers share an address',
  severity: 'error',
  why:
    'Two names at one address are one server. The zone looks as if it had two, and when that one ' +
    'is down nothing answers.',
  wrong: 'ns1.example.com.  A 192.0.2.53\nns2.example.com.  A 192.0.2.53',
  right: 'ns1.example.com.  A 192.0.2.53\nns2.example.com.  A 198.51.100.53',
  remedy: 'Run the second name server on another machine, in another network.',
  sources: ['RFC 1034 §4.1', 'RFC 2182 §3.1'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { subject, id, delegation } = served;
    const { servers } = delegation;
    const hostsAt = new Map<string, readonly string[]>();
    for (const server of servers) {
      for (const address of addressesOf(server)) {
        hostsAt.set(address, [...(hostsAt.get(address) ?? []), hostText(server.host)]);
      }
    }
    const shared = [...hostsAt].filter(([, hosts]) => hosts.length > 1);
    const evidence = [id];
    if (shared.length > 0) {
      const told = shared.map(([address, hosts]) => `${listText(hosts)} share ${address}`);
      return [finding(subject, told.join('; '), { actor: 'dns-host', evidence })];
    }
    const isUnsure = servers.some(
      ({ ipv4, ipv6 }) => ipv4.kind === 'failure' || ipv6.kind === 'failure',
    );
    if (isUnsure) return [unknown(subject, 'not every address could be looked up', evidence)];
    return [pass(subject)];
  },
};
