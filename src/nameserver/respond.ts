// Bytes to bytes: one query, one reply. A reply over UDP depends on nothing but the zones and the
// query, so it is remembered by the query's bytes after the id until a zone changes. The memory is
// bounded, and what comes only once never drives out what comes again.
import { answer, replyBytesMax } from '../dns/answer.ts';
import { RCODE } from '../dns/packet.ts';
import { decode, encode, errorReply, WireError } from '../dns/wire.ts';
import type { Zones } from '../dns/zone.ts';

/** Longer queries are answered, but not remembered. */
const QUERY_BYTES_MAX = 512;
/** What an entry takes besides its bytes. */
const ENTRY_BYTES = 200;
/** Of each of two generations: some 40,000 queries of the usual kind. */
const MEMORY_BYTES_MAX = 16 * 1_024 * 1_024;

const ID_BYTES = 2;
const HEADER_BYTES = 12;
const RESPONSE = 0x80;

export interface ResponderOptions {
  /** Of each of two generations of remembered replies. */
  readonly memoryBytesMax?: number;
}

export class Responder {
  readonly #memoryBytesMax: number;
  #zones: Zones = new Map();
  /** What was asked since the last turn, and what before it. */
  #young = new Map<string, Uint8Array>();
  #old = new Map<string, Uint8Array>();
  #youngBytes = 0;
  #oldBytes = 0;

  constructor({ memoryBytesMax = MEMORY_BYTES_MAX }: ResponderOptions = {}) {
    this.#memoryBytesMax = memoryBytesMax;
  }

  get zones(): Zones {
    return this.#zones;
  }

  get rememberedBytes(): number {
    return this.#youngBytes + this.#oldBytes;
  }

  /** Serves another version from the next query on. */
  serve(zones: Zones): void {
    this.#zones = zones;
    this.#turn();
    this.#turn();
  }

  /** Nothing for what deserves no reply: responses, and less than a header. Never throws. */
  respond(query: Uint8Array, by: 'udp' | 'tcp'): Uint8Array | undefined {
    // RFC 1035 §4.1.1: a response is nobody's question; answering one would start a loop.
    if (query.length < HEADER_BYTES || ((query[2] as number) & RESPONSE) !== 0) return undefined;
    if (by === 'tcp' || query.length > QUERY_BYTES_MAX) return this.#answer(query, by);
    const key = Buffer.prototype.latin1Slice.call(query, ID_BYTES, query.length);
    const known = this.#young.get(key) ?? this.#again(key);
    if (known) return withIdOf(query, known);
    const reply = this.#answer(query, by);
    // A copy, since the writer's buffer is larger than what it wrote.
    if (reply) this.#remember(key, Buffer.from(reply));
    return reply;
  }

  #answer(query: Uint8Array, by: 'udp' | 'tcp'): Uint8Array | undefined {
    try {
      const packet = decode(query);
      return encode(answer(this.#zones, packet, by), replyBytesMax(packet, by));
    } catch (error) {
      return errorReply(query, error instanceof WireError ? RCODE.FORMERR : RCODE.SERVFAIL);
    }
  }

  #remember(key: string, reply: Uint8Array): void {
    const bytes = key.length + reply.length + ENTRY_BYTES;
    if (this.#youngBytes + bytes > this.#memoryBytesMax) this.#turn();
    this.#young.set(key, reply);
    this.#youngBytes += bytes;
  }

  /** What is asked again lives on; the rest goes with the generation after the next turn. */
  #again(key: string): Uint8Array | undefined {
    const reply = this.#old.get(key);
    if (reply) this.#remember(key, reply);
    return reply;
  }

  #turn(): void {
    this.#old = this.#young;
    this.#oldBytes = this.#youngBytes;
    this.#young = new Map();
    this.#youngBytes = 0;
  }
}

/** A copy, since the one before may still be on its way into the kernel. */
function withIdOf(query: Uint8Array, reply: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafe(reply.length);
  copy.set(reply);
  copy[0] = query[0] as number;
  copy[1] = query[1] as number;
  return copy;
}
