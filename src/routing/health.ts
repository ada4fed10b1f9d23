// The memory of bad hosts, per address and shared by all domains (docs/behaviour.md). It only makes
// targets wait their turn; it never decides that mail fails.
//
//   well ──failure──▶ bad ──probe due, one message──▶ probing ──success──▶ trusted with 10
//                      ▲                                │ failure, wait doubled    │ all well
//                      └────────────────────────────────┘                          ▼ well
//
// Pure: a state and what happened in, a state out; `undefined` is well, so that only the sick take
// room.
import type { IpAddress } from '../base/ip.ts';
import {
  after,
  between,
  type Duration,
  type Instant,
  milliseconds,
  minutes,
  seconds,
} from '../base/time.ts';
import type { BadHost } from './question.ts';

export interface HealthSettings {
  /** The first wait before a probe; it doubles with each failure up to `probeMax`. */
  readonly probe: Duration;
  readonly probeMax: Duration;
  /** Messages that one success frees before the host counts as well. */
  readonly trusted: number;
}

export const HEALTH_DEFAULTS: HealthSettings = {
  probe: seconds(30),
  probeMax: minutes(10),
  trusted: 10,
};

/** An address that is not well. */
export interface HostHealth {
  readonly address: IpAddress;
  readonly since: Instant;
  readonly because: string;
  /** Probes that failed since it was last well, the failure that made it bad among them. */
  readonly failures: number;
  /** Until then nobody but those already let through tries it. */
  readonly probeAt: Instant;
  /** A message tries it, to see whether it answers again. */
  readonly isProbing: boolean;
  /** Messages that may still be let through since it answered; 0 while it is bad. */
  readonly free: number;
  /** Successes since it answered. */
  readonly successes: number;
}

export interface Failure {
  readonly address: IpAddress;
  readonly because: string;
}

/** A wait grows with each probe that fails, not with each message that was under way. */
export function afterFailure(
  health: HostHealth | undefined,
  failure: Failure,
  now: Instant,
  settings: HealthSettings = HEALTH_DEFAULTS,
): HostHealth {
  const isProbe = !health || health.isProbing || health.successes > 0;
  const failures = (health?.failures ?? 0) + (isProbe ? 1 : 0);
  const wait = Math.min(settings.probeMax, settings.probe * 2 ** (failures - 1));
  return {
    ...failure,
    since: health?.since ?? now,
    failures,
    probeAt: after(now, milliseconds(wait)),
    isProbing: false,
    free: 0,
    successes: 0,
  };
}

/** Well, once as many messages as were freed have been taken. */
export function afterSuccess(
  health: HostHealth | undefined,
  now: Instant,
  settings: HealthSettings = HEALTH_DEFAULTS,
): HostHealth | undefined {
  if (!health || health.successes >= settings.trusted) return undefined;
  if (health.successes > 0) return { ...health, successes: health.successes + 1 };
  return { ...health, probeAt: now, isProbing: false, free: settings.trusted, successes: 1 };
}

/**
 * A message is about to try the address. The one that probes keeps others away for as long as a
 * probe may take, the ones that were freed are counted.
 */
export function afterClaim(
  health: HostHealth | undefined,
  now: Instant,
  settings: HealthSettings = HEALTH_DEFAULTS,
): HostHealth | undefined {
  if (!health) return undefined;
  const free = Math.max(0, health.free - 1);
  if (free > 0) return { ...health, free };
  const isProbing = health.successes === 0 && (health.isProbing || now >= health.probeAt);
  const wait = Math.max(settings.probe, between(now, health.probeAt));
  return { ...health, free, isProbing, probeAt: after(now, milliseconds(wait)) };
}

/** As a question carries it. */
export function asBadHost({ address, since, because, probeAt }: HostHealth): BadHost {
  return { address, since, because, probeAt };
}
