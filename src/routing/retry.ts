// When a deferred recipient is tried again, when its sender is told of the delay, and when we give
// up (RFC 5321 §4.5.4.1; docs/behaviour.md). Pure: the age of a message and the number of its
// attempts in, an instant out.
import { seeded } from '../base/random.ts';
import {
  after,
  between,
  type Duration,
  days,
  earlier,
  hours,
  type Instant,
  milliseconds,
  minutes,
  printDuration,
} from '../base/time.ts';

export interface RetrySchedule {
  /** The pause after the first attempt, the second, …; the last one stays. */
  readonly pauses: readonly Duration[];
  /** A pause is lengthened or shortened by at most this part of it, so that retries spread. */
  readonly jitter: number;
  readonly giveUpAfter: Duration;
  /** For messages from the null sender. */
  readonly bounceGiveUpAfter: Duration;
  readonly delayNoticeAfter: Duration;
}

export const RETRY_DEFAULTS: RetrySchedule = {
  pauses: [minutes(5), minutes(10), minutes(20), minutes(40), hours(1), hours(2), hours(4)],
  jitter: 0.1,
  giveUpAfter: days(5),
  bounceGiveUpAfter: days(1),
  delayNoticeAfter: hours(4),
};

/** What the schedule depends on. */
export interface Deferral {
  readonly receivedAt: Instant;
  /** Attempts that were made, the one that was just deferred among them: at least 1. */
  readonly attempts: number;
  /** Is the sender null? */
  readonly isBounce: boolean;
  /** 32 bits. */
  readonly seed: number;
}

export type NextAttempt =
  | { readonly kind: 'at'; readonly at: Instant }
  | { readonly kind: 'give-up'; readonly because: string };

/** The last attempt falls on the day of giving up itself: no message expires untried. */
export function nextAttempt(
  deferral: Deferral,
  now: Instant,
  schedule: RetrySchedule = RETRY_DEFAULTS,
): NextAttempt {
  const lifetime = deferral.isBounce ? schedule.bounceGiveUpAfter : schedule.giveUpAfter;
  const end = after(deferral.receivedAt, lifetime);
  if (now >= end) {
    const age = printDuration(between(deferral.receivedAt, now));
    return { kind: 'give-up', because: `not delivered after ${age}` };
  }
  return { kind: 'at', at: earlier(after(now, pauseAfter(deferral, schedule)), end) };
}

function pauseAfter({ attempts, seed }: Deferral, { pauses, jitter }: RetrySchedule): Duration {
  const index = Math.min(attempts, pauses.length) - 1;
  const pause = pauses[Math.max(0, index)] ?? hours(4);
  const spread = (seeded(seed)(2_001) - 1_000) / 1_000;
  return milliseconds(Math.round(pause * (1 + jitter * spread)));
}

/** Is the sender to be told now that the message is late? Bounces have no sender to tell. */
export function isDelayNoticeDue(
  { receivedAt, isBounce }: Pick<Deferral, 'receivedAt' | 'isBounce'>,
  now: Instant,
  schedule: RetrySchedule = RETRY_DEFAULTS,
): boolean {
  return !isBounce && between(receivedAt, now) >= schedule.delayNoticeAfter;
}
