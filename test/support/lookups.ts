// Lookups from a table, for whatever is given a function to ask the DNS with: addresses, exchanges
// and names in one line, `failure` where nobody answers, an empty text for no data. A name that has
// no row at all does not exist.
import type { IpAddress } from '../../src/base/ip.ts';
import type { Lookup } from '../../src/dns/lookup.ts';
import { hostText, type Name } from '../../src/dns/name.ts';
import type { TypeCode } from '../../src/dns/packet.ts';
import type { RecordData } from '../../src/dns/records/record-data.ts';
import { TYPE, typeText } from '../../src/dns/types.ts';
import { nameOf } from './zones.ts';

const known = { ttlSeconds: 300, secure: false, aliases: [] };

/** By `mail.example.com A`; MX rows name their hosts, the first most preferred. */
export function lookupsFrom(
  rows: Readonly<Record<string, string>>,
): (name: Name, type: TypeCode) => Promise<Lookup<RecordData>> {
  return async (name, type) => {
    const text = rows[`${hostText(name)} ${typeText(type)}`];
    if (text === 'failure') {
      return { kind: 'failure', failure: 'timeout', because: 'nobody answered' };
    }
    if (text) {
      const records = text.split(' ').map((each, at) => recordOf(type, each, at));
      return { ...known, kind: 'records', records };
    }
    const exists = Object.keys(rows).some((key) => key.startsWith(`${hostText(name)} `));
    return { ...known, kind: exists ? 'no-data' : 'no-name' };
  };
}

function recordOf(type: TypeCode, text: string, at: number): RecordData {
  if (type === TYPE.A) return { kind: 'A', address: text as IpAddress };
  if (type === TYPE.AAAA) return { kind: 'AAAA', address: text as IpAddress };
  if (type === TYPE.PTR) return { kind: 'PTR', target: nameOf(text) };
  if (type === TYPE.NS) return { kind: 'NS', host: nameOf(text) };
  if (type === TYPE.MX) return { kind: 'MX', preference: at, exchange: nameOf(text) };
  throw new Error(`a row of type ${typeText(type)}`);
}
