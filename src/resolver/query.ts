// One question to one server: by UDP, without EDNS where the server does not know it, by TCP where
// the answer did not fit.
import type { Endpoint } from '../base/ip.ts';
import type { Chance } from '../base/random.ts';
import {
  after,
  between,
  type Clock,
  type Duration,
  earlier,
  type Instant,
  seconds,
} from '../base/time.ts';
import type { Asked } from '../dns/packet.ts';
import type { Network } from '../net/network.ts';
import { failed } from './failed.ts';
import { type QueryEnding, queryPacket, refusesEdns } from './query-packet.ts';
import { type QueryWay, queryTcp, queryUdp } from './query-transport.ts';

const TCP_TIMEOUT_MAX = seconds(10);

/** What a query needs of the world. */
export interface QueryDoors {
  readonly network: Network;
  readonly clock: Clock;
  readonly chance: Chance;
}

export interface QueryOptions {
  readonly server: Endpoint;
  readonly asked: Asked;
  /** For UDP, and again for TCP; there it is longer where the server is far away. */
  readonly timeout: Duration;
  readonly deadline: Instant;
  /** May the server ask others? One that has authority is not asked to. */
  readonly recursive?: boolean;
  /** What is tried first: `udp` unless told otherwise. */
  readonly by?: 'udp' | 'tcp';
}

/** How a query ended, and what it took. */
export interface Queried {
  readonly ending: QueryEnding;
  /** What the ending came by: `tcp` too where the answer did not fit into UDP. */
  readonly by: 'udp' | 'tcp';
  /** False where the server would not have EDNS. */
  readonly edns: boolean;
}

/** Asks, and asks again as the first response demands. */
export async function query(doors: QueryDoors, options: QueryOptions): Promise<Queried> {
  const { network, clock, chance } = doors;
  const { server, asked, timeout, deadline, recursive = true, by = 'udp' } = options;
  const newWay = (length: Duration): QueryWay => {
    return { network, clock, server, until: earlier(after(clock.now(), length), deadline) };
  };
  const newQuery = (withEdns: boolean) =>
    queryPacket(asked, chance.integer(65_536), withEdns, recursive);
  const send = by === 'udp' ? queryUdp : queryTcp;
  const started = clock.now();
  const way = newWay(timeout);
  let ending = await send(way, newQuery(true));
  const edns = ending.kind !== 'response' || !refusesEdns(ending.packet);
  if (!edns) ending = await send(way, newQuery(false));
  if (by === 'tcp') return { ending: whole(ending), by, edns };
  if (ending.kind !== 'response' || !ending.packet.truncated) return { ending, by, edns };
  // RFC 2181 §9: what is in a truncated response is not used.
  const byTcp = newWay(tcpTimeout(timeout, between(started, clock.now())));
  return { ending: whole(await queryTcp(byTcp, newQuery(edns))), by: 'tcp', edns };
}

/** TCP needs three ways there and back where UDP, which took so long, needs one. */
export const tcpTimeout = (timeout: Duration, udpMs: number): Duration =>
  Math.max(timeout, Math.min(timeout + 3 * udpMs, TCP_TIMEOUT_MAX)) as Duration;

/** How the query ended, for whoever wants no more. */
export async function queryServer(doors: QueryDoors, options: QueryOptions): Promise<QueryEnding> {
  return (await query(doors, options)).ending;
}

function whole(ending: QueryEnding): QueryEnding {
  const isCut = ending.kind === 'response' && ending.packet.truncated;
  return isCut ? failed('malformed', 'sent a truncated answer by TCP') : ending;
}
