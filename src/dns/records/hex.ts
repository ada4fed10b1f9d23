// Bytes in zone text as hexadecimal digits, in one word or in many.
import type { RecordFields } from './codec.ts';

const HEX_BYTES = /^(?:[0-9a-f]{2})*$/i;

/** All words that are left. */
export function parseHex(fields: RecordFields): Uint8Array {
  let hex = '';
  while (fields.more()) hex += fields.text('hexadecimal digits');
  if (!HEX_BYTES.test(hex)) fields.fault('these are not pairs of hexadecimal digits');
  const length = hex.length / 2;
  return Uint8Array.from({ length }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}

export const printHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
