// Macros of SPF (RFC 7208 §7): text with `%{...}` in it as parts, what it becomes for one sender,
// and back. Text holds octets as latin1, as it comes out of TXT records.

/** What is wrong with a piece of a record, and where: enough to draw a caret under it. */
export interface SpfFault {
  readonly kind: 'spf-fault';
  /** The first character of the piece, counted from 0. */
  readonly at: number;
  /** At least 1. */
  readonly length: number;
  /** A sentence without its full stop. */
  readonly because: string;
}

export const spfFault = (at: number, length: number, because: string): SpfFault => ({
  kind: 'spf-fault',
  at,
  length: Math.max(1, length),
  because,
});

export const isSpfFault = (value: object | undefined): value is SpfFault =>
  value !== undefined && 'kind' in value && value.kind === 'spf-fault';

const LETTERS = 'slodiphvcrt';
/** In lower case. */
export type MacroLetter = 's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'h' | 'v' | 'c' | 'r' | 't';

export interface MacroExpand {
  readonly kind: 'expand';
  readonly letter: MacroLetter;
  /** The letter is a capital: what comes out is escaped as in URLs. */
  readonly isEscaped: boolean;
  /** How many parts are kept, counted from the right; absent: all. */
  readonly keep?: number;
  readonly isReversed: boolean;
  /** Empty: a dot. */
  readonly delimiters: string;
}

export type MacroPart = { readonly kind: 'literal'; readonly text: string } | MacroExpand;

/** No two literals stand side by side in it, and none is empty. */
export type MacroString = readonly MacroPart[];

/** One value for each letter. */
export type MacroValues = Readonly<Record<MacroLetter, string>>;

const EXPAND = /^%\{([a-z])(\d*)(r?)([.\-+,/_=]*)\}/i;
const ESCAPES: Readonly<Record<string, string>> = { '%%': '%', '%_': ' ', '%-': '%20' };
/** RFC 7208 §7.3: c, r and t have a meaning in explanations only. */
const ONLY_IN_EXPLANATIONS = 'crt';

interface ReadOptions {
  /** Where the text begins in its record. */
  readonly at?: number;
  readonly in: 'record' | 'explanation';
}

interface ReadPart {
  readonly part: MacroPart;
  readonly length: number;
}

/** RFC 7208 §7.1: macro-string; in explanations spaces as well. */
export function parseMacro(
  text: string,
  { at = 0, in: place }: ReadOptions,
): MacroString | SpfFault {
  const literal = place === 'record' ? /^[!-$&-~]+/ : /^[ -$&-~]+/;
  const parts: MacroPart[] = [];
  for (let from = 0; from < text.length; ) {
    const rest = text.slice(from, from + MACRO_LENGTH_MAX);
    const [plain] = literal.exec(rest) ?? [];
    const read = plain === undefined ? readPercent(rest, at + from, place) : readPlain(plain);
    if (!('part' in read)) return read;
    append(parts, read.part);
    from += read.length;
  }
  return parts;
}

/** Longer than any name or record; read piece by piece, so that odd text takes linear time. */
const MACRO_LENGTH_MAX = 1_024;

const readPlain = (text: string): ReadPart => ({
  part: { kind: 'literal', text },
  length: text.length,
});

function readPercent(rest: string, at: number, place: ReadOptions['in']): ReadPart | SpfFault {
  if (!rest.startsWith('%')) {
    return spfFault(at, 1, 'only visible ASCII characters may stand here');
  }
  const character = ESCAPES[rest.slice(0, 2)];
  if (character !== undefined) return { part: { kind: 'literal', text: character }, length: 2 };
  const [whole, letter = '', digits = '', reverse = '', delimiters = ''] = EXPAND.exec(rest) ?? [];
  if (whole === undefined) return notAMacro(rest, at);
  const lower = letter.toLowerCase();
  if (!LETTERS.includes(lower)) {
    return spfFault(at, whole.length, `there is no macro letter ${letter}`);
  }
  if (place === 'record' && ONLY_IN_EXPLANATIONS.includes(lower)) {
    return spfFault(at, whole.length, `the macro ${letter} is for explanations only`);
  }
  // RFC 7208 §7.3: the number of parts must not be zero.
  if (digits !== '' && Number(digits) === 0) {
    return spfFault(at, whole.length, 'a macro cannot keep 0 parts');
  }
  const part: MacroExpand = {
    kind: 'expand',
    letter: lower as MacroLetter,
    isEscaped: letter !== lower,
    ...(digits !== '' && { keep: Math.min(Number(digits), KEEP_MAX) }),
    isReversed: reverse !== '',
    delimiters,
  };
  return { part, length: whole.length };
}

/** More parts than any value has. */
const KEEP_MAX = 100_000;

function notAMacro(rest: string, at: number): SpfFault {
  const [written = '%'] = /^%\{[^} ]*\}?|^%./.exec(rest) ?? [];
  const because = written.startsWith('%{')
    ? 'a macro is a letter, a number, an r and delimiters in braces, as in %{d2}'
    : 'a percent sign is followed by {, %, _ or -';
  return spfFault(at, written.length, because);
}

function append(parts: MacroPart[], part: MacroPart): void {
  const last = parts.at(-1);
  if (part.kind === 'literal' && last?.kind === 'literal') {
    parts[parts.length - 1] = { kind: 'literal', text: last.text + part.text };
  } else parts.push(part);
}

/** As it may stand in a record; `parseMacro` reads the same parts from it. */
export function printMacro(parts: MacroString): string {
  return parts.map(printPart).join('');
}

const WRITTEN: Readonly<Record<string, string>> = { '%20': '%-', '%': '%%', ' ': '%_' };

function printPart(part: MacroPart): string {
  if (part.kind === 'literal') return part.text.replace(/%20|%| /g, (text) => WRITTEN[text] ?? '');
  const letter = part.isEscaped ? part.letter.toUpperCase() : part.letter;
  return `%{${letter}${part.keep ?? ''}${part.isReversed ? 'r' : ''}${part.delimiters}}`;
}

/** The letters that text depends on. */
export function lettersIn(parts: MacroString): readonly MacroLetter[] {
  return parts.flatMap((part) => (part.kind === 'expand' ? [part.letter] : []));
}

export function expandMacro(parts: MacroString, values: MacroValues): string {
  return parts.map((part) => (part.kind === 'literal' ? part.text : expand(part, values))).join('');
}

/** RFC 7208 §7.3: split, turned round, the rightmost kept, joined by dots, then escaped. */
function expand(part: MacroExpand, values: MacroValues): string {
  const delimiters = part.delimiters || '.';
  const pieces = splitAtAny(values[part.letter], delimiters);
  if (part.isReversed) pieces.reverse();
  const text = pieces.slice(-(part.keep ?? pieces.length)).join('.');
  return part.isEscaped ? escaped(text) : text;
}

function splitAtAny(text: string, delimiters: string): string[] {
  const pieces = [''];
  for (const character of text) {
    if (delimiters.includes(character)) pieces.push('');
    else pieces[pieces.length - 1] += character;
  }
  return pieces;
}

/** RFC 3986 §2.3: all but the unreserved characters as %XX. */
const escaped = (text: string): string =>
  text.replace(/[^A-Za-z0-9\-._~]/gu, (character) =>
    Array.from(Buffer.from(character), (byte) => {
      return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    }).join(''),
  );
