// Chance from a seed: the same on every machine and in every version, since stored questions hold
// seeds, and even enough to share load by.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { seeded, shuffled } from '../../src/base/random.ts';

const seeds = fc.integer({ min: 0, max: 0xffffffff });

describe('seeded', () => {
  it('never changes: these numbers are in ledgers', () => {
    const integer = seeded(1);
    assert.deepEqual(
      Array.from({ length: 5 }, () => integer(1_000)),
      [627, 2, 527, 981, 968],
    );
    assert.deepEqual(shuffled([...'abcdef'], seeded(7)).join(''), 'ebcdfa');
  });

  it('stays below its bound, and is a whole number', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2 ** 31 }), (seed, below) => {
        const integer = seeded(seed);
        for (let turn = 0; turn < 20; turn += 1) {
          const number = integer(below);
          assert.ok(Number.isInteger(number) && number >= 0 && number < below);
        }
      }),
    );
  });

  it('is even, also in its first number over seeds in a row', () => {
    const runs: readonly (() => number)[] = [
      (
        (integer) => () =>
          integer(10)
      )(seeded(42)),
      (
        (seed) => () =>
          seeded(seed++)(10)
      )(0),
    ];
    for (const draw of runs) {
      const counts = new Array<number>(10).fill(0);
      for (let turn = 0; turn < 10_000; turn += 1) {
        const number = draw();
        counts[number] = (counts[number] ?? 0) + 1;
      }
      for (const count of counts) assert.ok(count > 880 && count < 1_120, `${counts}`);
    }
  });
});

describe('shuffled', () => {
  it('holds the same items, and leaves the given ones as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), seeds, (items, seed) => {
        const before = [...items];
        const order = shuffled(items, seeded(seed));
        assert.deepEqual(items, before);
        assert.deepEqual(order.toSorted(), items.toSorted());
        assert.deepEqual(shuffled(items, seeded(seed)), order);
      }),
    );
  });

  it('gives every order its chance', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 2_400; seed += 1) {
      const order = shuffled([...'abcd'], seeded(seed)).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    assert.equal(counts.size, 24);
    for (const count of counts.values()) assert.ok(count > 60 && count < 145, `${count}`);
  });
});
