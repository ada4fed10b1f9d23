// A message from what people and programs give: a plain text becomes a mail, a mail gets the fields
// that every mail must have (RFC 5322 §3.6) where they are missing. Pure: time and chance are
// arguments.
import { fromLatin1, fromUtf8, latin1 } from '../base/bytes.ts';
import type { Instant } from '../base/time.ts';

export interface ComposeOptions {
  readonly from: string;
  readonly to: readonly string[];
  readonly now: Instant;
  /** Unique, without angle brackets. */
  readonly messageId: string;
}

export interface PlainText {
  readonly subject: string;
  readonly body: string;
}

/** RFC 5322 §2.1.1: characters of a line without its end. */
const LINE_CHARACTERS_MAX = 998;
const BASE64_LINE_CHARACTERS = 76;
/** Bytes of UTF-8 that fit an encoded word of 75 characters (RFC 2047 §2). */
const ENCODED_WORD_BYTES = 45;
const PRINTABLE = /^[\t\x20-\x7e]*$/;

/** `Sat, 31 Jan 2026 14:05:09 +0000` (RFC 5322 §3.3). */
const dateField = (at: Instant): string => new Date(at).toUTCString().replace('GMT', '+0000');

const toCrlf = (text: string): string => text.replace(/\r\n|\r|\n/g, '\r\n');

/** Words of at most 75 characters; no character is cut in two (RFC 2047 §5). */
function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > ENCODED_WORD_BYTES) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word]
    .map((each) => `=?utf-8?B?${Buffer.from(each).toString('base64')}?=`)
    .join('\r\n ');
}

/** A field's content on one line: nothing that a user gives may begin another field. */
function unstructured(text: string): string {
  const line = text.replace(/[\r\n]+/g, ' ');
  return PRINTABLE.test(line) && line.length < LINE_CHARACTERS_MAX - 20 ? line : encodedWords(line);
}

const isAddressSafe = (address: string): boolean => /^[^\s<>\p{Cc}]+$/u.test(address);

const addressField = (addresses: readonly string[]): string =>
  addresses
    .filter(isAddressSafe)
    .map((address) => `<${address}>`)
    .join(',\r\n ');

function requiredFields(options: ComposeOptions): readonly (readonly [string, string])[] {
  return [
    ['Date', dateField(options.now)],
    // RFC 5322 §3.6.2: a null sender is nobody to write to; postmaster is at every host.
    ['From', options.from === '' ? '<postmaster>' : addressField([options.from])],
    ['Message-ID', `<${options.messageId}>`],
  ];
}

const printFields = (fields: readonly (readonly [string, string])[]): string =>
  fields.map(([name, content]) => `${name}: ${content}\r\n`).join('');

function bodyPart(body: string): { readonly fields: string; readonly text: string } {
  const text = toCrlf(body.endsWith('\n') ? body : `${body}\n`);
  const lines = text.split('\r\n');
  const isPlain = lines.every((line) => PRINTABLE.test(line) && line.length <= LINE_CHARACTERS_MAX);
  const encoding = isPlain ? '7bit' : 'base64';
  const fields = printFields([
    ['MIME-Version', '1.0'],
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Transfer-Encoding', encoding],
  ]);
  if (isPlain) return { fields, text };
  const encoded = Buffer.from(text).toString('base64');
  const pieces = encoded.match(new RegExp(`.{1,${BASE64_LINE_CHARACTERS}}`, 'g')) ?? [];
  return { fields, text: pieces.map((piece) => `${piece}\r\n`).join('') };
}

/** A mail from a subject and a plain text. */
export function composePlain(plain: PlainText, options: ComposeOptions): Uint8Array {
  const { fields, text } = bodyPart(plain.body);
  const head = printFields([
    ...requiredFields(options),
    ['To', addressField(options.to)],
    ['Subject', unstructured(plain.subject)],
  ]);
  return fromUtf8(`${head}${fields}\r\n${text}`);
}

/** Does the text begin with a header field (RFC 5322 §2.2)? */
const beginsWithField = (text: string): boolean => /^[!-9;-~]+[ \t]*:/.test(text);

/** A mail as it was given, lines ended by CRLF, with the fields that are missing put first. */
export function completeMessage(given: Uint8Array, options: ComposeOptions): Uint8Array {
  const text = toCrlf(latin1(given));
  const hasHeader = beginsWithField(text);
  const end = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n');
  const header = hasHeader ? text.slice(0, end === -1 ? text.length : end + 2) : '';
  const present = new Set(
    Array.from(header.matchAll(/^([!-9;-~]+)[ \t]*:/gm), ([, name]) => name?.toLowerCase()),
  );
  const missing = requiredFields(options).filter(([name]) => !present.has(name.toLowerCase()));
  const separator = hasHeader || text.startsWith('\r\n') ? '' : '\r\n';
  const ended = text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`;
  return fromLatin1(`${latin1(fromUtf8(printFields(missing)))}${separator}${ended}`);
}
