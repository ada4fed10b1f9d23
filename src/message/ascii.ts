// Text for messages of our own: 7-bit, printable, and of lines that SMTP carries, whatever
// strangers put in. Octets outside printable ASCII are written \xNN, a backslash of theirs as \\
// (as `base/show` does for people; here not even é may pass).
import { fromUtf8 } from '../base/bytes.ts';

const UNSAFE = /[^\x20-\x5b\x5d-\x7e]/gu;

const hex = (octet: number): string => `\\x${octet.toString(16).padStart(2, '0')}`;

function escaped(character: string): string {
  if (character === '\\') return '\\\\';
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? hex(code) : Array.from(fromUtf8(character), hex).join('');
}

/** On one line, in printable ASCII; cut where it is longer than `lengthMax`. */
export function asciiText(text: string, lengthMax = 900): string {
  const safe = text.slice(0, lengthMax).replace(UNSAFE, escaped);
  const isCut = text.length > lengthMax || safe.length > lengthMax;
  return isCut ? `${safe.slice(0, lengthMax)}...` : safe;
}

export interface Wrapping {
  /** What the first line begins with, and the others. */
  readonly first: string;
  readonly rest: string;
  readonly width: number;
}

/** Lines of at most `width`, broken at spaces, or within a word that is longer than a line. */
export function wrapped(text: string, { first, rest, width }: Wrapping): readonly string[] {
  const room = width - Math.max(first.length, rest.length);
  const lines: string[] = [];
  let line = first;
  let isBare = true;
  for (const word of text.match(new RegExp(`\\S{1,${room}}`, 'g')) ?? []) {
    if (!isBare && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      isBare = true;
    }
    line += isBare ? word : ` ${word}`;
    isBare = false;
  }
  return [...lines, line.trimEnd()];
}
