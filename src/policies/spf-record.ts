// SPF records (RFC 7208 §12): text to terms and back, every fault with its place. A record with a
// fault is worth nothing to a receiver (§4.6); its good terms are given all the same, for whoever
// shows it.
import { latin1 } from '../base/bytes.ts';
import { type Cidr, ipBytes, ipFromBytes } from '../base/ip.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import {
  isSpfFault,
  type MacroString,
  parseMacro,
  printMacro,
  type SpfFault,
  spfFault,
} from './spf-macro.ts';

/** pass, fail, softfail, neutral (RFC 7208 §4.6.2). */
export type Qualifier = '+' | '-' | '~' | '?';

interface Placed {
  /** The term as it stands in the record, and where it begins. */
  readonly text: string;
  readonly at: number;
}

interface Hosts {
  /** Absent: the domain of the record. */
  readonly target?: MacroString;
  readonly ipv4Bits: number;
  readonly ipv6Bits: number;
}

export type SpfMechanism =
  | { readonly kind: 'all' }
  | { readonly kind: 'include'; readonly target: MacroString }
  | { readonly kind: 'exists'; readonly target: MacroString }
  | ({ readonly kind: 'a' } & Hosts)
  | ({ readonly kind: 'mx' } & Hosts)
  | { readonly kind: 'ptr'; readonly target?: MacroString }
  | { readonly kind: 'ip4'; readonly network: Cidr }
  | { readonly kind: 'ip6'; readonly network: Cidr };

export type SpfDirective = Placed & SpfMechanism & { readonly qualifier: Qualifier };

export type SpfModifier = Placed &
  (
    | { readonly kind: 'redirect'; readonly target: MacroString }
    | { readonly kind: 'exp'; readonly target: MacroString }
    /** RFC 7208 §6: modifiers that nobody knows are skipped. */
    | { readonly kind: 'modifier'; readonly name: string; readonly value: MacroString }
  );

export type SpfTerm = SpfDirective | SpfModifier;

export interface SpfRecord {
  readonly text: string;
  /** Those that can be read, in their order. */
  readonly terms: readonly SpfTerm[];
  /** Empty for a good record. */
  readonly faults: readonly SpfFault[];
}

/** RFC 7208 §4.5: the version ends with the record or with a space. */
const VERSION = /^v=spf1(?= |$)/i;
/** Meant as SPF by whoever wrote it, and none. */
const LOOKALIKE = /^[^a-z\d]*v\s*[=:]\s*spf\s*1(?!\d)/i;

/** RFC 7208 §3.3: the strings of a TXT record are one text, put together without spaces. */
export const textOfStrings = (strings: readonly Uint8Array[]): string =>
  strings.map(latin1).join('');

/** The text of every TXT record. */
export function textsIn(records: readonly RecordData[]): readonly string[] {
  return records.flatMap((data) => (data.kind === 'TXT' ? [textOfStrings(data.strings)] : []));
}

export const isSpf = (text: string): boolean => VERSION.test(text);
/** Looks like SPF, and no receiver will take it for that: ` v=spf1 -all`, `v=spf1; -all`. */
export const isNearlySpf = (text: string): boolean => !isSpf(text) && LOOKALIKE.test(text);

export const isDirective = (term: SpfTerm): term is SpfDirective => 'qualifier' in term;

/** Reads what `isSpf` took. */
export function parseSpf(text: string): SpfRecord {
  const terms: SpfTerm[] = [];
  const faults: SpfFault[] = [];
  for (const { 0: token, index } of text.slice('v=spf1'.length).matchAll(/[^ ]+/g)) {
    const term = readTerm({ text: token, at: index + 'v=spf1'.length });
    const fault = isSpfFault(term) ? term : twice(term, terms);
    if (fault !== undefined) faults.push(fault);
    else if (!isSpfFault(term)) terms.push(term);
  }
  return { text, terms, faults };
}

/** RFC 7208 §6: redirect and exp may stand in a record once each. */
function twice(term: SpfTerm, before: readonly SpfTerm[]): SpfFault | undefined {
  if (term.kind !== 'redirect' && term.kind !== 'exp') return undefined;
  if (!before.some(({ kind }) => kind === term.kind)) return undefined;
  return spfFault(term.at, term.text.length, `${term.kind} stands in the record a second time`);
}

/** RFC 7208 §4.6.1: it is a modifier if "=" follows the name at once. */
function readTerm(placed: Placed): SpfTerm | SpfFault {
  const { text } = placed;
  const equals = /^[a-z][\w.-]*=/i.exec(text);
  if (equals) return readModifier(placed, equals[0].length - 1);
  const [, sign = '', name = '', rest = ''] = /^([-+?~]?)([a-z][\w.-]*)(.*)$/is.exec(text) ?? [];
  if (name === '') return unreadable(placed);
  const argument = { text: rest, at: placed.at + sign.length + name.length };
  const mechanism = readMechanism(name, argument);
  if (isSpfFault(mechanism)) return mechanism;
  if (mechanism === undefined) return unknownMechanism(placed, name);
  return { ...placed, qualifier: (sign || '+') as Qualifier, ...mechanism };
}

function readModifier(placed: Placed, nameLength: number): SpfModifier | SpfFault {
  const name = placed.text.slice(0, nameLength);
  const kind = name.toLowerCase();
  const value = { text: placed.text.slice(nameLength + 1), at: placed.at + nameLength + 1 };
  if (kind === 'redirect' || kind === 'exp') {
    const target = readDomain(value, kind);
    return isSpfFault(target) ? target : { ...placed, kind, target };
  }
  const parts = parseMacro(value.text, { at: value.at, in: 'record' });
  return 'kind' in parts ? parts : { ...placed, kind: 'modifier', name, value: parts };
}

/** Nothing for a name that is no mechanism. */
function readMechanism(name: string, argument: Placed): SpfMechanism | SpfFault | undefined {
  const kind = name.toLowerCase();
  switch (kind) {
    case 'all':
      if (argument.text === '') return { kind };
      return spfFault(argument.at, argument.text.length, 'nothing may follow all');
    case 'include':
    case 'exists': {
      const target = readTarget(argument, kind);
      if (target === undefined) {
        return spfFault(argument.at - name.length, name.length, `${kind} needs a domain`);
      }
      return 'kind' in target ? target : { kind, target };
    }
    case 'ptr': {
      const target = readTarget(argument, kind);
      if (target === undefined) return { kind };
      return 'kind' in target ? target : { kind, target };
    }
    case 'a':
    case 'mx':
      return readHosts(kind, argument);
    case 'ip4':
    case 'ip6':
      return readNetwork(kind, argument);
    default:
      return undefined;
  }
}

/** `:domain-spec`, or nothing at all. */
function readTarget({ text, at }: Placed, of: string): MacroString | SpfFault | undefined {
  if (text === '') return undefined;
  if (text.startsWith('/') && of !== 'a' && of !== 'mx') {
    return spfFault(at, text.length, `${of} takes no prefix length`);
  }
  if (text.startsWith('/')) return spfFault(at, text.length, NO_DUAL_LENGTH);
  if (!text.startsWith(':')) return spfFault(at, text.length, `a colon was expected after ${of}`);
  return readDomain({ text: text.slice(1), at: at + 1 }, of);
}

const NO_DUAL_LENGTH = 'a prefix length is written /24 for IPv4, //64 for IPv6, or /24//64';
const DUAL_LENGTH = /(?:\/(0|[1-9]\d?))?(?:\/\/(0|[1-9]\d{0,2}))?$/;

/** RFC 7208 §5.3 and §5.4: `[":" domain-spec] [dual-cidr-length]`. */
function readHosts(kind: 'a' | 'mx', { text, at }: Placed): SpfMechanism | SpfFault {
  const [lengths = '', ipv4 = '32', ipv6 = '128'] = DUAL_LENGTH.exec(text) ?? [];
  const named = text.slice(0, text.length - lengths.length);
  const target = readTarget({ text: named, at }, kind);
  if (target !== undefined && 'kind' in target) return target;
  const [ipv4Bits, ipv6Bits] = [Number(ipv4), Number(ipv6)];
  if (ipv4Bits > 32 || ipv6Bits > 128) {
    const because = 'a prefix length is at most 32 for IPv4 and 128 for IPv6';
    return spfFault(at + named.length, lengths.length, because);
  }
  return { kind, ...(target !== undefined && { target }), ipv4Bits, ipv6Bits };
}

const mechanismFor = (bytes: Uint8Array): string => (bytes.length === 4 ? 'ip4' : 'ip6');

/** RFC 7208 §5.6. */
function readNetwork(kind: 'ip4' | 'ip6', { text, at }: Placed): SpfMechanism | SpfFault {
  const family = kind === 'ip4' ? 'IPv4' : 'IPv6';
  if (!text.startsWith(':')) return spfFault(at - 3, text.length + 3, `${kind} needs an address`);
  const [address = '', ...lengths] = text.slice(1).split('/');
  const bytes = ipBytes(address);
  if (bytes?.length !== (kind === 'ip4' ? 4 : 16)) {
    const because = bytes
      ? `this address is of the other family and needs ${mechanismFor(bytes)}:`
      : `this is no ${family} address`;
    return spfFault(at + 1, address.length, because);
  }
  const bitsMax = bytes.length * 8;
  const [length] = lengths;
  const isLength = length === undefined || /^(?:0|[1-9]\d{0,2})$/.test(length);
  const bits = length === undefined ? bitsMax : Number(length);
  if (lengths.length > 1 || !isLength || bits > bitsMax) {
    const from = at + 1 + address.length;
    const because = `a prefix length of ${family} is a number from 0 to ${bitsMax}`;
    return spfFault(from, text.length - 1 - address.length, because);
  }
  return { kind, network: { text: `${ipFromBytes(bytes)}/${bits}`, bytes, bits } };
}

function readDomain({ text, at }: Placed, of: string): MacroString | SpfFault {
  if (text === '') return spfFault(at - 1, 1, `${of} needs a domain`);
  const parts = parseMacro(text, { at, in: 'record' });
  if ('kind' in parts) return parts;
  const isEnded = parts.at(-1)?.kind === 'expand' || endsWithEscape(text) || endsWithLabel(text);
  return isEnded ? parts : spfFault(at, text.length, domainFault(text, of));
}

/** `%%`, `%_` and `%-` are macros too, for the grammar. */
const endsWithEscape = (text: string): boolean =>
  text.endsWith('%') || /(?:^|[^%])(?:%%)*%[_-]$/.test(text);

/** RFC 7208 §7.1: a dot and a toplabel end a domain-spec that no macro ends. */
function endsWithLabel(text: string): boolean {
  // Only what follows the last macro: the dot may not be inside of one.
  const tail = text.slice(text.lastIndexOf('}') + 1).replace(/\.$/, '');
  const dot = tail.lastIndexOf('.');
  const label = tail.slice(dot + 1);
  return dot >= 0 && /^[a-z\d](?:[a-z\d-]*[a-z\d])?$/i.test(label) && /[a-z-]/i.test(label);
}

function domainFault(text: string, of: string): string {
  const [host = '', length] = text.split('/');
  const bytes = ipBytes(host);
  if (bytes) return `this is an address and needs ${mechanismFor(bytes)}:`;
  if (length !== undefined && /^\d*$/.test(length)) {
    return of === 'a' || of === 'mx' ? NO_DUAL_LENGTH : `${of} takes no prefix length`;
  }
  return text.replace(/\.$/, '').includes('.')
    ? 'this does not end as a domain name does'
    : 'a domain name of two labels or more was expected';
}

/** What people write, and what it is called. */
const MEANT: Readonly<Record<string, string>> = {
  ip: 'ip4 or ip6',
  ipv4: 'ip4',
  ipv6: 'ip6',
  redirect: 'redirect=',
  exp: 'exp=',
};

function unknownMechanism({ text, at }: Placed, name: string): SpfFault {
  const meant = MEANT[name.toLowerCase()];
  const hint = meant === undefined ? '' : `; ${meant} is meant, it seems`;
  return spfFault(at, text.length, `there is no mechanism ${name}${hint}`);
}

function unreadable({ text, at }: Placed): SpfFault {
  const bytes = ipBytes((text.replace(/^[-+?~]/, '').split('/')[0] ?? '').toLowerCase());
  const because =
    bytes === undefined
      ? 'this is neither a mechanism nor a modifier'
      : `an address needs ${mechanismFor(bytes)}: before it`;
  return spfFault(at, text.length, because);
}

/** The terms as one record; `parseSpf` reads the same terms from it. */
export function printSpf(terms: readonly SpfTerm[]): string {
  return ['v=spf1', ...terms.map(printTerm)].join(' ');
}

function printTerm(term: SpfTerm): string {
  switch (term.kind) {
    case 'redirect':
    case 'exp':
      return `${term.kind}=${printMacro(term.target)}`;
    case 'modifier':
      return `${term.name}=${printMacro(term.value)}`;
    default:
      return `${term.qualifier === '+' ? '' : term.qualifier}${printMechanism(term)}`;
  }
}

function printMechanism(mechanism: SpfMechanism): string {
  switch (mechanism.kind) {
    case 'all':
      return 'all';
    case 'ip4':
    case 'ip6': {
      const { bytes, bits } = mechanism.network;
      return `${mechanism.kind}:${ipFromBytes(bytes)}${bits < bytes.length * 8 ? `/${bits}` : ''}`;
    }
    case 'a':
    case 'mx': {
      const ipv4 = mechanism.ipv4Bits < 32 ? `/${mechanism.ipv4Bits}` : '';
      const ipv6 = mechanism.ipv6Bits < 128 ? `//${mechanism.ipv6Bits}` : '';
      return `${mechanism.kind}${printTarget(mechanism.target)}${ipv4}${ipv6}`;
    }
    default:
      return `${mechanism.kind}${printTarget(mechanism.target)}`;
  }
}

const printTarget = (target: MacroString | undefined): string =>
  target === undefined ? '' : `:${printMacro(target)}`;
