// Reads the header of a message (RFC 5322 §2.2), as it is met and not as it should be: any octets,
// bare line ends, folded lines; it ends at the first line that belongs to no field. Text is latin1,
// octet for character. What is beyond the limits is not looked at, and `isWhole` says so.
import { latin1 } from '../base/bytes.ts';

export interface HeaderField {
  /** As it is written. */
  readonly name: string;
  /** What follows the colon, folds and all, without the last line end. */
  readonly raw: string;
}

export interface Header {
  readonly fields: readonly HeaderField[];
  /** The same fields by name in lower case, each list from the top. */
  readonly byName: ReadonlyMap<string, readonly HeaderField[]>;
  /** Of the header alone, with the empty line that ends it: there the body begins. */
  readonly sizeBytes: number;
  /** False where a limit cut it short. */
  readonly isWhole: boolean;
}

export const HEADER_BYTES_MAX = 131_072;
export const HEADER_FIELDS_MAX = 1_000;

// RFC 5322 §3.6.8: a name is printable ASCII but no colon. §4.5: spaces may stand before that.
const FIELD = /([\x21-\x39\x3b-\x7e]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|$)/gy;
const EMPTY_LINE = /^\r?\n/;
const FOLD = /\r?\n(?=[ \t])/g;

/** Never throws; bytes without a header give one without fields. */
export function readHeader(bytes: Uint8Array, bytesMax = HEADER_BYTES_MAX): Header {
  const text = latin1(bytes.subarray(0, bytesMax));
  const fields: HeaderField[] = [];
  let end = 0;
  for (const [line, name = '', raw = ''] of text.matchAll(FIELD)) {
    if (fields.length === HEADER_FIELDS_MAX) break;
    fields.push({ name, raw: raw.endsWith('\r') ? raw.slice(0, -1) : raw });
    end += line.length;
  }
  const emptyLine = EMPTY_LINE.exec(text.slice(end, end + 2))?.[0] ?? '';
  const isCut = bytes.length > bytesMax && emptyLine === '' && end === text.length;
  return {
    fields,
    byName: Map.groupBy(fields, ({ name }) => name.toLowerCase()),
    sizeBytes: end + emptyLine.length,
    isWhole: !isCut && fields.length < HEADER_FIELDS_MAX,
  };
}

/** The content of a field on one line, without folds and outer spaces (RFC 5322 §2.2.3). */
export const unfolded = ({ raw }: HeaderField): string => raw.replace(FOLD, '').trim();

/** The content of the topmost field of this name, unfolded. */
export function fieldOf(header: Header, name: string): string | undefined {
  const field = header.byName.get(name.toLowerCase())?.[0];
  return field && unfolded(field);
}

/** How many hosts say they have had this message: the measure against loops (RFC 5321 §6.3). */
export const countReceived = (header: Header): number => header.byName.get('received')?.length ?? 0;

/** The Message-ID without angle brackets; nothing where the field is missing or empty. */
export function messageIdOf(header: Header): string | undefined {
  const content = fieldOf(header, 'message-id') ?? '';
  return (/<([^<>]+)>/.exec(content)?.[1] ?? content).trim() || undefined;
}

const HIGH_BITS = 0x80808080;

/** Are there octets above 127? Asked of every message, so it looks at four of them at a time. */
export function has8bit(bytes: Uint8Array): boolean {
  const start = Math.min(bytes.length, -bytes.byteOffset & 3);
  const end = bytes.length - ((bytes.length - start) & 3);
  const isHigh = (octet: number): boolean => octet > 127;
  if (bytes.subarray(0, start).some(isHigh) || bytes.subarray(end).some(isHigh)) return true;
  if (start === end) return false;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + start, (end - start) / 4);
  for (let at = 0; at < words.length; at += 1) {
    if (((words[at] as number) & HIGH_BITS) !== 0) return true;
  }
  return false;
}
