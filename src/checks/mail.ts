// What many rules want to know first: the domain's exchanges, their addresses, and a conversation
// with each address. Asked here once, so that all rules mean the same hosts.
import type { IpAddress } from '../base/ip.ts';
import type { Lookup } from '../dns/lookup.ts';
import { type Name, nameKey, ROOT } from '../dns/name.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import { TYPE } from '../dns/types.ts';
import { type Exchange, type Facts, type HostFacts, ipAddressesOf } from '../routing/facts.ts';
import type { About } from './about.ts';
import type { FactOf } from './fact.ts';
import { ask, dialoguesWith, type Inquiry, lookup } from './inquiry.ts';
import { publishedAddresses } from './published.ts';

/** Exchanges beyond this, by preference, are not looked at. */
const HOSTS_MAX = 50;
/** Addresses that are talked to; each host has its share of them. */
const PLACES_MAX = 100;

/** A lookup of records of one kind, each as what it says. */
export function readAs<T>(
  found: Lookup<RecordData>,
  read: (data: RecordData) => T | undefined,
): Lookup<T> {
  if (found.kind !== 'records') return found;
  const records = found.records.map(read).filter((each) => each !== undefined);
  return { ...found, records };
}

const asExchange = (data: RecordData): Exchange | undefined =>
  data.kind === 'MX' ? { preference: data.preference, host: data.exchange } : undefined;

const asAddress = (data: RecordData): IpAddress | undefined =>
  data.kind === 'A' || data.kind === 'AAAA' ? data.address : undefined;

/** The MX records of the domain, with the id of the fact. */
export function* exchangesOf(
  about: About,
): Inquiry<{ readonly id: string; readonly mx: Lookup<Exchange> }> {
  const fact = yield* lookup(about.domain, TYPE.MX);
  return { id: fact.id, mx: readAs(fact.lookup, asExchange) };
}

/** The hosts that take the domain's mail, most preferred first, each once; without `.`. */
export function* mailHosts(about: About): Inquiry<readonly Name[]> {
  const { mx } = yield* exchangesOf(about);
  // RFC 5321 §5.1: a domain without MX is its own exchange.
  if (mx.kind === 'no-data') return [about.domain];
  if (mx.kind !== 'records') return [];
  const hosts = new Map<string, Name>();
  for (const { host } of mx.records.toSorted((a, b) => a.preference - b.preference)) {
    if (host !== ROOT && !hosts.has(nameKey(host))) hosts.set(nameKey(host), host);
  }
  return [...hosts.values()].slice(0, HOSTS_MAX);
}

/** All that routing needs, as a sender would find it now. */
export function* mailFacts(about: About): Inquiry<Facts> {
  const { mx } = yield* exchangesOf(about);
  const names = yield* mailHosts(about);
  const wants = names.flatMap((name) =>
    [TYPE.A, TYPE.AAAA].map((type) => ({ kind: 'lookup', name, type }) as const),
  );
  const found = yield* ask<'lookup'>(wants);
  const hosts = names.map((host, at): HostFacts => {
    const [ipv4, ipv6] = [found[2 * at], found[2 * at + 1]];
    if (!ipv4 || !ipv6) throw new TypeError('a lookup was not answered');
    return {
      host,
      ipv4: readAs(ipv4.lookup, asAddress),
      ipv6: readAs(ipv6.lookup, asAddress),
    };
  });
  return { domain: about.domain, mx, hosts };
}

export interface Place {
  readonly host: Name;
  readonly address: IpAddress;
}

/** Every host at every address it has, but for what is too many; most preferred host first. */
export function* mailPlaces(about: About): Inquiry<readonly Place[]> {
  const { hosts } = yield* mailFacts(about);
  const places = hosts.map((facts) =>
    ipAddressesOf(facts).map((address) => ({ host: facts.host, address })),
  );
  const share = shareOf(places.map(({ length }) => length));
  return places.flatMap((each) => spread(each, share));
}

/** As many of each host as fit, so that no host is left out for another's many addresses. */
function shareOf(counts: readonly number[]): number {
  let share = Math.max(0, ...counts);
  const sum = (): number => counts.reduce((all, count) => all + Math.min(count, share), 0);
  while (share > 1 && sum() > PLACES_MAX) share -= 1;
  return share;
}

/** So many of a list: from its beginning and its end, where the other family is. */
const spread = <T>(list: readonly T[], count: number): readonly T[] =>
  list.length <= count
    ? list
    : [...list.slice(0, Math.ceil(count / 2)), ...list.slice(list.length - Math.floor(count / 2))];

/** One conversation with every place, in the order of `mailPlaces`. */
export function* dialogues(about: About): Inquiry<readonly FactOf<'dialogue'>[]> {
  const places = yield* mailPlaces(about);
  const published = about.mayAskRecipients ? yield* publishedAddresses(about) : [];
  const recipients = published.map(({ address }) => address);
  return yield* dialoguesWith(places, recipients);
}
