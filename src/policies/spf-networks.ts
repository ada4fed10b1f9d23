// How many addresses a set of networks holds, each counted once.
import type { Cidr } from '../base/ip.ts';

interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/** Exact for IPv4; for IPv6 as near as a number can be. `bytes` is the length of an address. */
export function addressCount(networks: readonly Cidr[], bytes: 4 | 16): number {
  const ranges = networks
    .filter((network) => network.bytes.length === bytes)
    .map(rangeOf)
    .sort((a, b) => (a.first < b.first ? -1 : Number(a.first > b.first)));
  let count = 0n;
  let next = 0n;
  for (const { first, last } of ranges) {
    const from = first > next ? first : next;
    if (last < from) continue;
    count += last - from + 1n;
    next = last + 1n;
  }
  return Number(count);
}

function rangeOf({ bytes, bits }: Cidr): Range {
  const size = 1n << BigInt(bytes.length * 8 - bits);
  const address = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const first = (address / size) * size;
  return { first, last: first + size - 1n };
}
