// Bytes that arrive in any pieces, read as command lines (RFC 5321 §2.3.8: CRLF ends a line, and
// nothing else) or, while a message comes, taken as they are. A line that is too long is dropped
// while it arrives: what is kept never exceeds one line and the pieces that were not read yet.
import { concat, latin1 } from '../base/bytes.ts';

const LF = 0x0a;
const CR = 0x0d;

/** A line beyond this is no command of anybody's, and its sender not worth reading on. */
const ENDLESS_LINE_BYTES = 65_536;

/** A line that is none: over the limit, hopelessly over it, or with a bare CR or LF. */
export interface LineFault {
  readonly kind: 'line-fault';
  readonly because: 'too-long' | 'endless' | 'bare';
}

const TOO_LONG: LineFault = { kind: 'line-fault', because: 'too-long' };
const ENDLESS: LineFault = { kind: 'line-fault', because: 'endless' };
const BARE: LineFault = { kind: 'line-fault', because: 'bare' };

const NOTHING = new Uint8Array(0);

export class LineStream {
  readonly #lineBytesMax: number;
  /** Not read yet; joined only when somebody wants to read. */
  #pieces: Uint8Array[] = [];
  #bufferedBytes = 0;
  /** Of the first bytes, how many are known to hold no LF. */
  #searchedBytes = 0;
  /** Of the present line, how many were dropped because it is too long. */
  #droppedBytes = 0;

  /** The limit counts the CRLF, as RFC 5321 §4.5.3.1.4 does. */
  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** What waits to be read. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#bufferedBytes += bytes.length;
  }

  /**
   * The next line as latin1 without its CRLF, or why it is none, or nothing before it has ended.
   */
  line(): string | LineFault | undefined {
    if (this.#bufferedBytes === this.#searchedBytes) return undefined;
    const bytes = this.#joined();
    const lf = bytes.indexOf(LF, this.#searchedBytes);
    if (lf < 0) return this.#unended(bytes);
    const lineBytes = this.#droppedBytes + lf + 1;
    this.#droppedBytes = 0;
    this.#keep(bytes.subarray(lf + 1));
    if (lineBytes > ENDLESS_LINE_BYTES) return ENDLESS;
    if (lineBytes > this.#lineBytesMax) return TOO_LONG;
    if (lf === 0 || bytes.indexOf(CR) !== lf - 1) return BARE;
    return latin1(bytes.subarray(0, lf - 1));
  }

  /** Everything that waits, whatever it is; nothing where nothing does. */
  take(): Uint8Array {
    const bytes = this.#joined();
    this.clear();
    return bytes;
  }

  /** Gives back what was taken too much of; only before anything else is pushed. */
  putBack(bytes: Uint8Array): void {
    this.#keep(bytes);
  }

  clear(): void {
    this.#keep(NOTHING);
    this.#droppedBytes = 0;
  }

  #unended(bytes: Uint8Array): LineFault | undefined {
    this.#searchedBytes = bytes.length;
    if (this.#droppedBytes + bytes.length > ENDLESS_LINE_BYTES) {
      this.clear();
      return ENDLESS;
    }
    if (bytes.length > this.#lineBytesMax) {
      this.#droppedBytes += bytes.length;
      this.#keep(NOTHING);
    }
    return undefined;
  }

  #joined(): Uint8Array {
    if (this.#pieces.length > 1) this.#pieces = [concat(this.#pieces)];
    return this.#pieces[0] ?? NOTHING;
  }

  #keep(bytes: Uint8Array): void {
    this.#pieces = bytes.length === 0 ? [] : [bytes];
    this.#bufferedBytes = bytes.length;
    this.#searchedBytes = 0;
  }
}
