// Is the port ours to take? Sockets that share a port (SO_REUSEPORT) would let a second server
// start and share the queries; so every port is bound once without sharing, before any thread
// begins.
import type { Endpoint } from '../base/ip.ts';
import type { Network } from './network.ts';

/** Rejects with `LISTEN_FAILED` for the first port that somebody has. Port 0 is always free. */
export async function checkPorts(
  network: Network,
  ports: { readonly tcp: readonly Endpoint[]; readonly udp: readonly Endpoint[] },
): Promise<void> {
  for (const at of ports.udp.filter(({ port }) => port !== 0)) {
    const socket = await network.udp(at, {}, { received: () => {}, failed: () => {} });
    await socket.close();
  }
  for (const at of ports.tcp.filter(({ port }) => port !== 0)) {
    const listener = await network.listen(at, { connectionsMax: 1 }, (connection) =>
      connection.destroy(),
    );
    await listener.close();
  }
}
