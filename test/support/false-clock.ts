// A clock that stands still until a test moves it. Timers run in the order in which they are due,
// and between two of them everything that can happen without time passing does happen.
import {
  after,
  type Clock,
  type Duration,
  type Instant,
  instantAt,
  printDuration,
  type Timer,
} from '../../src/base/time.ts';
import { isWorkingOnFiles } from './file-work.ts';

export interface FalseClock extends Clock {
  /** Moves on by `length`, running what falls due on the way. */
  advance(length: Duration): Promise<void>;
  /** Moves from timer to timer until `condition` holds; throws when that takes over `limit`. */
  until(condition: () => boolean, limit: Duration): Promise<void>;
  /** Lets promises, microtasks, `setImmediate` and work on files come to rest; no time passes. */
  settle(): Promise<void>;
  /** Timers that are waiting. */
  readonly pending: number;
}

interface Waiting {
  readonly due: Instant;
  readonly run: () => void;
}

/** 2026-01-01T00:00:00Z unless told otherwise. */
export function falseClock(start: Instant = instantAt(Date.UTC(2026, 0, 1))): FalseClock {
  return new StoppedClock(start);
}

class StoppedClock implements FalseClock {
  #now: Instant;
  /** Sorted by `due`; equals in the order in which they were asked for. */
  readonly #waiting: Waiting[] = [];

  constructor(start: Instant) {
    this.#now = start;
  }

  get pending(): number {
    return this.#waiting.length;
  }

  now(): Instant {
    return this.#now;
  }

  after(length: Duration, run: () => void): Timer {
    const waiting = { due: after(this.#now, Math.max(0, length) as Duration), run };
    let place = this.#waiting.length;
    while (place > 0 && (this.#waiting[place - 1] as Waiting).due > waiting.due) place -= 1;
    this.#waiting.splice(place, 0, waiting);
    return {
      cancel: () => {
        const found = this.#waiting.indexOf(waiting);
        if (found >= 0) this.#waiting.splice(found, 1);
      },
    };
  }

  async advance(length: Duration): Promise<void> {
    const end = after(this.#now, length);
    await this.settle();
    while (this.#runNext(end)) await this.settle();
    this.#now = end;
  }

  async until(condition: () => boolean, limit: Duration): Promise<void> {
    const end = after(this.#now, limit);
    await this.settle();
    while (!condition()) {
      if (!this.#runNext(end)) {
        this.#now = end;
        throw new Error(`still not so after ${printDuration(limit)}: ${condition}`);
      }
      await this.settle();
    }
  }

  async settle(): Promise<void> {
    let quietTurns = 0;
    while (quietTurns < 2) {
      await new Promise((resolve) => setImmediate(resolve));
      quietTurns = isWorkingOnFiles() ? 0 : quietTurns + 1;
    }
  }

  #runNext(end: Instant): boolean {
    const next = this.#waiting[0];
    if (!next || next.due > end) return false;
    this.#waiting.shift();
    this.#now = next.due;
    next.run();
    return true;
  }
}
