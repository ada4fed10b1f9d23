// Bytes to bytes: one query, one reply. A reply over UDP depends on nothing but the zones and the
// query, so it is remembered until a zone changes: by the bytes of the query after its id, with the
// letters of the question in lower case, since resolvers that fear forgers send them in random
// case. The memory is bounded, and a query must come twice to get into it: a flood of names that do
// not exist passes it by.
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
/** Where a header counts its questions (the low byte). */
const QUESTIONS_AT = 5;
const LABEL_BYTES_MAX = 63;
/** Queries that are known to have come once. */
const SEEN_MAX = 131_072;
/** That of FNV-1a with 32 bits. */
const HASH_FACTOR = 0x0100_0193;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const TO_LOWER = 0x20;

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
  /** The query that is looked up, in lower case. */
  readonly #asked = Buffer.alloc(QUERY_BYTES_MAX);
  /** Marks of queries that were answered but not remembered; later ones write over earlier ones. */
  readonly #seen = new Uint16Array(SEEN_MAX);

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
    const nameEnd = this.#lower(query);
    const key = this.#asked.toString('latin1', ID_BYTES, query.length);
    const known = this.#young.get(key) ?? this.#again(key);
    if (known) return madeFor(query, nameEnd, known);
    const reply = this.#answer(query, by);
    // A copy, since the writer's buffer is larger than what it wrote.
    if (reply && this.#wasSeen(query.length)) this.#remember(key, Buffer.from(reply));
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

  /** Copies the query, its first name in lower case (RFC 4343 §3); returns where that name ends. */
  #lower(query: Uint8Array): number {
    const asked = this.#asked;
    asked.set(query);
    let at = HEADER_BYTES;
    for (let size = query[at] ?? 0; size > 0 && size <= LABEL_BYTES_MAX; size = query[at] ?? 0) {
      const end = Math.min(at + 1 + size, query.length);
      for (at += 1; at < end; at += 1) {
        const byte = query[at] as number;
        if (byte >= UPPER_A && byte <= UPPER_Z) asked[at] = byte + TO_LOWER;
      }
    }
    return at;
  }

  /** Was the query in `#asked` a miss before? Mostly right, which is enough. */
  #wasSeen(length: number): boolean {
    let hash = 0;
    for (let at = ID_BYTES; at < length; at += 1) {
      hash = Math.imul(hash ^ (this.#asked[at] as number), HASH_FACTOR);
    }
    const slot = (hash >>> 8) % this.#seen.length;
    const mark = (hash & 0xff) | 0x100;
    if (this.#seen[slot] === mark) return true;
    this.#seen[slot] = mark;
    return false;
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

/**
 * The reply with the id, and the letters of the question, as this query has them. A copy, since the
 * one before may still be on its way into the kernel.
 */
function madeFor(query: Uint8Array, nameEnd: number, reply: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafe(reply.length);
  copy.set(reply);
  copy[0] = query[0] as number;
  copy[1] = query[1] as number;
  // Errors have no question; any other reply has that of the query, in the same place.
  if (reply[QUESTIONS_AT] === 1) {
    for (let at = HEADER_BYTES; at < nameEnd; at += 1) copy[at] = query[at] as number;
  }
  return copy;
}
