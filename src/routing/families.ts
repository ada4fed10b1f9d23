// Which address families this machine has a route for, as far as the addresses of its interfaces
// tell: one that reaches others than this machine and this wire is enough.
import { type IpAddress, isIpv6, isWithinAny } from '../base/ip.ts';

export interface Families {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
}

/** `globalNetworks` count as global besides those that are. */
export function familiesOf(
  interfaces: readonly IpAddress[],
  globalNetworks: readonly string[],
): Families {
  const routed = interfaces.filter((address) => !isLocalOnly(address, globalNetworks));
  return {
    ipv4: routed.some((address) => !isIpv6(address)),
    ipv6: routed.some((address) => isIpv6(address)),
  };
}

/** Unique local addresses (RFC 4193) lead nowhere outside; there is no translation of IPv6. */
const LOCAL_NETWORKS: readonly string[] = ['127.0.0.0/8', '::1/128', 'fe80::/10', 'fc00::/7'];

/** Reaches nobody but this machine or this wire, unless it was declared global. */
export function isLocalOnly(address: IpAddress, globalNetworks: readonly string[]): boolean {
  return isWithinAny(address, LOCAL_NETWORKS) && !isWithinAny(address, globalNetworks);
}
