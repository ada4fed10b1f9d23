// Lists of `tag=value` pairs in TXT records (RFC 6376 §3.2), and the text of TXT records as
// policies read it. Total: any text gives the tags that can be read and the faults of the rest,
// each with its place. What a fault means is for the caller: a DKIM key with one is void, a DMARC
// record is not. Time is linear in the text, whatever it holds.
import { fromLatin1, latin1 } from '../base/bytes.ts';
import type { Lookup } from '../dns/lookup.ts';
import type { Name } from '../dns/name.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import { printString } from '../dns/records/txt.ts';

/** Something that is wrong in a text, and the character at which it begins, counted from 1. */
export interface TextFault {
  readonly at: number;
  readonly because: string;
}

export interface Tag {
  readonly name: string;
  /** Without blanks around it. */
  readonly value: string;
  /** Where the name begins, counted from 1. */
  readonly at: number;
  /** Where the value begins. */
  readonly valueAt: number;
}

export interface TagList {
  /** Each name once: of several the first. */
  readonly tags: readonly Tag[];
  readonly faults: readonly TextFault[];
}

// RFC 6376 §3.2: ALPHA *ALNUMPUNC.
const TAG_NAME = /^[A-Za-z]\w*$/;
/** What may stand in a value besides the semicolon that ends it: VALCHAR and FWS. */
const NOT_IN_VALUE = /[^\x21-\x7e \t\r\n]/;
const BLANKS = ' \t\r\n';
const STRING_BYTES_MAX = 255;

export function parseTagList(text: string): TagList {
  const tags = new Map<string, Tag>();
  const faults: TextFault[] = [];
  const parts = text.split(';');
  let at = 1;
  for (const [index, part] of parts.entries()) {
    // A semicolon may end the list (RFC 6376 §3.2).
    const isEnd = index > 0 && index === parts.length - 1 && trimBlanks(part) === '';
    if (!isEnd) {
      const read = parseTag(part, at);
      if ('because' in read) faults.push(read);
      else if (tags.has(read.name)) {
        faults.push({ at: read.at, because: `the tag ${read.name} stands there twice` });
      } else tags.set(read.name, read);
    }
    at += part.length + 1;
  }
  return { tags: [...tags.values()], faults };
}

function parseTag(part: string, partAt: number): Tag | TextFault {
  const at = partAt + blanksBefore(part);
  const equals = part.indexOf('=');
  if (trimBlanks(part) === '') return { at, because: 'there is no tag where one is expected' };
  if (equals < 0) return { at, because: `"${trimBlanks(part)}" has no "="` };
  const name = trimBlanks(part.slice(0, equals));
  if (!TAG_NAME.test(name)) return { at, because: `"${name}" is no name of a tag` };
  const raw = part.slice(equals + 1);
  const odd = raw.search(NOT_IN_VALUE);
  if (odd >= 0) {
    const because = `the value of ${name} has a character that is not printable ASCII`;
    return { at: partAt + equals + 1 + odd, because };
  }
  const valueAt = partAt + equals + 1 + blanksBefore(raw);
  return { name, value: trimBlanks(raw), at, valueAt };
}

function blanksBefore(text: string): number {
  let at = 0;
  while (at < text.length && BLANKS.includes(text.charAt(at))) at += 1;
  return at;
}

/** Without blanks around it; octets that are blanks elsewhere stay. */
export function trimBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && BLANKS.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(Math.min(blanksBefore(text), end), end);
}

/** Values split at a separator, without the blanks around each. */
export const splitValue = (value: string, separator: ':' | ','): readonly string[] =>
  value.split(separator).map(trimBlanks);

export const printTagList = (tags: readonly Pick<Tag, 'name' | 'value'>[]): string =>
  tags.map(({ name, value }) => `${name}=${value}`).join('; ');

/** The TXT records of a lookup, the strings of each joined without a space (RFC 6376 §3.6.2.2). */
export function textsOf(found: Lookup<RecordData>): readonly string[] {
  if (found.kind !== 'records') return [];
  return found.records.flatMap((data) =>
    data.kind === 'TXT' ? [data.strings.map(latin1).join('')] : [],
  );
}

/** A TXT record as a line of zone text, in strings of at most 255 bytes. */
export function txtLine(name: Name, text: string): string {
  const bytes = fromLatin1(text);
  const count = Math.max(1, Math.ceil(bytes.length / STRING_BYTES_MAX));
  const strings = Array.from({ length: count }, (_, at) =>
    printString(bytes.subarray(at * STRING_BYTES_MAX, (at + 1) * STRING_BYTES_MAX)),
  );
  return `${name} TXT ${strings.join(' ')}`;
}
