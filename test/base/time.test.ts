// Instants, durations, and a pause on a clock that only a test moves.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  after,
  between,
  type Duration,
  days,
  earlier,
  hours,
  instantAt,
  milliseconds,
  minutes,
  pause,
  printDuration,
  printInstant,
  seconds,
} from '../../src/base/time.ts';
import { falseClock } from '../support/false-clock.ts';

describe('durations', () => {
  it('are milliseconds', () => {
    assert.deepEqual(
      [milliseconds(7), seconds(2), minutes(3), hours(4), days(5)],
      [7, 2_000, 180_000, 14_400_000, 432_000_000],
    );
  });

  const ROWS: readonly (readonly [length: Duration, text: string])[] = [
    [milliseconds(0), '0 ms'],
    [milliseconds(80), '80 ms'],
    [milliseconds(999.6), '1 s'],
    [seconds(12), '12 s'],
    [seconds(60), '1 min'],
    [seconds(90), '1 min 30 s'],
    [minutes(65), '1 h 5 min'],
    [hours(24), '1 d'],
    [days(5), '5 d'],
    [milliseconds(days(1) + hours(2) + minutes(3) + seconds(4)), '1 d 2 h'],
    [milliseconds(-5), '0 ms'],
  ];
  for (const [length, text] of ROWS) {
    it(`${length} is ${text}`, () => assert.equal(printDuration(length), text));
  }
});

describe('instants', () => {
  const start = instantAt(Date.UTC(2026, 0, 1));

  it('are printed as RFC 3339 has them', () => {
    assert.equal(printInstant(after(start, milliseconds(1))), '2026-01-01T00:00:00.001Z');
  });
  it('and the length between them', () => {
    fc.assert(
      fc.property(fc.integer(), (length) => {
        assert.equal(between(start, after(start, milliseconds(length))), length);
      }),
    );
  });
  it('the earlier of two', () => {
    const later = after(start, seconds(1));
    assert.equal(earlier(start, later), start);
    assert.equal(earlier(later, start), start);
  });
});

describe('pause', () => {
  async function pausing(signal?: AbortSignal) {
    const clock = falseClock();
    let isOver = false;
    const paused = pause(clock, seconds(5), signal).then(() => {
      isOver = true;
    });
    await clock.settle();
    return { clock, paused, isOver: () => isOver };
  }

  it('ends when its length is over, not before', async () => {
    const { clock, isOver } = await pausing();
    await clock.advance(milliseconds(4_999));
    assert.equal(isOver(), false);
    await clock.advance(milliseconds(1));
    assert.equal(isOver(), true);
  });

  it('ends at once when it is aborted, and leaves no timer', async () => {
    const controller = new AbortController();
    const { clock, paused } = await pausing(controller.signal);
    assert.equal(clock.pending, 1);
    controller.abort();
    await paused;
    assert.equal(clock.pending, 0);
  });

  it('does not begin when it was aborted before', async () => {
    const { clock, isOver } = await pausing(AbortSignal.abort());
    assert.equal(isOver(), true);
    assert.equal(clock.pending, 0);
  });
});
