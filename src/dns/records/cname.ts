// CNAME: this name is an alias of another (RFC 1035 §3.3.1).
import { type Name, nameKey } from '../name.ts';
import { TYPE } from '../types.ts';
import type { DataOf, RecordCodec } from './codec.ts';

export const cname: RecordCodec<DataOf<'CNAME'>> = {
  type: TYPE.CNAME,
  kind: 'CNAME',
  read: (reader) => ({ kind: 'CNAME', target: reader.name() }),
  write: (writer, { target }) => writer.name(target, true),
  parse: (fields) => ({ kind: 'CNAME', target: fields.name() }),
  print: ({ target }) => target,
  canonical: ({ target }) => ({ kind: 'CNAME', target: nameKey(target) as Name }),
};
