// The cache against a plain model, and its bound in weight.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { instantAt } from '../../src/base/time.ts';
import { ExpiringCache } from '../../src/resolver/expiring-cache.ts';

test('a value is there until its instant, and not at it', () => {
  const cache = new ExpiringCache<string>(10);
  cache.set('a', 'kept', instantAt(1_000));
  assert.deepEqual(cache.get('a', instantAt(999)), { value: 'kept', until: instantAt(1_000) });
  assert.equal(cache.get('a', instantAt(1_000)), undefined);
  assert.equal(cache.size, 0);
});

test('heavy values push out more, and one that is too heavy is not kept', () => {
  const cache = new ExpiringCache<number>(10, (weight) => weight);
  for (const [key, weight] of [
    ['a', 4],
    ['b', 4],
    ['c', 2],
  ] as const) {
    cache.set(key, weight, instantAt(1));
  }
  cache.set('d', 3, instantAt(1));
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].filter((key) => cache.get(key, instantAt(0))),
    ['b', 'c', 'd'],
  );
  cache.set('e', 11, instantAt(1));
  assert.equal(cache.size, 0);
  cache.set('f', 10, instantAt(1));
  assert.equal(cache.size, 1);
});

test('whatever is done, it gives what was set last, and no more than fits', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const step = fc.oneof(
    fc.record({ does: fc.constant('set' as const), key, until: fc.nat(20) }),
    fc.record({ does: fc.constant('get' as const), key }),
    fc.record({ does: fc.constant('clear' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const cache = new ExpiringCache<number>(3);
      // The model: least recently used first.
      let model: { key: string; value: number; until: number }[] = [];
      for (const [now, done] of steps.entries()) {
        if (done.does === 'clear') {
          cache.clear();
          model = [];
          continue;
        }
        const known = model.find((entry) => entry.key === done.key);
        model = model.filter((entry) => entry !== known);
        if (done.does === 'set') {
          cache.set(done.key, now, instantAt(now + done.until));
          model = [...model, { key: done.key, value: now, until: now + done.until }].slice(-3);
        } else {
          const alive = known && known.until > now ? known : undefined;
          if (alive) model.push(alive);
          assert.equal(cache.get(done.key, instantAt(now))?.value, alive?.value);
        }
        assert.equal(cache.size, model.length);
      }
    }),
  );
});
