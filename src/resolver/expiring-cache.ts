// Values by key, each kept until an instant of its own. The cache never weighs more than it may:
// the values that were used longest ago make room.
import type { Instant } from '../base/time.ts';

export interface Kept<V> {
  readonly value: V;
  readonly until: Instant;
}

export class ExpiringCache<V> {
  readonly #weightMax: number;
  readonly #weightOf: (value: V) => number;
  /** A Map keeps the order of insertion: the first entry is the one used longest ago. */
  readonly #entries = new Map<string, Kept<V>>();
  #weight = 0;

  /** With the usual weight of 1, `weightMax` is a number of values. */
  constructor(weightMax: number, weightOf: (value: V) => number = () => 1) {
    this.#weightMax = weightMax;
    this.#weightOf = weightOf;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string, now: Instant): Kept<V> | undefined {
    const kept = this.#entries.get(key);
    if (!kept) return undefined;
    if (kept.until <= now) {
      this.#delete(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, kept);
    return kept;
  }

  set(key: string, value: V, until: Instant): void {
    this.#delete(key);
    this.#entries.set(key, { value, until });
    this.#weight += this.#weightOf(value);
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#weightMax) return;
      this.#delete(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }

  #delete(key: string): void {
    const kept = this.#entries.get(key);
    if (!kept) return;
    this.#entries.delete(key);
    this.#weight -= this.#weightOf(kept.value);
  }
}
