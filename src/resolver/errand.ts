// What one call of the walker may spend: time, questions, and how deep it may go to find the
// servers that it needs on the way. Every errand that it sends out in turn spends from the same
// purse, so that a hostile delegation costs no more than any other.
import type { Instant } from '../base/time.ts';
import { type Name, nameKey } from '../dns/name.ts';

export interface Errand {
  readonly deadline: Instant;
  readonly purse: Purse;
  /** Zones whose servers are being looked for: those are not found by asking those zones. */
  readonly lookingFor: readonly string[];
}

/** Servers whose names are below servers whose names are below … this deep, and no deeper. */
const DEPTH_MAX = 6;

/** So many questions, out of a larger purse where there is one. */
export class Purse {
  #left: number;
  readonly #larger: Purse | undefined;

  constructor(questions: number, larger?: Purse) {
    this.#left = questions;
    this.#larger = larger;
  }

  get isEmpty(): boolean {
    return this.#left <= 0 || this.#larger?.isEmpty === true;
  }

  /** Pays for questions: for all of them, or, where too little is left, for none. */
  pay(questions = 1): boolean {
    if (this.#left < questions || this.#larger?.pay(questions) === false) return false;
    this.#left -= questions;
    return true;
  }
}

export const newErrand = (deadline: Instant, purse: Purse): Errand => ({
  deadline,
  purse,
  lookingFor: [],
});

/** The errand of finding the servers of a zone; nothing where that would go round in a circle. */
export function toFindServers(errand: Errand, zone: Name): Errand | undefined {
  const key = nameKey(zone);
  if (errand.lookingFor.length >= DEPTH_MAX || errand.lookingFor.includes(key)) return undefined;
  return { ...errand, lookingFor: [...errand.lookingFor, key] };
}
