// One question to one server: by UDP, without EDNS where the server does not know it, by TCP where
// the answer did not fit.
import type { Endpoint } from '../base/ip.ts';
import type { Chance } from '../base/random.ts';
import { after, type Clock, type Duration, earlier, type Instant } from '../base/time.ts';
import type { Asked } from '../dns/packet.ts';
import type { Network } from '../net/network.ts';
import { failed } from './failed.ts';
import { type QueryEnding, queryPacket, refusesEdns } from './query-packet.ts';
import { type QueryWay, queryTcp, queryUdp } from './query-transport.ts';

/** What a query needs of the world. */
export interface QueryDoors {
  readonly network: Network;
  readonly clock: Clock;
  readonly chance: Chance;
}

export interface QueryOptions {
  readonly server: Endpoint;
  readonly asked: Asked;
  /** For UDP, and again for TCP. */
  readonly timeout: Duration;
  readonly deadline: Instant;
}

/** Asks, and asks again as the first response demands. */
export async function queryServer(doors: QueryDoors, options: QueryOptions): Promise<QueryEnding> {
  const { network, clock, chance } = doors;
  const { server, asked, timeout, deadline } = options;
  const newWay = (): QueryWay => {
    return { network, clock, server, until: earlier(after(clock.now(), timeout), deadline) };
  };
  const newQuery = (withEdns: boolean) => queryPacket(asked, chance.integer(65_536), withEdns);
  const way = newWay();
  let ending = await queryUdp(way, newQuery(true));
  const takesEdns = ending.kind !== 'response' || !refusesEdns(ending.packet);
  if (!takesEdns) ending = await queryUdp(way, newQuery(false));
  if (ending.kind !== 'response' || !ending.packet.truncated) return ending;
  // RFC 2181 §9: what is in a truncated response is not used.
  ending = await queryTcp(newWay(), newQuery(takesEdns));
  if (ending.kind === 'response' && ending.packet.truncated) {
    return failed('malformed', 'sent a truncated answer by TCP');
  }
  return ending;
}
