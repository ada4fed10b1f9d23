// Reads Received fields (RFC 5321 §4.4), as they are met: what each host on the way said of
// itself, of whoever gave it the message, of TLS and of the time. Total and bounded: whatever a
// field holds, something comes back and nothing is thrown. All texts are foreign, octets as
// latin1: show them through `base/show`.
import { type IpAddress, parseIp } from '../base/ip.ts';
import { type Instant, instantAt } from '../base/time.ts';
import { type Header, unfolded } from './header.ts';

/** What TLS the host says it saw; only what it named. */
export interface ReceivedTls {
  /** `TLSv1.3`. */
  readonly protocol?: string;
  readonly cipher?: string;
}

/** One host that had the message. */
export interface Received {
  /** What the client called itself. */
  readonly from?: string;
  /** Where the client connected from. */
  readonly client?: IpAddress;
  /** What the host calls itself. */
  readonly by?: string;
  /** `ESMTPS`, as the host wrote it. */
  readonly protocol?: string;
  /** Absent where nothing says that TLS was used. */
  readonly tls?: ReceivedTls;
  readonly id?: string;
  readonly at?: Instant;
}

/** More hosts than any message may have seen (RFC 5321 §6.3). */
const RECEIVED_MAX = 100;
const FIELD_CHARACTERS_MAX = 4_096;
const WORD_CHARACTERS_MAX = 320;

/** The way of a message, the first host first. */
export function readReceived(header: Header): readonly Received[] {
  const fields = header.byName.get('received') ?? [];
  return fields
    .slice(0, RECEIVED_MAX)
    .map((field) => readReceivedField(unfolded(field)))
    .reverse();
}

/** One field, unfolded. */
export function readReceivedField(content: string): Received {
  const { words, comments, date } = scan(content.slice(0, FIELD_CHARACTERS_MAX));
  const clauses = clausesOf(words);
  const from = clauses.get('from');
  const client = clientIn([...(comments.get('from') ?? []), from ?? '']);
  const protocol = clauses.get('with');
  const beside = [...comments.values()].flat();
  const tls = tlsIn(protocol, [...beside, wordsAfter(words, 'with')].join(' '));
  return {
    ...asMember('from', from),
    ...asMember('client', client),
    ...asMember('by', clauses.get('by')),
    ...asMember('protocol', protocol),
    ...asMember('tls', tls),
    ...asMember('id', clauses.get('id')?.replace(/^<(.*)>$/, '$1')),
    ...asMember('at', readDate(date)),
  };
}

function asMember<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: Value });
}

const CLAUSES: ReadonlySet<string> = new Set(['from', 'by', 'via', 'with', 'id', 'for']);

interface Scanned {
  /** Outside comments, before the date. */
  readonly words: readonly string[];
  /** By the clause they stand in; `''` is before the first. */
  readonly comments: ReadonlyMap<string, readonly string[]>;
  /** What follows the last semicolon. */
  readonly date: string;
}

/** One pass from left to right: words, comments (which may hold others), and the date. */
function scan(text: string): Scanned {
  const end = lastSemicolon(text);
  const comments = new Map<string, string[]>();
  const words: string[] = [];
  let clause = '';
  let word = '';
  const endWord = (): void => {
    if (word === '') return;
    words.push(word.slice(0, WORD_CHARACTERS_MAX));
    if (CLAUSES.has(word.toLowerCase())) clause = word.toLowerCase();
    word = '';
  };
  for (let at = 0; at < end; ) {
    const character = text[at] as string;
    if (character === '(') {
      endWord();
      const close = Math.min(commentEnd(text, at), end);
      const known = comments.get(clause) ?? [];
      comments.set(clause, [...known, text.slice(at + 1, close)]);
      at = close + 1;
    } else {
      if (/[\s;]/.test(character)) endWord();
      else word += character;
      at += 1;
    }
  }
  endWord();
  return { words, comments, date: text.slice(end + 1) };
}

/** Where the comment that begins here ends; an open one lasts to the end (RFC 5322 §3.2.2). */
function commentEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === '(') depth += 1;
    else if (character === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return text.length;
}

/** The one outside comments: a date may be followed by the name of its zone, in a comment. */
function lastSemicolon(text: string): number {
  let last = text.length;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') at = commentEnd(text, at);
    else if (text[at] === ';') last = at;
  }
  return last;
}

/** The word after each clause's name, the first time it stands there. */
function clausesOf(words: readonly string[]): ReadonlyMap<string, string> {
  const clauses = new Map<string, string>();
  for (let at = 0; at < words.length - 1; at += 1) {
    const name = (words[at] as string).toLowerCase();
    if (!CLAUSES.has(name)) continue;
    at += 1;
    if (!clauses.has(name)) clauses.set(name, words[at] as string);
  }
  return clauses;
}

/** All words of a clause: some hosts tell their TLS there. */
function wordsAfter(words: readonly string[], clause: string): string {
  const start = words.findIndex((word) => word.toLowerCase() === clause);
  if (start < 0) return '';
  const rest = words.slice(start + 1);
  const end = rest.findIndex((word) => CLAUSES.has(word.toLowerCase()));
  return (end < 0 ? rest : rest.slice(0, end)).join(' ');
}

/** `(name [192.0.2.1])`, `([IPv6:2001:db8::1])`, `(192.0.2.1)`. */
function clientIn(texts: readonly string[]): IpAddress | undefined {
  for (const text of texts) {
    for (const [, found = ''] of text.matchAll(/(?:^|[\s[(:])([0-9a-f.:]{2,45})(?=$|[\s\]):])/gi)) {
      const address = parseIp(found);
      if (address !== undefined) return address;
    }
  }
  return undefined;
}

// RFC 3848 and RFC 6531 §4.3: ESMTPS, LMTPSA, UTF8SMTPS and so on.
const SECURED = /^(?:utf8)?(?:e?smtp|lmtp)sa?$/i;
const VERSION = /\b(TLS|SSL)[ _]?v?(\d)(?:[._](\d))?/i;
const CIPHER = /\b((?:TLS|ECDHE|DHE|AES|RSA|AECDH|ADH|CAMELLIA|DES)[A-Z0-9]*[-_][A-Z0-9_-]{3,60})/;

function tlsIn(protocol: string | undefined, beside: string): ReceivedTls | undefined {
  const [, name, major, minor] = VERSION.exec(beside) ?? [];
  const cipher = CIPHER.exec(beside)?.[1];
  if (name === undefined && !(protocol !== undefined && SECURED.test(protocol))) return undefined;
  const version = name && `${name.toUpperCase()}v${major}${minor === undefined ? '' : `.${minor}`}`;
  return { ...asMember('protocol', version), ...asMember('cipher', cipher) };
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DATE = new RegExp(
  [
    /^(?:[a-z]{3},?\s+)?(\d{1,2})\s+([a-z]{3})\s+(\d{2,4})\s+/,
    /(\d{1,2}):(\d{2})(?::(\d{2}))?\s+([+-]\d{4}|[a-z]{1,4})\b/,
  ]
    .map(({ source }) => source)
    .join(''),
  'i',
);
// RFC 5322 §4.3: what else there is means the same as -0000.
const ZONE_HOURS: Readonly<Record<string, number>> = {
  EDT: -4,
  EST: -5,
  CDT: -5,
  CST: -6,
  MDT: -6,
  MST: -7,
  PDT: -7,
  PST: -8,
};

/** RFC 5322 §3.3 and §4.3; nothing where it is no date. */
function readDate(text: string): Instant | undefined {
  const plain = text.slice(0, 200).replace(/\([^()]*\)/g, ' ');
  const found = DATE.exec(plain.trim());
  if (!found) return undefined;
  const [day = 0, hour = 0, minute = 0, second = 0] = [
    found[1],
    found[4],
    found[5],
    found[6] ?? 0,
  ].map(Number);
  const month = MONTHS.indexOf((found[2] ?? '').toLowerCase());
  const zone = minutesOf(found[7] ?? '');
  const date = new Date(0);
  date.setUTCFullYear(yearOf(found[3] ?? ''), month, day);
  date.setUTCHours(hour, minute);
  const isReal = month >= 0 && date.getUTCDate() === day && date.getUTCHours() === hour;
  // A minute may have a leap second.
  if (!isReal || zone === undefined || minute > 59 || second > 60) return undefined;
  return instantAt(date.getTime() + second * 1_000 - zone * 60_000);
}

function yearOf(digits: string): number {
  const year = Number(digits);
  if (digits.length === 2) return year < 50 ? 2_000 + year : 1_900 + year;
  return digits.length === 3 ? 1_900 + year : year;
}

/** Minutes east of Greenwich. */
function minutesOf(zone: string): number | undefined {
  const [, sign, hours = '', minutes = ''] = /^([+-])(\d{2})(\d{2})$/.exec(zone) ?? [];
  if (sign === undefined) return (ZONE_HOURS[zone.toUpperCase()] ?? 0) * 60;
  if (Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
