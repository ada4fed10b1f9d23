// The words of one record, taken one after the other by the file of its type. Here the words of
// zone text become values: names, numbers, times, addresses and character-strings (RFC 1035 §5.1).
import { fromLatin1, fromUtf8, latin1 } from '../base/bytes.ts';
import { type IpAddress, isIpv6, parseIp } from '../base/ip.ts';
import { showText } from '../base/show.ts';
import { type Name, parseName } from './name.ts';
import { FieldFault, type RecordFields } from './records/codec.ts';
import type { ZoneToken } from './zone-tokens.ts';

/** RFC 2181 §8. */
const TTL_MAX = 2_147_483_647;
const STRING_BYTES_MAX = 255;

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
};

/** Seconds from `3600`, `1h30m` or `2W`; nothing for anything else or for more than 2^31 - 1. */
export function parseTtl(text: string): number | undefined {
  if (!/^(?:\d+|(?:\d+[smhdw])+)$/i.test(text)) return undefined;
  let total = 0;
  for (const [, digits = '', unit = 's'] of text.toLowerCase().matchAll(/(\d+)([smhdw])?/g)) {
    total += Number(digits) * (UNIT_SECONDS[unit] ?? 1);
  }
  return total <= TTL_MAX ? total : undefined;
}

/** A name as written in a file, `@` and relative ones included; throws a `FieldFault`. */
export function nameFromToken(token: ZoneToken, origin: Name | undefined): Name {
  if (token.quoted) throw new FieldFault(`the name ${shown(token)} must not be in quotes`, token);
  if (origin === undefined && !ABSOLUTE.test(token.text)) {
    const because = `${shown(token)} is relative, and there is no $ORIGIN that it belongs to`;
    throw new FieldFault(because, token);
  }
  const name = parseName(token.text, origin);
  if (typeof name === 'string') return name;
  throw new FieldFault(`the name ${shown(token)} ${name.because}`, token);
}

/** Ends with a dot that is not escaped. */
const ABSOLUTE = /(?<!\\)(?:\\\\)*\.$/;

const SHOWN_MAX = 80;

/** A word as it may be shown to anybody. */
export function shown({ text, quoted }: ZoneToken): string {
  const part = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
  return quoted ? `"${showText(part)}"` : showText(part);
}

export class TokenFields implements RecordFields {
  readonly #tokens: readonly ZoneToken[];
  readonly #origin: Name | undefined;
  #next: number;

  /** The words from `first` on; there is at least one before it. */
  constructor(tokens: readonly ZoneToken[], first: number, origin: Name | undefined) {
    this.#tokens = tokens;
    this.#next = first;
    this.#origin = origin;
  }

  name(): Name {
    return nameFromToken(this.#take('a name'), this.#origin);
  }

  number(max: number, what: string): number {
    const token = this.#take(what);
    if (!/^\d+$/.test(token.text)) {
      throw new FieldFault(`${shown(token)} is no number for ${what}`, token);
    }
    const number = Number(token.text);
    if (number <= max) return number;
    throw new FieldFault(`${what} ${shown(token)} is out of range (0 to ${max})`, token);
  }

  ttl(what: string): number {
    const token = this.#take(what);
    const seconds = parseTtl(token.text);
    if (seconds !== undefined) return seconds;
    const because = `${shown(token)} is no time for ${what} (seconds, or as 1h30m)`;
    throw new FieldFault(because, token);
  }

  ip4(): IpAddress {
    return this.#address('IPv4', 'AAAA');
  }

  ip6(): IpAddress {
    return this.#address('IPv6', 'A');
  }

  strings(): readonly Uint8Array[] {
    const strings = [stringBytes(this.#take('a text'))];
    while (this.more()) strings.push(stringBytes(this.#take('a text')));
    return strings;
  }

  text(what: string): string {
    return this.#take(what).text;
  }

  takeIf(word: string): boolean {
    const token = this.#tokens[this.#next];
    if (!token || token.quoted || token.text !== word) return false;
    this.#next += 1;
    return true;
  }

  more(): boolean {
    return this.#next < this.#tokens.length;
  }

  end(): void {
    const token = this.#tokens[this.#next];
    if (token) throw new FieldFault(`${shown(token)} is more than the record needs`, token);
  }

  fault(because: string): never {
    throw new FieldFault(because, this.#last());
  }

  #address(family: 'IPv4' | 'IPv6', otherType: 'A' | 'AAAA'): IpAddress {
    const token = this.#take(`an ${family} address`);
    const address = parseIp(token.text);
    if (!address) throw new FieldFault(`${shown(token)} is no ${family} address`, token);
    if (isIpv6(address) === (family === 'IPv6')) return address;
    const because = `${address} is no ${family} address: it belongs in an ${otherType} record`;
    throw new FieldFault(because, token);
  }

  #take(what: string): ZoneToken {
    const token = this.#tokens[this.#next];
    if (!token) throw new FieldFault(`the record ends where ${what} is expected`, this.#last());
    this.#next += 1;
    return token;
  }

  #last(): ZoneToken {
    const token = this.#tokens[Math.min(this.#next, this.#tokens.length) - 1] ?? this.#tokens[0];
    return token ?? { text: '', quoted: false, line: 1, column: 1 };
  }
}

/** RFC 1035 §5.1: `\DDD` is the byte of that number, `\X` is X; other scripts are in UTF-8. */
function stringBytes(token: ZoneToken): Uint8Array {
  const bytes = new Uint8Array(token.text.includes('\\') ? unescaped(token) : fromUtf8(token.text));
  if (bytes.length <= STRING_BYTES_MAX) return bytes;
  const because =
    `a string of ${bytes.length} bytes is too long (${STRING_BYTES_MAX} is the most): ` +
    'write it as several in quotes, one after the other';
  throw new FieldFault(because, token);
}

function unescaped(token: ZoneToken): Uint8Array {
  const text = latin1(fromUtf8(token.text)).replace(
    /\\(?:(\d{1,3})|(.))/gs,
    (whole, digits: string | undefined, character: string | undefined) => {
      if (digits === undefined) return character ?? '';
      if (digits.length === 3 && Number(digits) < 256) return String.fromCharCode(Number(digits));
      throw new FieldFault(`${showText(whole)} is no byte: write \\000 to \\255`, token);
    },
  );
  return fromLatin1(text);
}
