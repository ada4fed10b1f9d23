// Gathers what the DNS says about where a domain's mail goes: its MX records, and the addresses of
// every exchange (or of the domain itself, where it has no MX). Judging it is `routing/route.ts`.
//
// The same `Facts` object is given for as long as all of it holds, so that whoever stores or hashes
// facts does it once for each object, and looking them up costs one look into a Map.
import { after, type Clock, earlier, type Instant, seconds } from '../base/time.ts';
import { type Name, nameKey, ROOT } from '../dns/name.ts';
import type { Exchange, Facts, HostFacts } from '../routing/facts.ts';
import { ExpiringCache } from './expiring-cache.ts';
import type { Resolver } from './resolver.ts';
import { Slots } from './slots.ts';
import { lookupAddresses, lookupExchanges } from './typed-lookup.ts';

/** The facts of a domain: at once when they are known. It never rejects. */
export type MailFacts = (domain: Name) => Facts | Promise<Facts>;

export interface MailFactsOptions {
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly entriesMax?: number;
}

/** Hosts beyond this, by preference, are not looked up. */
const HOSTS_MAX = 50;
/**
 * Hosts of one domain that are looked up at once, so that no domain takes the resolver for itself.
 */
const HOSTS_AT_ONCE = 16;
/** Facts with a failure in them; the resolver besides remembers a failure for some seconds. */
const FAILURE_KEPT = seconds(1);
const ENTRIES_MAX = 10_000;

/** Facts with a memory. */
export function createMailFacts(options: MailFactsOptions): MailFacts {
  const { resolver, clock, entriesMax = ENTRIES_MAX } = options;
  const cache = new ExpiringCache<Facts>(entriesMax, weightOf);
  const underWay = new Map<string, Promise<Facts>>();
  let flushes = resolver.flushes;

  async function gather(key: string, domain: Name): Promise<Facts> {
    const [started, flushesAtStart] = [clock.now(), flushes];
    try {
      const facts = await gatherMailFacts(resolver, domain);
      if (flushesAtStart === resolver.flushes) {
        cache.set(key, facts, expiryOf(facts, started, clock.now()));
      }
      return facts;
    } finally {
      if (flushesAtStart === flushes) underWay.delete(key);
    }
  }

  return (domain) => {
    if (flushes !== resolver.flushes) {
      flushes = resolver.flushes;
      cache.clear();
      underWay.clear();
    }
    const key = nameKey(domain);
    const known = cache.get(key, clock.now())?.value ?? underWay.get(key);
    if (known) return known;
    const gathering = gather(key, domain);
    underWay.set(key, gathering);
    return gathering;
  };
}

/** Asks everything there is to ask about one domain. */
export async function gatherMailFacts(
  resolver: Pick<Resolver, 'lookup'>,
  domain: Name,
): Promise<Facts> {
  const mx = await lookupExchanges(resolver, domain);
  const slots = new Slots(HOSTS_AT_ONCE);
  const names = mx.kind === 'records' ? hostsOf(mx.records) : [];
  // RFC 5321 §5.1: a domain without MX is its own exchange.
  if (mx.kind === 'no-data') names.push(domain);
  const gatherHost = async (host: Name): Promise<HostFacts> => {
    const [ipv4, ipv6] = await Promise.all([
      lookupAddresses(resolver, host, 'A'),
      lookupAddresses(resolver, host, 'AAAA'),
    ]);
    return { host, ipv4, ipv6 };
  };
  const hosts = names.map((host) => slots.run(() => gatherHost(host)));
  return { domain, mx, hosts: await Promise.all(hosts) };
}

/** Each exchange once, the most preferred first; the root (RFC 7505) is no host. */
function hostsOf(exchanges: readonly Exchange[]): Name[] {
  const byPreference = exchanges.toSorted((a, b) => a.preference - b.preference);
  const hosts = new Map<string, Name>();
  for (const { host } of byPreference) {
    if (host !== ROOT && !hosts.has(nameKey(host))) hosts.set(nameKey(host), host);
  }
  return [...hosts.values()].slice(0, HOSTS_MAX);
}

const HOSTS_PER_ENTRY = 8;

/** Facts with a handful of hosts weigh 1. */
const weightOf = ({ hosts }: Facts): number =>
  Math.max(1, Math.ceil(hosts.length / HOSTS_PER_ENTRY));

/**
 * Until when all of it holds: TTLs count from the first question, failures from the last answer.
 */
function expiryOf(facts: Facts, started: Instant, ended: Instant): Instant {
  const lookups = [facts.mx, ...facts.hosts.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6])];
  return lookups
    .map((lookup) =>
      lookup.kind === 'failure'
        ? after(ended, FAILURE_KEPT)
        : after(started, seconds(lookup.ttlSeconds)),
    )
    .reduce(earlier);
}
