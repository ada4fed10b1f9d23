// What one call of the walker may spend: time, questions, and how deep it may go to find the
// servers that it needs on the way. Every errand that it sends out in turn spends from the same
// purse, so that a hostile delegation costs no more than any other.
import type { Instant } from '../base/time.ts';
import { type Name, nameKey } from '../dns/name.ts';

export interface Errand {
  readonly deadline: Instant;
  readonly purse: { questions: number };
  /** Zones whose servers are being looked for: those are not found by asking those zones. */
  readonly lookingFor: readonly string[];
}

/** Servers whose names are below servers whose names are below … this deep, and no deeper. */
const DEPTH_MAX = 6;

export const newErrand = (deadline: Instant, questions: number): Errand => ({
  deadline,
  purse: { questions },
  lookingFor: [],
});

/** The errand of finding the servers of a zone; nothing where that would go round in a circle. */
export function toFindServers(errand: Errand, zone: Name): Errand | undefined {
  const key = nameKey(zone);
  if (errand.lookingFor.length >= DEPTH_MAX || errand.lookingFor.includes(key)) return undefined;
  return { ...errand, lookingFor: [...errand.lookingFor, key] };
}
