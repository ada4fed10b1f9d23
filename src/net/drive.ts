// A session meets a connection. Bytes go in, events come out: those of transport are done here, the
// others are handed to the application, one at a time and in order. The sends of one round become
// one write; a peer that does not read stops the session, one that writes too much is not read; one
// timer serves all deadlines. A fault in the application ends this connection and no other.
import { concat } from '../base/bytes.ts';
import type { Session, TransportEvent } from '../base/session.ts';
import { between, type Clock, type Instant, type Timer } from '../base/time.ts';
import type {
  Connection,
  ConnectionListener,
  TlsClient,
  TlsServer,
  TlsStarted,
} from './network.ts';

/** A session that may say how far ahead of its work it wants to read. */
export type DrivenSession<Event> = Session<Event> & { wantsMore?(): boolean };

export interface DriveOptions<Event> {
  readonly clock: Clock;
  /** For `start-tls`; without it every handshake fails. */
  readonly tls: TlsClient | TlsServer | undefined;
  /** While a promise of it is pending, no further event comes. */
  readonly handle: (event: Event) => void | Promise<void>;
  /** Exactly once, last: the connection is gone, and `because` says how if it broke. */
  readonly ended?: (because: string | undefined) => void;
  /** Session or application threw: a fault in this program. */
  readonly failed: (error: unknown) => void;
}

export interface Drive {
  /** The application made a decision: there may be events to fetch. */
  poke(): void;
  /** Resolves when the peer takes more, or never will. */
  flushed(): Promise<void>;
  /** Gives up at once; the session hears nothing of it. */
  destroy(): void;
}

/** Bytes taken in while the session cannot be asked, before the peer is made to wait. */
const READ_AHEAD_BYTES_MAX = 65_536;

/** Sends are joined up to this size; larger ones are written as they are. */
const JOINED_BYTES_MAX = 16_384;

/** Runs `session` on `connection` until one of them ends; no event comes before it returns. */
export function drive<Event extends { readonly kind: string }>(
  session: DrivenSession<Event>,
  connection: Connection,
  options: DriveOptions<Event>,
): Drive {
  return new Driver(session, connection, options);
}

class Driver<Event extends { readonly kind: string }> implements Drive, ConnectionListener {
  readonly #session: DrivenSession<Event>;
  readonly #connection: Connection;
  readonly #options: DriveOptions<Event>;
  #timer: Timer | undefined;
  #timerAt = 0;
  /** Sends that are not written yet. */
  #pieces: Uint8Array[] = [];
  #piecesBytes = 0;
  #aheadBytes = 0;
  #paused = false;
  #pumping = false;
  /** For the application or a handshake. */
  #waiting = false;
  /** For a peer that does not read. */
  #blocked = false;
  #flushWaiters: (() => void)[] = [];
  /** The peer ended its half, or the connection is gone. */
  #peerEnded = false;
  #gone = false;
  #because: string | undefined;
  #sessionKnows = false;
  /** The session is not asked any more. */
  #over = false;
  #ended = false;

  constructor(session: DrivenSession<Event>, connection: Connection, options: DriveOptions<Event>) {
    this.#session = session;
    this.#connection = connection;
    this.#options = options;
    connection.open(this);
    queueMicrotask(() => this.#pump());
  }

  poke(): void {
    this.#pump();
  }

  flushed(): Promise<void> {
    if (!this.#blocked || this.#over) return Promise.resolve();
    return new Promise((resolve) => this.#flushWaiters.push(resolve));
  }

  destroy(): void {
    this.#stop();
    this.#connection.destroy();
  }

  data(bytes: Uint8Array): void {
    if (this.#over) return;
    if (this.#waiting || this.#blocked) this.#aheadBytes += bytes.length;
    try {
      this.#session.receive(bytes, this.#now());
    } catch (error) {
      this.#fail(error);
    }
    this.#pump();
    this.#regulate();
  }

  drained(): void {
    this.#blocked = false;
    this.#pump();
    if (!this.#blocked) this.#tellFlushed();
  }

  halfClosed(): void {
    this.#peerEnded = true;
    this.#pump();
  }

  closed(because: string | undefined): void {
    this.#peerEnded = true;
    this.#gone = true;
    this.#blocked = false;
    if (!this.#over) this.#because = because;
    this.#pump();
    this.#finish();
  }

  #now(): Instant {
    return this.#options.clock.now();
  }

  /** Takes events until there is none, or something must be waited for. */
  #pump(): void {
    if (this.#pumping || this.#waiting || this.#over) return;
    this.#pumping = true;
    try {
      // What a broken connection left unsaid was not said; after an orderly end it still counts.
      if (this.#because !== undefined && !this.#sessionKnows) this.#tellEnd();
      do {
        while (this.#canGoOn() && this.#step());
        this.#flush();
      } while (this.#canGoOn() && this.#peerEnded && this.#tellEnd());
      this.#settle();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#pumping = false;
    }
    this.#finish();
  }

  #canGoOn(): boolean {
    return !this.#waiting && !this.#blocked && !this.#over;
  }

  /** Does the next event; false where there is none. */
  #step(): boolean {
    const event = this.#session.next();
    if (event === undefined) return false;
    if (!isTransport(event)) this.#hand(event);
    else if (event.kind === 'send') this.#send(event.bytes);
    else if (event.kind === 'start-tls') this.#startTls();
    else this.#close(event.farewell);
    return true;
  }

  #send(bytes: Uint8Array): void {
    if (this.#piecesBytes + bytes.length > JOINED_BYTES_MAX) this.#flush();
    this.#pieces.push(bytes);
    this.#piecesBytes += bytes.length;
    if (this.#piecesBytes > JOINED_BYTES_MAX) this.#flush();
  }

  #flush(): void {
    if (this.#pieces.length === 0) return;
    const bytes = concat(this.#pieces);
    this.#pieces = [];
    this.#piecesBytes = 0;
    if (!this.#gone && !this.#connection.write(bytes)) this.#blocked = !this.#gone;
  }

  #hand(event: Event): void {
    const pending = this.#options.handle(event);
    if (pending !== undefined) this.#await(pending);
  }

  #startTls(): void {
    this.#flush();
    const { tls } = this.#options;
    if (tls === undefined) {
      this.#session.tlsFailed('TLS is not set up here', this.#now());
      return;
    }
    // What was ahead of the handshake may have blocked; the connection sends it before it begins.
    this.#blocked = false;
    this.#await(this.#connection.startTls(tls).then((started) => this.#secured(started)));
  }

  #secured(started: TlsStarted): void {
    if (this.#over) return;
    if (started.kind === 'started') this.#session.tlsStarted(started.facts, this.#now());
    else this.#session.tlsFailed(started.because, this.#now());
  }

  #await(pending: Promise<void>): void {
    this.#waiting = true;
    pending.then(
      () => {
        this.#waiting = false;
        this.#pump();
        this.#finish();
      },
      (error: unknown) => {
        this.#waiting = false;
        this.#fail(error);
        this.#finish();
      },
    );
  }

  #close(farewell?: boolean): void {
    this.#flush();
    this.#stop();
    this.#connection.end(farewell);
  }

  /** Tells the session that the peer is gone; the second time there is nothing left to do. */
  #tellEnd(): boolean {
    if (this.#sessionKnows) {
      this.#close();
      return false;
    }
    this.#sessionKnows = true;
    this.#session.closed(this.#because, this.#now());
    return true;
  }

  /** After a round: reading and the timer follow what the session wants now. */
  #settle(): void {
    if (this.#over) return;
    if (!this.#waiting && !this.#blocked) this.#aheadBytes = 0;
    this.#regulate();
    this.#arm();
  }

  #regulate(): void {
    if (this.#over) return;
    const full = this.#aheadBytes > READ_AHEAD_BYTES_MAX || this.#session.wantsMore?.() === false;
    if (full === this.#paused) return;
    this.#paused = full;
    if (full) this.#connection.pause();
    else this.#connection.resume();
  }

  /** Most deadlines only move away: the timer is left alone, and looks again when it fires. */
  #arm(): void {
    const due = this.#session.deadline();
    if (due === undefined || (this.#timer && this.#timerAt <= due)) return;
    this.#timer?.cancel();
    this.#timerAt = due;
    this.#timer = this.#options.clock.after(between(this.#now(), due), this.#fired);
  }

  readonly #fired = (): void => {
    this.#timer = undefined;
    // An application at work is not the peer's delay; the deadline is looked at afterwards.
    if (this.#over || this.#waiting) return;
    try {
      const now = this.#now();
      const due = this.#session.deadline();
      if (due !== undefined && due <= now) {
        this.#session.expire(now);
        this.#blocked = false;
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#pump();
  };

  #fail(error: unknown): void {
    const wasOver = this.#over;
    this.#stop();
    if (!wasOver) this.#because = 'a fault in this program';
    this.#connection.destroy();
    this.#report(error);
  }

  #report(error: unknown): void {
    try {
      this.#options.failed(error);
    } catch {
      // Whoever cannot even take a report must not take the program down with it.
    }
  }

  #tellFlushed(): void {
    for (const resolve of this.#flushWaiters.splice(0)) resolve();
  }

  #stop(): void {
    this.#over = true;
    this.#tellFlushed();
    this.#timer?.cancel();
  }

  #finish(): void {
    if (!this.#gone || !this.#over || this.#waiting || this.#ended) return;
    this.#ended = true;
    try {
      this.#options.ended?.(this.#because);
    } catch (error) {
      this.#report(error);
    }
  }
}

function isTransport(event: { readonly kind: string }): event is TransportEvent {
  return event.kind === 'send' || event.kind === 'start-tls' || event.kind === 'close';
}
