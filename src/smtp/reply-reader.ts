// Reads what a server answers (RFC 5321 §4.2), piece by piece as it arrives. Tolerant of what
// occurs in the wild (a bare LF, a missing text, codes that differ: the last line decides) and
// limited in all that could grow: a line is cut at 2 KB, an answer's text at 16 KB, an answer of
// more than 100 lines is broken. Nothing a server sends makes it throw.
import { concat, latin1 } from '../base/bytes.ts';
import type { Reply } from './reply.ts';

/** A whole reply, or the reason why these bytes are none; after `broken` nothing more is read. */
export type ReadReply =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'broken'; readonly because: string };

const LINE_BYTES_MAX = 2_048;
const REPLY_LINES_MAX = 100;
const REPLY_TEXT_MAX = 16_384;

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = new Uint8Array(0);

// RFC 5321 §4.2: Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ]
const REPLY_LINE = /^([2-5]\d\d)(?:([ -])(.*))?$/s;
// RFC 2034 §4: the code comes first in the text; its class is the first digit of the reply code.
const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/;

/** Bytes in, replies out. */
export class ReplyReader {
  /** Bytes of the last chunks that have not been looked at. */
  #unread: Uint8Array = NOTHING;
  /** The start of a line whose end has not come, at most `LINE_BYTES_MAX`. */
  #started: Uint8Array = NOTHING;
  #lines: string[] = [];
  #linesSeen = 0;
  #textLength = 0;
  #broken: ReadReply | undefined;

  push(bytes: Uint8Array): void {
    if (this.#broken) return;
    this.#unread = this.#unread.length === 0 ? bytes : concat([this.#unread, bytes]);
  }

  /** Has every byte so far been used up by whole replies? */
  get isEmpty(): boolean {
    return this.#unread.length === 0 && this.#started.length === 0 && this.#linesSeen === 0;
  }

  /** The next whole reply, or nothing until more bytes come. */
  next(): ReadReply | undefined {
    while (!this.#broken) {
      const line = this.#line();
      if (line === undefined) return undefined;
      const read = this.#take(line);
      if (read?.kind === 'broken') this.#broken = read;
      if (read) return read;
    }
    return this.#broken;
  }

  /** One line without its end, or nothing when the end is not there yet. */
  #line(): string | undefined {
    const end = this.#unread.indexOf(LF);
    const piece = end < 0 ? this.#unread : this.#unread.subarray(0, end);
    const kept = concat([this.#started, piece.subarray(0, LINE_BYTES_MAX - this.#started.length)]);
    this.#unread = end < 0 ? NOTHING : this.#unread.subarray(end + 1);
    this.#started = end < 0 ? kept : NOTHING;
    if (end < 0) return undefined;
    return latin1(kept.at(-1) === CR ? kept.subarray(0, -1) : kept);
  }

  #take(line: string): ReadReply | undefined {
    const [, code, separator, text = ''] = REPLY_LINE.exec(line) ?? [];
    if (code === undefined) return { kind: 'broken', because: 'the answer is not SMTP' };
    this.#linesSeen += 1;
    if (this.#linesSeen > REPLY_LINES_MAX) {
      return { kind: 'broken', because: `an answer of more than ${REPLY_LINES_MAX} lines` };
    }
    this.#textLength += text.length;
    if (this.#textLength <= REPLY_TEXT_MAX) this.#lines.push(text);
    if (separator === '-') return undefined;
    const reply = withEnhancedCode(Number(code), this.#lines);
    this.#lines = [];
    this.#linesSeen = 0;
    this.#textLength = 0;
    return { kind: 'reply', reply };
  }
}

/** Takes the enhanced code out of the text where there is one of the reply's own class. */
function withEnhancedCode(code: number, lines: readonly string[]): Reply {
  let enhanced: string | undefined;
  const texts = lines.map((line) => {
    const found = ENHANCED.exec(line)?.[1];
    if (found === undefined || found[0] !== `${code}`[0]) return line;
    enhanced ??= found;
    return line.slice(found.length + 1);
  });
  return enhanced === undefined ? { code, lines: texts } : { code, enhanced, lines: texts };
}
