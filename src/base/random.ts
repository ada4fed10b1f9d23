// Chance as an argument. `system.ts` makes the real one; `seeded` is a pure one, so that a shuffle
// stored with its seed can be repeated years afterwards.

/** The only source of chance below `app`. */
export interface Chance {
  /** `count` unpredictable bytes, fit for ids and tokens. */
  bytes(count: number): Uint8Array;
  /** A whole number from 0 to `below` - 1; `below` is at most 2^31. */
  integer(below: number): number;
}

/** A repeatable `integer` from a 32-bit seed (mulberry32: even, small, not for secrets). */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** A new array with the items in an order that `integer` decides (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], integer: (below: number) => number): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = integer(last + 1);
    const kept = order[last] as T;
    order[last] = order[other] as T;
    order[other] = kept;
  }
  return order;
}
