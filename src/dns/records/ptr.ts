// PTR: the name that an address, or another place in the tree, stands for (RFC 1035 §3.3.12).
import { type Name, nameKey } from '../name.ts';
import { TYPE } from '../types.ts';
import type { DataOf, RecordCodec } from './codec.ts';

export const ptr: RecordCodec<DataOf<'PTR'>> = {
  type: TYPE.PTR,
  kind: 'PTR',
  read: (reader) => ({ kind: 'PTR', target: reader.name() }),
  write: (writer, { target }) => writer.name(target, true),
  parse: (fields) => ({ kind: 'PTR', target: fields.name() }),
  print: ({ target }) => target,
  canonical: ({ target }) => ({ kind: 'PTR', target: nameKey(target) as Name }),
};
