// Addresses that mail never goes to: those that IANA sets apart. A stranger's MX record may name
// any address; dialling 127.0.0.1 or a neighbour's 10.0.0.1 for him would make us his tool.
// Sources: the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and its updates);
// v4-mapped and NAT64 addresses are refused too, since they carry an IPv4 address past an IPv4
// check.
import { areWithin, type Cidr, type IpAddress, ipBytes, parseCidr } from './ip.ts';

const RANGES: readonly (readonly [range: string, purpose: string])[] = [
  ['0.0.0.0/8', 'this network (RFC 791)'],
  ['10.0.0.0/8', 'private use (RFC 1918)'],
  ['100.64.0.0/10', 'shared address space (RFC 6598)'],
  ['127.0.0.0/8', 'loopback (RFC 1122)'],
  ['169.254.0.0/16', 'link local (RFC 3927)'],
  ['172.16.0.0/12', 'private use (RFC 1918)'],
  ['192.0.0.0/24', 'protocol assignments (RFC 6890)'],
  ['192.0.2.0/24', 'documentation (RFC 5737)'],
  ['192.88.99.0/24', '6to4 relay, deprecated (RFC 7526)'],
  ['192.168.0.0/16', 'private use (RFC 1918)'],
  ['198.18.0.0/15', 'benchmarking (RFC 2544)'],
  ['198.51.100.0/24', 'documentation (RFC 5737)'],
  ['203.0.113.0/24', 'documentation (RFC 5737)'],
  ['224.0.0.0/4', 'multicast (RFC 5771)'],
  ['240.0.0.0/4', 'reserved (RFC 1112)'],
  ['::/128', 'unspecified (RFC 4291)'],
  ['::1/128', 'loopback (RFC 4291)'],
  ['::ffff:0:0/96', 'an IPv4 address in IPv6 form (RFC 4291)'],
  ['64:ff9b::/96', 'NAT64 (RFC 6052)'],
  ['64:ff9b:1::/48', 'local NAT64 (RFC 8215)'],
  ['100::/64', 'discard only (RFC 6666)'],
  ['2001::/23', 'protocol assignments (RFC 2928)'],
  ['2001:db8::/32', 'documentation (RFC 3849)'],
  ['2002::/16', '6to4 (RFC 3056)'],
  ['3fff::/20', 'documentation (RFC 9637)'],
  ['fc00::/7', 'unique local (RFC 4193)'],
  ['fe80::/10', 'link local (RFC 4291)'],
  ['ff00::/8', 'multicast (RFC 4291)'],
];

function network(text: string): Cidr {
  const cidr = parseCidr(text);
  if (!cidr) throw new TypeError(`not a network: ${text}`);
  return cidr;
}

const SPECIAL = RANGES.map(([range, purpose]) => ({ network: network(range), purpose }));

/** All global unicast addresses of IPv6 so far (RFC 4291 §2.4, IANA). */
const GLOBAL_IPV6 = network('2000::/3');

/** What an address is set apart for, or nothing where it is a global one. */
export function specialPurpose(address: IpAddress): string | undefined {
  const bytes = ipBytes(address);
  const special = SPECIAL.find((entry) => areWithin(bytes, entry.network));
  if (special) return special.purpose;
  const unassigned = address.includes(':') && !areWithin(bytes, GLOBAL_IPV6);
  return unassigned ? 'outside global unicast (RFC 4291)' : undefined;
}
