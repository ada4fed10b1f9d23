// A drill: what senders would do if one thing failed, told from the observed facts by the very
// `route()` that delivers our own mail. Nothing is touched. Each failure is played through as a
// sender lives it: find the exchanges, try each target in the order of the route, wait for those
// that are silent, and keep the mail when none is left.
import type { IpAddress } from '../../base/ip.ts';
import { type Duration, days, type Instant, seconds } from '../../base/time.ts';
import { hostText, isBelow, type Name, nameKey, ROOT } from '../../dns/name.ts';
import type { Facts } from '../../routing/facts.ts';
import { type Question, ROUTE_DEFAULTS } from '../../routing/question.ts';
import { type Route, route } from '../../routing/route.ts';
import type { Target } from '../../routing/target.ts';
import type { About } from '../about.ts';
import { type Failure, failuresOf, type Ground } from './failure.ts';

/** What became of mail that was sent while the thing was broken. */
export type Landing =
  /** Taken by a host that is as good as the best one. */
  | { readonly kind: 'delivered'; readonly host: string }
  /** Taken by a less preferred host, which keeps it, or has mailboxes of its own. */
  | { readonly kind: 'kept'; readonly host: string }
  /** Nobody takes it: it stays with the sender, who tries again. */
  | { readonly kind: 'waits'; readonly because: string }
  /** The sender gives up at once. */
  | { readonly kind: 'refused'; readonly because: string };

export interface DrillRow {
  readonly failure: Failure;
  readonly landing: Landing;
  /** How long the sender needs at the first attempt, in the worst order of equals. */
  readonly after: Duration;
  /** Hosts that are tried, in order, until one takes the mail. */
  readonly tried: readonly Tried[];
  /** One sentence: what is lost, and what else there is to know. */
  readonly lost: string;
}

export interface Tried {
  readonly host: string;
  readonly address: IpAddress;
  readonly ending: 'takes' | 'silent' | 'refuses' | 'unproven';
}

export interface Drill {
  readonly domain: Name;
  readonly observedAt: Instant;
  /** Why what was observed may not be so, in sentences: this machine could not see. */
  readonly doubts: readonly string[];
  /** The arms of the fingerpost: each exchange with its preference, best first. */
  readonly exchanges: readonly { readonly host: string; readonly preference?: number }[];
  readonly rows: readonly DrillRow[];
}

/** What was observed, as far as a drill needs it. */
export interface Observed extends Ground {
  readonly facts: Facts;
  /** Addresses that take no mail now, and whether a sender is told so or waits. */
  readonly dead: ReadonlyMap<IpAddress, 'silent' | 'refuses'>;
  /** Hosts (by `nameKey`) whose certificate senders must be able to verify (DANE, MTA-STS). */
  readonly mustProve: ReadonlySet<string>;
  readonly doubts: readonly string[];
}

/** How long senders usually wait for a connection; ours and Postfix's default. */
const CONNECT_WAIT: Duration = seconds(30);
/** How long a resolver waits for a name server before it asks the next. */
const NAME_SERVER_WAIT: Duration = seconds(2);
/** RFC 5321 §4.5.4.1: senders give up after 4 to 5 days at least. */
const GIVE_UP: Duration = days(5);
/** Equals are shuffled: the worst of so many orders is told. */
const ORDERS = 16;

export function drill(about: About, observed: Observed): Drill {
  const rows = failuresOf(observed).map((failure) => rowOf(failure, about, observed));
  const baseline = route(questionOf(about, observed.facts, 1));
  return {
    domain: about.domain,
    observedAt: about.now,
    doubts: observed.doubts,
    exchanges: exchangesIn(baseline, observed.facts),
    rows,
  };
}

function rowOf(failure: Failure, about: About, observed: Observed): DrillRow {
  const facts = factsUnder(failure, observed);
  const seeds = Array.from({ length: ORDERS }, (_, at) => at + 1);
  const plays = seeds.map((seed) =>
    play({ failure, facts, observed }, route(questionOf(about, facts, seed))),
  );
  const worst = plays.reduce((one, other) => (other.after > one.after ? other : one));
  const lookups = failure.kind === 'name-server' ? NAME_SERVER_WAIT : 0;
  return {
    failure,
    ...worst,
    after: (worst.after + lookups) as Duration,
    lost: lostBy(failure, worst),
  };
}

type Play = Omit<DrillRow, 'failure' | 'lost'>;

interface Scenario {
  readonly failure: Failure;
  /** Under the failure. */
  readonly facts: Facts;
  readonly observed: Observed;
}

/** Walks a route as a sender does. */
function play({ failure, facts, observed }: Scenario, decided: Route): Play {
  if (decided.kind === 'never') {
    return { landing: { kind: 'refused', because: decided.because }, after: seconds(0), tried: [] };
  }
  if (decided.kind !== 'hosts') {
    return { landing: { kind: 'waits', because: decided.because }, after: seconds(0), tried: [] };
  }
  const tried: Tried[] = [];
  let after = 0;
  for (const target of decided.targets) {
    const ending = endingAt(target, failure, observed);
    tried.push({ host: target.host, address: target.address, ending });
    if (ending === 'takes') {
      return { landing: landingAt(target, facts), after: after as Duration, tried };
    }
    if (ending === 'silent') after += CONNECT_WAIT;
  }
  const because = 'none of its hosts takes it';
  return { landing: { kind: 'waits', because }, after: after as Duration, tried };
}

function endingAt(target: Target, failure: Failure, observed: Observed): Tried['ending'] {
  const { host, address } = target;
  const dead = observed.dead.get(address);
  if (dead) return dead;
  const isFailing = (name: Name): boolean => hostText(name) === host;
  switch (failure.kind) {
    case 'host':
      return isFailing(failure.host) ? 'silent' : 'takes';
    case 'network':
    case 'family':
      return failure.addresses.has(address) ? 'silent' : 'takes';
    case 'certificate': {
      const mustProve = observed.mustProve.has(nameKey(failure.host));
      return isFailing(failure.host) && mustProve ? 'unproven' : 'takes';
    }
    default:
      return 'takes';
  }
}

/** Against the best that the domain names, whether or not it has an address just now. */
function landingAt({ host, preference = 0 }: Target, { mx }: Facts): Landing {
  const named = mx.kind === 'records' ? mx.records.filter((each) => each.host !== ROOT) : [];
  const best = Math.min(...named.map((each) => each.preference), preference);
  return { kind: preference === best ? 'delivered' : 'kept', host };
}

/** The facts as a sender without a cache would find them. */
function factsUnder(failure: Failure, { facts, zones }: Observed): Facts {
  const dark = darkZones(failure, zones);
  const isDark = (name: Name): boolean => dark.some((zone) => isIn(name, zone, zones));
  if (isDark(facts.domain)) {
    const because = 'no name server of the domain answers';
    return { ...facts, mx: { kind: 'failure', failure: 'timeout', because }, hosts: [] };
  }
  const because = 'its name servers are down';
  const gone = { kind: 'failure', failure: 'timeout', because } as const;
  const hosts = facts.hosts.map((entry) =>
    isDark(entry.host) ? { ...entry, ipv4: gone, ipv6: gone } : entry,
  );
  return { ...facts, hosts };
}

/** The zones that nobody serves any more. */
function darkZones(failure: Failure, zones: Ground['zones']): readonly Name[] {
  const down = new Set(downServers(failure, zones).map(nameKey));
  const isDown = ({ host }: { readonly host: Name }): boolean => down.has(nameKey(host));
  return zones
    .filter(({ servers }) => servers.length > 0 && servers.every(isDown))
    .map(({ zone }) => zone);
}

function downServers(failure: Failure, zones: Ground['zones']): readonly Name[] {
  if (failure.kind === 'name-server') return [failure.host];
  if (failure.kind !== 'all-name-servers') return [];
  const servers = zones.find(({ zone }) => zone === failure.zone)?.servers ?? [];
  return servers.map(({ host }) => host);
}

/** Is this zone the closest of those that were seen? */
function isIn(host: Name, zone: Name, zones: Ground['zones']): boolean {
  const holding = zones.map((each) => each.zone).filter((each) => isBelow(host, each));
  return holding.sort((one, other) => other.length - one.length)[0] === zone;
}

/** A sender that is nobody in particular, with routes for both families. */
function questionOf(about: About, facts: Facts, seed: number): Question {
  const { smtpPort, global: globalNetworks } = about.world;
  return {
    domain: { kind: 'name', name: about.domain },
    facts,
    self: {
      hostname: ROOT,
      addresses: [],
      families: { ipv4: true, ipv6: true },
    },
    health: [],
    settings: { ...ROUTE_DEFAULTS, smtpPort, globalNetworks },
    seed,
    now: about.now,
  };
}

function lostBy(failure: Failure, { landing, tried }: Play): string {
  if (landing.kind === 'refused') return `all mail: senders give up at once (${landing.because})`;
  const unproven = tried.some(({ ending }) => ending === 'unproven');
  const whose = unproven ? 'mail of senders that verify certificates' : 'mail';
  const long = `${GIVE_UP / days(1)} days`;
  if (landing.kind === 'waits') {
    const waits = `${whose} waits, and is bounced if it must wait longer`;
    return `nothing for about ${long}: ${waits} (${landing.because})`;
  }
  if (landing.kind === 'kept') {
    return `nothing: ${landing.host} keeps ${whose}, and gives up after about ${long} too`;
  }
  if (failure.kind === 'certificate' && !unproven) {
    return 'nothing: no policy (DANE, MTA-STS enforce) makes senders verify it';
  }
  return 'nothing';
}

function exchangesIn(baseline: Route, facts: Facts): Drill['exchanges'] {
  const preferences = new Map(
    facts.mx.kind === 'records'
      ? facts.mx.records
          .toSorted((one, other) => other.preference - one.preference)
          .map(({ host, preference }) => [hostText(host), preference] as const)
      : [],
  );
  const targets = baseline.kind === 'hosts' ? baseline.targets : [];
  const hosts = [...new Set([...targets.map(({ host }) => host), ...preferences.keys()])];
  return hosts
    .filter((host) => host !== '.')
    .map((host) => {
      const preference = preferences.get(host);
      return preference === undefined ? { host } : { host, preference };
    })
    .sort((one, other) => (one.preference ?? 0) - (other.preference ?? 0));
}
