// TLSA: which certificate or key a server must show (RFC 6698, with the words of RFC 7671).
import { TYPE } from '../types.ts';
import type { DataOf, RecordCodec } from './codec.ts';
import { parseHex, printHex } from './hex.ts';

/** Usage, selector and matching type. */
const FIXED_BYTES = 3;

export const tlsa: RecordCodec<DataOf<'TLSA'>> = {
  type: TYPE.TLSA,
  kind: 'TLSA',
  read(reader, length) {
    if (length <= FIXED_BYTES) reader.fail('a TLSA record without association data');
    return {
      kind: 'TLSA',
      usage: reader.u8(),
      selector: reader.u8(),
      matching: reader.u8(),
      bytes: reader.take(length - FIXED_BYTES),
    };
  },
  write(writer, { usage, selector, matching, bytes }) {
    writer.u8(usage);
    writer.u8(selector);
    writer.u8(matching);
    writer.put(bytes);
  },
  parse(fields) {
    const usage = fields.number(255, 'the certificate usage');
    const selector = fields.number(255, 'the selector');
    const matching = fields.number(255, 'the matching type');
    const bytes = parseHex(fields);
    if (bytes.length === 0) fields.fault('the association data are missing');
    return { kind: 'TLSA', usage, selector, matching, bytes };
  },
  print: ({ usage, selector, matching, bytes }) =>
    `${usage} ${selector} ${matching} ${printHex(bytes)}`,
  canonical: (data) => data,
};
