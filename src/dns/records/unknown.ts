// Data of a type without a file here: bytes that are passed on as they are (RFC 3597 §3), written
// in zone text as `\# 4 C0000201` (§5).
import type { DataOf, RecordCodec, RecordFields } from './codec.ts';
import { parseHex, printHex } from './hex.ts';

export const unknown: RecordCodec<DataOf<'unknown'>> = {
  // Reserved (RFC 6895 §3.1): it stands for all types that have none of their own.
  type: 0,
  kind: 'unknown',
  read: (reader, length) => ({ kind: 'unknown', bytes: reader.take(length) }),
  write: (writer, { bytes }) => writer.put(bytes),
  parse: (fields) =>
    fields.fault('data of this type are written as \\# LENGTH HEX-DIGITS (RFC 3597)'),
  print: ({ bytes }) => `\\# ${bytes.length} ${printHex(bytes)}`.trimEnd(),
  canonical: (data) => data,
};

/** The words after `\#`, which any type may have. */
export function parseGeneric(fields: RecordFields): Uint8Array {
  const length = fields.number(65_535, 'the number of bytes');
  const bytes = parseHex(fields);
  if (bytes.length !== length) {
    fields.fault(`\\# announces ${length} bytes, and ${bytes.length} follow`);
  }
  return bytes;
}
