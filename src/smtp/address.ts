// Mail addresses (RFC 5321 §4.1.2): the one parser that sessions, routing and queue share, so that
// no two parts ever disagree about which domain an address belongs to. What comes out of it holds
// only printable ASCII: no CR, LF, NUL or other control byte ever gets into an address.
import { type IpAddress, isIpv6, parseIp } from '../base/ip.ts';
import { type Name, nameKey, parseName, toAscii } from '../dns/name.ts';

/** Where mail goes: a domain name, or an address literal such as `[192.0.2.1]`. */
export type MailDomain =
  | { readonly kind: 'name'; readonly name: Name }
  | { readonly kind: 'literal'; readonly address: IpAddress };

/** One mailbox. `local` is unquoted and keeps its case; `text` is as it is written in SMTP. */
export interface MailAddress {
  readonly local: string;
  readonly domain: MailDomain;
  readonly text: string;
}

/** The sender of an envelope: a mailbox, or nobody (`<>`, the sender of bounces). */
export type Sender = MailAddress | 'null';

/** A recipient as RCPT gave it; `<Postmaster>` without a domain is allowed (RFC 5321 §4.5.1). */
export type RecipientPath = MailAddress | 'postmaster';

/** Why a text is no address, in words for whoever wrote it. */
export interface AddressFault {
  readonly kind: 'address-fault';
  readonly because: string;
}

export interface AddressOptions {
  /** A domain in Unicode is taken and converted: for people at a command line, never for SMTP. */
  readonly unicodeDomain?: boolean;
}

const LOCAL_BYTES_MAX = 64; // RFC 5321 §4.5.3.1.1
const DOMAIN_BYTES_MAX = 253; // RFC 5321 §4.5.3.1.2 says 255; RFC 1035 §2.3.4 leaves 253 characters
const ADDRESS_BYTES_MAX = 254; // RFC 5321 §4.5.3.1.3: a path of 256, without its angle brackets

// RFC 5321 §4.1.2: Dot-string, and Quoted-string with what may stand between its quotes.
const DOT_STRING = /^[\w!#$%&'*+\-/=?^`{|}~]+(?:\.[\w!#$%&'*+\-/=?^`{|}~]+)*$/;
const QUOTED_STRING = /^"((?:[ !#-[\]-~]|\\[ -~])*)"$/;

// RFC 5321 §4.1.2: Domain. The underscore is against the letter, and in use.
const DOMAIN = /^[a-z\d_](?:[\w-]{0,61}\w)?(?:\.\w(?:[\w-]{0,61}\w)?)*$/i;
const PRINTABLE_ASCII = /^[ -~]*$/;

const fault = (because: string): AddressFault => ({ kind: 'address-fault', because });

/** Did a parser of this file refuse? */
export const isAddressFault = (parsed: unknown): parsed is AddressFault =>
  typeof parsed === 'object' && parsed !== null && 'kind' in parsed
    ? parsed.kind === 'address-fault'
    : false;

/**
 * An address without angle brackets: `user@example.com`, `"odd one"@example.com`,
 * `user@[192.0.2.1]`.
 */
export function parseAddress(
  text: string,
  { unicodeDomain = false }: AddressOptions = {},
): MailAddress | AddressFault {
  // The last one: a quoted local part may hold others, a domain none.
  const at = text.lastIndexOf('@');
  if (at < 0) return fault('there is no @ in it');
  const local = parseLocal(text.slice(0, at));
  if (typeof local !== 'string') return local;
  const domainAsGiven = text.slice(at + 1);
  const domain = parseDomain(unicodeDomain ? asciiDomain(domainAsGiven) : domainAsGiven);
  if (isAddressFault(domain)) return domain;
  const printed = printAddress({ local, domain });
  if (printed.length > ADDRESS_BYTES_MAX) {
    return fault(`it is longer than ${ADDRESS_BYTES_MAX} characters`);
  }
  return { local, domain, text: printed };
}

/** The address as SMTP writes it, with no more quoting than it needs (RFC 5321 §4.1.2). */
export function printAddress({ local, domain }: Pick<MailAddress, 'local' | 'domain'>): string {
  return `${DOT_STRING.test(local) ? local : quoted(local)}@${printDomain(domain)}`;
}

/**
 * Lower case, without a trailing dot; `[192.0.2.1]` for a literal: equal texts are equal domains.
 */
export function domainText(domain: MailDomain): string {
  return domain.kind === 'name' ? withoutDot(nameKey(domain.name)) : printDomain(domain);
}

/** The local part without its quotes, or why it is none. */
function parseLocal(text: string): string | AddressFault {
  if (text.length > LOCAL_BYTES_MAX) {
    return fault(`the part before the @ is longer than ${LOCAL_BYTES_MAX} characters`);
  }
  if (DOT_STRING.test(text)) return text;
  const content = QUOTED_STRING.exec(text)?.[1];
  if (content) return content.includes('\\') ? content.replace(/\\(.)/g, '$1') : content;
  if (text === '' || content === '') return fault('there is nothing before the @');
  return fault(
    PRINTABLE_ASCII.test(text)
      ? 'the part before the @ has a character or a dot that needs quotes'
      : 'the part before the @ has characters that are not printable ASCII',
  );
}

/** What follows the @: a domain name or an address literal. */
function parseDomain(text: string): MailDomain | AddressFault {
  if (text.startsWith('[')) return parseLiteral(text);
  if (text === '') return fault('there is nothing after the @');
  if (text.length > DOMAIN_BYTES_MAX) {
    return fault(`the domain is longer than ${DOMAIN_BYTES_MAX} characters`);
  }
  if (text.endsWith('.')) return fault('the domain ends with a dot');
  if (!PRINTABLE_ASCII.test(text)) return fault('the domain is not written in ASCII');
  if (!DOMAIN.test(text)) return fault('what follows the @ is no domain name');
  if (/\d$/.test(text) && parseIp(text))
    return fault('an IP address after the @ needs square brackets');
  const name = parseName(`${text}.`);
  return typeof name === 'string'
    ? { kind: 'name', name }
    : fault('what follows the @ is no domain name');
}

/** `[192.0.2.1]` and `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3); no other kind is registered. */
function parseLiteral(text: string): MailDomain | AddressFault {
  const content = text.endsWith(']') ? text.slice(1, -1) : '';
  const tagged = /^ipv6:/i.test(content);
  const address = parseIp(tagged ? content.slice('IPv6:'.length) : content);
  if (!address || isIpv6(address) !== tagged) {
    return fault('an address literal is written [192.0.2.1] or [IPv6:2001:db8::1]');
  }
  return { kind: 'literal', address };
}

/**
 * As it is, where it is ASCII already or cannot be converted: the parser says what is wrong then.
 */
function asciiDomain(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  const converted = toAscii(text);
  return typeof converted === 'string' ? withoutDot(converted) : text;
}

/** With the case that it came in. */
function printDomain(domain: MailDomain): string {
  if (domain.kind === 'name') return withoutDot(domain.name);
  return isIpv6(domain.address) ? `[IPv6:${domain.address}]` : `[${domain.address}]`;
}

const quoted = (local: string): string => `"${local.replace(/["\\]/g, '\\$&')}"`;
const withoutDot = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name);
