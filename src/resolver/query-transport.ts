// One query packet to one server and the first reply to it, by UDP or by TCP. Each query has a
// socket, and so a random port, of its own (RFC 5452 §9.2). UDP packets that are no reply to the
// query are passed over until the deadline, since anybody can send them.

import { concat } from '../base/bytes.ts';
import { reasonOf } from '../base/errors.ts';
import { type Endpoint, type IpAddress, isIpv6 } from '../base/ip.ts';
import { between, type Clock, type Instant, printDuration } from '../base/time.ts';
import type { Packet } from '../dns/packet.ts';
import { encode } from '../dns/wire.ts';
import type { Connection, DatagramListener, Datagrams, Network } from '../net/network.ts';
import { failed } from './failed.ts';
import { type QueryEnding, readReply } from './query-packet.ts';

/** Where a query goes, and until when an answer is waited for. */
export interface QueryWay {
  readonly network: Network;
  readonly clock: Clock;
  readonly server: Endpoint;
  readonly until: Instant;
}

/** The most that a DNS packet can be (RFC 1035 §4.2.2: two bytes of length). */
const PACKET_BYTES_MAX = 65_535;
const ANY_IPV4: Endpoint = { address: '0.0.0.0' as IpAddress, port: 0 };
const ANY_IPV6: Endpoint = { address: '::' as IpAddress, port: 0 };

/** Asks by UDP, from a new socket that only hears this server. */
export function queryUdp(way: QueryWay, query: Packet): Promise<QueryEnding> {
  const { network, server } = way;
  return endingOf(way, (end) => {
    let socket: Datagrams | undefined;
    let over = false;
    const listener: DatagramListener = {
      received(bytes, from) {
        if (from.address !== server.address || from.port !== server.port) return;
        const ending = readReply(bytes, query);
        if (ending) end(ending);
      },
      failed: (because) => end(failed('unreachable', `could not be asked (${because})`)),
    };
    const any = isIpv6(server.address) ? ANY_IPV6 : ANY_IPV4;
    network.udp(any, { connectedTo: server }, listener).then(
      (opened) => {
        socket = opened;
        if (over) void opened.close();
        else opened.send(encode(query, PACKET_BYTES_MAX), server);
      },
      (error) => end(failed('unreachable', `could not be asked (${reasonOf(error)})`)),
    );
    return () => {
      over = true;
      void socket?.close();
    };
  });
}

/** Asks by TCP; a connection that brings anything but the reply is given up. */
export async function queryTcp(way: QueryWay, query: Packet): Promise<QueryEnding> {
  const timeout = between(way.clock.now(), way.until);
  const connected = await way.network.connect(way.server, { timeout });
  if (connected.kind === 'failed') {
    const kind = connected.timeout ? 'timeout' : 'unreachable';
    return failed(kind, `could not be asked by TCP (${connected.because})`);
  }
  return endingOf(way, (end) => {
    askByTcp(connected.connection, query, end);
    return () => connected.connection.destroy();
  });
}

function askByTcp(connection: Connection, query: Packet, end: (ending: QueryEnding) => void): void {
  let received: Uint8Array = new Uint8Array();
  connection.open({
    data(bytes) {
      received = concat([received, bytes]);
      const [high, low] = received;
      if (high === undefined || low === undefined) return;
      const length = high * 256 + low;
      if (received.length < 2 + length) return;
      const ending = readReply(received.subarray(2, 2 + length), query);
      end(ending ?? failed('malformed', 'sent by TCP what was not asked for'));
    },
    drained() {},
    closed() {
      end(failed('unreachable', 'closed the TCP connection before it answered'));
    },
  });
  const packet = encode(query, PACKET_BYTES_MAX);
  connection.write(concat([Uint8Array.of(packet.length >> 8, packet.length & 0xff), packet]));
}

/** The first ending that `start` gives, or the time-out; what `start` returned then cleans up. */
async function endingOf(
  { clock, until }: QueryWay,
  start: (end: (ending: QueryEnding) => void) => () => void,
): Promise<QueryEnding> {
  const { promise, resolve } = Promise.withResolvers<QueryEnding>();
  const wait = between(clock.now(), until);
  const timer = clock.after(wait, () => {
    resolve(failed('timeout', `did not answer within ${printDuration(wait)}`));
  });
  const stop = start(resolve);
  try {
    return await promise;
  } finally {
    timer.cancel();
    stop();
  }
}
