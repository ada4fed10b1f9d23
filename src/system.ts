// The real clock, the real chance, and the signals of the system: the only file that reads time,
// sets timers or rolls dice. Everybody else is given a `Clock` and a `Chance`.
import { randomBytes, randomInt } from 'node:crypto';
import type { Chance } from './base/random.ts';
import { type Clock, type Duration, type Instant, instantAt, type Timer } from './base/time.ts';

/** The longest wait that `setTimeout` knows; a longer one would fire at once. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/** The clock of this machine; its timers never keep the program alive. */
export const systemClock: Clock = {
  now: () => instantAt(Date.now()),
  after: (length, run) => (length <= TIMEOUT_MS_MAX ? short(length, run) : long(length, run)),
};

function short(length: Duration, run: () => void): Timer {
  const timeout = setTimeout(run, length).unref();
  return { cancel: () => clearTimeout(timeout) };
}

function long(length: Duration, run: () => void): Timer {
  const rest = (length - TIMEOUT_MS_MAX) as Duration;
  let leg = short(TIMEOUT_MS_MAX as Duration, () => {
    leg = systemClock.after(rest, run);
  });
  return { cancel: () => leg.cancel() };
}

/** Chance that nobody can foresee. */
export const systemChance: Chance = {
  bytes: pooledBytes(),
  integer: (below) => randomInt(below),
};

/** Asked for a few bytes, the system is asked for many: the asking is what costs. */
function pooledBytes(): (count: number) => Uint8Array {
  const poolBytes = 4_096;
  let pool: Uint8Array = new Uint8Array(0);
  return (count) => {
    if (count > poolBytes / 16) return randomBytes(count);
    if (pool.length < count) pool = randomBytes(poolBytes);
    const taken = pool.slice(0, count);
    pool = pool.subarray(count);
    return taken;
  };
}

/** The program lives at least until the work has ended, though it may only wait for a timer. */
export async function stayingAlive<T>(work: () => Promise<T>): Promise<T> {
  const awake = setInterval(() => {}, TIMEOUT_MS_MAX);
  try {
    return await work();
  } finally {
    clearInterval(awake);
  }
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

export interface SignalHandlers {
  /** The first request to stop: finish what is begun. */
  stop(signal: StopSignal): void;
  /** Every further one: the operator has lost patience. */
  hurry(signal: StopSignal): void;
  /** SIGHUP: read again what may change while running. */
  reload(): void;
}

/** Ctrl-C reaches everybody on the terminal, and npm passes it on besides: that is one request. */
const ONE_REQUEST_MS = 500;

/** Listens to the signals of the system; returns the function that ends it. */
export function onSignals(handlers: SignalHandlers, clock: Clock = systemClock): () => void {
  let stoppedAt: Instant | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    const asked = signal as StopSignal;
    const now = clock.now();
    if (stoppedAt === undefined) {
      stoppedAt = now;
      handlers.stop(asked);
    } else if (now - stoppedAt > ONE_REQUEST_MS) handlers.hurry(asked);
  };
  const reload = (): void => handlers.reload();
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', reload);
  return () => {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', reload);
  };
}
