// One server at a time on a data folder. `lock.db` is held in SQLite's exclusive mode: the kernel
// frees it when the process ends, however it ends, so there is no stale lock. Nobody else can read
// a file held so; who holds it stands in `lock.txt`, which is only ever read to tell a person.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FingerpostError } from '../base/errors.ts';
import { showText } from '../base/show.ts';
import { type Instant, printInstant } from '../base/time.ts';
import { sqliteCodeOf, storageError } from './storage-error.ts';

/** Who wants the folder, in words for whoever comes second. */
export interface LockOwner {
  readonly pid: number;
  /** `fingerpost serve`. */
  readonly what: string;
  readonly since: Instant;
}

export interface DataLock {
  release(): void;
}

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const OWNER_CHARACTERS_MAX = 300;

/** Holds the folder (made where it is missing), or throws `DATA_LOCKED`, which says whose it is. */
export function lockData(folder: string, owner: LockOwner): DataLock {
  const path = join(folder, 'lock.db');
  const ownerPath = join(folder, 'lock.txt');
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    database = new DatabaseSync(path, { timeout: 0 });
    chmodSync(path, 0o600);
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = MEMORY;
      BEGIN EXCLUSIVE;
      CREATE TABLE IF NOT EXISTS lock (held INTEGER);
      COMMIT;
    `);
    writeFileSync(ownerPath, describe(owner), { mode: 0o600 });
  } catch (error) {
    database?.close();
    const code = sqliteCodeOf(error);
    if (code === SQLITE_BUSY || code === SQLITE_LOCKED) throw locked(folder, ownerPath);
    throw storageError(error, path);
  }
  return { release: () => release(database, ownerPath) };
}

function release(database: DatabaseSync, ownerPath: string): void {
  if (!database.isOpen) return;
  rmSync(ownerPath, { force: true });
  database.close();
}

const describe = ({ what, pid, since }: LockOwner): string =>
  `${what}, process ${pid} on ${hostname()}, since ${printInstant(since)}\n`;

function locked(folder: string, ownerPath: string): FingerpostError {
  const owner = readOwner(ownerPath) ?? 'another server';
  return new FingerpostError(
    'DATA_LOCKED',
    `The data folder ${folder} is in use by ${owner}: ` +
      'stop that one, or give this one its own folder.',
    { folder, owner },
  );
}

function readOwner(ownerPath: string): string | undefined {
  try {
    const text = readFileSync(ownerPath, 'utf8').trim().slice(0, OWNER_CHARACTERS_MAX);
    return text === '' ? undefined : showText(text);
  } catch {
    return undefined;
  }
}
