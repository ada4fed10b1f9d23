// Lookups of the types that mail needs, as values of the house instead of raw record data.
import type { IpAddress } from '../base/ip.ts';
import type { Lookup } from '../dns/lookup.ts';
import type { Name } from '../dns/name.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import { TYPE } from '../dns/types.ts';
import type { Exchange } from '../routing/facts.ts';
import { failed } from './failed.ts';
import type { Resolver } from './resolver.ts';

type Asks = Pick<Resolver, 'lookup'>;

/**
 * What is more than this in one answer is left out: no mail goes that far down, facts are stored.
 */
const EXCHANGES_MAX = 100;
const ADDRESSES_MAX = 50;

/** The exchanges of a domain, the most preferred first. */
export async function lookupExchanges(resolver: Asks, domain: Name): Promise<Lookup<Exchange>> {
  return mapRecords(await resolver.lookup(domain, TYPE.MX), (records) =>
    records
      .flatMap((data) =>
        data.kind === 'MX' ? [{ preference: data.preference, host: data.exchange }] : [],
      )
      .sort((one, other) => one.preference - other.preference)
      .slice(0, EXCHANGES_MAX),
  );
}

/** The addresses of one family that a host has, each once. */
export async function lookupAddresses(
  resolver: Asks,
  host: Name,
  family: 'A' | 'AAAA',
): Promise<Lookup<IpAddress>> {
  return mapRecords(await resolver.lookup(host, TYPE[family]), (records) => {
    const addresses = records.flatMap((data) => (data.kind === family ? [data.address] : []));
    return [...new Set(addresses)].slice(0, ADDRESSES_MAX);
  });
}

/** Records of the type that was asked for can be read; the failure is for what never happens. */
function mapRecords<T>(
  lookup: Lookup<RecordData>,
  read: (records: readonly RecordData[]) => readonly T[],
): Lookup<T> {
  if (lookup.kind !== 'records') return lookup;
  const records = read(lookup.records);
  return records.length > 0
    ? { ...lookup, records }
    : failed('malformed', 'the answer holds no record that can be read');
}
