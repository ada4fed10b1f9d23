// Fetches pages by HTTPS for the checks (MTA-STS policies are such pages): the name is looked up,
// only public addresses are connected to, redirects are not followed (RFC 8461 §3.3), and no more
// than 64 KB is read. It never rejects.

import { type IpAddress, parseIp } from '../base/ip.ts';
import { type Duration, seconds } from '../base/time.ts';
import type { ConnectFailure, Page } from '../checks/fact.ts';
import type { Lookup } from '../dns/lookup.ts';
import { hostText, type Name, parseName } from '../dns/name.ts';
import type { HttpsDoor, HttpsEnding } from '../net/network.ts';
import type { Resolver } from '../resolver/resolver.ts';
import { lookupAddresses } from '../resolver/typed-lookup.ts';
import { connectFailure } from './connect-failure.ts';
import { alternating, obstacleTo, type Reach } from './reach.ts';

export interface PagesOptions extends Reach {
  readonly https: HttpsDoor;
  readonly lookup: Resolver['lookup'];
  readonly port: number;
  /** For the connection, the request and the whole answer; default: 30 s. */
  readonly timeout?: Duration;
}

export interface Pages {
  fetch(url: string): Promise<Page>;
}

const BYTES_MAX = 65_536;
const ADDRESSES_MAX = 3;
const TIMEOUT = seconds(30);
const HEADERS = { 'user-agent': 'fingerpost', accept: '*/*' };

export function createPages(options: PagesOptions): Pages {
  return { fetch: (url) => fetchPage(url, options) };
}

async function fetchPage(text: string, options: PagesOptions): Promise<Page> {
  const { https, port, timeout = TIMEOUT } = options;
  const url = URL.parse(text);
  if (!url) return failed('name', 'this is no URL');
  if (url.protocol !== 'https:') return failed('connect', 'nothing but https is fetched');
  if (url.port !== '' && Number(url.port) !== port) {
    return failed('connect', `nothing but port ${port} is connected to`);
  }
  const found = await addressesOf(url.hostname, options.lookup);
  if ('kind' in found) return found;
  const obstacles = found.map((address) => obstacleTo(address, options));
  const open = found.filter((_, at) => obstacles[at] === undefined);
  if (open.length === 0) return failed('connect', [...new Set(obstacles)].join('; '));
  const ending = await https.request({
    url,
    method: 'GET',
    headers: HEADERS,
    addresses: alternating(open).slice(0, ADDRESSES_MAX),
    port,
    timeout,
    bytesMax: BYTES_MAX,
  });
  return ending.kind === 'answered' ? ending : { ...ending, failure: failureOf(ending) };
}

/** Of several addresses only what was the same at all of them is told. */
function failureOf({ stage, because }: Ending): ConnectFailure {
  // While connecting every address has its own words: `192.0.2.1: connection refused; …`.
  const told = stage === 'connect' ? because.split('; ').map(wordsAfterAddress) : [because];
  const failures = new Set(told.map(connectFailure));
  const [only = 'other', ...others] = failures;
  if (others.length > 0) return 'other';
  // A deadline of our own is told in other words.
  return only === 'other' && because.startsWith('it took longer') ? 'timeout' : only;
}

type Ending = Extract<HttpsEnding, { readonly kind: 'failed' }>;

const wordsAfterAddress = (told: string): string => told.slice(told.lastIndexOf(': ') + 2);

/** Of both families; or why there is none. */
async function addressesOf(
  host: string,
  lookup: Resolver['lookup'],
): Promise<readonly IpAddress[] | Page> {
  const literal = parseIp(host.replace(/^\[|\]$/g, ''));
  if (literal) return [literal];
  const name = parseName(host);
  if (typeof name !== 'string') return failed('name', `${host} is no host name`);
  const lookups = await Promise.all([
    lookupAddresses({ lookup }, name, 'A'),
    lookupAddresses({ lookup }, name, 'AAAA'),
  ]);
  const addresses = lookups.flatMap((each) => (each.kind === 'records' ? each.records : []));
  return addresses.length > 0 ? addresses : failed('name', whyNone(name, lookups));
}

function whyNone(name: Name, lookups: readonly Lookup<IpAddress>[]): string {
  const failure = lookups.find((each) => each.kind === 'failure');
  const host = hostText(name);
  if (failure) return `${host} could not be looked up: ${failure.because}`;
  const isMissing = lookups.some(({ kind }) => kind === 'no-name');
  return isMissing ? `${host} does not exist` : `${host} has no address`;
}

const failed = (stage: 'name' | 'connect', because: string): Page => ({
  kind: 'failed',
  stage,
  because,
});
