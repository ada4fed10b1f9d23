// Gathers the question that `route` answers: what the DNS says, who we are, which hosts failed
// lately. Delivery asks it for every attempt, `fingerpost route` asks it for a person: the same
// question, and so the same route.
import { type IpAddress, isIpv6 } from '../base/ip.ts';
import type { Chance } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import type { Name } from '../dns/name.ts';
import type { MailFacts } from '../resolver/mail-facts.ts';
import { type OurDomains, ourDomainOf } from '../routing/domains.ts';
import { ipAddressesOf } from '../routing/facts.ts';
import { familiesOf, isLocalOnly } from '../routing/families.ts';
import type { BadHost, Question, RouteSettings, Self } from '../routing/question.ts';
import { type MailDomain, parseAddress } from '../smtp/address.ts';

export interface AskingOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly mailFacts: MailFacts;
  readonly domains: OurDomains;
  readonly settings: RouteSettings;
  readonly self: () => Self;
  readonly badAmong: (addresses: readonly IpAddress[]) => readonly BadHost[];
}

/** Asks for a domain as the queue has it: `example.com`, `[192.0.2.1]`. */
export type Asking = (domain: string) => Promise<Question>;

export function createAsking(options: AskingOptions): Asking {
  const { clock, chance, mailFacts, domains, settings, self, badAmong } = options;
  return async (text) => {
    const address = parseAddress(`postmaster@${text}`);
    if (!('domain' in address)) throw new TypeError(`not a mail domain: ${text}`);
    const { domain } = address;
    const ours = ourDomainOf(domains, address);
    const base = { domain, self: self(), settings, seed: chance.integer(2 ** 31) };
    if (ours?.role === 'primary') {
      const { deliverTo } = ours;
      return { ...base, ours: { role: 'primary', deliverTo }, health: [], now: clock.now() };
    }
    const facts = domain.kind === 'name' ? await mailFacts(domain.name) : undefined;
    const addresses = facts ? facts.hosts.flatMap(ipAddressesOf) : literalOf(domain);
    return {
      ...base,
      ...(ours ? { ours: { role: 'backup' } } : {}),
      ...(facts ? { facts } : {}),
      health: badAmong(addresses),
      now: clock.now(),
    };
  };
}

const literalOf = (domain: MailDomain): readonly IpAddress[] =>
  domain.kind === 'literal' ? [domain.address] : [];

export interface SelfOptions {
  readonly hostname: Name;
  readonly listen: readonly IpAddress[];
  readonly nat: readonly IpAddress[];
  /** All addresses of this machine. */
  readonly interfaces: readonly IpAddress[];
  /** Networks that count as global besides those that are. */
  readonly globalNetworks: readonly string[];
}

const WILDCARDS: readonly string[] = ['0.0.0.0', '::'];

/**
 * Who we are (docs/behaviour.md): a wildcard means the addresses of this machine except loopback.
 */
export function selfOf(options: SelfOptions): Self {
  const { hostname, listen, nat, interfaces, globalNetworks } = options;
  const outward = interfaces.filter((address) => !isLocalOnly(address, []));
  const addresses = listen.flatMap((address) =>
    WILDCARDS.includes(address)
      ? outward.filter((each) => isIpv6(each) === isIpv6(address) || address === '::')
      : [address],
  );
  return {
    hostname,
    addresses: [...new Set([...addresses, ...nat])],
    families: familiesOf(interfaces, globalNetworks),
  };
}
