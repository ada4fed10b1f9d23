// From hosts to addresses that can be dialled: global, of a family that this machine has a route
// for, each once. What cannot be dialled is left with its reason. No order is decided here.
import { type IpAddress, isIpv6, isWithinAny } from '../base/ip.ts';
import { specialPurpose } from '../base/special-purpose.ts';
import type { Lookup } from '../dns/lookup.ts';
import { hostText, nameKey } from '../dns/name.ts';
import type { ListedHost } from './exchanges.ts';
import { type Facts, type HostFacts, ipAddressesOf } from './facts.ts';
import type { Question } from './question.ts';
import type { Left, LeftKind } from './target.ts';

/** One address that could be dialled. */
export interface Candidate {
  readonly host: string;
  readonly address: IpAddress;
  /** Absent for an implicit MX and for an address literal. */
  readonly preference?: number;
  readonly because: string;
}

export interface Dialling {
  readonly candidates: readonly Candidate[];
  readonly left: readonly Left[];
}

/** The hosts of the facts, by name key. */
export function addressesOf(facts: Facts): ReadonlyMap<string, HostFacts> {
  return new Map(facts.hosts.map((entry) => [nameKey(entry.host), entry]));
}

/** The hosts come best first: an address that several share is tried at the best of them. */
export function candidatesAt(
  hosts: readonly ListedHost[],
  addresses: ReadonlyMap<string, HostFacts>,
  question: Question,
): Dialling {
  const candidates: Candidate[] = [];
  const holders = new Map<IpAddress, string>();
  const left: Left[] = [];
  for (const listed of hosts) {
    const preference = listed.preference === undefined ? {} : { preference: listed.preference };
    const host = hostText(listed.host);
    const facts = addresses.get(nameKey(listed.host));
    left.push(...failuresOf(facts).map((fault) => ({ ...fault, host, ...preference })));
    for (const address of facts ? ipAddressesOf(facts) : []) {
      const obstacle = obstacleTo(address, question) ?? repeated(holders.get(address));
      if (obstacle) left.push({ ...obstacle, host, address, ...preference });
      else {
        holders.set(address, host);
        candidates.push({ host, address, ...preference, because: reasonFor(listed) });
      }
    }
  }
  return { candidates, left };
}

/** `user@[192.0.2.1]`: the address is the host (RFC 5321 §4.1.3). */
export function literalCandidates(address: IpAddress, question: Question): Dialling {
  const host = `[${address}]`;
  const obstacle = obstacleTo(address, question);
  if (obstacle) return { candidates: [], left: [{ ...obstacle, host, address }] };
  return { candidates: [{ host, address, because: 'an address literal' }], left: [] };
}

const reasonFor = (listed: ListedHost): string =>
  listed.preference === undefined ? 'implicit MX: no MX record' : `MX ${listed.preference}`;

type Fault = { readonly kind: LeftKind; readonly because: string };

/** What went wrong with the addresses of a host; nothing where one family is known. */
function failuresOf(facts: HostFacts | undefined): readonly Fault[] {
  const lookups: readonly (readonly [string, Lookup<IpAddress>])[] = facts
    ? [
        ['A', facts.ipv4],
        ['AAAA', facts.ipv6],
      ]
    : [];
  const failed = lookups.flatMap(([type, lookup]): Fault[] =>
    lookup.kind === 'failure'
      ? [
          {
            kind: 'lookup-failed',
            because: `its ${type} records could not be looked up: ${lookup.because}`,
          },
        ]
      : [],
  );
  const hasAddress = lookups.some(([, lookup]) => lookup.kind === 'records');
  return failed.length > 0 || hasAddress
    ? failed
    : [{ kind: 'no-address', because: 'it has no address' }];
}

/** Why an address cannot be dialled from here, if it cannot. */
function obstacleTo(address: IpAddress, { self, settings }: Question): Fault | undefined {
  const family = isIpv6(address) ? 'ipv6' : 'ipv4';
  if (!self.families[family]) {
    const because = `this machine has no route for ${family === 'ipv6' ? 'IPv6' : 'IPv4'}`;
    return { kind: 'no-family', because };
  }
  const purpose = specialPurpose(address);
  if (purpose === undefined || isWithinAny(address, settings.globalNetworks)) return undefined;
  return { kind: 'special-purpose', because: `not a global address: ${purpose}` };
}

const repeated = (holder: string | undefined): Fault | undefined =>
  holder === undefined
    ? undefined
    : { kind: 'repeated', because: `the same address as ${holder}, where it is tried` };
