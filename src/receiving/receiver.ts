// Listens for mail at some endpoints and gives each connection its reception. Stopping is orderly:
// no new connection, every client is told 421 at its next command, and after a grace all are
// closed.
import { type Endpoint, printEndpoint } from '../base/ip.ts';
import { type Duration, pause, seconds } from '../base/time.ts';
import type { Connection, Listener, Network } from '../net/network.ts';
import { Reception, type ReceptionOptions } from './reception.ts';

export interface ReceiverOptions extends ReceptionOptions {
  readonly network: Network;
  readonly listen: readonly Endpoint[];
  readonly connectionsMax: number;
}

const GRACE: Duration = seconds(5);

export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #listeners: Listener[] = [];
  readonly #receptions = new Set<Reception>();
  /** Aborted when the last client has gone. */
  #empty = new AbortController();

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  /** Rejects with `LISTEN_FAILED`; then nothing listens. Returns where it listens. */
  async start(): Promise<readonly Endpoint[]> {
    const { network, listen, connectionsMax } = this.#options;
    try {
      for (const at of listen) {
        const listener = await network.listen(at, { connectionsMax }, (connection) =>
          this.#receive(connection),
        );
        this.#listeners.push(listener);
      }
      return this.#listeners.map(({ at }) => at);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  #receive(connection: Connection): void {
    const { events } = this.#options;
    const client = printEndpoint(connection.remote);
    events.emit({ kind: 'connection.opened', client });
    const reception = new Reception(connection, this.#options, (because) => {
      events.emit({ kind: 'connection.closed', client, ...(because && { because }) });
      this.#receptions.delete(reception);
      if (this.#receptions.size === 0) this.#empty.abort();
    });
    this.#receptions.add(reception);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
    for (const reception of this.#receptions) reception.shutdown();
    this.#empty = new AbortController();
    if (this.#receptions.size > 0) await pause(this.#options.clock, GRACE, this.#empty.signal);
    for (const reception of this.#receptions) reception.destroy();
  }
}
