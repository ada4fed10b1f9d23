// IP addresses and networks as values. An `IpAddress` is its canonical text (RFC 5952 for IPv6), so
// equal addresses are equal strings and facts can be stored as JSON.

declare const ip: unique symbol;
export type IpAddress = string & { readonly [ip]: true };

/** An address and a port, as a socket has them. */
export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

/** A network: the first `bits` bits of `bytes`. */
export interface Cidr {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly bits: number;
}

const OCTET = '(0|[1-9]\\d{0,2})';
const IPV4 = new RegExp(`^${[OCTET, OCTET, OCTET, OCTET].join('\\.')}$`);
const GROUP = /^[0-9a-f]{1,4}$/i;

function ipv4Bytes(text: string): Uint8Array | undefined {
  const [, ...octets] = IPV4.exec(text) ?? [];
  const numbers = octets.map(Number);
  return numbers.length === 4 && numbers.every((number) => number < 256)
    ? Uint8Array.from(numbers)
    : undefined;
}

/** Groups of four hex digits; `''` is no group. The end of an address may be written as IPv4. */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const mayBeIpv4 = isEnd && index === parts.length - 1 && part.includes('.');
    const embedded = mayBeIpv4 ? ipv4Bytes(part) : undefined;
    if (embedded) {
      const [a = 0, b = 0, c = 0, d = 0] = embedded;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (GROUP.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function ipv6Bytes(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] as string, halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] as string, true) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** 4 or 16 bytes in network order; nothing for text that is no address. */
export function ipBytes(text: string): Uint8Array | undefined {
  return text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text);
}

const groupAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0);

const dotted = (bytes: Uint8Array, from: number): string =>
  `${bytes[from]}.${bytes[from + 1]}.${bytes[from + 2]}.${bytes[from + 3]}`;

/** Canonical text of 4 or 16 bytes; a v4-mapped IPv6 address stays IPv6 (`::ffff:192.0.2.1`). */
export function ipFromBytes(bytes: Uint8Array): IpAddress {
  if (bytes.length === 4) return dotted(bytes, 0) as IpAddress;
  // RFC 5952 §4.2: the longest run of two or more zero groups, the first of equals.
  let runAt = 8;
  let runLength = 1;
  for (let at = 0, zeros = 0; at < 8; at += 1) {
    zeros = groupAt(bytes, at) === 0 ? zeros + 1 : 0;
    if (zeros > runLength) {
      runLength = zeros;
      runAt = at + 1 - zeros;
    }
  }
  if (runAt === 0 && runLength === 5 && groupAt(bytes, 5) === 0xffff) {
    return `::ffff:${dotted(bytes, 12)}` as IpAddress;
  }
  let text = runAt === 0 ? ':' : '';
  for (let at = 0; at < 8; at += 1) {
    if (at === runAt) {
      text += ':';
      at += runLength - 1;
    } else text += at < 7 ? `${groupAt(bytes, at).toString(16)}:` : groupAt(bytes, at).toString(16);
  }
  return text as IpAddress;
}

/** An address from text, in canonical form; nothing for anything else (no zone ids, no ports). */
export function parseIp(text: string): IpAddress | undefined {
  const bytes = ipBytes(text);
  return bytes && ipFromBytes(bytes);
}

export const isIpv6 = (address: IpAddress): boolean => address.includes(':');

/** `192.0.2.0/24`, `2001:db8::/32`, or a lone address; nothing where host bits are set. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const bytes = ipBytes(address);
  if (!bytes || rest.length > 0) return undefined;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const bits = length === undefined ? bytes.length * 8 : Number(length);
  if (bits > bytes.length * 8) return undefined;
  const cidr = { text: `${ipFromBytes(bytes)}/${bits}`, bytes, bits };
  const cleared = bytes.every((byte, at) => (byte & ~maskAt(at, bits)) === 0);
  return cleared ? cidr : undefined;
}

function maskAt(byteIndex: number, bits: number): number {
  const kept = Math.min(8, Math.max(0, bits - byteIndex * 8));
  return (0xff << (8 - kept)) & 0xff;
}

/** Is the address inside the network? An IPv4 address is never inside an IPv6 network. */
export function isWithin(address: IpAddress, network: Cidr): boolean {
  return areWithin(ipBytes(address), network);
}

/** The same of an address in bytes, for whoever asks about many networks. */
export function areWithin(bytes: Uint8Array | undefined, network: Cidr): boolean {
  if (bytes?.length !== network.bytes.length) return false;
  for (let at = 0; at * 8 < network.bits; at += 1) {
    const differing = (bytes[at] ?? 0) ^ (network.bytes[at] ?? 0);
    if ((differing & maskAt(at, network.bits)) !== 0) return false;
  }
  return true;
}

/** Is the address inside one of these networks, written as `parseCidr` reads them? */
export function isWithinAny(address: IpAddress, networks: readonly string[]): boolean {
  return networks.some((text) => {
    const network = parseCidr(text);
    return network !== undefined && isWithin(address, network);
  });
}

/** `192.0.2.1:25`, `[2001:db8::1]:25`. */
export const printEndpoint = ({ address, port }: Endpoint): string =>
  isIpv6(address) ? `[${address}]:${port}` : `${address}:${port}`;

/** The endpoint in `192.0.2.1:25` or `[2001:db8::1]:25`; nothing for anything else. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([^\]]*:[^\]]*)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const address = match && parseIp(match[1] ?? match[2] ?? '');
  const port = Number(match?.[3]);
  return address && port <= 65_535 ? { address, port } : undefined;
}
