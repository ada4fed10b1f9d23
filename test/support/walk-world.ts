// A false internet for the walk from the root: name servers over zones as text, each of which can
// be made to answer wrongly, under a clock that stands still. Every server remembers what it was
// asked.
//
//   const world = await walkWorld({ '192.0.2.1': { zones: { '.': 'test NS ns.test\n…' } } });
//   const { lookup } = await world.ended(world.walker.lookup(nameOf('a.test'), TYPE.MX));
import { concat } from '../../src/base/bytes.ts';
import { printDuration, seconds } from '../../src/base/time.ts';
import { answer, replyBytesMax } from '../../src/dns/answer.ts';
import { nameKey } from '../../src/dns/name.ts';
import type { Packet } from '../../src/dns/packet.ts';
import { typeText } from '../../src/dns/types.ts';
import { decode, encode } from '../../src/dns/wire.ts';
import type { Zones } from '../../src/dns/zone.ts';
import type { Network } from '../../src/net/network.ts';
import { createWalker, type Walker, type WalkerOptions } from '../../src/resolver/walker.ts';
import { endpoint, seededChance } from './dns-world.ts';
import { type FalseClock, falseClock } from './false-clock.ts';
import { type FalseNetwork, falseNetwork } from './false-network.ts';
import { nameOf, zoneFrom } from './zones.ts';

/** `example.test` as its parent delegates it, to two hosts with glue. */
export const EXAMPLE = `example NS ns1.example
example NS ns2.example
ns1.example A 198.51.100.1
ns1.example AAAA 2001:db8::1
ns2.example A 198.51.100.2
`;

/** The same hosts, as the zone itself has them. */
export const TOP = `@ NS ns1
@ NS ns2
ns1 A 198.51.100.1
ns1 AAAA 2001:db8::1
ns2 A 198.51.100.2
`;

export interface Query {
  /** `example.test. MX` */
  readonly key: string;
  readonly by: 'udp' | 'tcp';
  readonly packet: Packet;
}

/** What is sent in place of the good reply: another packet, bytes, nothing at all; or that reply. */
export type Behaviour = (query: Query, good: Packet) => Packet | Uint8Array | 'silence' | 'good';

export interface NameHostPlan {
  /** By origin; an SOA record is added. */
  readonly zones: Readonly<Record<string, string>>;
  readonly behaves?: Behaviour;
}

/** By addresses, `192.0.2.1 2001:db8::1`. */
export type WalkPlan = Readonly<Record<string, NameHostPlan>>;

export interface WalkWorld {
  readonly clock: FalseClock;
  readonly network: FalseNetwork;
  readonly walker: Walker;
  /** Another one, that knows nothing. */
  newWalker(options?: Partial<WalkerOptions>): Walker;
  /** Lets time pass until it has ended. */
  ended<T>(work: Promise<T>): Promise<T>;
  /** The same, and how long it took: `60 ms`. */
  timed(work: Promise<unknown>): Promise<string>;
  /** All that was asked, in order, as `192.0.2.1 example.test. MX`, with ` tcp` where it was. */
  readonly asked: readonly string[];
  readonly queries: readonly Query[];
}

/** Where the root is in these worlds. */
export const ROOT_ADDRESS = '192.0.2.1';

/** The addresses of these worlds are those for documentation. */
const GLOBAL = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'];

const SOA = '@ SOA ns.invalid. hostmaster.invalid. 1 3600 600 604800 300';

/** A client, the servers of the plan, and the root at `192.0.2.1`. */
export async function walkWorld(
  plan: WalkPlan,
  options: Partial<WalkerOptions> = {},
): Promise<WalkWorld> {
  const clock = falseClock();
  const network = falseNetwork(clock, { addresses: ['203.0.113.200', '2001:db8:ffff::1'] });
  const asked: string[] = [];
  const queries: Query[] = [];
  for (const [addresses, host] of Object.entries(plan)) {
    const machine = network.host(addresses.split(' '));
    for (const address of addresses.split(' ')) {
      await serve(machine, address, host, (query) => {
        asked.push(`${address} ${query.key}${query.by === 'tcp' ? ' tcp' : ''}`);
        queries.push(query);
      });
    }
  }
  const newWalker = (more: Partial<WalkerOptions> = {}): Walker =>
    createWalker({
      network,
      clock,
      chance: seededChance(1),
      roots: [endpoint(`${ROOT_ADDRESS}:53`)],
      dnsPort: 53,
      global: GLOBAL,
      families: { ipv4: true, ipv6: true },
      ...options,
      ...more,
    });
  const ended = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const watched = work.finally(() => {
      over = true;
    });
    watched.catch(() => {});
    await clock.until(() => over, seconds(120));
    return watched;
  };
  return {
    clock,
    network,
    walker: newWalker(),
    newWalker,
    ended,
    async timed(work) {
      const started = clock.now();
      await ended(work);
      return printDuration(seconds((clock.now() - started) / 1_000));
    },
    asked,
    queries,
  };
}

async function serve(
  network: Network,
  address: string,
  { zones, behaves }: NameHostPlan,
  remember: (query: Query) => void,
): Promise<void> {
  const known: Zones = new Map(
    Object.entries(zones).map(([origin, text]) => {
      const zone = zoneFrom(`$TTL 300\n${SOA}\n${text}\n`, nameOf(origin));
      return [nameKey(zone.origin), zone];
    }),
  );
  const replyTo = (bytes: Uint8Array, by: 'udp' | 'tcp'): Uint8Array | undefined => {
    const packet = decode(bytes);
    const [question] = packet.questions;
    const key = question ? `${nameKey(question.name)} ${typeText(question.type)}` : '';
    const query = { key, by, packet };
    remember(query);
    const good = answer(known, packet, by);
    const said = behaves?.(query, good) ?? 'good';
    if (said === 'silence') return undefined;
    if (said instanceof Uint8Array) return withId(said, packet.id);
    return encode(said === 'good' ? good : said, replyBytesMax(packet, by));
  };
  const at = endpoint(address.includes(':') ? `[${address}]:53` : `${address}:53`);
  const socket = await network.udp(
    at,
    {},
    {
      failed() {},
      received(bytes, from) {
        const reply = replyTo(bytes, 'udp');
        if (reply) socket.send(reply, from);
      },
    },
  );
  await network.listen(at, { connectionsMax: 100 }, (connection) => {
    let waiting: Uint8Array = new Uint8Array();
    connection.open({
      data(bytes) {
        waiting = concat([waiting, bytes]);
        const end = 2 + (waiting[0] ?? 0) * 256 + (waiting[1] ?? 0);
        if (waiting.length < 2 || waiting.length < end) return;
        const reply = replyTo(waiting.subarray(2, end), 'tcp');
        if (reply)
          connection.write(concat([Uint8Array.of(reply.length >> 8, reply.length & 0xff), reply]));
      },
      drained() {},
      closed() {},
    });
  });
}

function withId(bytes: Uint8Array, id: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  if (copy.length >= 2) copy.set([id >> 8, id & 0xff]);
  return copy;
}

/** The good packet, but refused. */
export const refusing = (good: Packet, rcode = 5): Packet => ({
  ...good,
  rcode,
  authoritative: false,
  answers: [],
  authority: [],
  additional: [],
});

/** A root and a top-level domain `test` of two servers, and what else is given. */
export function internet(test: string, more: WalkPlan = {}): WalkPlan {
  return {
    [ROOT_ADDRESS]: { zones: { '.': ROOT_ZONE } },
    '192.0.2.11 192.0.2.12': { zones: { 'test.': `${TEST_TOP}${test}` } },
    ...more,
  };
}

const TEST_TOP = `@ NS a.nic
@ NS b.nic
a.nic A 192.0.2.11
b.nic A 192.0.2.12
`;

const ROOT_ZONE = `@ NS a.root-servers.
a.root-servers. A ${ROOT_ADDRESS}
test. NS a.nic.test.
test. NS b.nic.test.
a.nic.test. A 192.0.2.11
b.nic.test. A 192.0.2.12
`;
