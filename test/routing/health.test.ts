// The memory of one address: a probe after 30 s, twice as long each time up to 10 min; one success
// frees 10 messages, then all.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { after, between, type Instant, minutes, seconds } from '../../src/base/time.ts';
import {
  afterClaim,
  afterFailure,
  afterSuccess,
  asBadHost,
  HEALTH_DEFAULTS,
  type HostHealth,
} from '../../src/routing/health.ts';
import { ip, NOW } from '../support/routing.ts';

const address = ip('192.0.2.1');
const failure = { address, because: 'no connection: timed out' };

const fail = (health: HostHealth | undefined, now: Instant): HostHealth =>
  afterFailure(health, failure, now);

/** A message tries it and fails. */
const probeFails = (health: HostHealth | undefined, now: Instant): HostHealth =>
  fail(afterClaim(health, now), now);

const bad = fail(undefined, NOW);
const answered = (): HostHealth => {
  const now = after(NOW, seconds(30));
  const health = afterSuccess(afterClaim(bad, now), now);
  assert.ok(health, 'one success is not enough to be well');
  return health;
};

describe('a bad host', () => {
  it('is probed after 30 s, doubling to 10 min', () => {
    const waits: number[] = [];
    let health: HostHealth | undefined;
    let now = NOW;
    for (let failures = 0; failures < 9; failures += 1) {
      health = probeFails(health, now);
      waits.push(between(now, health.probeAt) / 1_000);
      now = health.probeAt;
    }
    assert.deepEqual(waits, [30, 60, 120, 240, 480, 600, 600, 600, 600]);
  });

  it('is not worse because several messages were under way when it went down', () => {
    let health = fail(undefined, NOW);
    for (let message = 1; message <= 20; message += 1) {
      health = fail(health, after(NOW, seconds(1)));
    }
    assert.equal(health.probeAt, after(NOW, seconds(31)));
    assert.equal(between(health.probeAt, probeFails(health, health.probeAt).probeAt), minutes(1));
  });

  it('that is tried before its probe is due, for want of another, waits again as long', () => {
    const early = after(NOW, seconds(10));
    const claimed = afterClaim(bad, early);
    assert.equal(claimed?.probeAt, after(early, seconds(30)));
    const far = { ...bad, failures: 6, probeAt: after(NOW, minutes(10)) };
    assert.equal(afterClaim(far, early)?.probeAt, far.probeAt, 'nobody comes sooner');
    assert.equal(between(early, probeFails(far, early).probeAt), minutes(10));
    assert.equal(between(early, probeFails(bad, early).probeAt), seconds(30));
  });

  it('is bad since its first failure, for the last reason', () => {
    const later = after(NOW, seconds(30));
    const health = afterFailure(afterClaim(bad, later), { address, because: 'refused' }, later);
    assert.deepEqual(asBadHost(health), {
      address,
      since: NOW,
      because: 'refused',
      probeAt: after(later, minutes(1)),
    });
  });

  it('is tried by one message at a time: who probes keeps the others away for 30 s', () => {
    const due = after(NOW, seconds(30));
    assert.equal(afterClaim(bad, due)?.probeAt, after(due, seconds(30)));
    assert.equal(afterClaim(bad, due)?.free, 0);
  });

  it('has settings of its own where the operator gives some', () => {
    const settings = { ...HEALTH_DEFAULTS, probe: seconds(1), probeMax: seconds(3) };
    let health: HostHealth | undefined;
    let now = NOW;
    const waits = [1, 2, 3].map(() => {
      health = afterFailure(afterClaim(health, now, settings), failure, now, settings);
      const wait = between(now, health.probeAt);
      now = health.probeAt;
      return wait;
    });
    assert.deepEqual(waits, [seconds(1), seconds(2), seconds(3)]);
  });
});

describe('a host that answered', () => {
  it('frees 10 messages at once, and the eleventh waits', () => {
    let health: HostHealth | undefined = answered();
    const now = after(NOW, seconds(31));
    for (let message = 1; message <= 10; message += 1) {
      assert.ok(health && health.free > 0, `message ${message} is let through`);
      assert.ok(health.probeAt <= now);
      health = afterClaim(health, now);
    }
    assert.equal(health?.free, 0);
    assert.ok(health && health.probeAt > now);
  });

  it('is well when those 10 were taken, and not before', () => {
    let health: HostHealth | undefined = answered();
    const now = after(NOW, seconds(31));
    for (let message = 1; message <= 10; message += 1) {
      assert.ok(health, `not well after ${message - 1} messages`);
      health = afterSuccess(afterClaim(health, now), now);
    }
    assert.equal(health, undefined);
  });

  it('is bad again at the first failure, and waits longer than before', () => {
    const now = after(NOW, seconds(31));
    const health = fail(afterClaim(answered(), now), now);
    assert.equal(health.free, 0);
    assert.equal(between(now, health.probeAt), minutes(1));
    assert.equal(fail(health, now).probeAt, health.probeAt, 'the other nine count no more');
    assert.equal(fail(health, now).failures, 2);
  });
});

it('a host that is well has no state at all', () => {
  assert.equal(afterClaim(undefined, NOW), undefined);
  assert.equal(afterSuccess(undefined, NOW), undefined);
});

it('a state is plain data', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(answered())), answered());
});
