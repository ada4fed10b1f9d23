// The real clock, the real chance, and the signals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { after, days, milliseconds, seconds } from '../src/base/time.ts';
import { onSignals, stayingAlive, systemChance, systemClock } from '../src/system.ts';

test('the clock runs timers once, not before their time, and never after cancel', async () => {
  const start = systemClock.now();
  const cancelled = systemClock.after(milliseconds(1), () => assert.fail('was cancelled'));
  cancelled.cancel();
  // Timers of ours keep no program alive; this one keeps the test alive.
  const keepAlive = setInterval(() => {}, 1_000);
  await new Promise<void>((resolve) => systemClock.after(milliseconds(5), resolve));
  clearInterval(keepAlive);
  assert.ok(systemClock.now() - start >= 4);
  cancelled.cancel();
});

test('work that only waits keeps the program alive, until it has ended', async () => {
  const timers = (): number =>
    process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = timers();
  let during = 0;
  const waited = async (): Promise<string> => {
    await new Promise<void>((resolve) => systemClock.after(milliseconds(5), resolve));
    during = timers();
    return 'done';
  };
  assert.equal(await stayingAlive(waited), 'done');
  assert.equal(during, before + 1);
  await assert.rejects(
    stayingAlive(() => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(timers(), before);
});

test('a wait that is longer than setTimeout knows does not end at once', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let runs = 0;
  systemClock.after(days(60), () => {
    runs += 1;
  });
  const cancelled = systemClock.after(days(60), () => assert.fail('was cancelled'));
  const leg = 2 ** 31 - 1;
  context.mock.timers.tick(leg);
  cancelled.cancel();
  context.mock.timers.tick(leg);
  context.mock.timers.tick(days(60) - 2 * leg - 1);
  assert.equal(runs, 0);
  context.mock.timers.tick(1);
  assert.equal(runs, 1);
});

test('chance gives what was asked for', () => {
  assert.equal(systemChance.bytes(16).length, 16);
  assert.notDeepEqual(systemChance.bytes(16), systemChance.bytes(16));
  const seen = new Set(Array.from({ length: 200 }, () => systemChance.integer(3)));
  assert.deepEqual([...seen].sort(), [0, 1, 2]);
  assert.ok(systemChance.integer(2 ** 31) < 2 ** 31);
});

test('signals: stop once, then hurry, reload at any time, and nothing when ended', () => {
  const heard: string[] = [];
  let now = systemClock.now();
  const clock = { ...systemClock, now: () => now };
  const end = onSignals(
    {
      stop: (signal) => heard.push(`stop ${signal}`),
      hurry: (signal) => heard.push(`hurry ${signal}`),
      reload: () => heard.push('reload'),
    },
    clock,
  );
  const send = (signal: 'SIGHUP' | 'SIGINT' | 'SIGTERM'): void => {
    process.emit(signal, signal);
  };
  send('SIGHUP');
  send('SIGINT');
  // Ctrl-C under npm: the terminal's and npm's.
  send('SIGINT');
  now = after(now, seconds(1));
  send('SIGINT');
  send('SIGTERM');
  assert.deepEqual(heard, ['reload', 'stop SIGINT', 'hurry SIGINT', 'hurry SIGTERM']);
  end();
  assert.equal(process.listenerCount('SIGHUP'), 0);
  assert.equal(process.listenerCount('SIGTERM'), 0);
});
