// The values that a setting may have, each as one Zod schema: what is taken, and for everything
// else a sentence that says what is wrong and one that says how to mend it.
import { z } from 'zod';
import { type Endpoint, parseCidr, parseEndpoint, parseIp } from '../base/ip.ts';
import { showText } from '../base/show.ts';
import { parseName } from '../dns/name.ts';
import { parseAddress } from '../smtp/address.ts';
import { parseDuration, parseSize } from './units.ts';

const PORT_MAX = 65_535;

/** The value as a fault quotes it: short, on one line, safe to show. */
function quoted(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a group of keys';
  const text = showText(String(value));
  return text.length > 60 ? `"${text.slice(0, 60)}…"` : `"${text}"`;
}

interface Wording {
  /** Completes `"x" is not …` and `… is missing`. */
  readonly what: string;
  /** A whole sentence without its full stop: how to write it. */
  readonly mend: string;
}

/** One value written as text (or as a number, where YAML sees one). */
function written<T>(wording: Wording, parse: (text: string) => T | undefined) {
  return z.unknown().transform((value, context): T => {
    const isText = ['string', 'number', 'boolean'].includes(typeof value);
    const parsed = isText ? parse(String(value)) : undefined;
    if (parsed !== undefined) return parsed;
    const message =
      value === undefined || value === null
        ? `is missing: ${wording.what} is needed`
        : `${quoted(value)} is not ${wording.what}`;
    context.addIssue({ code: 'custom', message, params: { mend: wording.mend } });
    return z.NEVER;
  });
}

/**
 * A name in lower case without its last dot, in the form of a host name (RFC 1123 §2.1, `_` too).
 */
function nameText(text: string): string | undefined {
  const name = parseName(text);
  if (typeof name !== 'string' || !/^(?:[A-Za-z0-9_-]+\.)+$/.test(name)) return undefined;
  return name.slice(0, -1).toLowerCase();
}

export const hostName = written(
  { what: 'a host name', mend: 'write a full name, such as mail.example.com' },
  nameText,
);

export const domainName = written(
  {
    what: 'a domain name',
    mend: 'write it as it stands behind the @, such as example.com',
  },
  nameText,
);

export const path = written(
  { what: 'a path', mend: 'write the path of a file or folder' },
  (text) => (text === '' || text.includes('\0') ? undefined : text),
);

export const endpoint = written(
  {
    what: 'an address with a port',
    mend: 'write 127.0.0.1:25 or "[::1]:25"; for every address 0.0.0.0:25 or "[::]:25"',
  },
  parseEndpoint,
);

/** A server to ask: its port may be left out. */
export const server = written<Endpoint | { readonly address: Endpoint['address'] }>(
  { what: 'the address of a server', mend: 'write 192.0.2.1, 192.0.2.1:53 or "[2001:db8::1]:53"' },
  (text) => {
    const address = parseIp(text);
    return address === undefined ? parseEndpoint(text) : { address };
  },
);

export const ipAddress = written(
  { what: 'an IP address', mend: 'write 192.0.2.1 or "2001:db8::1"' },
  parseIp,
);

export const network = written(
  { what: 'a network', mend: 'write 192.0.2.0/24 or "2001:db8::/32", with no bits set after /n' },
  (text) => parseCidr(text)?.text,
);

export const duration = written(
  { what: 'a length of time', mend: 'write a number and its unit: 30s, 5min, 4h or 5d' },
  parseDuration,
);

export const size = written(
  { what: 'a size', mend: 'write a number and its unit: 900KB, 25MB or 1GB' },
  parseSize,
);

/** A whole number between two others, both allowed. */
export const count = (least: number, most: number) =>
  written(
    {
      what: `a whole number from ${least} to ${most}`,
      mend: `write a number from ${least} to ${most}`,
    },
    (text) => {
      const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      return number >= least && number <= most ? number : undefined;
    },
  );

export const port = count(1, PORT_MAX);

export const yesOrNo = written({ what: 'true or false', mend: 'write true or false' }, (text) =>
  text === 'true' || text === 'false' ? text === 'true' : undefined,
);

/** An MX record without its owner. */
export const exchange = written(
  { what: 'a preference and a host', mend: 'write them as in the MX record: 10 mail.example.com' },
  (text) => {
    const [preference = '', host = '', ...more] = text.trim().split(/\s+/);
    const name = host === '.' ? '.' : nameText(host);
    const isNumber = /^\d{1,5}$/.test(preference) && Number(preference) <= PORT_MAX;
    if (!isNumber || name === undefined || more.length > 0) return undefined;
    return { preference: Number(preference), host: name };
  },
);

export const maildir = written(
  { what: 'a place for mail', mend: 'write maildir: and a folder, such as "maildir:./mail"' },
  (text) => (/^maildir:[^\0]+$/.test(text) ? text.slice('maildir:'.length) : undefined),
);

export const localPart = written(
  {
    what: 'the part of an address before the @',
    mend: 'write only the name, such as user, without @ and domain',
  },
  (text) => (/^[^\s@\p{Cc}]{1,64}$/u.test(text) ? text.toLowerCase() : undefined),
);

export const mailAddress = written(
  { what: 'a mail address', mend: 'write it as user@example.com' },
  (text) => {
    const address = parseAddress(text, { unicodeDomain: true });
    return 'local' in address ? address.text : undefined;
  },
);

export const httpsUrl = written(
  { what: 'an https address', mend: 'write it as https://example.com/path' },
  (text) => (URL.parse(text)?.protocol === 'https:' ? text : undefined),
);

export const secret = written(
  { what: 'a secret', mend: 'write at least 16 characters that nobody can guess' },
  (text) => (text.length >= 16 ? text : undefined),
);

/** One of a few words. */
export const word = <const Words extends readonly string[]>(...words: Words) =>
  written(
    { what: words.join(' or '), mend: `write ${words.join(' or ')}` },
    (text): Words[number] | undefined => words.find((each) => each === text),
  );

/** A list; a lone value is a list of one. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item));
