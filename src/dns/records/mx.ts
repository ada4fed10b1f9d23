// MX: a host that takes mail for this domain (RFC 1035 §3.3.9). The lower its preference, the
// earlier it is tried; the root as exchange means that the domain takes no mail (RFC 7505 §3).
import { type Name, nameKey } from '../name.ts';
import { TYPE } from '../types.ts';
import type { DataOf, RecordCodec } from './codec.ts';

export const mx: RecordCodec<DataOf<'MX'>> = {
  type: TYPE.MX,
  kind: 'MX',
  read: (reader) => ({ kind: 'MX', preference: reader.u16(), exchange: reader.name() }),
  write(writer, { preference, exchange }) {
    writer.u16(preference);
    writer.name(exchange, true);
  },
  parse: (fields) => ({
    kind: 'MX',
    preference: fields.number(65_535, 'the preference'),
    exchange: fields.name(),
  }),
  print: ({ preference, exchange }) => `${preference} ${exchange}`,
  canonical: (data) => ({ ...data, exchange: nameKey(data.exchange) as Name }),
};
