// How long a server session waits for its client. A command must be complete in time, a message
// must make progress and end in time: one byte a second, or a minute, holds no place for ever.
// While the client waits for us, nothing is due.
import { after, earlier, type Instant } from '../base/time.ts';
import type { ServerLimits } from './server-limits.ts';

export class Patience {
  readonly #limits: ServerLimits;
  #due: Instant | undefined;
  /** Of a message that is coming. */
  #messageDue: Instant | undefined;
  #progressBytes = 0;

  constructor(limits: ServerLimits, now: Instant) {
    this.#limits = limits;
    this.forCommand(now);
  }

  /** When the client has waited long enough for itself; nothing while it waits for us. */
  get due(): Instant | undefined {
    return this.#due;
  }

  forCommand(now: Instant): void {
    this.#messageDue = undefined;
    this.#due = after(now, this.#limits.commandTimeout);
  }

  forMessage(now: Instant): void {
    this.#messageDue = after(now, this.#limits.messageTimeout);
    this.#beginProgress(now);
  }

  /** Bytes came. Those of a command change nothing: all of it is due at one instant. */
  received(bytes: number, now: Instant): void {
    if (this.#messageDue === undefined) return;
    this.#progressBytes += bytes;
    if (this.#progressBytes >= this.#limits.progressBytes) this.#beginProgress(now);
  }

  /** It is our turn. */
  suspend(): void {
    this.#messageDue = undefined;
    this.#due = undefined;
  }

  #beginProgress(now: Instant): void {
    this.#progressBytes = 0;
    const due = after(now, this.#limits.progressTimeout);
    this.#due = this.#messageDue === undefined ? due : earlier(due, this.#messageDue);
  }
}
