// Which addresses may be connected to while observing: public ones, of a family that this machine
// has a route for. A stranger's record may name any address; dialling a private one for him would
// make us his tool.
import { type IpAddress, isIpv6, isWithinAny } from '../base/ip.ts';
import { specialPurpose } from '../base/special-purpose.ts';
import type { Families } from '../routing/families.ts';

export interface Reach {
  readonly families: Families;
  /** Networks (CIDR) that count as public besides those that are. */
  readonly global: readonly string[];
}

/** What the address is set apart for, or nothing where it is a public one. */
export function setApartFor(address: IpAddress, global: readonly string[]): string | undefined {
  return isWithinAny(address, global) ? undefined : specialPurpose(address);
}

/** Why an address is not connected to, if it is not. */
export function obstacleTo(address: IpAddress, { families, global }: Reach): string | undefined {
  const purpose = setApartFor(address, global);
  if (purpose !== undefined) return `${address} is no public address: ${purpose}`;
  const family = isIpv6(address) ? 'ipv6' : 'ipv4';
  if (families[family]) return undefined;
  return `this machine has no route for ${family === 'ipv6' ? 'IPv6' : 'IPv4'}`;
}

/** IPv4 and IPv6 in turn, so that the first few are of both. */
export function alternating(addresses: readonly IpAddress[]): readonly IpAddress[] {
  const ipv4 = addresses.filter((address) => !isIpv6(address));
  const ipv6 = addresses.filter((address) => isIpv6(address));
  return Array.from({ length: Math.max(ipv4.length, ipv6.length) }, (_, turn) =>
    [ipv4[turn], ipv6[turn]].filter((address) => address !== undefined),
  ).flat();
}
