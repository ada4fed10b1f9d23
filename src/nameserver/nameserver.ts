// The nameserver: sockets for UDP and TCP, one set of zones, swapped whole between two queries. A
// plain builder: `nameserver-worker.ts` puts it into a thread, tests and the demo run it as it is.
// Nothing that a stranger sends ends it, and each wait on a stranger has a deadline.
import type { Events } from '../base/events.ts';
import { type Endpoint, type IpAddress, isIpv6, printEndpoint } from '../base/ip.ts';
import type { Clock } from '../base/time.ts';
import { type Drive, drive } from '../net/drive.ts';
import type { Connection, Datagrams, Listener, Network } from '../net/network.ts';
import { Responder } from './respond.ts';
import { TcpDnsSession } from './tcp-session.ts';
import { applyChanges, type ZoneChange } from './zone-change.ts';

export interface NameserverOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly events: Events;
  readonly listen: readonly Endpoint[];
  readonly udp: boolean;
  readonly tcp: boolean;
  /** Other threads share the UDP port. */
  readonly reusePort: boolean;
}

const TCP_CONNECTIONS_MAX = 500;

export class Nameserver {
  readonly #options: NameserverOptions;
  readonly #responder = new Responder();
  readonly #datagrams: Datagrams[] = [];
  readonly #listeners: Listener[] = [];
  readonly #drives = new Set<Drive>();

  constructor(options: NameserverOptions) {
    this.#options = options;
  }

  /** All of them from the next query on. */
  apply(changes: readonly ZoneChange[]): void {
    if (changes.length === 0) return;
    this.#responder.serve(applyChanges(this.#responder.zones, changes));
  }

  /** Rejects with `LISTEN_FAILED`; then nothing listens. Returns where it listens. */
  async start(): Promise<readonly Endpoint[]> {
    const { listen, network, udp, tcp } = this.#options;
    try {
      const places = listen.flatMap((at) => expand(at, network.interfaceAddresses()));
      for (const at of places) {
        // A port that the system chose for TCP is taken for UDP too.
        const bound = tcp ? await this.#listenTcp(at) : at;
        if (udp) await this.#listenUdp(bound);
      }
      return this.#places();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const open = [...this.#datagrams.splice(0), ...this.#listeners.splice(0)];
    for (const each of this.#drives) each.destroy();
    this.#drives.clear();
    await Promise.all(open.map((each) => each.close()));
  }

  #places(): readonly Endpoint[] {
    const all = [...this.#listeners, ...this.#datagrams].map(({ at }) => at);
    return [...new Map(all.map((at) => [printEndpoint(at), at])).values()];
  }

  async #listenUdp(at: Endpoint): Promise<void> {
    const { network, reusePort } = this.#options;
    let socket: Datagrams | undefined;
    const received = (bytes: Uint8Array, from: Endpoint): void => {
      // Port 0 cannot be answered: it would only make an error.
      const reply = from.port === 0 ? undefined : this.#responder.respond(bytes, 'udp');
      if (reply) socket?.send(reply, from);
    };
    // A reply that could not be sent is asked for again by whoever still wants it.
    socket = await network.udp(at, { reusePort }, { received, failed: () => {} });
    this.#datagrams.push(socket);
  }

  async #listenTcp(at: Endpoint): Promise<Endpoint> {
    const options = { connectionsMax: TCP_CONNECTIONS_MAX };
    const listener = await this.#options.network.listen(at, options, (connection) =>
      this.#accept(connection),
    );
    this.#listeners.push(listener);
    return listener.at;
  }

  #accept(connection: Connection): void {
    const { clock, events } = this.#options;
    const respond = (query: Uint8Array) => this.#responder.respond(query, 'tcp');
    const driven = drive(new TcpDnsSession(respond, clock.now()), connection, {
      clock,
      tls: undefined,
      handle: () => {},
      ended: () => this.#drives.delete(driven),
      failed: (error) => {
        events.emit({ kind: 'server.notice', text: `DNS over TCP: ${String(error)}` });
      },
    });
    this.#drives.add(driven);
  }
}

/** A wildcard as one place for each interface address: a reply leaves from where it was asked. */
function expand(at: Endpoint, interfaces: readonly IpAddress[]): readonly Endpoint[] {
  if (at.address !== '0.0.0.0' && at.address !== '::') return [at];
  const isSix = at.address === '::';
  const places = interfaces
    .filter((address) => isIpv6(address) === isSix)
    .map((address) => ({ address, port: at.port }));
  // Without an address of the family the system says better than we why it cannot listen.
  return places.length > 0 ? places : [at];
}
