// Questions for `route` in a line or two, and routes as a line of text:
//
//   question({ mx: [[10, 'mail.example.com']], at: { 'mail.example.com': '192.0.2.1 2001:db8::1' } })
//   printRoute(route(…))     '10 mail.example.com 192.0.2.1 > 10 mail.example.com 2001:db8::1'
//
// The networks of documentation count as global in them, as if in a closed world.
import { type IpAddress, parseIp } from '../../src/base/ip.ts';
import { after, type Instant, instantAt, seconds } from '../../src/base/time.ts';
import type { Lookup, LookupFailure } from '../../src/dns/lookup.ts';
import { isName, type Name, parseName } from '../../src/dns/name.ts';
import type { Exchange, Facts, HostFacts } from '../../src/routing/facts.ts';
import {
  type BadHost,
  type Question,
  ROUTE_DEFAULTS,
  type RouteSettings,
  type Self,
} from '../../src/routing/question.ts';
import type { Route } from '../../src/routing/route.ts';
import type { Left, Target } from '../../src/routing/target.ts';

export const NOW: Instant = instantAt(Date.UTC(2026, 0, 1));

export const DOCUMENTATION: readonly string[] = [
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '2001:db8::/32',
];

export function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

export function nameOf(host: string): Name {
  const name = parseName(host);
  if (!isName(name)) throw new Error(`${host} is no name`);
  return name;
}

export const FAILURES: readonly LookupFailure[] = [
  'servfail',
  'refused',
  'timeout',
  'unreachable',
  'bogus',
  'malformed',
  'alias-loop',
];

/** What a lookup brought where it brought no records. */
export type Nothing = 'no-data' | 'no-name' | LookupFailure;

const KNOWN = { ttlSeconds: 300, secure: false, aliases: [] } as const;

export function lookup<T>(given: readonly T[] | Nothing): Lookup<T> {
  if (typeof given !== 'string') {
    return given.length > 0
      ? { kind: 'records', records: given, ...KNOWN }
      : { kind: 'no-data', ...KNOWN };
  }
  if (given === 'no-data' || given === 'no-name') return { kind: given, ...KNOWN };
  return { kind: 'failure', failure: given, because: `the servers say ${given}` };
}

/** `192.0.2.1 2001:db8::1`, or what went wrong; both types at once, or each for itself. */
export type Addresses = string | { readonly A: string; readonly AAAA: string };

export interface FactsText {
  readonly domain?: string;
  readonly mx: readonly (readonly [preference: number, host: string])[] | Nothing;
  /** Hosts that are not in it have no address. */
  readonly at?: Readonly<Record<string, Addresses>>;
}

export function facts({ domain = 'example.com', mx, at = {} }: FactsText): Facts {
  const exchanges =
    typeof mx === 'string'
      ? mx
      : mx.map(([preference, host]): Exchange => ({ preference, host: nameOf(host) }));
  const listed = typeof mx === 'string' ? (mx === 'no-data' ? [domain] : []) : mx.map(([, h]) => h);
  const hosts = [...new Set(listed.map((host) => host.toLowerCase()))]
    .filter((host) => host !== '.')
    .map((host): HostFacts => {
      const given = at[host] ?? 'no-data';
      const { A, AAAA } = typeof given === 'string' ? { A: given, AAAA: given } : given;
      return { host: nameOf(host), ipv4: addresses(A, false), ipv6: addresses(AAAA, true) };
    });
  return { domain: nameOf(domain), mx: lookup(exchanges), hosts };
}

function addresses(text: string, ipv6: boolean): Lookup<IpAddress> {
  const words = text.split(' ').filter((word) => word !== '');
  const isNothing = words.length === 1 && parseIp(words[0] ?? '') === undefined;
  if (isNothing) return lookup<IpAddress>(text as Nothing);
  return lookup(words.map(ip).filter((address) => address.includes(':') === ipv6));
}

export const US: Self = {
  hostname: nameOf('us.example.net'),
  addresses: [ip('203.0.113.1'), ip('2001:db8:ffff::1')],
  families: { ipv4: true, ipv6: true },
};

export interface QuestionText extends Partial<FactsText> {
  /** An address literal instead of the domain. Without `mx` the DNS was not asked. */
  readonly literal?: string;
  readonly ours?: Question['ours'];
  readonly self?: Partial<Self>;
  readonly bad?: readonly BadHost[];
  readonly settings?: Partial<RouteSettings>;
  readonly seed?: number;
  readonly now?: Instant;
}

export function question(text: QuestionText): Question {
  const { domain = 'example.com', mx, at, literal, ours, self, bad = [], settings } = text;
  return {
    domain:
      literal === undefined
        ? { kind: 'name', name: nameOf(domain) }
        : { kind: 'literal', address: ip(literal) },
    ...(ours ? { ours } : {}),
    ...(mx === undefined ? {} : { facts: facts({ domain, mx, ...(at ? { at } : {}) }) }),
    self: { ...US, ...self },
    health: bad,
    settings: { ...ROUTE_DEFAULTS, globalNetworks: DOCUMENTATION, ...settings },
    seed: text.seed ?? 1,
    now: text.now ?? NOW,
  };
}

/** An address that failed a minute ago; its probe is due in that many seconds. */
export function badHost(address: string, probeInSeconds: number, now: Instant = NOW): BadHost {
  return {
    address: ip(address),
    since: after(now, seconds(-60)),
    probeAt: after(now, seconds(probeInSeconds)),
    because: 'no connection: timed out',
  };
}

type Place = Pick<Left, 'host' | 'address' | 'preference'>;

const printPlace = ({ preference, host, address }: Place): string =>
  [preference, host, address].filter((part) => part !== undefined).join(' ');

export const printTargets = (targets: readonly Target[]): string =>
  targets.map(printPlace).join(' > ');

const printLeft = (left: readonly Left[]): string =>
  left.map((each) => `; ${each.kind} ${printPlace(each)}`).join('');

/** The route on one line: targets in their order or the reply, then what is left and why. */
export function printRoute(decided: Route): string {
  switch (decided.kind) {
    case 'hosts':
      return `${printTargets(decided.targets)}${printLeft(decided.left)}`;
    case 'here':
      return `here ${decided.deliverTo.path}`;
    case 'never':
    case 'later': {
      const { code, enhanced } = decided.reply;
      return `${decided.kind} ${code} ${enhanced}${printLeft(decided.left)}`;
    }
  }
}

/** The targets of a route; none where it leads to no host. */
export const targetsOf = (decided: Route): readonly Target[] =>
  decided.kind === 'hosts' ? decided.targets : [];
