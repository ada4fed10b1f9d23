// DNS over TCP (RFC 7766): queries and replies behind a length of two bytes, several on a
// connection, answered in order. A query is answered only when its reply can go out, so that a
// client that sends and does not read costs no more than what it sent. A connection that for ten
// seconds brings no whole query is closed, and so is one that brings garbage.
import { concat } from '../base/bytes.ts';
import type { Session, TransportEvent } from '../base/session.ts';
import { after, type Duration, type Instant, seconds } from '../base/time.ts';

/** RFC 7766 §6.2.3: a few seconds of patience. */
const IDLE: Duration = seconds(10);
const LENGTH_BYTES = 2;
/** Bytes of queries that may wait for their replies to go out before no more is read. */
const WAITING_BYTES_MAX = 65_536 + LENGTH_BYTES;

export class TcpDnsSession implements Session<never> {
  readonly #respond: (query: Uint8Array) => Uint8Array | undefined;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** Bytes of the next query with its length, as far as that is known. */
  #needed = LENGTH_BYTES;
  #deadline: Instant;
  #state: 'open' | 'closing' | 'closed' = 'open';

  constructor(respond: (query: Uint8Array) => Uint8Array | undefined, now: Instant) {
    this.#respond = respond;
    this.#deadline = after(now, IDLE);
  }

  receive(bytes: Uint8Array, now: Instant): void {
    if (this.#state !== 'open') return;
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
    // Only whole queries move the deadline: half a byte a second holds no place.
    if (this.#isWhole()) this.#deadline = after(now, IDLE);
  }

  next(): TransportEvent | undefined {
    if (this.#state === 'open' && this.#isWhole()) {
      const reply = this.#respond(this.#take());
      if (reply) return { kind: 'send', bytes: withLength(reply) };
      // What deserves no reply over UDP is garbage over TCP.
      this.#close();
    }
    if (this.#state !== 'closing') return undefined;
    this.#state = 'closed';
    return { kind: 'close' };
  }

  wantsMore(): boolean {
    return this.#bytes < WAITING_BYTES_MAX;
  }

  deadline(): Instant | undefined {
    return this.#state === 'open' ? this.#deadline : undefined;
  }

  expire(): void {
    this.#close();
  }

  closed(): void {
    this.#close();
  }

  tlsStarted(): void {}

  tlsFailed(): void {
    this.#close();
  }

  /** Is the next query here to its end? Joins the pieces only when there is something to read. */
  #isWhole(): boolean {
    if (this.#bytes < this.#needed) return false;
    if (this.#needed > LENGTH_BYTES) return true;
    const [high = 0, low = 0] = this.#joined();
    this.#needed = LENGTH_BYTES + high * 256 + low;
    return this.#bytes >= this.#needed;
  }

  #take(): Uint8Array {
    const bytes = this.#joined();
    const query = bytes.subarray(LENGTH_BYTES, this.#needed);
    const rest = bytes.subarray(this.#needed);
    this.#pieces = [rest];
    this.#bytes = rest.length;
    this.#needed = LENGTH_BYTES;
    return query;
  }

  #joined(): Uint8Array {
    const bytes = concat(this.#pieces);
    this.#pieces = [bytes];
    return bytes;
  }

  #close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#pieces = [];
    this.#bytes = 0;
  }
}

/** RFC 1035 §4.2.2; in one piece, as RFC 7766 §8 asks. */
function withLength(reply: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + reply.length);
  bytes.writeUInt16BE(reply.length);
  bytes.set(reply, LENGTH_BYTES);
  return bytes;
}
