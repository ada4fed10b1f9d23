// Looks at this machine before it looks at others: which families it has, whether name servers can
// be asked directly, whether its resolver proves DNSSEC, and whether its own addresses have the
// names that mail hosts expect of whoever talks to them. It never rejects.
import type { IpAddress } from '../base/ip.ts';
import { isIpv6 } from '../base/ip.ts';
import type { SelfResult, SelfSeen } from '../checks/about.ts';
import type { Lookup } from '../dns/lookup.ts';
import { hostText, type Name, ROOT, sameName } from '../dns/name.ts';
import type { TypeCode } from '../dns/packet.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import { reverseName } from '../dns/reverse.ts';
import { TYPE } from '../dns/types.ts';
import type { Network } from '../net/network.ts';
import type { Resolver } from '../resolver/resolver.ts';
import { lookupAddresses } from '../resolver/typed-lookup.ts';
import { familiesOf } from '../routing/families.ts';
import { setApartFor } from './reach.ts';

export interface SelfDoors {
  readonly network: Pick<Network, 'interfaceAddresses'>;
  readonly hostname: Name;
  /** Asks name servers, from the root down. */
  readonly walker: {
    lookup(name: Name, type: TypeCode): Promise<{ readonly lookup: Lookup<RecordData> }>;
  };
  /** Of this machine; it says `secure` only where its word is to be believed. */
  readonly resolver: Pick<Resolver, 'lookup'>;
  /** Networks (CIDR) that count as public besides those that are. */
  readonly global: readonly string[];
  /** A small closed world may have no root zone; the internet has one. */
  readonly isClosed: boolean;
}

/** Addresses of ours beyond this are not asked about. */
const ADDRESSES_MAX = 8;
/** Names of one address beyond this are not followed. */
const NAMES_MAX = 5;

export async function selfCheck(doors: SelfDoors): Promise<SelfSeen> {
  const { network, hostname, global } = doors;
  const interfaces = network.interfaceAddresses();
  const addresses = interfaces.filter((address) => setApartFor(address, global) === undefined);
  const [walk, validates, reverse] = await Promise.all([
    walks(doors),
    provesDnssec(doors),
    reverses(addresses.slice(0, ADDRESSES_MAX), doors),
  ]);
  const families = familiesOf(interfaces, global);
  return { hostname, families, addresses, walk, validates, reverse };
}

async function walks({ walker, isClosed }: SelfDoors): Promise<SelfResult> {
  const { lookup } = await walker.lookup(ROOT, TYPE.NS);
  if (lookup.kind === 'records') return { ok: true, because: 'a root server answered' };
  const isAnswer = lookup.kind !== 'failure' || lookup.failure === 'refused';
  // Whoever refuses can be asked.
  if (isAnswer && isClosed) return { ok: true, because: 'name servers can be asked from here' };
  const told = 'because' in lookup ? `: ${lookup.because}` : '';
  if (!isAnswer) {
    return { ok: false, because: `the root servers cannot be asked from here${told}` };
  }
  // Many networks redirect port 53 to a resolver of theirs, which knows no root zone of its own.
  const because = 'whoever answers at the addresses of the root servers is no root server';
  return { ok: false, because: `${because} (is port 53 redirected here?)${told}` };
}

async function provesDnssec({ resolver }: SelfDoors): Promise<SelfResult> {
  const lookup = await resolver.lookup(ROOT, TYPE.SOA);
  if (lookup.kind === 'failure') {
    return { because: `the resolver did not answer about the root: ${lookup.because}` };
  }
  if (lookup.secure) return { ok: true, because: 'the resolver proved the root by DNSSEC' };
  const because = 'the resolver does not prove the root by DNSSEC, or it is not on this machine';
  return { ok: false, because: `${because}, so that its word on proofs is not believed` };
}

async function reverses(
  addresses: readonly IpAddress[],
  { hostname, resolver }: SelfDoors,
): Promise<SelfResult> {
  if (addresses.length === 0) return { because: 'no interface has a global address' };
  const results = await Promise.all(
    addresses.map((address) => reverseOf(address, hostname, resolver)),
  );
  const said = (wanted: readonly SelfResult[]): string =>
    wanted.map(({ because }) => because).join('; ');
  const bad = results.filter(({ ok }) => ok === false);
  if (bad.length > 0) return { ok: false, because: said(bad) };
  const open = results.filter(({ ok }) => ok === undefined);
  return open.length > 0 ? { because: said(open) } : { ok: true, because: said(results) };
}

/** An address should have one name, that name the address, and the name should be ours. */
async function reverseOf(
  address: IpAddress,
  hostname: Name,
  resolver: SelfDoors['resolver'],
): Promise<SelfResult> {
  const found = await resolver.lookup(reverseName(address), TYPE.PTR);
  if (found.kind === 'failure') {
    return { because: `the name of ${address} could not be looked up: ${found.because}` };
  }
  const records = found.kind === 'records' ? found.records : [];
  const names = records.flatMap((data) => (data.kind === 'PTR' ? [data.target] : []));
  if (names.length === 0) return { ok: false, because: `${address} has no name (PTR record)` };
  const confirmations = await Promise.all(
    names.slice(0, NAMES_MAX).map((name) => leadsBack(name, address, resolver)),
  );
  const confirmed = names.filter((_, at) => confirmations[at] === true);
  const shown = names.slice(0, NAMES_MAX).map(hostText).join(', ');
  if (confirmed.some((name) => sameName(name, hostname))) {
    return { ok: true, because: `${address} is ${hostText(hostname)} both ways` };
  }
  if (confirmations.includes(undefined)) {
    return { because: `the addresses of ${shown} could not be looked up` };
  }
  if (confirmed.length > 0) {
    return { ok: false, because: `${address} is ${shown}, and not ${hostText(hostname)}` };
  }
  return { ok: false, because: `${address} is called ${shown}, which has another address` };
}

/** Is the address among those of the name? Nothing where that could not be looked up. */
async function leadsBack(
  name: Name,
  address: IpAddress,
  resolver: SelfDoors['resolver'],
): Promise<boolean | undefined> {
  const found = await lookupAddresses(resolver, name, isIpv6(address) ? 'AAAA' : 'A');
  if (found.kind === 'failure') return undefined;
  return found.kind === 'records' && found.records.includes(address);
}
