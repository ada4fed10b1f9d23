// The question that `route` answers: plain data, all that a decision depends on, so that the same
// question gives the same route on any later day.
import type { IpAddress } from '../base/ip.ts';
import type { Instant } from '../base/time.ts';
import type { Name } from '../dns/name.ts';
import type { MailDomain } from '../smtp/address.ts';
import type { DeliverTo } from './domains.ts';
import type { Facts } from './facts.ts';

/** Who we are, so that mail is never relayed to ourselves. */
export interface Self {
  readonly hostname: Name;
  /**
   * Addresses we listen on (a wildcard expanded to interface addresses but loopback) and NAT ones.
   */
  readonly addresses: readonly IpAddress[];
  /** Which families this machine has a route for. */
  readonly families: { readonly ipv4: boolean; readonly ipv6: boolean };
}

/** An address that failed lately. Addresses that are well are not in a question. */
export interface BadHost {
  readonly address: IpAddress;
  readonly since: Instant;
  /** Until then it is skipped; from then on it may be probed. */
  readonly probeAt: Instant;
  readonly because: string;
}

/** What the operator may set about routing. */
export interface RouteSettings {
  readonly smtpPort: number;
  /** Networks (CIDR) that count as global besides those that are (closed worlds). */
  readonly globalNetworks: readonly string[];
  /** Addresses tried in one attempt, and the most there may be so that each preference has one. */
  readonly addressesMax: number;
  readonly addressesHardMax: number;
}

export const ROUTE_DEFAULTS: RouteSettings = {
  smtpPort: 25,
  globalNetworks: [],
  addressesMax: 5,
  addressesHardMax: 20,
};

export interface Question {
  readonly domain: MailDomain;
  /** What we are to this domain: its primary (mail goes `here`), its backup, or nothing. */
  readonly ours?:
    | { readonly role: 'primary'; readonly deliverTo: DeliverTo }
    | { readonly role: 'backup' };
  /** Absent where the DNS was not asked: mail for `here`, and address literals. */
  readonly facts?: Facts;
  readonly self: Self;
  readonly health: readonly BadHost[];
  readonly settings: RouteSettings;
  /** 32 bits; decides the order of equals. */
  readonly seed: number;
  readonly now: Instant;
}
