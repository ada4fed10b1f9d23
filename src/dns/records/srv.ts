// SRV: the host and port of a service (RFC 2782). Its target is never compressed, though it is read
// from those who do (RFC 3597 §4).
import { type Name, nameKey } from '../name.ts';
import { TYPE } from '../types.ts';
import type { RecordCodec } from './codec.ts';
import type { SrvData } from './record-data.ts';

export const srv: RecordCodec<SrvData> = {
  type: TYPE.SRV,
  kind: 'SRV',
  onlyIn: true,
  read: (reader) => ({
    kind: 'SRV',
    priority: reader.u16(),
    weight: reader.u16(),
    port: reader.u16(),
    target: reader.name(),
  }),
  write(writer, { priority, weight, port, target }) {
    writer.u16(priority);
    writer.u16(weight);
    writer.u16(port);
    writer.name(target, false);
  },
  parse: (fields) => ({
    kind: 'SRV',
    priority: fields.number(65_535, 'the priority'),
    weight: fields.number(65_535, 'the weight'),
    port: fields.number(65_535, 'the port'),
    target: fields.name(),
  }),
  print: ({ priority, weight, port, target }) => `${priority} ${weight} ${port} ${target}`,
  canonical: (data) => ({ ...data, target: nameKey(data.target) as Name }),
};
