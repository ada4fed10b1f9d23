// TXT: one or more strings of bytes (RFC 1035 §3.3.14), each of 255 at the most; those who read
// text for a policy put them together without a space (RFC 7208 §3.3).
import { TYPE } from '../types.ts';
import type { DataOf, RecordCodec } from './codec.ts';

const STRING_BYTES_MAX = 255;

export const txt: RecordCodec<DataOf<'TXT'>> = {
  type: TYPE.TXT,
  kind: 'TXT',
  read(reader, length) {
    if (length === 0) reader.fail('a TXT record without a string');
    const strings: Uint8Array[] = [];
    const end = reader.at + length;
    while (reader.at < end) strings.push(reader.take(reader.u8()));
    return { kind: 'TXT', strings };
  },
  write(writer, { strings }) {
    for (const bytes of strings) {
      if (bytes.length > STRING_BYTES_MAX) throw new RangeError('a string of more than 255 bytes');
      writer.u8(bytes.length);
      writer.put(bytes);
    }
  },
  parse: (fields) => ({ kind: 'TXT', strings: fields.strings() }),
  print: ({ strings }) => strings.map(printString).join(' '),
  canonical: (data) => data,
};

/** In quotes; what is not printable ASCII as `\DDD` (RFC 1035 §5.1). */
export function printString(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === '\\') text += `\\${character}`;
    else if (byte >= 0x20 && byte < 0x7f) text += character;
    else text += `\\${byte.toString().padStart(3, '0')}`;
  }
  return `"${text}"`;
}
