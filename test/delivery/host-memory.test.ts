// The memory of bad hosts at work, on a false clock: who is kept away and for how long, when a host
// is probed without mail, and who is woken when it answers.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FingerpostEvent } from '../../src/base/events.ts';
import type { Endpoint } from '../../src/base/ip.ts';
import { milliseconds, minutes, seconds } from '../../src/base/time.ts';
import { HostMemory } from '../../src/delivery/host-memory.ts';
import { HEALTH_DEFAULTS } from '../../src/routing/health.ts';
import { falseClock } from '../support/false-clock.ts';
import { ip } from '../support/routing.ts';

const A = ip('192.0.2.1');
const B = ip('192.0.2.2');
const at = (address: Endpoint['address']): Endpoint => ({ address, port: 25 });

function setUp() {
  const clock = falseClock();
  const events: FingerpostEvent[] = [];
  const probed: { readonly address: string; readonly afterSeconds: number }[] = [];
  const woken: string[] = [];
  const start = clock.now();
  let answer: string | undefined = 'no connection: timed out';
  const memory = new HostMemory({
    clock,
    events: { emit: (event) => void events.push(event) },
    settings: HEALTH_DEFAULTS,
    probe: async ({ address }) => {
      probed.push({ address, afterSeconds: (clock.now() - start) / 1_000 });
      return answer;
    },
    wake: (domains) => void woken.push(...domains),
  });
  const isBad = (address = A): boolean => memory.badAmong([address]).length > 0;
  return {
    ...{ clock, events, probed, woken, memory, isBad },
    mend: () => {
      answer = undefined;
    },
    times: () => probed.map(({ afterSeconds }) => afterSeconds),
  };
}

describe('a host that failed', () => {
  it('is known to every domain by its address, with when and why', () => {
    const { memory, clock } = setUp();
    memory.failed(at(A), 'no connection: refused');
    const now = clock.now();
    assert.deepEqual(memory.badAmong([B, A]), [
      { address: A, since: now, probeAt: now + 30_000, because: 'no connection: refused' },
    ]);
    assert.deepEqual(
      memory.all().map(({ address }) => address),
      [A],
    );
  });

  it('is told to events once it is bad, and once it is well', async () => {
    const { memory, events, clock } = setUp();
    memory.failed(at(A), 'no connection: refused');
    const probeAt = clock.now() + 30_000;
    assert.deepEqual(events, [
      { kind: 'host.bad', address: A, probeAt, because: 'no connection: refused' },
    ]);
    await clock.advance(seconds(30));
    for (let message = 0; message < 3; message += 1) {
      memory.claim(A);
      memory.succeeded(A);
    }
    assert.deepEqual(events.slice(1), [{ kind: 'host.well', address: A }]);
  });

  it('is probed by nobody while no mail waits for it', async () => {
    const { memory, probed, clock } = setUp();
    memory.failed(at(A), 'down');
    await clock.advance(minutes(60));
    assert.deepEqual(probed, []);
    assert.equal(clock.pending, 0);
  });

  it('is due for the first message that comes after 30 s, and for one only', async () => {
    const { memory, clock } = setUp();
    memory.failed(at(A), 'down');
    await clock.advance(seconds(30));
    const due = (): boolean => memory.badAmong([A]).every(({ probeAt }) => probeAt <= clock.now());
    assert.equal(due(), true);
    memory.claim(A);
    assert.equal(due(), false);
  });
});

describe('while mail waits', () => {
  it('the host is probed after 30 s, doubling to 10 min', async () => {
    const { memory, clock, times, woken } = setUp();
    memory.failed(at(A), 'down');
    memory.waitFor([A], 'example.com');
    await clock.advance(milliseconds(29_999));
    assert.deepEqual(times(), []);
    await clock.advance(minutes(40));
    assert.deepEqual(times(), [30, 90, 210, 450, 930, 1_530, 2_130]);
    assert.deepEqual(woken, []);
  });

  it('the host that answers wakes every domain that waits for it, once', async () => {
    const { memory, clock, mend, times, woken, isBad } = setUp();
    memory.failed(at(A), 'down');
    memory.waitFor([A], 'example.com');
    memory.waitFor([A], 'example.com');
    memory.waitFor([A, B], 'example.org');
    mend();
    await clock.advance(minutes(60));
    assert.deepEqual(times(), [30], 'and is not probed again');
    assert.deepEqual(woken, ['example.com', 'example.org']);
    assert.equal(isBad(), false);
    assert.equal(clock.pending, 0);
  });

  it('mail that gets through wakes them as well', async () => {
    const { memory, clock, woken, probed } = setUp();
    memory.failed(at(A), 'down');
    memory.waitFor([A], 'example.com');
    memory.succeeded(A);
    assert.deepEqual(woken, ['example.com']);
    await clock.advance(minutes(60));
    assert.deepEqual(probed, []);
  });

  it('one of several hosts is enough', async () => {
    const { memory, woken } = setUp();
    memory.failed(at(A), 'down');
    memory.failed(at(B), 'down');
    memory.waitFor([A, B], 'example.com');
    memory.succeeded(B);
    assert.deepEqual(woken, ['example.com']);
  });

  it('a host that is well, or answered already, wakes nobody: it would be asked in a circle', async () => {
    const { memory, clock, woken, probed } = setUp();
    memory.waitFor([A], 'example.com');
    memory.failed(at(B), 'down');
    memory.succeeded(B);
    memory.waitFor([B], 'example.com');
    await clock.advance(minutes(60));
    assert.deepEqual([probed, woken], [[], []]);
  });

  it('nothing is probed after the stop', async () => {
    const { memory, clock, probed } = setUp();
    memory.failed(at(A), 'down');
    memory.waitFor([A], 'example.com');
    memory.stop();
    memory.waitFor([A], 'example.org');
    await clock.advance(minutes(60));
    assert.deepEqual(probed, []);
    assert.equal(clock.pending, 0);
  });
});

describe('a host that answered', () => {
  it('is free for 10 messages, then for all when they went well', async () => {
    const { memory, clock, isBad } = setUp();
    memory.failed(at(A), 'down');
    await clock.advance(seconds(30));
    memory.claim(A);
    memory.succeeded(A);
    for (let message = 1; message <= 10; message += 1) {
      assert.equal(isBad(), false, `message ${message}`);
      memory.claim(A);
    }
    assert.equal(isBad(), true, 'the eleventh');
    for (let message = 1; message <= 10; message += 1) memory.succeeded(A);
    assert.equal(isBad(), false);
    assert.deepEqual(memory.all(), [], 'who is well takes no room');
  });

  it('is bad again at its first failure', async () => {
    const { memory, clock, isBad } = setUp();
    memory.failed(at(A), 'down');
    await clock.advance(seconds(30));
    memory.claim(A);
    memory.succeeded(A);
    memory.claim(A);
    memory.failed(at(A), 'down');
    assert.equal(isBad(), true);
    assert.equal(memory.badAmong([A])[0]?.probeAt, clock.now() + 60_000);
  });
});

it('no more than 10,000 hosts are remembered', () => {
  const { memory } = setUp();
  for (let number = 0; number < 10_050; number += 1) {
    memory.failed(at(ip(`10.0.${number >> 8}.${number & 255}`)), 'down');
  }
  assert.equal(memory.all().length, 10_000);
});
