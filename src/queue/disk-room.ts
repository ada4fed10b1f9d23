// Is there room for more mail? Below a reserve MAIL is refused while deliveries go on, since
// settling them needs space too. The answer is believed for a second.
import { between, type Clock, type Instant, seconds } from '../base/time.ts';

const BELIEVED = seconds(1);
const RESERVE_BYTES_MIN = 64 * 1024 * 1024;

/** What must stay free: 64 MB, or two messages of the largest size. */
export const diskReserveBytes = (messageBytesMax: number): number =>
  Math.max(RESERVE_BYTES_MIN, 2 * messageBytesMax);

export interface DiskRoomOptions {
  readonly clock: Clock;
  readonly freeBytes: () => Promise<number>;
  readonly reserveBytes: number;
}

export class DiskRoom {
  readonly #options: DiskRoomOptions;
  #asked: { readonly at: Instant; readonly answer: Promise<boolean> } | undefined;

  constructor(options: DiskRoomOptions) {
    this.#options = options;
  }

  /** Never rejects: a disk that cannot be asked has no room. */
  hasRoom(): Promise<boolean> {
    const now = this.#options.clock.now();
    if (this.#asked === undefined || between(this.#asked.at, now) >= BELIEVED) {
      this.#asked = { at: now, answer: this.#ask() };
    }
    return this.#asked.answer;
  }

  async #ask(): Promise<boolean> {
    try {
      return (await this.#options.freeBytes()) >= this.#options.reserveBytes;
    } catch {
      return false;
    }
  }
}
