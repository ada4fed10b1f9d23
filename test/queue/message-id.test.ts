// The shape of ids, that they sort by time, and that chance keeps them apart.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { Chance } from '../../src/base/random.ts';
import { instantAt } from '../../src/base/time.ts';
import { newMessageId } from '../../src/queue/message-id.ts';

const constant = (byte: number): Chance => ({
  bytes: (count) => new Uint8Array(count).fill(byte),
  integer: () => 0,
});

it('is the lane, the time and chance', () => {
  const id = newMessageId(0, instantAt(Date.UTC(2026, 0, 1)), constant(31));
  assert.equal(id, '0-1kdvdna00zzzzzzzz');
  assert.equal(newMessageId(12, instantAt(0), constant(0)), '12-00000000000000000');
});

it('sorts by time within a lane, whatever chance says', () => {
  const times = fc.integer({ min: 0, max: 2 ** 45 - 1 });
  const bytes = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(times, times, bytes, bytes, (one, other, byte, otherByte) => {
      const first = newMessageId(3, instantAt(Math.min(one, other)), constant(byte));
      const second = newMessageId(3, instantAt(Math.max(one, other)), constant(otherByte));
      assert.match(first, /^3-[0-9a-hjkmnp-tv-z]{17}$/);
      if (one !== other) assert.ok(first < second);
    }),
  );
});
