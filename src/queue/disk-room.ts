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

interface Asked {
  readonly at: Instant;
  /** A promise until it is known. */
  answer: boolean | Promise<boolean>;
}

export class DiskRoom {
  readonly #options: DiskRoomOptions;
  #asked: Asked | undefined;

  constructor(options: DiskRoomOptions) {
    this.#options = options;
  }

  /** At once when it is known. Never rejects: a disk that cannot be asked has no room. */
  hasRoom(): boolean | Promise<boolean> {
    const now = this.#options.clock.now();
    if (this.#asked === undefined || between(this.#asked.at, now) >= BELIEVED) {
      const answer = this.#ask();
      const asked: Asked = { at: now, answer };
      this.#asked = asked;
      answer.then((known) => {
        asked.answer = known;
      });
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
