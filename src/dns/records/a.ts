// A: the IPv4 address of a host (RFC 1035 §3.4.1). Written and read without detours, since every
// answer about mail ends in some.
import type { IpAddress } from '../../base/ip.ts';
import { TYPE } from '../types.ts';
import type { DataOf, RecordCodec } from './codec.ts';

const DOT = 0x2e;
const ZERO = 0x30;

export const a: RecordCodec<DataOf<'A'>> = {
  type: TYPE.A,
  kind: 'A',
  onlyIn: true,
  read(reader, length) {
    if (length !== 4) reader.fail('an A record whose data are not 4 bytes');
    const text = `${reader.u8()}.${reader.u8()}.${reader.u8()}.${reader.u8()}`;
    return { kind: 'A', address: text as IpAddress };
  },
  write(writer, { address }) {
    let octet = 0;
    for (let at = 0; at < address.length; at += 1) {
      const code = address.charCodeAt(at);
      if (code === DOT) {
        writer.u8(octet);
        octet = 0;
      } else octet = octet * 10 + code - ZERO;
    }
    writer.u8(octet);
  },
  parse: (fields) => ({ kind: 'A', address: fields.ip4() }),
  print: ({ address }) => address,
  canonical: (data) => data,
};
