// A resolver in a false network under a false clock, with scripted DNS servers to ask.
import type { Endpoint } from '../../src/base/ip.ts';
import { parseEndpoint } from '../../src/base/ip.ts';
import type { Chance } from '../../src/base/random.ts';
import { seeded } from '../../src/base/random.ts';
import { seconds } from '../../src/base/time.ts';
import type { Lookup } from '../../src/dns/lookup.ts';
import type { RecordData } from '../../src/dns/records/record-data.ts';
import {
  createResolver,
  type Resolver,
  type ResolverOptions,
} from '../../src/resolver/resolver.ts';
import { type DnsServer, type Script, scriptedDnsServer } from './dns-server.ts';
import { type FalseClock, falseClock } from './false-clock.ts';
import { type FalseNetwork, falseNetwork } from './false-network.ts';

export interface DnsWorld {
  readonly clock: FalseClock;
  readonly network: FalseNetwork;
  readonly servers: readonly DnsServer[];
  readonly resolver: Resolver;
  /** Lets time pass until it has ended. */
  ended<T>(work: Promise<T> | T): Promise<T>;
}

/** Chance that repeats itself. */
export function seededChance(seed: number): Chance {
  const integer = seeded(seed);
  return { integer, bytes: (count) => Uint8Array.from({ length: count }, () => integer(256)) };
}

export const endpoint = (text: string): Endpoint => {
  const parsed = parseEndpoint(text);
  if (!parsed) throw new Error(`${text} is no endpoint`);
  return parsed;
};

/** One server for each script, at 198.51.100.1:53, 198.51.100.2:53 and so on. */
export async function dnsWorld(
  scripts: readonly Script[],
  options: Partial<ResolverOptions> = {},
): Promise<DnsWorld> {
  const clock = falseClock();
  const network = falseNetwork(clock);
  const servers: DnsServer[] = [];
  for (const [index, script] of scripts.entries()) {
    const address = `198.51.100.${index + 1}`;
    const machine = network.host([address]);
    servers.push(await scriptedDnsServer(machine, endpoint(`${address}:53`), script));
  }
  const doors = { network, clock, chance: seededChance(1) };
  const resolver = createResolver({ ...doors, servers: servers.map(({ at }) => at), ...options });
  return {
    clock,
    network,
    servers,
    resolver,
    async ended(work) {
      let over = false;
      const watched = Promise.resolve(work).finally(() => {
        over = true;
      });
      watched.catch(() => {});
      await clock.until(() => over, seconds(60));
      return watched;
    },
  };
}

/** A lookup in a line: `records 10 mail.example.com. ttl 300`, `failure timeout`. */
export function lookupInShort(lookup: Lookup<RecordData>): string {
  if (lookup.kind === 'failure') return `failure ${lookup.failure}`;
  const records = lookup.kind === 'records' ? lookup.records.map(recordInShort) : [];
  const aliases = lookup.aliases.length > 0 ? [`by ${lookup.aliases.join(' ')}`] : [];
  const secure = lookup.secure ? ['secure'] : [];
  return [lookup.kind, ...records, `ttl ${lookup.ttlSeconds}`, ...aliases, ...secure].join(' ');
}

function recordInShort(data: RecordData): string {
  if (data.kind === 'MX') return `${data.preference} ${data.exchange}`;
  if (data.kind === 'A') return data.address;
  if (data.kind === 'CNAME') return data.target;
  return data.kind;
}
