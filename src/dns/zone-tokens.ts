// Zone text as entries: the words of one record or directive, each with its place in the file
// (RFC 1035 §5.1). Knows comments, quotes, parentheses and escapes, and nothing of records. A fault
// costs one line: reading goes on with the next, so that all faults of a file are found at once.
// Time is linear in the text, whatever it holds.

/** A place in a zone file, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A word as it was written: escapes are kept, the quotes around it are not. */
export interface ZoneToken extends Position {
  readonly text: string;
  readonly quoted: boolean;
}

/** One record or directive; it may span lines within parentheses. */
export interface ZoneEntry {
  readonly kind: 'entry';
  /** The line began with a blank: the record belongs to the name of the one before. */
  readonly ownerOmitted: boolean;
  /** At least one. */
  readonly tokens: readonly ZoneToken[];
}

/** Text that is no entry, why, and how to mend it. */
export interface TokenFault extends Position {
  readonly kind: 'fault';
  readonly because: string;
  readonly mend: string;
}

const BLANKS = /[ \t\r\f]+/y;
const COMMENT = /;[^\n]*/y;
// A backslash keeps the next character in the word, whatever it is (RFC 1035 §5.1).
const WORD = /(?:\\[^\r\n]|[^\s"();\\\p{Cc}])+/uy;
const QUOTED = /"((?:\\[^\r\n]|[^"\\\r\n])*)"/y;

/** Everything in the text, in order. */
export function* zoneEntries(text: string): Generator<ZoneEntry | TokenFault> {
  const reader = new EntryReader(text);
  for (let item = reader.next(); item; item = reader.next()) yield item;
}

class EntryReader {
  readonly #text: string;
  readonly #lastClosing: number;
  /** Where the parenthesis was opened that we are in. */
  #opened: Bookmark | undefined;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
    this.#lastClosing = text.lastIndexOf(')');
    // A byte order mark is no part of the first name.
    if (text.startsWith('\uFEFF')) {
      this.#at = 1;
      this.#lineStart = 1;
    }
  }

  next(): ZoneEntry | TokenFault | undefined {
    while (this.#at < this.#text.length) {
      this.#opened = undefined;
      const item = this.#entry();
      if (item.kind === 'fault') this.#recover();
      if (item.kind === 'fault' || item.tokens.length > 0) return item;
    }
    return undefined;
  }

  #entry(): ZoneEntry | TokenFault {
    const tokens: ZoneToken[] = [];
    const ownerOmitted = this.#take(BLANKS) !== undefined;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at];
      if (character === '\n') {
        this.#newLine();
        if (!this.#opened) break;
      } else if (character === '(' || character === ')') {
        const fault = character === '(' ? this.#open() : this.#close();
        if (fault) return fault;
      } else if (!this.#take(BLANKS) && !this.#take(COMMENT)) {
        const token = this.#token();
        if ('kind' in token) return token;
        tokens.push(token);
      }
    }
    return this.#opened ? this.#unclosed() : { kind: 'entry', ownerOmitted, tokens };
  }

  #open(): TokenFault | undefined {
    if (this.#opened) return this.#unclosed(` before the next one, in line ${this.#line}`);
    this.#opened = { at: this.#at, line: this.#line, lineStart: this.#lineStart };
    // Looked up, not searched for: many of these in a row must not cost a search each.
    if (this.#at > this.#lastClosing) return this.#unclosed();
    this.#at += 1;
    return undefined;
  }

  #close(): TokenFault | undefined {
    if (!this.#opened) return this.#fault('a ")" with no "(" before it', 'remove it');
    this.#opened = undefined;
    this.#at += 1;
    return undefined;
  }

  /** Goes back to where it was opened, so that what it swallowed is read. */
  #unclosed(where = ''): TokenFault {
    this.#at = this.#opened?.at ?? this.#at;
    this.#line = this.#opened?.line ?? this.#line;
    this.#lineStart = this.#opened?.lineStart ?? this.#lineStart;
    this.#opened = undefined;
    return this.#fault(`the "(" is not closed${where}`, 'write ")" where the record ends');
  }

  #token(): ZoneToken | TokenFault {
    const place = this.#position();
    const word = this.#take(WORD);
    if (word) return { text: word[0], quoted: false, ...place };
    const quoted = this.#take(QUOTED);
    if (quoted) return { text: quoted[1] ?? '', quoted: true, ...place };
    const character = this.#text[this.#at] ?? '';
    if (character === '"') {
      return this.#fault(
        'the quote is not closed on its line',
        'write the closing " or \\" for one',
      );
    }
    if (character === '\\') {
      return this.#fault('a backslash with nothing after it', 'write \\\\ for a backslash');
    }
    return this.#fault(
      `the character U+${hexOf(character)} cannot stand in zone text`,
      'remove it, or write its bytes as \\DDD (three decimal digits each)',
    );
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  #newLine(): void {
    this.#at += 1;
    this.#line += 1;
    this.#lineStart = this.#at;
  }

  /** To the next line, past the closing parenthesis of the entry if one was open. */
  #recover(): void {
    const from = this.#opened ? this.#text.indexOf(')', this.#at) : this.#at;
    const end = this.#text.indexOf('\n', from < 0 ? this.#at : from);
    const stop = end < 0 ? this.#text.length : end + 1;
    while (this.#at < stop) {
      const next = this.#text.indexOf('\n', this.#at);
      if (next < 0 || next >= stop) this.#at = stop;
      else {
        this.#at = next;
        this.#newLine();
      }
    }
  }

  #position(): Position {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #fault(because: string, mend: string): TokenFault {
    return { kind: 'fault', because, mend, ...this.#position() };
  }
}

const hexOf = (character: string): string =>
  character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');

/** A place to go back to. */
interface Bookmark {
  readonly at: number;
  readonly line: number;
  readonly lineStart: number;
}
