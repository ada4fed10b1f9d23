// A protocol without a network: bytes in, events out. `net/drive.ts` makes a session meet a socket,
// tests make it meet an array of bytes. A session never waits, never reads a clock, never throws
// for what a peer sent.
import type { Instant } from './time.ts';

/** What every session may ask of whoever drives it. */
export type TransportEvent =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** Change to TLS once everything sent is out; go on with `tlsStarted` or `tlsFailed`. */
  | { readonly kind: 'start-tls' }
  /**
   * Close once everything sent is out. Nothing follows. `farewell`: the peer took leave and sends
   * no more, so that there is nothing to wait for.
   */
  | { readonly kind: 'close'; readonly farewell?: boolean };

/** What TLS agreed on, as plain data for Received lines and the ledger. */
export interface TlsFacts {
  /** As OpenSSL names it, e.g. `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  /**
   * Did the peer's certificate chain to a trusted root and fit its name? `undefined`: none was
   * shown.
   */
  readonly verified?: boolean;
  /** Why it did not, in OpenSSL's word. */
  readonly because?: string;
  /** DER, as the peer sent them, its own first; only where somebody wanted to observe. */
  readonly chain?: readonly Uint8Array[];
}

/** The transport half of a session; `Event` is what it tells the application besides. */
export interface Session<Event> {
  receive(bytes: Uint8Array, now: Instant): void;
  /** The next event, or nothing until more bytes, a decision or a deadline come. */
  next(): Event | TransportEvent | undefined;
  /** When `expire` is to be called, if nothing came before. */
  deadline(): Instant | undefined;
  expire(now: Instant): void;
  tlsStarted(facts: TlsFacts, now: Instant): void;
  tlsFailed(because: string, now: Instant): void;
  /** The peer closed, or the connection broke (`because` says how). */
  closed(because: string | undefined, now: Instant): void;
}
