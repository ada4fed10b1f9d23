// The names under which the DNS keeps what belongs to an address: `10.2.0.192.in-addr.arpa.`
// (RFC 1035 §3.5) and the 32 nibbles below `ip6.arpa.` (RFC 3596 §2.5). Block lists of addresses
// are asked with the same labels in front of their own name (RFC 5782 §2.1 and §2.4).
import { type IpAddress, ipBytes } from '../base/ip.ts';
import { type Name, nameFromLabels } from './name.ts';

/** `10.2.0.192`, or the nibbles of an IPv6 address: no dot at the end, nothing behind it. */
export const reversedLabels = (address: IpAddress): string => reversed(address).join('.');

/** `10.2.0.192.in-addr.arpa.`: the name whose PTR records are those of the address. */
export function reverseName(address: IpAddress): Name {
  const labels = reversed(address);
  return nameFromLabels([...labels, labels.length === 4 ? 'in-addr' : 'ip6', 'arpa']);
}

/** Four labels, or thirty-two. */
function reversed(address: IpAddress): readonly string[] {
  const bytes = [...(ipBytes(address) ?? [])].reverse();
  if (bytes.length === 4) return bytes.map(String);
  return bytes.flatMap((byte) => [(byte & 0xf).toString(16), (byte >> 4).toString(16)]);
}
