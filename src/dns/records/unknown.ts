// Data of a type without a file here: bytes that are passed on as they are (RFC 3597 §3), written
// in zone text as `\# 4 C0000201` (§5).
import type { DataOf, RecordCodec, RecordFields } from './codec.ts';

const HEX_BYTES = /^(?:[0-9a-f]{2})*$/i;

export const unknown: RecordCodec<DataOf<'unknown'>> = {
  // Reserved (RFC 6895 §3.1): it stands for all types that have none of their own.
  type: 0,
  kind: 'unknown',
  read: (reader, length) => ({ kind: 'unknown', bytes: reader.take(length) }),
  write: (writer, { bytes }) => writer.put(bytes),
  parse: (fields) =>
    fields.fault('data of this type are written as \\# LENGTH HEX-DIGITS (RFC 3597)'),
  print: ({ bytes }) => {
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return `\\# ${bytes.length} ${hex}`.trimEnd().toUpperCase();
  },
  canonical: (data) => data,
};

/** The words after `\#`, which any type may have. */
export function parseGeneric(fields: RecordFields): Uint8Array {
  const length = fields.number(65_535, 'the number of bytes');
  let hex = '';
  while (fields.more()) hex += fields.text('hexadecimal digits');
  if (!HEX_BYTES.test(hex)) fields.fault('data after \\# are pairs of hexadecimal digits');
  if (hex.length !== 2 * length) {
    fields.fault(`\\# announces ${length} bytes, and ${hex.length / 2} follow`);
  }
  return Uint8Array.from({ length }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}
