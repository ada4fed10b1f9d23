// Queries as bytes.
import { parseName } from '../../src/dns/name.ts';
import { CLASS_IN } from '../../src/dns/packet.ts';
import { TYPE } from '../../src/dns/types.ts';
import { encode } from '../../src/dns/wire.ts';
import { queryPacket } from '../../src/resolver/query-packet.ts';

const BYTES_MAX = 512;

/** A query for the MX records of a name. */
export function queryBytes(host: string, id: number): Uint8Array {
  const name = parseName(`${host}.`);
  if (typeof name !== 'string') throw new Error(`${host} ${name.because}`);
  const asked = { name, type: TYPE.MX, class: CLASS_IN };
  return encode({ ...queryPacket(asked, id, false), authenticData: false }, BYTES_MAX);
}
