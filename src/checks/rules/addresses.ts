// Which addresses the world can reach, and which are likely to fail together: those of one /24, or
// one /48 of IPv6. Routing knows better, and is not in the DNS.
import { type IpAddress, ipBytes, ipFromBytes, isIpv6, isWithinAny } from '../../base/ip.ts';
import { specialPurpose } from '../../base/special-purpose.ts';
import type { About } from '../about.ts';

/** What an address is set apart for; nothing where it is public in the world that is looked at. */
export const whyNotPublic = ({ world }: About, address: IpAddress): string | undefined =>
  isWithinAny(address, world.global) ? undefined : specialPurpose(address);

/** `192.0.2.0/24`, `2001:db8::/48`: each once, in the order of the addresses. */
export const networksOf = (addresses: readonly IpAddress[]): readonly string[] => [
  ...new Set(addresses.map(networkOf)),
];

function networkOf(address: IpAddress): string {
  const bytes = ipBytes(address) ?? new Uint8Array(4);
  const kept = isIpv6(address) ? 6 : 3;
  const start = bytes.map((byte, at) => (at < kept ? byte : 0));
  return `${ipFromBytes(start)}/${kept * 8}`;
}

/** At most one network of each family: two families of one place are one place. */
export const areInOneNetwork = (addresses: readonly IpAddress[]): boolean =>
  [true, false].every(
    (ipv6) => networksOf(addresses.filter((address) => isIpv6(address) === ipv6)).length < 2,
  );
