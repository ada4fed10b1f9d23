// Writes a packet's bytes into one buffer that grows as needed, and remembers each name written so
// that later ones can point to it (RFC 1035 §4.1.4). What was written last can be taken back.
import { labelEnd, type Name, nameKey, ROOT } from './name.ts';

const FIRST_BYTES = 512;
/** A pointer has 14 bits: names further on cannot be pointed to. */
const POINTER_END = 0x4000;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;

export class WireWriter {
  /** How much was written. */
  length = 0;
  #bytes: Uint8Array = Buffer.allocUnsafe(FIRST_BYTES);
  /** Where each name and each end of a name starts, by key; in the order in which they came. */
  readonly #offsets = new Map<string, number>();
  readonly #keys: string[] = [];

  u8(value: number): void {
    this.#need(1);
    this.#bytes[this.length] = value;
    this.length += 1;
  }

  u16(value: number): void {
    this.#need(2);
    this.setU16(this.length, value);
    this.length += 2;
  }

  u32(value: number): void {
    this.u16(value >>> 16);
    this.u16(value & 0xffff);
  }

  put(bytes: Uint8Array): void {
    this.#need(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Writes over two bytes that are there. */
  setU16(at: number, value: number): void {
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }

  /** `compress`: may end in a pointer. Either way later names may point here. */
  name(name: Name, compress: boolean): void {
    const key = nameKey(name);
    for (let from = 0; name !== ROOT && from < name.length; ) {
      const rest = from === 0 ? key : key.slice(from);
      const known = this.#offsets.get(rest);
      if (known === undefined) this.#remember(rest);
      else if (compress) {
        this.u16(0xc000 | known);
        return;
      }
      const end = labelEnd(name, from);
      this.#label(name, from, end);
      from = end + 1;
    }
    this.u8(0);
  }

  /** Takes back everything from `length` on. */
  cutTo(length: number): void {
    this.length = length;
    for (let last = this.#keys.at(-1); last !== undefined; last = this.#keys.at(-1)) {
      if ((this.#offsets.get(last) ?? 0) < length) break;
      this.#offsets.delete(last);
      this.#keys.pop();
    }
  }

  /**
   * What was written; the writer must not be used afterwards. Small results share a block of memory
   * (five times cheaper than one each), so they must be copied to be transferred to a thread.
   */
  finish(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, this.length);
  }

  #remember(key: string): void {
    if (this.length >= POINTER_END) return;
    this.#offsets.set(key, this.length);
    this.#keys.push(key);
  }

  #label(name: Name, from: number, end: number): void {
    this.#need(end - from + 1);
    const lengthAt = this.length;
    let to = lengthAt + 1;
    for (let at = from; at < end; at += 1) {
      let code = name.charCodeAt(at);
      if (code === BACKSLASH) {
        at += 1;
        code = name.charCodeAt(at);
        if (code >= ZERO && code <= NINE) {
          code = Number(name.slice(at, at + 3));
          at += 2;
        }
      }
      this.#bytes[to] = code;
      to += 1;
    }
    this.#bytes[lengthAt] = to - lengthAt - 1;
    this.length = to;
  }

  #need(count: number): void {
    const size = this.length + count;
    if (size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(size, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
  }
}
