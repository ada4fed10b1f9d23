// Results that are worked out once: who waits for which work, and what is kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Shared } from '../../src/resolver/shared.ts';

/** Work that ends when the test says so. */
function slowly<T>() {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let started = 0;
  const start = (): Promise<T> => {
    started += 1;
    return promise;
  };
  return { start, resolve, reject, started: () => started };
}

test('who asks while the work goes on, and who asks later, get the same result', async () => {
  const shared = new Shared<string>(10);
  const work = slowly<string>();
  const both = [shared.get('a', work.start), shared.get('a', work.start)];
  assert.equal(shared.has('a'), true);
  assert.equal(shared.done('a'), undefined);
  work.resolve('result');
  assert.deepEqual(await Promise.all(both), ['result', 'result']);
  assert.equal(await shared.get('a', work.start), 'result');
  assert.equal(shared.done('a'), 'result');
  assert.equal(work.started(), 1);
});

test('a result that is not to last is worked out again', async () => {
  const shared = new Shared<number>(10);
  let count = 0;
  const start = async () => (count += 1);
  const isLasting = (value: number): boolean => value > 1;
  assert.equal(await shared.get('a', start, isLasting), 1);
  assert.equal(shared.has('a'), false);
  assert.equal(await shared.get('a', start, isLasting), 2);
  assert.equal(await shared.get('a', start, isLasting), 2);
});

test('work that fails is not kept', async () => {
  const shared = new Shared<string>(10);
  const work = slowly<string>();
  const waiting = shared.get('a', work.start);
  work.reject(new Error('broken'));
  await assert.rejects(waiting, /broken/);
  assert.equal(shared.has('a'), false);
  assert.equal(await shared.get('a', async () => 'mended'), 'mended');
});

test('what was used longest ago makes room, by number or by weight', async () => {
  const byNumber = new Shared<string>(2);
  for (const key of ['a', 'b', 'c']) byNumber.keep(key, key);
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => byNumber.has(key)),
    [false, true, true],
  );
  const byWeight = new Shared<string>(5, (value) => value.length);
  for (const key of ['aaa', 'bb', 'cc']) byWeight.keep(key, key);
  assert.deepEqual(
    ['aaa', 'bb', 'cc'].map((key) => byWeight.has(key)),
    [false, true, true],
  );
});
