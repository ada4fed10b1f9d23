// At most so many at a time, in order, and a failure gives its slot back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots } from '../../src/resolver/slots.ts';

test('work waits for a slot, first come first served', async () => {
  const slots = new Slots(2);
  const begun: number[] = [];
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const works = gates.map((gate, at) =>
    slots.run(() => {
      begun.push(at);
      return gate.promise;
    }),
  );
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  assert.deepEqual(begun, [0, 1]);
  gates[1]?.resolve();
  await turn();
  assert.deepEqual(begun, [0, 1, 2]);
  for (const gate of gates) gate.resolve();
  await Promise.all(works);
  assert.deepEqual(begun, [0, 1, 2, 3, 4]);
});

test('a slot comes back from work that failed', async () => {
  const slots = new Slots(1);
  await assert.rejects(
    slots.run(() => Promise.reject(new Error('broken'))),
    /broken/,
  );
  assert.equal(await slots.run(async () => 'done'), 'done');
});
