// Foreign text made safe to show. Greetings, replies, subjects and record contents come from
// strangers: on a terminal, in a log or on a page every byte that is not printable UTF-8 is shown
// as \xNN, and a backslash of theirs as \\, so that no stranger can forge either
// (docs/behaviour.md). In JSON it is \uNNNN, so that the value stays what it was.
import { fromLatin1 } from './bytes.ts';

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\\]/gu;
/** What `JSON.stringify` leaves of it. */
const UNPRINTABLE_IN_JSON = /[\u007f-\u009f\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const hex = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;

/** Text from outside, on one line, without control, format or unassigned characters. */
export function showText(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === '\\' ? '\\\\' : Array.from(encoder.encode(character), hex).join(''),
  );
}

/** Text of ours, in which what strangers said was made safe before: its backslashes are ours. */
export function showOwn(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === '\\' ? character : showText(character),
  );
}

/** Bytes from outside: as UTF-8 where they are valid, else every byte outside ASCII as \xNN. */
export function showBytes(bytes: Uint8Array): string {
  try {
    return showText(strict.decode(bytes));
  } catch {
    return Array.from(bytes, (byte) =>
      byte < 0x80 ? showText(String.fromCharCode(byte)) : hex(byte),
    ).join('');
  }
}

/**
 * Text that holds octets as latin1, as replies do: shown as the UTF-8 that it is. Text with other
 * characters was text before.
 */
export function showOctets(text: string): string {
  const isOctets = /^[\0-\xff]*$/.test(text);
  return isOctets ? showBytes(fromLatin1(text)) : showText(text);
}

/** JSON of a value, for programs and for whoever looks at it on a terminal. */
export function showJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(UNPRINTABLE_IN_JSON, (character) =>
    Array.from({ length: character.length }, (_, at) => {
      const unit = character.charCodeAt(at);
      return `\\u${unit.toString(16).padStart(4, '0')}`;
    }).join(''),
  );
}
