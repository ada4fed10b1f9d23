// What is known before anything is asked: the domain, what its operator declared, who asks and from
// where. It is part of every observation, so that a saved one is judged as it was then.
import type { Endpoint, IpAddress } from '../base/ip.ts';
import type { Instant } from '../base/time.ts';
import type { Name } from '../dns/name.ts';
import type { Exchange } from '../routing/facts.ts';

/** What the operator says of the domain; everything may be absent. */
export interface Declared {
  /** What this server is to the domain. */
  readonly ours?: 'primary' | 'backup';
  /** DKIM selectors in use. */
  readonly selectors: readonly string[];
  /** The MX records that ought to be there. */
  readonly exchanges?: readonly Exchange[];
  /** Every local part is taken on purpose. */
  readonly catchAll?: boolean;
  /** Addresses that send mail of the domain. */
  readonly senders: readonly IpAddress[];
}

/** The internet that was looked at; anything but the defaults is a closed world. */
export interface WorldSeen {
  readonly isClosed: boolean;
  readonly dnsPort: number;
  readonly smtpPort: number;
  readonly httpsPort: number;
  /** Networks (CIDR) that count as public besides those that are. */
  readonly global: readonly string[];
  /** Where the walk begins, in a closed world. */
  readonly roots: readonly Endpoint[];
}

/** Whether this machine can see what it is asked to look at. */
export interface SelfSeen {
  readonly hostname: Name;
  /** Which families this machine has a route for. */
  readonly families: { readonly ipv4: boolean; readonly ipv6: boolean };
  /** Our own global addresses, as far as the interfaces tell. */
  readonly addresses: readonly IpAddress[];
  /** Can name servers be asked directly, or only through the resolver? */
  readonly walk: SelfResult;
  /** Does the resolver prove DNSSEC (AD on the root's SOA), over a path that can be believed? */
  readonly validates: SelfResult;
  /** Do our addresses resolve to our name and back? `ok: undefined`: no global address here. */
  readonly reverse: SelfResult;
}

export interface SelfResult {
  /** `undefined`: could not be told. */
  readonly ok?: boolean;
  /** A sentence for a person. */
  readonly because: string;
}

export interface About {
  readonly domain: Name;
  /** When the observation was begun: "now" in every rule. */
  readonly now: Instant;
  readonly declared: Declared;
  /** May mail hosts be asked for recipients other than postmaster? */
  readonly mayAskRecipients: boolean;
  /** A local part that nobody has; made up for this observation. */
  readonly unknownRecipient: string;
  /** Block lists to ask: those of addresses, and those of domains. */
  readonly blocklists: { readonly addresses: readonly Name[]; readonly domains: readonly Name[] };
  readonly world: WorldSeen;
  readonly self: SelfSeen;
}
