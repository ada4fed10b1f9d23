// Two ends of one real connection on loopback, for tests of what sockets do.
import assert from 'node:assert/strict';
import type { Endpoint, IpAddress } from '../../src/base/ip.ts';
import { seconds } from '../../src/base/time.ts';
import type { Connection, Listener, Network } from '../../src/net/network.ts';

export const loopback = (port: number, address = '127.0.0.1'): Endpoint => ({
  address: address as IpAddress,
  port,
});

export interface Pair {
  readonly client: Connection;
  readonly server: Connection;
  /** Ends both and the listener. */
  close(): Promise<void>;
}

/** Connects to `at`, where `network` must not listen yet. */
export async function connectedPair(network: Network, at = loopback(0)): Promise<Pair> {
  let listener: Listener | undefined;
  const accepted = new Promise<Connection>((resolve, reject) => {
    network.listen(at, { connectionsMax: 10 }, resolve).then((bound) => {
      listener = bound;
    }, reject);
  });
  while (!listener) await new Promise((resolve) => setImmediate(resolve));
  const connected = await network.connect(listener.at, { timeout: seconds(5) });
  assert.equal(connected.kind, 'connected');
  const { connection: client } = connected;
  const server = await accepted;
  const bound = listener;
  return {
    client,
    server,
    async close() {
      client.destroy();
      server.destroy();
      await bound.close();
    },
  };
}
