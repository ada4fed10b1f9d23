// A false clock on which the shortest waits (those of the group commit) need no moving: they end as
// soon as the event loop turns. Longer ones wait until a test moves the clock.
import { type Duration, type Instant, milliseconds } from '../../src/base/time.ts';
import { type FalseClock, falseClock } from './false-clock.ts';

const PROMPT = milliseconds(10);

export function promptClock(start?: Instant): FalseClock {
  const clock = start === undefined ? falseClock() : falseClock(start);
  return {
    now: () => clock.now(),
    after(length: Duration, run: () => void) {
      if (length > PROMPT) return clock.after(length, run);
      const immediate = setImmediate(run);
      return { cancel: () => clearImmediate(immediate) };
    },
    advance: (length) => clock.advance(length),
    until: (condition, limit) => clock.until(condition, limit),
    settle: () => clock.settle(),
    get pending() {
      return clock.pending;
    },
  };
}
