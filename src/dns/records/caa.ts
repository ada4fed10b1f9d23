// CAA: who may issue certificates for a name (RFC 8659). The value is bytes that only its tag gives
// a meaning; equal values differ by nothing, so the tag's letters are all that is folded (§4.1).
import { TYPE } from '../types.ts';
import type { DataOf, RecordCodec } from './codec.ts';
import { printString } from './txt.ts';

/** RFC 8659 §4.1: letters and digits, at least one. */
const TAG = /^[0-9a-z]{1,15}$/i;

export const caa: RecordCodec<DataOf<'CAA'>> = {
  type: TYPE.CAA,
  kind: 'CAA',
  read(reader, length) {
    const end = reader.at + length;
    const flags = reader.u8();
    const tag = String.fromCharCode(...reader.take(reader.u8()));
    if (!TAG.test(tag)) reader.fail('the tag of a CAA record is letters and digits');
    if (reader.at > end) reader.fail('the tag of a CAA record is longer than the record');
    return { kind: 'CAA', flags, tag, value: reader.take(end - reader.at) };
  },
  write(writer, { flags, tag, value }) {
    writer.u8(flags);
    writer.u8(tag.length);
    writer.put(Buffer.from(tag, 'latin1'));
    writer.put(value);
  },
  parse(fields) {
    const flags = fields.number(255, 'the flags');
    const tag = fields.text('the tag');
    if (!TAG.test(tag)) fields.fault(`the tag is letters and digits (issue, iodef), not ${tag}`);
    const [value, ...others] = fields.strings();
    if (value === undefined || others.length > 0) return fields.fault('CAA has one value');
    return { kind: 'CAA', flags, tag, value };
  },
  print: ({ flags, tag, value }) => `${flags} ${tag} ${printString(value)}`,
  canonical: (data) => ({ ...data, tag: data.tag.toLowerCase() }),
};
