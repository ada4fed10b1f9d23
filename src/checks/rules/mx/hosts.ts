// The hosts that MX records name, each with what the DNS says of its addresses, and the facts that
// say it.
import type { IpAddress } from '../../../base/ip.ts';
import type { Lookup } from '../../../dns/lookup.ts';
import type { Name } from '../../../dns/name.ts';
import type { RecordData } from '../../../dns/records/record-data.ts';
import { TYPE } from '../../../dns/types.ts';
import type { FactOf } from '../../fact.ts';
import { ask, type Inquiry } from '../../inquiry.ts';
import { exchange } from '../../subject.ts';
import { type Severity, unknown, type Verdict } from '../../verdict.ts';

export interface HostSeen {
  readonly host: Name;
  readonly ipv4: Lookup<RecordData>;
  readonly ipv6: Lookup<RecordData>;
  readonly addresses: readonly IpAddress[];
  /**
   * `addresses`: it has one at least. `no-name`: it does not exist. `no-address`: it exists and has
   * none. `failure`: nothing was found, and not everything could be asked.
   */
  readonly state: 'addresses' | 'no-name' | 'no-address' | 'failure';
  /** Of one that does not exist: the zone whose servers say so. */
  readonly deniedBy?: Name;
  /** Aliases that were followed; empty where there were none. */
  readonly aliases: readonly Name[];
  readonly evidence: readonly string[];
}

/** Both families of every host, asked at once. */
export function* hostsSeen(names: readonly Name[]): Inquiry<readonly HostSeen[]> {
  const wants = names.flatMap((name) =>
    [TYPE.A, TYPE.AAAA].map((type) => ({ kind: 'lookup', name, type }) as const),
  );
  const facts = yield* ask<'lookup'>(wants);
  return names.map((host, at) => seen(host, facts.slice(2 * at, 2 * at + 2)));
}

function seen(host: Name, facts: readonly FactOf<'lookup'>[]): HostSeen {
  const [ipv4, ipv6] = facts.map(({ lookup }) => lookup);
  if (!ipv4 || !ipv6) throw new TypeError('a lookup was not answered');
  const addresses = [ipv4, ipv6].flatMap(addressesIn);
  const known = ipv4.kind === 'failure' ? ipv6 : ipv4;
  const deniedBy = facts.find(({ lookup }) => lookup.kind === 'no-name')?.zone;
  return {
    host,
    ipv4,
    ipv6,
    addresses,
    state: stateOf(addresses.length > 0, [ipv4.kind, ipv6.kind]),
    ...(deniedBy !== undefined && { deniedBy }),
    aliases: known.kind === 'failure' ? [] : known.aliases,
    evidence: facts.map(({ id }) => id),
  };
}

export function addressesIn(found: Lookup<RecordData>): readonly IpAddress[] {
  const records = found.kind === 'records' ? found.records : [];
  return records.flatMap((data) => ('address' in data ? [data.address] : []));
}

function stateOf(
  hasAddress: boolean,
  kinds: readonly Lookup<RecordData>['kind'][],
): HostSeen['state'] {
  if (hasAddress) return 'addresses';
  // RFC 8020 §2: a name that does not exist for one type exists for none.
  if (kinds.includes('no-name')) return 'no-name';
  return kinds.includes('failure') ? 'failure' : 'no-address';
}

/** Does it lead nowhere, for certain? */
export const isDead = ({ state }: HostSeen): boolean =>
  state === 'no-name' || state === 'no-address';

/** Does none of them lead anywhere, for certain? */
export const areAllDead = (hosts: readonly HostSeen[]): boolean =>
  hosts.length > 0 && hosts.every(isDead);

/** How bad a dead host is: where no other is left, mail is lost now. */
export const deadSeverity = (hosts: readonly HostSeen[]): Severity =>
  areAllDead(hosts) ? 'critical' : 'error';

/** Is there a family of some host that could not be asked for? */
export const isIncomplete = (hosts: readonly HostSeen[]): boolean =>
  hosts.some(({ ipv4, ipv6 }) => ipv4.kind === 'failure' || ipv6.kind === 'failure');

/** What a rule says of a host whose addresses could not be looked up. */
export function unseen({ host, ipv4, ipv6, evidence }: HostSeen): Verdict {
  const failed = [ipv4, ipv6].find(({ kind }) => kind === 'failure');
  const because = failed?.kind === 'failure' ? failed.because : 'nothing was found';
  return unknown(exchange(host), `its addresses could not be looked up: ${because}`, evidence);
}

export const evidenceOf = (hosts: readonly HostSeen[]): readonly string[] =>
  hosts.flatMap(({ evidence }) => evidence);
