// When mail is tried again, when its sender is told that it is late, when we give up.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  after,
  between,
  type Duration,
  days,
  hours,
  type Instant,
  milliseconds,
  minutes,
} from '../../src/base/time.ts';
import {
  type Deferral,
  isDelayNoticeDue,
  nextAttempt,
  RETRY_DEFAULTS,
} from '../../src/routing/retry.ts';
import { NOW } from '../support/routing.ts';

const deferral = (given: Partial<Deferral> = {}): Deferral => ({
  receivedAt: NOW,
  attempts: 1,
  isBounce: false,
  seed: 1,
  ...given,
});

/** The pause after an attempt that was made `age` after the message came. */
function pauseAt(given: Partial<Deferral>, age: Duration = milliseconds(0)): Duration | undefined {
  const now = after(NOW, age);
  const next = nextAttempt(deferral(given), now);
  return next.kind === 'at' ? between(now, next.at) : undefined;
}

const seeds = fc.integer({ min: 0, max: 0x7fffffff });

describe('retry: 5 min, 10, 20, 40, 1 h, 2 h, then every 4 h, give or take a tenth', () => {
  const PAUSES: readonly (readonly [attempts: number, pause: Duration])[] = [
    [1, minutes(5)],
    [2, minutes(10)],
    [3, minutes(20)],
    [4, minutes(40)],
    [5, hours(1)],
    [6, hours(2)],
    [7, hours(4)],
    [8, hours(4)],
    [40, hours(4)],
  ];
  for (const [attempts, pause] of PAUSES) {
    it(`after attempt ${attempts}`, () => {
      const seen = new Set<number>();
      for (let seed = 0; seed < 300; seed += 1) {
        const actual = pauseAt({ attempts, seed }) ?? 0;
        assert.ok(Math.abs(actual - pause) <= pause / 10, `${actual} is far from ${pause}`);
        seen.add(actual);
      }
      assert.ok(seen.size > 200, 'retries are spread');
      assert.ok(Math.max(...seen) - Math.min(...seen) > 0.19 * pause, 'over all of the two tenths');
    });
  }

  it('the same seed gives the same instant', () => {
    assert.equal(pauseAt({ seed: 7 }), pauseAt({ seed: 7 }));
  });
});

describe('we give up after 5 days, a bounce after 1', () => {
  const LIVES: readonly (readonly [
    what: string,
    isBounce: boolean,
    life: Duration,
    words: RegExp,
  ])[] = [
    ['a message', false, days(5), /^not delivered after 5 d$/],
    ['a bounce', true, days(1), /^not delivered after 1 d$/],
  ];
  for (const [what, isBounce, life, words] of LIVES) {
    it(`${what}: not before`, () => {
      assert.equal(pauseAt({ isBounce, attempts: 30 }, milliseconds(life - 1)), 1);
    });
    it(`${what}: then`, () => {
      const next = nextAttempt(deferral({ isBounce, attempts: 30 }), after(NOW, life));
      assert.equal(next.kind, 'give-up');
      assert.match(next.kind === 'give-up' ? next.because : '', words);
    });
    it(`${what}: the last attempt falls on the end`, () => {
      const now = after(NOW, milliseconds(life - minutes(1)));
      const next = nextAttempt(deferral({ isBounce, attempts: 30 }), now);
      assert.deepEqual(next, { kind: 'at', at: after(NOW, life) });
    });
  }

  it('from the first attempt on, every message ends, after as many attempts as it should', () => {
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, isBounce) => {
        let now: Instant = NOW;
        let attempts = 1;
        for (;;) {
          const next = nextAttempt(deferral({ attempts, isBounce, seed: seed + attempts }), now);
          if (next.kind === 'give-up') break;
          assert.ok(next.at > now, 'time passes');
          now = next.at;
          attempts += 1;
        }
        assert.equal(between(NOW, now), isBounce ? days(1) : days(5));
        const [least, most] = isBounce ? [10, 14] : [32, 40];
        assert.ok(attempts >= least && attempts <= most, `${attempts} attempts`);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a delay notice after 4 h', () => {
  const at = (age: Duration, isBounce = false): boolean =>
    isDelayNoticeDue({ receivedAt: NOW, isBounce }, after(NOW, age));

  it('not before, and from then on', () => {
    assert.equal(at(milliseconds(hours(4) - 1)), false);
    assert.equal(at(hours(4)), true);
    assert.equal(at(days(3)), true);
  });
  it('never to the null sender', () => {
    assert.equal(at(days(3), true), false);
  });
});

it('an operator may choose other times', () => {
  const schedule = {
    ...RETRY_DEFAULTS,
    pauses: [minutes(1)],
    jitter: 0,
    giveUpAfter: hours(1),
    delayNoticeAfter: minutes(2),
  };
  assert.deepEqual(nextAttempt(deferral({ attempts: 9 }), NOW, schedule), {
    kind: 'at',
    at: after(NOW, minutes(1)),
  });
  assert.equal(nextAttempt(deferral(), after(NOW, hours(1)), schedule).kind, 'give-up');
  assert.ok(isDelayNoticeDue(deferral(), after(NOW, minutes(2)), schedule));
});
