// Everything that the DNS said about where a domain's mail goes, as one plain value that can be
// stored and asked again. `resolver/mail-facts.ts` gathers it; `route` judges it.
import type { IpAddress } from '../base/ip.ts';
import type { Lookup } from '../dns/lookup.ts';
import type { Name } from '../dns/name.ts';

export interface Exchange {
  /** 0 to 65535; lower is tried first. */
  readonly preference: number;
  /** The root (`.`) in a null MX (RFC 7505). */
  readonly host: Name;
}

/** The addresses of one host: an exchange, or the domain itself where it has no MX. */
export interface HostFacts {
  readonly host: Name;
  readonly ipv4: Lookup<IpAddress>;
  readonly ipv6: Lookup<IpAddress>;
}

export interface Facts {
  readonly domain: Name;
  readonly mx: Lookup<Exchange>;
  /** One for each different exchange but the root; one for the domain where `mx` is no-data. */
  readonly hosts: readonly HostFacts[];
}

/** Every address that is known of a host, of both families. */
export function ipAddressesOf({ ipv4, ipv6 }: HostFacts): readonly IpAddress[] {
  return [ipv4, ipv6].flatMap((lookup) => (lookup.kind === 'records' ? lookup.records : []));
}
