// SOA: the start of a zone, and how long others may go on without asking again (RFC 1035 §3.3.13).
import { type Name, nameKey } from '../name.ts';
import { TYPE } from '../types.ts';
import type { RecordCodec } from './codec.ts';
import type { SoaData } from './record-data.ts';

export const soa: RecordCodec<SoaData> = {
  type: TYPE.SOA,
  kind: 'SOA',
  read: (reader) => ({
    kind: 'SOA',
    primary: reader.name(),
    contact: reader.name(),
    serial: reader.u32(),
    refreshSeconds: reader.u32(),
    retrySeconds: reader.u32(),
    expireSeconds: reader.u32(),
    negativeTtlSeconds: reader.u32(),
  }),
  write(writer, data) {
    writer.name(data.primary, true);
    writer.name(data.contact, true);
    writer.u32(data.serial);
    writer.u32(data.refreshSeconds);
    writer.u32(data.retrySeconds);
    writer.u32(data.expireSeconds);
    writer.u32(data.negativeTtlSeconds);
  },
  parse: (fields) => ({
    kind: 'SOA',
    primary: fields.name(),
    contact: fields.name(),
    serial: fields.number(0xffff_ffff, 'the serial'),
    refreshSeconds: fields.ttl('the refresh time'),
    retrySeconds: fields.ttl('the retry time'),
    expireSeconds: fields.ttl('the expire time'),
    negativeTtlSeconds: fields.ttl('the TTL of negative answers'),
  }),
  print: (data) =>
    [
      data.primary,
      data.contact,
      data.serial,
      data.refreshSeconds,
      data.retrySeconds,
      data.expireSeconds,
      data.negativeTtlSeconds,
    ].join(' '),
  canonical: (data) => ({
    ...data,
    primary: nameKey(data.primary) as Name,
    contact: nameKey(data.contact) as Name,
  }),
};
