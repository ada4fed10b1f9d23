// The contract on SQLite, and what is SQLite's own: a full disk, a reader beside the writer, a file
// of a newer version, and that whatever runs for every message finds its rows by an index.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after as afterAll, describe, it } from 'node:test';
import { FingerpostError } from '../../src/base/errors.ts';
import { openQueueReader } from '../../src/queue/reader-sqlite.ts';
import { SPOOL_MIGRATIONS } from '../../src/queue/schema.ts';
import { HOT, READING, UPKEEP } from '../../src/queue/statements.ts';
import { openQueueStore, type SqliteQueueStore } from '../../src/queue/store-sqlite.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import { queueStoreContract } from '../contract/queue-store.ts';
import { promptClock } from '../support/prompt-clock.ts';
import { attempted, mail, messageId, NOON, settlement, statesOf } from '../support/queued-mail.ts';

const folder = mkdtempSync(join(tmpdir(), 'fingerpost-spool-'));
const opened: { close(): Promise<void> }[] = [];
let files = 0;

afterAll(async () => {
  for (const each of opened) await each.close();
  rmSync(folder, { recursive: true });
});

const newPath = (): string => join(folder, `spool-${files++}.db`);

async function openAt(path: string, pageCountMax?: number): Promise<SqliteQueueStore> {
  const limit = pageCountMax === undefined ? {} : { pageCountMax };
  const store = await openQueueStore(path, { clock: promptClock(), ...limit });
  opened.push(store);
  return store;
}

/** What a crash leaves: the files as they are at this moment, the writer still alive. */
function crashCopy(path: string): string {
  const copy = newPath();
  for (const end of ['', '-wal']) {
    if (existsSync(path + end)) copyFileSync(path + end, copy + end);
  }
  return copy;
}

queueStoreContract('SQLite, closed and opened', async () => {
  const path = newPath();
  let store = await openAt(path);
  const reopen = async (): Promise<SqliteQueueStore> => {
    await store.close();
    store = await openAt(path);
    return store;
  };
  return { store, reopen };
});

queueStoreContract('SQLite, crashed and opened', async () => {
  let path = newPath();
  const reopen = async (): Promise<SqliteQueueStore> => {
    path = crashCopy(path);
    return openAt(path);
  };
  return { store: await openAt(path), reopen };
});

const isFull = (error: unknown): boolean =>
  error instanceof FingerpostError && error.code === 'STORAGE_FULL';

describe('a full disk', () => {
  it('refuses mail, writes no half of it, and works again when there is space', async () => {
    const path = newPath();
    const store = await openAt(path, 200);
    const bodyBytes = Buffer.alloc(50_000, 'x');
    let kept = 0;
    const fill = async (): Promise<void> => {
      for (; kept < 100; kept += 1) await store.put(mail(kept, { bodyBytes }), false);
    };
    await assert.rejects(fill(), isFull);
    assert.ok(kept > 5 && kept < 20, `${kept}`);
    assert.deepEqual(await store.find(messageId(kept)), []);
    assert.ok((await store.freeBytes()) < 60_000);
    const restarted = await openAt(crashCopy(path));
    assert.equal((await restarted.list({ limit: 100 })).length, kept);
    store.limitPages(100_000);
    await store.put(mail(kept, { bodyBytes }), false);
    assert.equal((await store.list({ limit: 100 })).length, kept + 1);
  });

  it('refuses only what does not fit of those that share a commit', async () => {
    const store = await openAt(newPath(), 100);
    const sizes = [10, 2_000_000, 10, 2_000_000, 10];
    const puts = sizes.map((size, number) =>
      store.put(mail(number, { bodyBytes: Buffer.alloc(size, 'x') }), false),
    );
    const ended = await Promise.allSettled(puts);
    assert.deepEqual(
      ended.map((end) => (end.status === 'rejected' ? isFull(end.reason) : 'kept')),
      ['kept', true, 'kept', true, 'kept'],
    );
    assert.equal((await store.list({ limit: 10 })).length, 3);
  });

  it('refuses a part of a large body, and what was written of it can be dropped', async () => {
    const store = await openAt(newPath(), 200);
    const part = Buffer.alloc(262_144, 'x');
    const write = async (): Promise<void> => {
      for (let index = 0; index < 10; index += 1) {
        await store.writeBodyPart(messageId(1), index, part);
      }
    };
    await assert.rejects(write(), isFull);
    await store.dropBody(messageId(1));
    await store.put(mail(2, { bodyBytes: part }), false);
  });

  it('still settles, since bodies that go make room', async () => {
    const store = await openAt(newPath(), 200);
    let number = 0;
    const fill = async (): Promise<void> => {
      for (; ; number += 1) {
        await store.put(mail(number, { bodyBytes: Buffer.alloc(30_000, 'x') }), true);
      }
    };
    await assert.rejects(fill(), isFull);
    await store.settle(settlement(0, {}, { ledger: [attempted(NOON)] }));
    await store.put(mail(number, { bodyBytes: Buffer.alloc(20_000, 'x') }), false);
  });
});

describe('a reader beside the writer', () => {
  it('sees what is committed, and cannot write', async () => {
    const path = newPath();
    const store = await openAt(path);
    const reader = await openQueueReader(path);
    opened.push(reader);
    assert.deepEqual(await reader.list({ limit: 10 }), []);
    await store.put(mail(1, { field: 'm1@example.org' }), true);
    await store.settle(settlement(1, {}, { ledger: [attempted(NOON)] }));
    const [found] = await reader.find('<m1@example.org>');
    assert.equal(statesOf(found?.recipients), 'delivered');
    assert.deepEqual((await reader.ledger(messageId(1))).slice(1), [attempted(NOON)]);
  });

  it('does not make a spool that is not there', async () => {
    const path = newPath();
    await assert.rejects(openQueueReader(path), { code: 'STORAGE_FAILED' });
    assert.equal(existsSync(path), false);
  });
});

describe('the plans of statements', () => {
  /** Whole tables that may be gone through, with the reason. */
  const scans: Readonly<Record<string, string>> = {
    'UPKEEP.countWaiting': 'counts an index, once at start',
    'UPKEEP.attempting': 'goes through the open recipients, once at start',
    'UPKEEP.upload': 'takes the first',
    'UPKEEP.oldestReceived': 'takes the first',
    'HOT.nextDue': 'takes the first of an index',
  };
  const groups = { HOT, UPKEEP, READING };
  for (const [group, statements] of Object.entries(groups)) {
    for (const [name, sql] of Object.entries(statements)) {
      it(`${group}.${name} finds its rows by an index`, async () => {
        const storage = await openSqlite(newPath(), { migrations: SPOOL_MIGRATIONS });
        opened.push(storage);
        const plan = storage.all(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => String(detail));
        const scanned = plan.filter((line) => /^SCAN (?!json_each|\(|CONSTANT)/.test(line));
        if (`${group}.${name}` in scans) assert.equal(scanned.length, 1, plan.join('\n'));
        else assert.deepEqual(scanned, [], plan.join('\n'));
      });
    }
  }

  it('leases by the index of due times, and updates by message', async () => {
    const storage = await openSqlite(newPath(), { migrations: SPOOL_MIGRATIONS });
    opened.push(storage);
    const plan = (sql: string): string =>
      storage
        .all(`EXPLAIN QUERY PLAN ${sql}`)
        .map(({ detail }) => String(detail))
        .join('\n');
    assert.match(plan(HOT.dueMessages), /waiting_by_time \(next_attempt_at</);
    assert.doesNotMatch(plan(HOT.dueMessages), /ORDER BY/);
    assert.match(plan(HOT.leaseRecipients), /PRIMARY KEY \(message=\?\)/);
    assert.match(plan(HOT.nextDue), /waiting_by_time/);
    assert.match(plan(HOT.wakeSlice), /waiting_by_domain \(domain=\? AND next_attempt_at>\?\)/);
    assert.match(plan(HOT.openLeft), /open_recipients/);
    assert.match(plan(READING.listOpen), /open_recipients/);
    assert.match(plan(UPKEEP.attempting), /open_recipients/);
    assert.match(plan(UPKEEP.countWaiting), /waiting_by_/);
  });
});
