// Asks a DNS server by UDP and TCP, on any `Network`, with bytes that need be no query at all.
import assert from 'node:assert/strict';
import { concat } from '../../src/base/bytes.ts';
import type { Endpoint, IpAddress } from '../../src/base/ip.ts';
import { isIpv6 } from '../../src/base/ip.ts';
import { seconds } from '../../src/base/time.ts';
import type { Packet } from '../../src/dns/packet.ts';
import { decode, encode } from '../../src/dns/wire.ts';
import type { Network } from '../../src/net/network.ts';
import { queryOf } from './zone-queries.ts';

/** `example.com. MX` as the bytes of a query. */
export const bytesOf = (question: string, more: Partial<Packet> = {}): Uint8Array =>
  encode(queryOf(question, more), 65_535);

export interface UdpClient {
  send(bytes: Uint8Array): void;
  /** The next datagram, once it is here; those of before wait in line. */
  next(): Promise<Uint8Array>;
  /** Datagrams that nobody has taken. */
  readonly waiting: number;
  close(): Promise<void>;
}

/** A line of what came, which those who wait take from. */
class Inbox<T> {
  readonly came: T[] = [];
  readonly #takers: ((one: T) => void)[] = [];

  put(one: T): void {
    const taker = this.#takers.shift();
    if (taker) taker(one);
    else this.came.push(one);
  }

  next(): Promise<T> {
    const [one] = this.came.splice(0, 1);
    return one === undefined
      ? new Promise((resolve) => this.#takers.push(resolve))
      : Promise.resolve(one);
  }
}

export async function udpClient(network: Network, to: Endpoint): Promise<UdpClient> {
  const inbox = new Inbox<Uint8Array>();
  const from = network.interfaceAddresses().find((each) => isIpv6(each) === isIpv6(to.address));
  const here = { address: from ?? ('127.0.0.1' as IpAddress), port: 0 };
  const socket = await network.udp(
    here,
    { connectedTo: to },
    { received: (bytes) => inbox.put(bytes), failed: (because) => assert.fail(because) },
  );
  return {
    send: (bytes) => socket.send(bytes, to),
    next: () => inbox.next(),
    get waiting() {
      return inbox.came.length;
    },
    close: () => socket.close(),
  };
}

export interface TcpClient {
  /** As they are, without a length. */
  write(bytes: Uint8Array): void;
  send(...queries: readonly Uint8Array[]): void;
  next(): Promise<Packet>;
  readonly isClosed: boolean;
  readonly closed: Promise<void>;
  destroy(): void;
}

/** A query behind its length. */
export const framed = (bytes: Uint8Array): Uint8Array =>
  concat([Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes]);

export async function tcpClient(network: Network, to: Endpoint): Promise<TcpClient> {
  const connected = await network.connect(to, { timeout: seconds(5) });
  assert.equal(connected.kind, 'connected');
  const { connection } = connected;
  const inbox = new Inbox<Packet>();
  const end = Promise.withResolvers<void>();
  let buffer: Uint8Array = new Uint8Array(0);
  let isClosed = false;
  connection.open({
    data(bytes) {
      buffer = concat([buffer, bytes]);
      for (let [high = 0, low = 0] = buffer; buffer.length >= 2; [high = 0, low = 0] = buffer) {
        const size = 2 + high * 256 + low;
        if (buffer.length < size) return;
        inbox.put(decode(buffer.subarray(2, size)));
        buffer = buffer.subarray(size);
      }
    },
    drained() {},
    closed() {
      isClosed = true;
      end.resolve();
    },
  });
  return {
    write: (bytes) => connection.write(bytes),
    send: (...queries) => connection.write(concat(queries.map(framed))),
    next: () => inbox.next(),
    get isClosed() {
      return isClosed;
    },
    closed: end.promise,
    destroy: () => connection.destroy(),
  };
}
