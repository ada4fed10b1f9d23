// Reads a packet's bytes in order (RFC 1035 §4.1). Bytes come from strangers: every read is
// bounded, every name costs at most 255 bytes and 127 jumps, and whatever is wrong becomes a
// `WireError`.
import { BYTE_TEXT, LABEL_BYTES_MAX, NAME_BYTES_MAX, type Name, ROOT } from './name.ts';

/** Bytes that are no packet: what is wrong, and where. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly because: string;
  readonly offset: number;
  /** The bytes ended within something, as they do in a reply that was cut off. */
  readonly isCutOff: boolean;

  constructor(because: string, offset: number, isCutOff = false) {
    super(`${because} (at byte ${offset})`);
    this.because = because;
    this.offset = offset;
    this.isCutOff = isCutOff;
  }
}

/** Where the first name of a packet starts, and the first place that a pointer may mean. */
export const HEADER_BYTES = 12;

const POINTER = 0xc0;
/** A name has 127 labels at most, so an honest one needs no more pointers. */
const JUMPS_MAX = 127;
const DOT = 0x2e;

/** For each byte the characters that it is written with. */
const BYTE_CODES = BYTE_TEXT.map((text) => Array.from(text, (it) => it.charCodeAt(0)));

export class WireReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly #pointersFrom: number;
  /** The first name that was read: nearly all pointers mean the question's. */
  #firstName: Name | undefined;
  #firstNameAt = -1;

  /**
   * `pointersFrom`: names may point to this place and later ones; `Infinity` allows no pointers.
   */
  constructor(bytes: Uint8Array, at = 0, pointersFrom = HEADER_BYTES) {
    this.bytes = bytes;
    this.at = at;
    this.#pointersFrom = pointersFrom;
  }

  fail(because: string): never {
    throw new WireError(because, this.at);
  }

  u8(): number {
    return this.bytes[this.#advance(1)] as number;
  }

  u16(): number {
    const at = this.#advance(2);
    return ((this.bytes[at] as number) << 8) | (this.bytes[at + 1] as number);
  }

  u32(): number {
    const high = this.u16();
    return high * 0x1_0000 + this.u16();
  }

  /** A copy: the packet's own bytes may be written over by the next one. */
  take(count: number): Uint8Array {
    const at = this.#advance(count);
    return new Uint8Array(this.bytes.subarray(at, at + count));
  }

  /** Fails unless `count` bytes are there. */
  need(count: number): void {
    if (this.at + count > this.bytes.length) this.#cutOff();
  }

  /** A name, with or without compression (RFC 1035 §4.1.4). */
  name(): Name {
    const start = this.at;
    const first = this.bytes[start] as number;
    if (first >= POINTER && this.#firstName !== undefined) {
      const target = ((first & 0x3f) << 8) | (this.bytes[start + 1] ?? 0);
      if (target === this.#firstNameAt && start + 1 < this.bytes.length) {
        this.at += 2;
        return this.#firstName;
      }
    }
    const name = this.#readName();
    if (this.#firstName === undefined && start >= this.#pointersFrom) {
      this.#firstName = name;
      this.#firstNameAt = start;
    }
    return name;
  }

  #readName(): Name {
    const codes: number[] = [];
    let length = 1;
    let jumps = 0;
    let segment = this.at;
    let resumeAt = -1;
    for (let size = this.u8(); size !== 0; size = this.u8()) {
      if (size <= LABEL_BYTES_MAX) {
        length += size + 1;
        if (length > NAME_BYTES_MAX) this.fail('a name is longer than 255 bytes');
        this.#label(size, codes);
        continue;
      }
      if (size < POINTER) this.fail('a label of a kind that does not exist');
      const target = ((size & 0x3f) << 8) | this.u8();
      if (resumeAt < 0) resumeAt = this.at;
      // Each jump goes further back than the segment it is in, so that no chain is a loop.
      if (target >= segment || target < this.#pointersFrom) {
        this.fail('a compression pointer that does not lead back to a name');
      }
      jumps += 1;
      if (jumps > JUMPS_MAX) this.fail('a name with too many compression pointers');
      segment = target;
      this.at = target;
    }
    if (resumeAt >= 0) this.at = resumeAt;
    return codes.length === 0 ? ROOT : (String.fromCharCode.apply(null, codes) as Name);
  }

  #label(size: number, codes: number[]): void {
    const end = this.#advance(size) + size;
    for (let at = end - size; at < end; at += 1) {
      const written = BYTE_CODES[this.bytes[at] as number] as readonly number[];
      if (written.length === 1) codes.push(written[0] as number);
      else codes.push(...written);
    }
    codes.push(DOT);
  }

  /** Moves on by `count` bytes and returns where they start. */
  #advance(count: number): number {
    const at = this.at;
    if (at + count > this.bytes.length) this.#cutOff();
    this.at = at + count;
    return at;
  }

  #cutOff(): never {
    throw new WireError('the bytes end too early', this.bytes.length, true);
  }
}
