// NS-V6: name servers can be reached over both families.

import type { NameServer } from '../../../dns/authority.ts';
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass, unknown } from '../../verdict.ts';
import { listText } from '../words.ts';
import { servedZone } from './served-zone.ts';

const SERVERS_MIN = 2;

export const nsV6: Rule = {
  id: 'NS-V6',
  title: 'Name servers have addresses of both families',
  severity: 'notice',
  why:
    'Most resolvers can ask over both IPv4 and IPv6, some over one only. A zone whose servers ' +
    'have no IPv4 address does not exist for resolvers without IPv6, and the other way round; ' +
    'with one server in a family, it depends on that one.',
  wrong: 'ns1.example.com.  A 192.0.2.53\nns2.example.com.  A 198.51.100.53',
  right:
    'ns1.example.com.  A 192.0.2.53\nns1.example.com.  AAAA 2001:db8:1::53\n' +
    'ns2.example.com.  A 198.51.100.53\nns2.example.com.  AAAA 2001:db8:2::53',
  remedy: 'Give two name servers an address of the family that is missing, and glue for it.',
  sources: ['RFC 3901 §4'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { subject, zone, id, delegation } = served;
    const { servers } = delegation;
    const evidence = [id];
    const counts = { ipv4: countOf(servers, 'ipv4'), ipv6: countOf(servers, 'ipv6') };
    const few = (['ipv4', 'ipv6'] as const).filter((family) => isFew(family, counts));
    if (few.length === 0) {
      return [pass(subject, `IPv4 at ${counts.ipv4.sure}, IPv6 at ${counts.ipv6.sure} servers`)];
    }
    const told = few.map((family) => {
      const names = servers.filter((each) => each[family].kind === 'records');
      const which =
        names.length > 0 ? `only ${listText(names.map(({ host }) => hostText(host)))}` : 'none';
      return `${which} of the name servers of ${hostText(zone)} has an ${WORDS[family]} address`;
    });
    const isSure = few.every((family) => counts[family].maybe === 0);
    if (!isSure)
      return [unknown(subject, `not every address is known: ${told.join('; ')}`, evidence)];
    const severity = few.includes('ipv4') ? 'warning' : 'notice';
    return [finding(subject, told.join('; '), { severity, actor: 'dns-host', evidence })];
  },
};

const WORDS = { ipv4: 'IPv4', ipv6: 'IPv6' } as const;

interface Count {
  readonly sure: number;
  /** Servers of which it is not known. */
  readonly maybe: number;
}

function countOf(servers: readonly NameServer[], family: 'ipv4' | 'ipv6'): Count {
  const kinds = servers.map((server) => server[family].kind);
  const sure = kinds.filter((kind) => kind === 'records').length;
  return { sure, maybe: kinds.filter((kind) => kind === 'failure').length };
}

/** One server with IPv4 is a matter of NS-COUNT; none at all cuts most senders off. */
const isFew = (
  family: 'ipv4' | 'ipv6',
  counts: Readonly<Record<'ipv4' | 'ipv6', Count>>,
): boolean => counts[family].sure < (family === 'ipv4' ? 1 : SERVERS_MIN);
