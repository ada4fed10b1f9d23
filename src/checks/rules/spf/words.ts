// How the rules about SPF write addresses, terms and places.

import { type IpAddress, isIpv6 } from '../../../base/ip.ts';
import { hostText } from '../../../dns/name.ts';
import { listText } from '../words.ts';
import type { PlacedNode } from './published-spf.ts';

/** `ip4:192.0.2.1`: the mechanism that lets one address send. */
export const mechanismFor = (address: IpAddress): string =>
  `${isIpv6(address) ? 'ip6' : 'ip4'}:${address}`;

/** `mx`, or `mx of _spf.example.net` where it stands in the record of another. */
export const placeText = ({ node, domain, isOwn }: PlacedNode): string =>
  isOwn ? node.text : `${node.text} of ${hostText(domain)}`;

/** Several of them as a list. */
export const placesText = (placed: readonly PlacedNode[]): string =>
  listText(placed.map(placeText));

/** `1 term needs`, `12 terms need`. */
export const countText = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;
