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

const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;

function ipv4Bytes(text: string): Uint8Array | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => OCTET.test(octet))) return undefined;
  const numbers = octets.map(Number);
  return numbers.every((number) => number < 256) ? Uint8Array.from(numbers) : undefined;
}

/** Groups of four hex digits, the last two perhaps as IPv4; `''` is no group. */
function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const embedded = index === parts.length - 1 && part.includes('.') ? ipv4Bytes(part) : undefined;
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
  const head = groupsOf(halves[0] as string);
  const tail = halves.length === 2 ? groupsOf(halves[1] as string) : [];
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

/** The longest run of two or more zero groups, the first of equals (RFC 5952 §4.2). */
function zeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** Canonical text of 4 or 16 bytes; a v4-mapped IPv6 address stays IPv6 (`::ffff:192.0.2.1`). */
export function ipFromBytes(bytes: Uint8Array): IpAddress {
  if (bytes.length === 4) return bytes.join('.') as IpAddress;
  const groups = Array.from(
    { length: 8 },
    (_, at) => (bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0),
  );
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${bytes.subarray(12).join('.')}` as IpAddress;
  }
  const run = zeroRun(groups);
  const text = groups.map((group) => group.toString(16));
  if (run.length < 2) return text.join(':') as IpAddress;
  const tail = text.slice(run.start + run.length).join(':');
  return `${text.slice(0, run.start).join(':')}::${tail}` as IpAddress;
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
  const bytes = ipBytes(address);
  if (bytes?.length !== network.bytes.length) return false;
  return bytes.every(
    (byte, at) => ((byte ^ (network.bytes[at] ?? 0)) & maskAt(at, network.bits)) === 0,
  );
}

/** `192.0.2.1:25`, `[2001:db8::1]:25`. */
export const printEndpoint = ({ address, port }: Endpoint): string =>
  isIpv6(address) ? `[${address}]:${port}` : `${address}:${port}`;

/** The endpoint in `192.0.2.1:25` or `[2001:db8::1]:25`; nothing for anything else. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const address = match && parseIp(match[1] ?? match[2] ?? '');
  const port = Number(match?.[3]);
  return address && port <= 65_535 ? { address, port } : undefined;
}
