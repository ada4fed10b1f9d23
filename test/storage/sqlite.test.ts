// The door to SQLite: all or nothing, one transaction after another, errors in our words, and files
// of other versions.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openSqlite, type SqliteOptions, type SqliteStorage } from '../../src/storage/sqlite.ts';
import { storageError } from '../../src/storage/storage-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'fingerpost-sqlite-'));
const opened: SqliteStorage[] = [];
const MIGRATIONS = ['CREATE TABLE notes (text TEXT PRIMARY KEY, bytes BLOB) STRICT;'];

after(async () => {
  for (const storage of opened) await storage.close();
  rmSync(folder, { recursive: true });
});

let files = 0;
const newPath = (): string => join(folder, `${files++}.db`);

async function open(path: string, options: Partial<SqliteOptions> = {}): Promise<SqliteStorage> {
  const storage = await openSqlite(path, { migrations: MIGRATIONS, ...options });
  opened.push(storage);
  return storage;
}

const PUT = 'INSERT INTO notes (text, bytes) VALUES (?, ?)';
const TEXTS = 'SELECT text FROM notes ORDER BY rowid';

const texts = async (storage: SqliteStorage): Promise<string> =>
  (await storage.read((tx) => tx.all(TEXTS))).map(({ text }) => text).join(' ');

describe('transactions', () => {
  it('keep all or nothing, and resolve with the value', async () => {
    const storage = await open(newPath());
    const count = await storage.transaction(
      (tx) => tx.run(PUT, 'a', null) + tx.run(PUT, 'b', null),
    );
    assert.equal(count, 2);
    const twice = storage.transaction((tx) => {
      tx.run(PUT, 'c', null);
      tx.run(PUT, 'a', null);
    });
    await assert.rejects(twice, { code: 'STORAGE_FAILED', message: /UNIQUE/ });
    assert.equal(await texts(storage), 'a b');
  });

  it('come one after another, also those that wait for something', async () => {
    const storage = await open(newPath());
    const slow = storage.transaction(async (tx) => {
      tx.run(PUT, 'a', null);
      await new Promise((resolve) => setImmediate(resolve));
      tx.run(PUT, 'b', null);
    });
    const failing = storage.transaction(async (tx) => {
      tx.run(PUT, 'c', null);
      await slow;
      throw new Error('no');
    });
    const quick = storage.transaction((tx) => tx.run(PUT, 'd', null));
    const seen = texts(storage);
    await Promise.allSettled([slow, failing, quick]);
    assert.equal(await seen, 'a b d');
  });

  it('are there for a reader when they are committed', async () => {
    const path = newPath();
    const storage = await open(path);
    const reader = await open(path, { readOnly: true });
    await storage.transaction((tx) => tx.run(PUT, 'a', Buffer.from([0, 255])));
    assert.equal(await texts(reader), 'a');
    const row = await reader.read((tx) => tx.get('SELECT bytes FROM notes'));
    assert.deepEqual(row?.bytes, Uint8Array.from([0, 255]));
    await assert.rejects(
      reader.read((tx) => tx.run(PUT, 'b', null)),
      { code: 'STORAGE_FAILED' },
    );
  });

  it('sync at every commit, in a write-ahead log', async () => {
    const storage = await open(newPath());
    assert.equal(storage.get('PRAGMA journal_mode')?.journal_mode, 'wal');
    assert.equal(storage.get('PRAGMA synchronous')?.synchronous, 2);
  });
});

describe('a full file', () => {
  it('says so, keeps what was there, and takes more when it may grow', async () => {
    const storage = await open(newPath(), { pageCountMax: 20 });
    const big = Buffer.alloc(200_000);
    await storage.transaction((tx) => tx.run(PUT, 'small', null));
    const put = (): Promise<number> =>
      storage.transaction((tx) => {
        tx.run(PUT, 'half', null);
        return tx.run(PUT, 'big', big);
      });
    await assert.rejects(put(), { code: 'STORAGE_FULL' });
    assert.equal(await texts(storage), 'small');
    assert.ok((await storage.freeBytes()) <= 20 * 4096);
    storage.limitPages(1_000);
    await put();
    assert.equal(await texts(storage), 'small half big');
    assert.ok((await storage.freeBytes()) > 20 * 4096);
  });
});

describe('versions', () => {
  it('go up by the steps that are missing', async () => {
    const path = newPath();
    const first = await open(path);
    await first.transaction((tx) => tx.run(PUT, 'old', null));
    await first.close();
    const steps = [...MIGRATIONS, 'ALTER TABLE notes ADD COLUMN number INTEGER;'];
    const second = await open(path, { migrations: steps });
    assert.equal(await texts(second), 'old');
    assert.equal(second.get('PRAGMA user_version')?.user_version, 2);
    assert.equal(second.run('UPDATE notes SET number = 1'), 1);
  });

  it('that are newer than this program are left alone', async () => {
    const path = newPath();
    await (await open(path, { migrations: [...MIGRATIONS, 'SELECT 1;'] })).close();
    for (const readOnly of [false, true]) {
      await assert.rejects(open(path, { readOnly }), { code: 'DATA_TOO_NEW', message: /newer/ });
    }
  });

  it('stay where they were when a step fails', async () => {
    const path = newPath();
    await (await open(path)).close();
    const steps = [...MIGRATIONS, 'CREATE TABLE half (a) STRICT; nonsense;'];
    await assert.rejects(open(path, { migrations: steps }), { code: 'STORAGE_FAILED' });
    const storage = await open(path);
    assert.equal(storage.get("SELECT 1 FROM sqlite_schema WHERE name = 'half'"), undefined);
  });
});

describe('errors', () => {
  it('name the file where it is no database, or has no folder', async () => {
    const path = newPath();
    writeFileSync(
      path,
      'This is not a database, and it is long enough to be looked at.'.repeat(20),
    );
    for (const bad of [path, join(folder, 'missing', 'a.db')]) {
      await assert.rejects(open(bad), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'STORAGE_FAILED');
        assert.ok(error.message.includes(bad), error.message);
        return true;
      });
    }
  });

  it('are of two kinds', () => {
    for (const [error, code] of [
      [{ code: 'ERR_SQLITE_ERROR', errcode: 13, message: 'full' }, 'STORAGE_FULL'],
      [Object.assign(new Error('x'), { code: 'ENOSPC' }), 'STORAGE_FULL'],
      [Object.assign(new Error('x'), { code: 'EDQUOT' }), 'STORAGE_FULL'],
      [{ code: 'ERR_SQLITE_ERROR', errcode: 10, message: 'disk I/O error' }, 'STORAGE_FAILED'],
      [new TypeError('x'), 'STORAGE_FAILED'],
      ['text', 'STORAGE_FAILED'],
    ] as const) {
      const ours = storageError(error, '/data/spool-0.db');
      assert.equal(ours.code, code);
      assert.equal(ours.cause, error);
      assert.equal(storageError(ours, 'elsewhere'), ours);
    }
  });
});
