// The queue as receiving and delivery use it: who is handed what and when, on a false clock, over a
// true store that can be made to fail.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after as afterAll, describe, it } from 'node:test';
import { FingerpostError } from '../../src/base/errors.ts';
import type { FingerpostEvent } from '../../src/base/events.ts';
import { after, days, hours, minutes, seconds } from '../../src/base/time.ts';
import type { LeasedMessage } from '../../src/queue/message.ts';
import { Queue, type QueueOptions } from '../../src/queue/queue.ts';
import type { QueueStore } from '../../src/queue/store.ts';
import { openQueueStore, type SqliteQueueStore } from '../../src/queue/store-sqlite.ts';
import { promptClock } from '../support/prompt-clock.ts';
import { attempted, mail, messageId, NOON, settlement, statesOf } from '../support/queued-mail.ts';

const folder = mkdtempSync(join(tmpdir(), 'fingerpost-queue-'));
const stores: SqliteQueueStore[] = [];

afterAll(async () => {
  for (const store of stores) await store.close();
  rmSync(folder, { recursive: true });
});

/** The store, whose methods fail while they are named in `failing`. */
function failable(store: QueueStore, failing: ReadonlySet<string>): QueueStore {
  return new Proxy(store, {
    get(target, name: keyof QueueStore) {
      const failure = new FingerpostError('STORAGE_FULL', 'No space left.');
      if (failing.has(name)) return () => Promise.reject(failure);
      return target[name].bind(target);
    },
  });
}

async function setUp(options: Partial<QueueOptions> = {}) {
  const clock = promptClock();
  const path = join(folder, `spool-${stores.length}.db`);
  const store = await openQueueStore(path, { clock });
  stores.push(store);
  const failing = new Set<string>();
  const emitted: FingerpostEvent[] = [];
  const events = { emit: (event: FingerpostEvent) => void emitted.push(event) };
  const door = failable(store, failing);
  const queue = new Queue({ store: door, clock, events, messageBytesMax: 1_000, ...options });
  const handed: LeasedMessage[] = [];
  const deliverer = (message: LeasedMessage): void => void handed.push(message);
  const numbers = (): string => handed.map(({ id }) => Number(id.slice(2))).join(' ');
  /** Until real commits are done: a few turns of the loop each. */
  const rest = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await clock.settle();
  };
  return { clock, store, failing, emitted, queue, handed, deliverer, numbers, rest };
}

async function bodyText(queue: Queue, message: LeasedMessage): Promise<string> {
  let text = '';
  for await (const part of queue.readBody(message)) text += Buffer.from(part).toString();
  return text;
}

describe('new mail', () => {
  it('is handed on after its commit, with its body in memory', async () => {
    const { queue, store, handed, deliverer } = await setUp();
    await queue.start(deliverer);
    await queue.put(mail(1, { recipients: ['a@example.com', 'b@example.com'] }));
    const [message] = handed;
    assert.ok(message);
    assert.equal(message.body.kind, 'memory');
    assert.deepEqual(
      message.recipients.map(({ number, state }) => [number, state]),
      [
        [0, 'attempting'],
        [1, 'attempting'],
      ],
    );
    assert.match(await bodyText(queue, message), /Subject: 1/);
    assert.equal(
      statesOf((await store.find(messageId(1)))[0]?.recipients),
      'attempting attempting',
    );
    await queue.stop();
  });

  it('is handed on with its body in the store where memory is full', async () => {
    const { queue, handed, deliverer } = await setUp({ memoryBytesMax: 10 });
    await queue.start(deliverer);
    await queue.put(mail(1));
    const [message] = handed;
    assert.equal(message?.body.kind, 'rows');
    assert.match(message ? await bodyText(queue, message) : '', /Subject: 1/);
    await queue.stop();
  });

  it('waits in the store while there is no room, and comes when there is some', async () => {
    const { queue, store, deliverer, numbers, rest } = await setUp({ leasedMax: 2 });
    await queue.start(deliverer);
    for (const number of [1, 2, 3, 4]) await queue.put(mail(number));
    await rest();
    assert.equal(numbers(), '1 2');
    assert.equal(statesOf((await store.find(messageId(3)))[0]?.recipients), 'waiting');
    await queue.settle(settlement(2, {}));
    await rest();
    assert.equal(numbers(), '1 2 3');
    await queue.settle(settlement(1, {}));
    await queue.settle(settlement(3, {}));
    await rest();
    assert.equal(numbers(), '1 2 3 4');
    await queue.stop();
  });

  it('is refused when the store fails, takes no place, and the next one is kept', async () => {
    const { queue, failing, deliverer, numbers } = await setUp({ leasedMax: 1 });
    await queue.start(deliverer);
    failing.add('put');
    await assert.rejects(queue.put(mail(1)), { code: 'STORAGE_FULL' });
    failing.clear();
    await queue.put(mail(2));
    assert.equal(numbers(), '2');
    await queue.stop();
  });

  it('is only kept before the start', async () => {
    const { queue, deliverer, numbers, rest } = await setUp();
    await queue.put(mail(1));
    await queue.start(deliverer);
    await rest();
    assert.equal(numbers(), '1');
    await queue.stop();
  });
});

describe('mail that waits', () => {
  it('is handed out when it falls due, and not before', async () => {
    const { queue, clock, deliverer, handed, rest } = await setUp();
    await queue.start(deliverer);
    await queue.put(mail(1));
    const nextAttemptAt = after(NOON, minutes(5));
    await queue.settle(settlement(1, { state: 'waiting', nextAttemptAt, lastReason: '451' }));
    await clock.advance(minutes(4));
    await rest();
    assert.equal(handed.length, 1);
    await clock.advance(minutes(1));
    await rest();
    assert.equal(handed[1]?.recipients[0]?.attempts, 1);
    await queue.stop();
  });

  it('is woken with its site', async () => {
    const { queue, deliverer, handed, rest } = await setUp();
    await queue.start(deliverer);
    await queue.put(mail(1));
    const nextAttemptAt = after(NOON, hours(4));
    await queue.settle(settlement(1, { state: 'waiting', nextAttemptAt }));
    assert.equal(await queue.wake(['example.com']), 1);
    await rest();
    assert.equal(handed.length, 2);
    await queue.stop();
  });

  it('gets its bounce handed out at once', async () => {
    const { queue, deliverer, handed, rest } = await setUp();
    await queue.start(deliverer);
    await queue.put(mail(1));
    const notices = [mail(2, { sender: '' })];
    await queue.settle(settlement(1, { state: 'bounced' }, { notices }));
    await rest();
    assert.equal(handed[1]?.sender, '');
    await queue.stop();
  });

  it('is looked for again after the store failed', async () => {
    const { queue, clock, failing, emitted, deliverer, numbers, rest } = await setUp();
    await queue.put(mail(1));
    failing.add('lease');
    await queue.start(deliverer);
    await rest();
    assert.ok(emitted.some(({ kind }) => kind === 'storage.failed'));
    failing.clear();
    await clock.advance(seconds(1));
    await rest();
    assert.equal(numbers(), '1');
    await queue.stop();
  });

  it('and new mail share the places when there is too much of both', async () => {
    const { queue, deliverer, handed, rest } = await setUp({ leasedMax: 4 });
    for (let number = 0; number < 10; number += 1) await queue.put(mail(number));
    await queue.start(deliverer);
    await rest();
    assert.equal(handed.length, 3);
    await queue.put(mail(10));
    await queue.put(mail(11));
    assert.equal(handed.length, 4);
    assert.equal(handed[3]?.id, messageId(10));
    await queue.stop();
  });
});

describe('a settlement', () => {
  it('that the store refuses is kept and tried again, with longer waits', async () => {
    const { queue, clock, store, failing, emitted, deliverer, rest } = await setUp();
    await queue.start(deliverer);
    await queue.put(mail(1));
    failing.add('settle');
    let settled = false;
    const settling = queue.settle(settlement(1, {})).then(() => {
      settled = true;
    });
    await clock.advance(seconds(4));
    const failures = (): number => emitted.filter(({ kind }) => kind === 'storage.failed').length;
    assert.equal(failures(), 3);
    assert.equal(settled, false);
    failing.clear();
    await clock.advance(seconds(4));
    await rest();
    await settling;
    assert.equal(statesOf((await store.find(messageId(1)))[0]?.recipients), 'delivered');
    await queue.stop();
  });

  it('after the stop is tried once, and what it leaves is an interrupted attempt', async () => {
    const { queue, store, failing, deliverer } = await setUp();
    await queue.start(deliverer);
    await queue.put(mail(1));
    failing.add('settle');
    const settling = queue.settle(settlement(1, {}));
    await queue.stop();
    await settling;
    assert.equal((await store.recover(NOON, undefined)).interrupted, 1);
  });

  it('by an operator is refused while the recipient is in attempt', async () => {
    const { queue, store, deliverer } = await setUp();
    await queue.start(deliverer);
    await queue.put(mail(1));
    const drop = settlement(1, { state: 'dropped', attempted: false });
    assert.equal(await queue.decide(drop), 'in-attempt');
    await queue.settle(settlement(1, { state: 'held' }));
    assert.equal(await queue.decide(drop), 'done');
    assert.equal(statesOf((await store.find(messageId(1)))[0]?.recipients), 'dropped');
    await queue.stop();
  });
});

describe('start and stop', () => {
  it('tell what a crash left, and go on with it', async () => {
    const { queue, store, emitted, deliverer, handed, rest } = await setUp();
    await store.put(mail(1), true);
    await store.put(mail(2, { receivedAt: after(NOON, hours(1)) }), false);
    await queue.start(deliverer, 'Error: boom');
    await rest();
    assert.deepEqual(emitted[0], { kind: 'queue.recovered', waiting: 2, interrupted: 1, held: 0 });
    assert.equal(handed.length, 1);
    await queue.stop();
  });

  it('hand out nothing after the stop, and what is given back is no crash', async () => {
    const { queue, clock, store, deliverer, handed, rest } = await setUp();
    await queue.start(deliverer);
    await queue.put(mail(1));
    await queue.stop();
    for (const message of handed) await queue.giveBack(message);
    await queue.put(mail(2));
    await clock.advance(hours(1));
    await rest();
    assert.equal(handed.length, 1);
    assert.equal((await store.recover(NOON, undefined)).interrupted, 0);
    assert.equal((await store.lease(clock.now(), 10)).length, 2);
  });

  it('leave no timer behind', async () => {
    const { queue, clock, deliverer, rest } = await setUp();
    await queue.start(deliverer);
    await queue.put(mail(1));
    await queue.settle(settlement(1, { state: 'waiting', nextAttemptAt: after(NOON, hours(1)) }));
    await rest();
    await queue.stop();
    assert.equal(clock.pending, 0);
  });

  it('forget what has been done for seven days', async () => {
    const { queue, clock, store, deliverer, rest } = await setUp();
    await queue.start(deliverer);
    for (let number = 0; number < 250; number += 1) {
      await queue.put(mail(number));
      await queue.settle(settlement(number, {}, { ledger: [attempted(NOON)] }));
    }
    await clock.advance(days(6));
    assert.equal((await store.find(messageId(1))).length, 1);
    await clock.advance(days(1.1));
    await rest();
    await clock.advance(seconds(1));
    await rest();
    assert.equal((await store.list({ limit: 300, states: ['delivered'] })).length, 0);
    await queue.stop();
  });
});
