// Domain names. A `Name` is made only here: an absolute name in presentation form (RFC 1035 §5.1,
// `mail.example.com.`, the root is `.`), its case kept as it was given, bytes that are not plain
// written as `\.`, `\\` or `\DDD`. Being text it can be a key, be compared and be stored as JSON.
// Equal names have equal text but for the case of ASCII letters, and hold nothing that zone text or
// a terminal could misread.

declare const name: unique symbol;
export type Name = string & { readonly [name]: true };

/** Why a text is no name, in words that follow the text. */
export interface NameFault {
  readonly kind: 'name-fault';
  readonly because: string;
}

export const ROOT = '.' as Name;

/** RFC 1035 §2.3.4: bytes of a label, and of a name on the wire with its length bytes. */
export const LABEL_BYTES_MAX = 63;
export const NAME_BYTES_MAX = 255;

/** Every byte as `\DDD`. Converting other scripts takes more than linear time, so it ends here. */
const TEXT_LENGTH_MAX = 4 * NAME_BYTES_MAX;

const BACKSLASH = 0x5c;
const DOT = 0x2e;
const HOST = /^(?:[\w-]+\.)+$/;
/**
 * No ASCII but letters, digits, `_`, `*`, hyphens and dots: a URL would read meaning into others.
 */
const MIXABLE = /^[\w.*\u0080-\u{10ffff}-]+$/u;

/** How each byte of a label is written; what means something in zone text is written as `\DDD`. */
export const BYTE_TEXT: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (character === '.' || character === '\\') return `\\${character}`;
  const isPlain = byte > 0x20 && byte < 0x7f && !'"();@$'.includes(character);
  return isPlain ? character : `\\${byte.toString().padStart(3, '0')}`;
});

const nameFault = (because: string): NameFault => ({ kind: 'name-fault', because });

/** The name with ASCII letters in lower case: equal keys are equal names (RFC 4343 §3). */
export function nameKey(of: Name): string {
  return of.toLowerCase();
}

export const sameName = (a: Name, b: Name): boolean => a === b || nameKey(a) === nameKey(b);

/** Is the value a name as this file writes them? For what comes back from storage. */
export const isName = (value: unknown): value is Name =>
  typeof value === 'string' && parseName(value) === value;

/**
 * A name from text. A relative one gets `origin` behind it (`@` is the origin itself); without an
 * origin it is taken as absolute.
 */
export function parseName(text: string, origin?: Name): Name | NameFault {
  if (text === '.') return ROOT;
  if (text === '@' && origin !== undefined) return origin;
  const ascii = toAscii(text);
  if (typeof ascii !== 'string') return ascii;
  const parsed = splitText(ascii);
  if ('kind' in parsed) return parsed;
  const { labels, isAbsolute } = parsed;
  const whole = isAbsolute || origin === undefined ? labels : [...labels, ...labelsOf(origin)];
  const because = tooLong(whole);
  return because === undefined ? printLabels(whole) : nameFault(because);
}

/** A name from raw labels, each byte as the latin1 character of its number; none are the root. */
export function nameFromLabels(labels: readonly string[]): Name {
  const because = labels.includes('') ? 'has an empty label' : tooLong(labels);
  if (because !== undefined) throw new RangeError(`a name that ${because}`);
  return printLabels(labels);
}

/** The raw labels, each byte as the latin1 character of its number; the root has none. */
export function labelsOf(of: Name): readonly string[] {
  if (of === ROOT) return [];
  if (!of.includes('\\')) return of.slice(0, -1).split('.');
  const parsed = splitText(of);
  return 'kind' in parsed ? [] : parsed.labels;
}

/** Where the label that starts at `from` ends: the index of its dot. */
export function labelEnd(of: Name, from: number): number {
  const dot = of.indexOf('.', from);
  if (of.charCodeAt(dot - 1) !== BACKSLASH) return dot;
  let at = from;
  while (of.charCodeAt(at) !== DOT) at += of.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/** The name without its first label; the root has no parent. */
export function parentOf(of: Name): Name | undefined {
  if (of === ROOT) return undefined;
  const end = labelEnd(of, 0);
  return end === of.length - 1 ? ROOT : (of.slice(end + 1) as Name);
}

/** Is the name the ancestor itself, or somewhere below it? */
export function isBelow(of: Name, ancestor: Name): boolean {
  if (ancestor === ROOT) return true;
  const key = nameKey(of);
  const above = nameKey(ancestor);
  if (!key.endsWith(above)) return false;
  const border = key.length - above.length;
  if (border === 0) return true;
  if (key.charCodeAt(border - 1) !== DOT) return false;
  let escapes = border - 2;
  while (key.charCodeAt(escapes) === BACKSLASH) escapes -= 1;
  return (border - 2 - escapes) % 2 === 0;
}

/** The canonical order (RFC 4034 §6.1): by labels from the right, as bytes, in lower case. */
export function compareNames(a: Name, b: Name): number {
  const left = labelsOf(nameKey(a) as Name);
  const right = labelsOf(nameKey(b) as Name);
  for (let back = 1; back <= left.length && back <= right.length; back += 1) {
    const mine = left[left.length - back] ?? '';
    const other = right[right.length - back] ?? '';
    if (mine !== other) return mine < other ? -1 : 1;
  }
  return left.length - right.length;
}

/** The name of a host as settings and programs write it: no dot at the end, nothing escaped. */
export function nameFromHost(text: string): Name | undefined {
  if (text.endsWith('.')) return undefined;
  const parsed = parseName(text);
  return typeof parsed === 'string' && HOST.test(parsed) ? parsed : undefined;
}

/** The name as people write a host: lower case, no dot at the end; the root stays `.`. */
export const hostText = (of: Name): string => (of === ROOT ? of : nameKey(of).slice(0, -1));

/**
 * Labels of any script as A-labels (`bücher.example` is `xn--bcher-kva.example`; UTS #46, as
 * browsers do it). ASCII text comes back as it is, whatever it holds; underscores and `*` survive.
 */
export function toAscii(text: string): string | NameFault {
  if (isAscii(text)) return text;
  if (text.length > TEXT_LENGTH_MAX) return nameFault('is far too long');
  if (!MIXABLE.test(text)) {
    return nameFault('has ASCII characters that cannot stand beside letters of other scripts');
  }
  // The last label is there so that no name can look like an IPv4 address; it is cut off again.
  const url = URL.canParse(`wss://${text}.a`) ? new URL(`wss://${text}.a`) : undefined;
  return url ? url.hostname.slice(0, -2) : nameFault('is no valid internationalised name (IDNA)');
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

function printLabels(labels: readonly string[]): Name {
  if (labels.length === 0) return ROOT;
  let text = '';
  for (const label of labels) {
    for (let at = 0; at < label.length; at += 1) text += BYTE_TEXT[label.charCodeAt(at)];
    text += '.';
  }
  return text as Name;
}

/** What is wrong with the sizes, if anything is. */
function tooLong(labels: readonly string[]): string | undefined {
  let bytes = 1;
  for (const label of labels) {
    if (label.length > LABEL_BYTES_MAX) {
      return `has a label of ${label.length} bytes (${LABEL_BYTES_MAX} is the most)`;
    }
    bytes += label.length + 1;
  }
  if (bytes <= NAME_BYTES_MAX) return undefined;
  return `is ${bytes} bytes long on the wire (${NAME_BYTES_MAX} is the most)`;
}

interface SplitText {
  readonly labels: readonly string[];
  readonly isAbsolute: boolean;
}

/** Labels with their escapes undone (RFC 1035 §5.1); lengths are not looked at. */
function splitText(text: string): SplitText | NameFault {
  const labels: string[] = [];
  let label = '';
  for (let at = 0; at < text.length; ) {
    if (text.charCodeAt(at) === DOT) {
      if (label === '') return nameFault('has an empty label');
      labels.push(label);
      label = '';
      at += 1;
    } else {
      const byte = byteAt(text, at);
      if (!byte)
        return nameFault('has a backslash that is not followed by 000 to 255 or a character');
      label += byte.character;
      at += byte.length;
    }
  }
  if (label !== '') return { labels: [...labels, label], isAbsolute: false };
  return labels.length > 0 ? { labels, isAbsolute: true } : nameFault('is empty');
}

/** The byte that is written at a place, and how many characters it took. */
function byteAt(text: string, at: number): { character: string; length: number } | undefined {
  const first = text.charAt(at);
  if (first !== '\\') return { character: first, length: 1 };
  const next = text.charAt(at + 1);
  if (next < '0' || next > '9') return next === '' ? undefined : { character: next, length: 2 };
  const digits = text.slice(at + 1, at + 4);
  if (!/^\d{3}$/.test(digits) || Number(digits) > 255) return undefined;
  return { character: String.fromCharCode(Number(digits)), length: 4 };
}
