// One connection to a mail host, as promises: ready, then one transaction after another. Each
// promise resolves with an ending, whatever the host does; the session's deadlines see to that.
import type { TlsFacts } from '../base/session.ts';
import { type Clock, type Duration, seconds } from '../base/time.ts';
import { type Drive, drive } from '../net/drive.ts';
import type { Connection } from '../net/network.ts';
import { type MessageId, PART_BYTES_MAX } from '../queue/message.ts';
import { type ClientEvent, ClientSession, type PhasedReply } from '../smtp/client-session.ts';
import type { Ending } from '../smtp/ending.ts';
import type { Transaction } from './transaction.ts';

export interface MailConnectionOptions {
  readonly clock: Clock;
  readonly hello: string;
  /** Change to TLS when it is offered. */
  readonly tls: boolean;
  /** For SNI. */
  readonly serverName: string;
  readonly readBodyPart: (id: MessageId, index: number) => Promise<Uint8Array | undefined>;
}

/** What was said, for the ledger. */
export interface Said {
  readonly replies: readonly PhasedReply[];
  readonly tls?: TlsFacts;
}

const HANDSHAKE: Duration = seconds(30);

export class MailConnection {
  /** Transactions that were begun. */
  transactions = 0;
  readonly #options: MailConnectionOptions;
  readonly #session: ClientSession;
  readonly #drive: Drive;
  #tls: TlsFacts | undefined;
  #transaction: Transaction | undefined;
  /** What the session waits to tell: that it is ready, or how something ended. */
  #tell: ((ending: Ending | undefined) => void) | undefined;
  #ending: Ending | undefined;

  constructor(connection: Connection, options: MailConnectionOptions) {
    this.#options = options;
    const { clock, hello, tls, serverName } = options;
    this.#session = new ClientSession({ hello, tls, now: clock.now() });
    this.#drive = drive<ClientEvent>(this.#session, connection, {
      clock,
      tls: { role: 'client', serverName, mustVerify: false, timeout: HANDSHAKE },
      handle: (event) => this.#handle(event),
      ended: (because) => this.#end(broken(because ?? 'the connection was closed')),
      failed: (error) => this.#end(broken(String(error))),
    });
  }

  /** May another transaction be begun? */
  get isIdle(): boolean {
    return this.#ending === undefined && this.#session.isIdle;
  }

  /** Resolves with nothing when the host is ready, else with how it ended. */
  ready(): Promise<Ending | undefined> {
    return new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  async transact(transaction: Transaction): Promise<Ending> {
    this.transactions += 1;
    this.#transaction = transaction;
    const ended = new Promise<Ending | undefined>((resolve) => {
      this.#tell = resolve;
    });
    this.#session.begin(transaction, this.#options.clock.now());
    this.#drive.poke();
    return (await ended) ?? broken('the session ended without a word');
  }

  /** Takes leave; what the host says to it matters to nobody. */
  quit(): void {
    this.#session.quit(this.#options.clock.now());
    this.#drive.poke();
  }

  /** Breaks off what is under way, wherever it is; its ending tells how far it had come. */
  abort(because: string): void {
    this.#session.closed(because, this.#options.clock.now());
    this.#drive.poke();
  }

  said(): Said {
    const replies = this.#session.transcript();
    return this.#tls ? { replies, tls: this.#tls } : { replies };
  }

  #handle(event: ClientEvent): void {
    switch (event.kind) {
      case 'ready':
        this.#tls = event.tls;
        return this.#say(undefined);
      case 'ended':
        return this.#say(event.ending);
      case 'body-wanted':
        return this.#sendBody();
    }
  }

  #sendBody(): void {
    const body = this.#transaction?.body;
    if (body?.kind !== 'memory' || body.bytes.length > PART_BYTES_MAX)
      return void this.#sendParts();
    const now = this.#options.clock.now();
    this.#session.body(body.bytes, now);
    this.#session.bodyEnd(now);
  }

  /**
   * Part by part, each after the one before has left: a large message is never copied whole, and
   * one that breaks off is known not to have had its dot.
   */
  async #sendParts(): Promise<void> {
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    const { clock } = this.#options;
    try {
      for (let index = 0; ; index += 1) {
        const part = await this.#part(transaction, index);
        if (this.#ending || this.#transaction !== transaction) return;
        if (!part) break;
        this.#session.body(part, clock.now());
        this.#drive.poke();
        await this.#drive.flushed();
      }
      this.#session.bodyEnd(clock.now());
      this.#drive.poke();
    } catch (error) {
      // Half a message must not be ended with a dot: the connection goes.
      this.#drive.destroy();
      this.#end(broken(`the message could not be read: ${String(error)}`));
    }
  }

  async #part({ id, body }: Transaction, index: number): Promise<Uint8Array | undefined> {
    if (body.kind === 'rows') return this.#options.readBodyPart(id, index);
    const start = index * PART_BYTES_MAX;
    return start < body.bytes.length
      ? body.bytes.subarray(start, start + PART_BYTES_MAX)
      : undefined;
  }

  #say(ending: Ending | undefined): void {
    const tell = this.#tell;
    this.#tell = undefined;
    tell?.(ending);
  }

  /** The connection is gone; whoever still waits is told. */
  #end(ending: Ending): void {
    this.#ending ??= ending;
    this.#say(ending);
  }
}

/** Only for what the session could not tell itself: before any recipient was answered. */
const broken = (because: string): Ending => ({
  kind: 'broken',
  phase: 'body',
  because,
  timeout: false,
  recipients: [],
});
