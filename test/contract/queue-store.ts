// What every store of the queue owes (`src/queue/store.ts`): one suite, run by each backend's own
// test. `reopen` is what a restart does: whatever was promised must be there again.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FingerpostError } from '../../src/base/errors.ts';
import { after, days, hours, minutes, seconds } from '../../src/base/time.ts';
import type { MessageId } from '../../src/queue/message.ts';
import type { QueueStore } from '../../src/queue/store.ts';
import {
  attempted,
  mail,
  messageId,
  NOON,
  question,
  settlement,
  statesOf,
} from '../support/queued-mail.ts';

/** A store for one test, empty, and the way to open the same again. */
export interface OpenedStore {
  readonly store: QueueStore;
  /** Ends it as a crash does or as `close` does, and opens what it left. */
  reopen(): Promise<QueueStore>;
}

type Open = () => Promise<OpenedStore>;

const failed = (error: unknown): boolean =>
  error instanceof FingerpostError && error.code === 'STORAGE_FAILED';

async function bodyOf(store: QueueStore, id: MessageId): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let index = 0; ; index += 1) {
    const part = await store.readBodyPart(id, index);
    if (part === undefined) return Buffer.concat(parts);
    parts.push(part);
  }
}

async function stateLine(store: QueueStore, number: number): Promise<string> {
  const [found] = await store.find(messageId(number));
  return statesOf(found?.recipients);
}

export function queueStoreContract(name: string, open: Open): void {
  describe(`${name}: keeping`, () => keeping(open));
  describe(`${name}: leasing`, () => leasing(open));
  describe(`${name}: settling`, () => settling(open));
  describe(`${name}: after a crash`, () => recovering(open));
  describe(`${name}: reading`, () => reading(open));
  describe(`${name}: purging`, () => purging(open));
}

function keeping(open: Open): void {
  it('keeps a message with its body over a restart', async () => {
    const { store, reopen } = await open();
    const message = mail(1, { recipients: ['a@example.com', 'b@example.net'], field: 'm1@x' });
    await store.put(message, false);
    const [kept] = await (await reopen()).lease(NOON, 10);
    assert.ok(kept);
    const { recipients, body, ...envelope } = kept;
    const { recipients: _, body: __, ...expected } = message;
    assert.deepEqual(envelope, expected);
    assert.deepEqual(body, { kind: 'rows' });
    assert.deepEqual(recipients[1], {
      number: 1,
      address: 'b@example.net',
      domain: 'example.net',
      state: 'attempting',
      attempts: 0,
      nextAttemptAt: NOON,
      delayReported: false,
    });
  });

  for (const size of [0, 1, 5_000, 262_144, 262_145, 600_000]) {
    it(`gives back a body of ${size} bytes from memory, in parts of at most 256 KB`, async () => {
      const { store } = await open();
      const bytes = Buffer.alloc(size, 'abcdefg');
      await store.put(mail(1, { bodyBytes: bytes }), true);
      assert.ok(bytes.equals(await bodyOf(store, messageId(1))));
      const first = await store.readBodyPart(messageId(1), 0);
      assert.ok((first?.length ?? 0) <= 262_144);
    });
  }

  it('gives back a body that was written in parts', async () => {
    const { store, reopen } = await open();
    const parts = ['one', 'two', 'three'].map((text) => Buffer.alloc(200_000, text));
    for (const [index, part] of parts.entries()) {
      await store.writeBodyPart(messageId(1), index, part);
    }
    await store.put(mail(1, { rows: true }), false);
    const again = await reopen();
    assert.ok(Buffer.concat(parts).equals(await bodyOf(again, messageId(1))));
    assert.equal((await again.recover(NOON, undefined)).orphanBodies, 0);
    assert.ok(Buffer.concat(parts).equals(await bodyOf(again, messageId(1))));
  });

  it('refuses a message whose body was not written, or was dropped', async () => {
    const { store } = await open();
    await assert.rejects(store.put(mail(1, { rows: true }), false), failed);
    await store.writeBodyPart(messageId(2), 0, Buffer.from('gone'));
    await store.dropBody(messageId(2));
    await assert.rejects(store.put(mail(2, { rows: true }), false), failed);
    assert.equal(await store.nextDueAt(), undefined);
  });

  it('refuses an id that it has, and keeps the others of the same moment', async () => {
    const { store } = await open();
    await store.put(mail(1), false);
    const puts = [mail(2), mail(1, { sender: 'other@example.org' }), mail(3)];
    const ended = await Promise.allSettled(puts.map((message) => store.put(message, false)));
    assert.deepEqual(
      ended.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.ok(ended[1]?.status === 'rejected' && failed(ended[1].reason));
    const listed = await store.list({ limit: 10 });
    assert.deepEqual(
      listed.map(({ id }) => id),
      [1, 2, 3].map(messageId),
    );
    assert.equal(listed[0]?.sender, 'sender@example.org');
  });

  it('tells how much space is free', async () => {
    const { store } = await open();
    assert.ok((await store.freeBytes()) > 0);
  });
}

function leasing(open: Open): void {
  it('leases what is due, longest due first, each once', async () => {
    const { store } = await open();
    for (const [number, late] of [3, 1, 2].entries()) {
      await store.put(mail(number, { receivedAt: after(NOON, minutes(late)) }), false);
    }
    assert.deepEqual(await store.lease(NOON, 10), []);
    const now = after(NOON, minutes(2));
    const leased = await store.lease(now, 10);
    assert.deepEqual(
      leased.map(({ id }) => id),
      [1, 2].map(messageId),
    );
    assert.deepEqual(await store.lease(now, 10), []);
    assert.equal(await store.nextDueAt(), after(NOON, minutes(3)));
  });

  it('gives all due recipients of a message together, and keeps to the limit', async () => {
    const { store } = await open();
    const recipients = Array.from({ length: 30 }, (_, number) => `u${number}@example.com`);
    for (const number of [1, 2, 3]) await store.put(mail(number, { recipients }), false);
    const leased = await store.lease(NOON, 2);
    assert.deepEqual(
      leased.map((message) => [message.id, message.recipients.length]),
      [
        [messageId(1), 30],
        [messageId(2), 30],
      ],
    );
    assert.deepEqual(
      leased[0]?.recipients.map(({ number }) => number),
      recipients.map((_, number) => number),
    );
  });

  it('does not lease what was leased as it was put', async () => {
    const { store } = await open();
    await store.put(mail(1), true);
    assert.deepEqual(await store.lease(after(NOON, days(1)), 10), []);
    assert.equal(await store.nextDueAt(), undefined);
    assert.equal(await stateLine(store, 1), 'attempting');
  });

  it('wakes recipients by domain, however many they are', async () => {
    const { store } = await open();
    const crowd = Array.from({ length: 1_200 }, (_, number) => `u${number}@example.com`);
    const recipients = [...crowd, 'one@example.net'];
    await store.put(mail(1, { recipients, receivedAt: after(NOON, hours(4)) }), false);
    assert.equal(await store.wake(['example.org'], NOON), 0);
    assert.equal(await store.wake(['example.com', 'example.org'], NOON), 1_200);
    assert.equal(await store.wake(['example.com'], NOON), 0);
    const [leased] = await store.lease(NOON, 10);
    assert.equal(leased?.recipients.length, 1_200);
    assert.equal(await store.nextDueAt(), after(NOON, hours(4)));
  });
}

function settling(open: Open): void {
  it('records where each recipient stands, and counts attempts', async () => {
    const { store, reopen } = await open();
    await store.put(mail(1, { recipients: ['a@example.com', 'b@example.com'] }), true);
    const nextAttemptAt = after(NOON, minutes(5));
    await store.settle(settlement(1, { state: 'delivered' }));
    await store.settle(
      settlement(1, { state: 'waiting', nextAttemptAt, lastReason: '451 later' }, { of: [1] }),
    );
    const again = await reopen();
    assert.equal(await stateLine(again, 1), 'delivered waiting');
    assert.equal(await again.nextDueAt(), nextAttemptAt);
    const [leased] = await again.lease(nextAttemptAt, 10);
    assert.deepEqual(leased?.recipients, [
      {
        number: 1,
        address: 'b@example.com',
        domain: 'example.com',
        state: 'attempting',
        attempts: 1,
        nextAttemptAt,
        lastReason: '451 later',
        delayReported: false,
      },
    ]);
  });

  it('does not count a decision as an attempt, and remembers a delay notice', async () => {
    const { store } = await open();
    await store.put(mail(1), true);
    const back = { state: 'waiting', nextAttemptAt: NOON, attempted: false } as const;
    await store.settle(settlement(1, { ...back, delayReported: true }));
    await store.settle(settlement(1, back));
    const [kept] = await store.find(messageId(1));
    assert.equal(kept?.recipients[0]?.attempts, 0);
    assert.equal(kept?.recipients[0]?.delayReported, true);
  });

  it('leaves a held recipient alone until it is released', async () => {
    const { store } = await open();
    await store.put(mail(1), false);
    await store.settle(settlement(1, { state: 'held', attempted: false }));
    assert.deepEqual(await store.lease(after(NOON, days(9)), 10), []);
    const released = { state: 'waiting', nextAttemptAt: NOON, attempted: false } as const;
    await store.settle(settlement(1, released));
    assert.equal((await store.lease(NOON, 10)).length, 1);
  });

  it('keeps the body until the last recipient is done, then only the ledger', async () => {
    const { store } = await open();
    const bodyBytes = Buffer.alloc(300_000, 'x');
    await store.put(mail(1, { recipients: ['a@example.com', 'b@example.com'], bodyBytes }), true);
    await store.settle(settlement(1, {}));
    assert.equal((await bodyOf(store, messageId(1))).length, 300_000);
    await store.settle(settlement(1, { state: 'dropped' }, { of: [1], ledger: [attempted(NOON)] }));
    assert.equal((await bodyOf(store, messageId(1))).length, 0);
    assert.equal((await store.ledger(messageId(1))).length, 2);
  });

  it('queues the notices of a settlement with it, or nothing at all', async () => {
    const { store } = await open();
    await store.put(mail(1), true);
    await store.put(mail(2), true);
    const bounced = settlement(1, { state: 'bounced' }, { notices: [mail(2, { sender: '' })] });
    await assert.rejects(store.settle(bounced), failed);
    assert.equal(await stateLine(store, 1), 'attempting');
    assert.equal((await bodyOf(store, messageId(1))).length > 0, true);
    await store.settle({ ...bounced, notices: [mail(3, { sender: '' })] });
    assert.equal(await stateLine(store, 1), 'bounced');
    const [notice] = await store.lease(NOON, 10);
    assert.equal(notice?.id, messageId(3));
    assert.equal(notice?.sender, '');
    assert.match(String(await bodyOf(store, messageId(3))), /Subject: 3/);
  });

  it('changes nothing about a recipient that is done, but adds to its ledger', async () => {
    const { store } = await open();
    await store.put(mail(1), true);
    await store.settle(settlement(1, { state: 'dropped' }));
    const late = { state: 'waiting', nextAttemptAt: NOON } as const;
    await store.settle(settlement(1, late, { ledger: [attempted(NOON)] }));
    assert.equal(await stateLine(store, 1), 'dropped');
    assert.equal(await store.nextDueAt(), undefined);
    assert.equal((await store.ledger(messageId(1))).length, 2);
    assert.equal(await store.purge(after(NOON, days(8)), 10), 1);
  });

  it('refuses a settlement of a message that it does not have', async () => {
    const { store } = await open();
    await assert.rejects(store.settle(settlement(1, {})), failed);
  });
}

function recovering(open: Open): void {
  it('makes interrupted recipients due again, with an entry in the ledger', async () => {
    const { store, reopen } = await open();
    await store.put(mail(1, { recipients: ['a@example.com', 'b@example.com'] }), true);
    await store.put(mail(2, { receivedAt: after(NOON, hours(1)) }), false);
    const again = await reopen();
    const now = after(NOON, minutes(1));
    const recovery = { interrupted: 2, held: 0, orphanBodies: 0, waiting: 3 };
    assert.deepEqual(await again.recover(now, 'Error: boom'), recovery);
    assert.equal((await again.lease(now, 10))[0]?.recipients.length, 2);
    assert.deepEqual((await again.ledger(messageId(1))).slice(1), [
      { kind: 'interrupted', at: now, recipients: [0, 1], crashes: 1, stack: 'Error: boom' },
    ]);
    assert.equal((await again.find(messageId(1)))[0]?.crashes, 1);
    assert.equal((await again.find(messageId(2)))[0]?.crashes, 0);
  });

  it('holds a message that was in attempt at three crashes', async () => {
    const opened = await open();
    let { store } = opened;
    await store.put(mail(1), true);
    for (const held of [0, 0, 1]) {
      store = await opened.reopen();
      assert.equal((await store.recover(NOON, 'Error: boom')).held, held);
      await store.lease(NOON, 10);
    }
    assert.equal(await stateLine(store, 1), 'held');
    const kinds = (await store.ledger(messageId(1))).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['accepted', 'interrupted', 'interrupted', 'interrupted', 'held']);
  });

  it('deletes bodies whose message was never put', async () => {
    const { store, reopen } = await open();
    for (let index = 0; index < 70; index += 1) {
      await store.writeBodyPart(messageId(1), index, Buffer.from('part'));
    }
    await store.writeBodyPart(messageId(2), 0, Buffer.from('part'));
    await store.put(mail(3), false);
    const again = await reopen();
    assert.equal((await again.recover(NOON, undefined)).orphanBodies, 2);
    assert.equal((await again.recover(NOON, undefined)).orphanBodies, 0);
    assert.match(String(await bodyOf(again, messageId(3))), /Subject: 3/);
    await again.put(mail(1), false);
    assert.match(String(await bodyOf(again, messageId(1))), /Subject: 1/);
  });
}

function reading(open: Open): void {
  it('lists by state, in order of arrival, page by page', async () => {
    const { store } = await open();
    for (let number = 0; number < 5; number += 1) await store.put(mail(number), number === 4);
    await store.settle(settlement(1, { state: 'delivered' }));
    await store.settle(settlement(2, { state: 'held' }));
    const ids = async (query: Parameters<QueueStore['list']>[0]): Promise<string> =>
      (await store.list(query)).map(({ id }) => Number(id.slice(2))).join(' ');
    assert.equal(await ids({ limit: 10 }), '0 2 3 4');
    assert.equal(await ids({ limit: 2 }), '0 2');
    assert.equal(await ids({ limit: 2, after: messageId(2) }), '3 4');
    assert.equal(await ids({ limit: 2, after: messageId(1) }), '2 3');
    assert.equal(await ids({ limit: 10, states: ['held', 'delivered'] }), '1 2');
    assert.equal(await ids({ limit: 10, states: ['waiting'] }), '0 3');
    assert.equal(await ids({ limit: 10, states: [] }), '');
  });

  it('finds by our id, and by Message-ID with or without brackets', async () => {
    const { store } = await open();
    await store.put(mail(1, { field: 'same@example.org' }), false);
    await store.put(mail(2, { field: 'same@example.org' }), false);
    await store.put(mail(3), false);
    for (const [text, count] of [
      [messageId(3), 1],
      ['same@example.org', 2],
      ['<same@example.org>', 2],
      [' <same@example.org> ', 2],
      ['other@example.org', 0],
      ['%', 0],
      ['', 0],
    ] as const) {
      assert.equal((await store.find(text)).length, count, text);
    }
  });

  it('tells the story of a message in order, each question as it was asked', async () => {
    const { store, reopen } = await open();
    await store.put(mail(1), true);
    await store.put(mail(2), true);
    const entries = [1, 2, 3].map((seed) => attempted(after(NOON, seconds(seed)), question(seed)));
    for (const entry of entries.slice(0, 2)) {
      const back = { state: 'waiting', nextAttemptAt: NOON } as const;
      await store.settle(settlement(1, back, { ledger: [entry] }));
    }
    await store.settle(settlement(1, {}, { ledger: entries.slice(2) }));
    await store.settle(settlement(2, {}, { ledger: entries.slice(0, 1) }));
    const again = await reopen();
    const { origin, sizeBytes } = mail(1);
    assert.deepEqual(await again.ledger(messageId(1)), [
      { kind: 'accepted', at: NOON, recipients: [0], origin, sizeBytes },
      ...entries,
    ]);
    assert.deepEqual((await again.ledger(messageId(2))).slice(1), entries.slice(0, 1));
    assert.deepEqual(await again.ledger(messageId(3)), []);
  });
}

function purging(open: Open): void {
  it('forgets what is done, and nothing that is open', async () => {
    const { store } = await open();
    for (const number of [1, 2, 3]) {
      await store.put(mail(number, { recipients: ['a@example.com', 'b@example.com'] }), true);
    }
    const ledger = [attempted(NOON)];
    await store.settle(settlement(1, {}, { of: [0, 1], ledger }));
    await store.settle(settlement(2, {}, { of: [0, 1], ledger }));
    await store.settle(settlement(3, {}, { of: [0], ledger }));
    assert.equal(await store.purge(NOON, 10), 0);
    const later = after(NOON, days(8));
    assert.equal(await store.purge(later, 1), 1);
    assert.deepEqual(await store.find(messageId(1)), []);
    assert.equal(await store.purge(later, 10), 1);
    assert.equal(await store.purge(later, 10), 0);
    assert.equal(await stateLine(store, 3), 'delivered attempting');
    assert.deepEqual((await store.ledger(messageId(3))).slice(1), ledger);
  });

  it('forgets shared parts only when no message can use them', async () => {
    const { store } = await open();
    const later = after(NOON, days(20));
    await store.put(mail(1), true);
    await store.settle(settlement(1, {}, { ledger: [attempted(NOON)] }));
    await store.put(mail(2, { receivedAt: later }), true);
    assert.equal(await store.purge(after(NOON, days(1)), 10), 1);
    assert.equal(await store.purge(after(NOON, days(1)), 10), 0);
    await store.settle(settlement(2, {}, { ledger: [attempted(later)] }));
    assert.deepEqual((await store.ledger(messageId(2))).slice(1), [attempted(later)]);
  });
}
