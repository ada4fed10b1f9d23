// The nameserver in a thread: UDP threads share a port, one more serves TCP. The main thread sends
// zones as changes and hears, by the answer to its question, when they are served.
import { parentPort, workerData } from 'node:worker_threads';
import type { Endpoint } from './base/ip.ts';
import { Nameserver } from './nameserver/nameserver.ts';
import type { ZoneChange } from './nameserver/zone-change.ts';
import { realNetwork } from './net/real-network.ts';
import { systemClock } from './system.ts';
import { ThreadLink } from './threads/link.ts';

/** What the thread is told when it is made. */
export interface NameserverWorkerData {
  readonly listen: readonly Endpoint[];
  readonly role: 'udp' | 'tcp';
  readonly reusePort: boolean;
}

if (parentPort) {
  const { listen, role, reusePort } = workerData as NameserverWorkerData;
  const nameserver = new Nameserver({
    network: realNetwork(systemClock),
    clock: systemClock,
    events: { emit: (event) => link.tell([event]) },
    listen,
    udp: role === 'udp',
    tcp: role === 'tcp',
    reusePort,
  });
  const link = new ThreadLink(parentPort, {
    handlers: {
      apply: (changes: readonly ZoneChange[]) => nameserver.apply(changes),
      start: () => nameserver.start(),
      stop: () => nameserver.stop(),
    },
  });
}
