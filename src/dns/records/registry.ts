// All record types that are understood, by number, and what can be done with any record's data.
import type { TypeCode } from '../packet.ts';
import { WireError, WireReader } from '../wire-reader.ts';
import { a } from './a.ts';
import { aaaa } from './aaaa.ts';
import { caa } from './caa.ts';
import { cname } from './cname.ts';
import type { RecordCodec, RecordFields } from './codec.ts';
import { mx } from './mx.ts';
import { ns } from './ns.ts';
import { ptr } from './ptr.ts';
import type { RecordData } from './record-data.ts';
import { soa } from './soa.ts';
import { srv } from './srv.ts';
import { tlsa } from './tlsa.ts';
import { txt } from './txt.ts';
import { parseGeneric, unknown } from './unknown.ts';

const known: readonly RecordCodec[] = [a, aaaa, ns, cname, ptr, mx, soa, srv, txt, caa, tlsa];
const codecs = new Map(known.map((codec) => [codec.type, codec]));

/** The codec of a type; that for unknown types where there is no other. */
export const codecFor = (type: TypeCode): RecordCodec => codecs.get(type) ?? unknown;

/** The codec of data of a type: those of a known type may be kept as bytes (RFC 3597 §4). */
export function codecOf(data: RecordData, type: TypeCode): RecordCodec {
  if (data.kind === 'unknown') return unknown;
  const codec = codecFor(type);
  if (codec.kind === data.kind) return codec;
  throw new TypeError(`data of kind ${data.kind} in a record of type ${type}`);
}

/** The words of a record's data to the last one; throws what `fields` throws. */
export function parseData(type: TypeCode, fields: RecordFields): RecordData {
  if (fields.takeIf('\\#')) return readGeneric(type, fields);
  const data = codecFor(type).parse(fields);
  fields.end();
  return data;
}

/** As zone text; data of unknown types as `\# LENGTH HEX`. */
export const printData = (data: RecordData, type: TypeCode): string =>
  codecOf(data, type).print(data);

/** Equal for equal data of one type, whatever the case of names (RFC 2136 §1.1). */
export function dataKey(data: RecordData, type: TypeCode): string {
  const codec = codecOf(data, type);
  return codec.print(codec.canonical(data));
}

export const sameData = (one: RecordData, other: RecordData, type: TypeCode): boolean =>
  dataKey(one, type) === dataKey(other, type);

/** A known type's bytes mean the same as its own words would (RFC 3597 §5). */
function readGeneric(type: TypeCode, fields: RecordFields): RecordData {
  const bytes = parseGeneric(fields);
  const reader = new WireReader(bytes, 0, Number.POSITIVE_INFINITY);
  try {
    const data = codecFor(type).read(reader, bytes.length);
    if (reader.at !== bytes.length) reader.fail('there are bytes after the last field');
    return data;
  } catch (error) {
    if (error instanceof WireError) return fields.fault(`the bytes after \\#: ${error.message}`);
    throw error;
  }
}
