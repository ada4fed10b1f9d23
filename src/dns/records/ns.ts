// NS: a name server of a zone (RFC 1035 §3.3.11).
import { type Name, nameKey } from '../name.ts';
import { TYPE } from '../types.ts';
import type { DataOf, RecordCodec } from './codec.ts';

export const ns: RecordCodec<DataOf<'NS'>> = {
  type: TYPE.NS,
  kind: 'NS',
  read: (reader) => ({ kind: 'NS', host: reader.name() }),
  write: (writer, { host }) => writer.name(host, true),
  parse: (fields) => ({ kind: 'NS', host: fields.name() }),
  print: ({ host }) => host,
  canonical: ({ host }) => ({ kind: 'NS', host: nameKey(host) as Name }),
};
