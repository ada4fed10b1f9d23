// What may fail, one thing at a time: a mail host, a network, a family of addresses, a name server,
// a certificate. The list is made from what was observed: nothing is rehearsed that is not there.
import { type IpAddress, ipBytes, isIpv6 } from '../../base/ip.ts';
import type { NameServer } from '../../dns/authority.ts';
import { hostText, type Name, nameKey } from '../../dns/name.ts';
import type { Place } from '../mail.ts';

export type Failure =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'host'; readonly host: Name }
  | { readonly kind: 'network'; readonly network: string; readonly addresses: Addresses }
  | { readonly kind: 'family'; readonly family: 'IPv4' | 'IPv6'; readonly addresses: Addresses }
  | { readonly kind: 'name-server'; readonly host: Name }
  | { readonly kind: 'all-name-servers'; readonly zone: Name }
  | { readonly kind: 'certificate'; readonly host: Name };

type Addresses = ReadonlySet<IpAddress>;

/** What a drill is made from: places of mail, most preferred first, and servers of each zone. */
export interface Ground {
  readonly places: readonly Place[];
  readonly zones: readonly { readonly zone: Name; readonly servers: readonly NameServer[] }[];
}

/** Every failure that is worth a row, the one without any first. */
export function failuresOf({ places, zones }: Ground): readonly Failure[] {
  const hosts = [...new Set(places.map(({ host }) => host))];
  return [
    { kind: 'nothing' },
    ...hosts.map((host) => ({ kind: 'host', host }) as const),
    ...networksOf(places),
    ...familiesOf(places),
    ...serversOf(zones).map((host) => ({ kind: 'name-server', host }) as const),
    ...zones
      .filter(({ servers }) => servers.length > 1)
      .map(({ zone }) => ({ kind: 'all-name-servers', zone }) as const),
    ...hosts.map((host) => ({ kind: 'certificate', host }) as const),
  ];
}

export function failureText(failure: Failure): string {
  switch (failure.kind) {
    case 'nothing':
      return 'nothing fails';
    case 'host':
      return `${hostText(failure.host)} is down`;
    case 'network':
      return `the network ${failure.network} is cut off`;
    case 'family':
      return `${failure.family} does not work`;
    case 'name-server':
      return `name server ${hostText(failure.host)} is down`;
    case 'all-name-servers':
      return `all name servers of ${hostText(failure.zone)} are down`;
    case 'certificate':
      return `the certificate of ${hostText(failure.host)} has run out`;
  }
}

/** Each once, whatever zones it serves. */
function serversOf(zones: Ground['zones']): readonly Name[] {
  const hosts = zones.flatMap(({ servers }) => servers.map(({ host }) => host));
  return [...new Map(hosts.map((host) => [nameKey(host), host])).values()];
}

/** A network that holds one host alone tells nothing that the host does not. */
function networksOf(places: readonly Place[]): readonly Failure[] {
  const networks = new Map<string, Place[]>();
  for (const place of places) {
    const network = networkOf(place.address);
    networks.set(network, [...(networks.get(network) ?? []), place]);
  }
  return [...networks]
    .filter(([, inside]) => new Set(inside.map(({ host }) => host)).size > 1)
    .map(([network, inside]) => {
      return { kind: 'network', network, addresses: addressesIn(inside) };
    });
}

/** Only where a domain has both. */
function familiesOf(places: readonly Place[]): readonly Failure[] {
  const ipv6 = places.filter(({ address }) => isIpv6(address));
  const ipv4 = places.filter(({ address }) => !isIpv6(address));
  if (ipv4.length === 0 || ipv6.length === 0) return [];
  return [
    { kind: 'family', family: 'IPv4', addresses: addressesIn(ipv4) },
    { kind: 'family', family: 'IPv6', addresses: addressesIn(ipv6) },
  ];
}

const addressesIn = (places: readonly Place[]): Addresses =>
  new Set(places.map(({ address }) => address));

/** `192.0.2.0/24`, `2001:db8:1::/48`: what usually has one owner, one room and one cable. */
function networkOf(address: IpAddress): string {
  const bytes = ipBytes(address) ?? new Uint8Array(4);
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.0/24`;
  const groups = [0, 2, 4].map((at) =>
    (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16),
  );
  return `${groups.join(':')}::/48`;
}
