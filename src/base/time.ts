// Instants and durations, as types of their own, and the clock as an argument.
// Nothing here reads the time: `system.ts` makes the real clock, tests make a false one.

declare const instant: unique symbol;
declare const duration: unique symbol;

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly [instant]: true };

/** A length of time in milliseconds. */
export type Duration = number & { readonly [duration]: true };

export const instantAt = (msSinceEpoch: number): Instant => msSinceEpoch as Instant;
export const milliseconds = (count: number): Duration => count as Duration;
export const seconds = (count: number): Duration => (count * 1_000) as Duration;
export const minutes = (count: number): Duration => (count * 60_000) as Duration;
export const hours = (count: number): Duration => (count * 3_600_000) as Duration;
export const days = (count: number): Duration => (count * 86_400_000) as Duration;

export const after = (start: Instant, length: Duration): Instant => (start + length) as Instant;
export const between = (start: Instant, end: Instant): Duration => (end - start) as Duration;
export const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b);

/** A pending call of `Clock.after`; cancelling one that has run does nothing. */
export interface Timer {
  cancel(): void;
}

/** The only source of time below `app`. */
export interface Clock {
  now(): Instant;
  /**
   * Calls `run` once, `length` from now (at once when it is zero or less). Never keeps a program
   * alive.
   */
  after(length: Duration, run: () => void): Timer;
}

/** Resolves after `length`, or at once when `signal` is aborted; it never rejects. */
export function pause(clock: Clock, length: Duration, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const wake = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = clock.after(length, wake);
    signal?.addEventListener('abort', wake);
  });
}

/** An instant as people and RFC 3339 write it, in UTC. */
export const printInstant = (at: Instant): string => new Date(at).toISOString();

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** A duration as people read it, in its largest one or two units: `1 h 5 min`, `12 s`, `80 ms`. */
export function printDuration(length: Duration): string {
  let rest = Math.max(0, Math.round(length));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}`);
    rest -= count * size;
  }
  return parts.length > 0 ? parts.join(' ') : `${rest} ms`;
}
