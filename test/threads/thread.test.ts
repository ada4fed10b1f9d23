// Threads that are watched: one that dies is told of, started again, and knows what it must.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FingerpostEvent } from '../../src/base/events.ts';
import { milliseconds } from '../../src/base/time.ts';
import { systemClock } from '../../src/system.ts';
import type { ThreadLink } from '../../src/threads/link.ts';
import { Thread } from '../../src/threads/thread.ts';

/** Pauses of seconds take milliseconds here. */
const hasty: typeof systemClock = {
  ...systemClock,
  after: (length, run) => systemClock.after(milliseconds(length / 100), run),
};

function watched(data: (stack: string | undefined) => unknown) {
  const seen: FingerpostEvent[] = [];
  let wake: (() => void) | undefined;
  const events = {
    emit: (event: FingerpostEvent) => {
      seen.push(event);
      wake?.();
    },
  };
  const begin = async (link: ThreadLink): Promise<void> => {
    const begun = link.ask('say', 'all zones');
    await link.ask('start', undefined);
    await begun;
  };
  const module = '../../test/support/mortal-worker';
  const thread = new Thread({ name: 'mortal', module, data, begin, clock: hasty, events });
  const until = async (count: number, kind: FingerpostEvent['kind']): Promise<void> => {
    while (seen.filter((event) => event.kind === kind).length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { thread, seen, until };
}

interface Told {
  readonly data: unknown;
  readonly said: readonly string[];
}

describe('a thread', { timeout: 20_000 }, () => {
  test('that dies is told of and started again, and hears how the one before died', async () => {
    const { thread, seen, until } = watched((stack) => stack ?? 'new');
    await thread.start();
    await until(1, 'server.notice');
    await assert.rejects(thread.ask('die', undefined), {
      code: 'WORKER_DIED',
      message: /lightning/,
    });
    await until(2, 'server.notice');
    const told = await thread.ask<Told>('told', undefined);
    assert.match(String(told.data), /Error: struck by lightning\n/);
    const [died] = seen.filter((event) => event.kind === 'worker.died');
    assert.match(died?.because ?? '', /struck by lightning/);
    await thread.stop();
  });

  test('that is just being started again takes questions behind what it begins with', async () => {
    const { thread, until } = watched(() => 'new');
    await thread.start();
    await assert.rejects(thread.ask('die', undefined));
    await until(2, 'server.notice');
    await thread.ask('say', 'a change');
    const { said } = await thread.ask<Told>('told', undefined);
    assert.deepEqual(said, ['all zones', 'a change']);
    await thread.stop();
  });

  test('that cannot begin says why, with code and context, and is not tried again', async () => {
    const { thread, seen } = watched(() => 'refuse');
    await assert.rejects(thread.start(), { code: 'LISTEN_FAILED', context: { port: 1 } });
    assert.deepEqual(seen, []);
    await assert.rejects(thread.ask('told', undefined), { code: 'WORKER_DIED' });
  });

  test('that is stopped stays so, and whoever asks it is told', async () => {
    const { thread, seen } = watched(() => 'new');
    await thread.start();
    await thread.stop();
    await assert.rejects(thread.ask('told', undefined), { code: 'WORKER_DIED' });
    assert.ok(seen.every((event) => event.kind !== 'worker.died'));
  });
});
