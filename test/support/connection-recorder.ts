// Listens to a connection and remembers what it said, for tests of connections real and false.
import { latin1 } from '../../src/base/bytes.ts';
import type { Connection } from '../../src/net/network.ts';

export interface RecorderOptions {
  /** Stay when the peer ends its half; default: end with it. */
  readonly staysHalfOpen?: boolean;
}

export class ConnectionRecorder {
  readonly connection: Connection;
  text = '';
  drains = 0;
  halfClosed = false;
  /** One entry for each call of `closed`; a right connection makes one. */
  readonly closings: (string | undefined)[] = [];
  #wake: () => void = () => {};

  constructor(connection: Connection, options: RecorderOptions = {}) {
    this.connection = connection;
    const noted = (): void => this.#wake();
    const half = (): void => {
      this.halfClosed = true;
      noted();
    };
    connection.open({
      data: (bytes) => {
        this.text += latin1(bytes);
        noted();
      },
      drained: () => {
        this.drains += 1;
        noted();
      },
      ...(options.staysHalfOpen && { halfClosed: half }),
      closed: (because) => {
        this.closings.push(because);
        noted();
      },
    });
  }

  get isClosed(): boolean {
    return this.closings.length > 0;
  }

  /** Resolves as soon as the condition holds; the test runner's timeout is the limit. */
  async until(condition: (recorder: this) => boolean): Promise<void> {
    while (!condition(this)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
