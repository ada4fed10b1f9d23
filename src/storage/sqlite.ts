// SQLite behind the door: one file, one connection, write-ahead log, a sync at every commit
// (synchronous=FULL). Statements inside a transaction answer at once; the thread stands still while
// a commit is synced, which is why `queue/group-commit.ts` lets many jobs share one.
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { FingerpostError } from '../base/errors.ts';
import { freeDiskBytes } from './free-space.ts';
import type { Eventually, Row, Storage, Transaction, Value } from './storage.ts';
import { storageError } from './storage-error.ts';

/** A transaction whose statements answer at once. */
export interface SqliteTransaction extends Transaction {
  run(sql: string, ...values: readonly Value[]): number;
  get(sql: string, ...values: readonly Value[]): Row | undefined;
  all(sql: string, ...values: readonly Value[]): readonly Row[];
}

export interface SqliteOptions {
  /** Step N brings a file of version N to version N + 1. Steps are only ever added. */
  readonly migrations: readonly string[];
  /** Beside the writer of the same file, which must have opened it before. */
  readonly readOnly?: boolean;
  /** The most pages (of 4 KB) that the file may have. */
  readonly pageCountMax?: number;
}

const BUSY_TIMEOUT_MS = 5_000;

// Many short-lived rows live and die within one checkpoint's 16 MB of log and never reach the file.
// No mmap: a read error would come as a signal that kills the process instead of an error.
const WRITER_PRAGMAS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA cache_size = -16384;
  PRAGMA temp_store = MEMORY;
  PRAGMA mmap_size = 0;
`;

/** Opens the file, made where it is missing, and brings it to the newest version. */
export async function openSqlite(path: string, options: SqliteOptions): Promise<SqliteStorage> {
  try {
    const database = new DatabaseSync(path, {
      readOnly: options.readOnly ?? false,
      timeout: BUSY_TIMEOUT_MS,
      enableForeignKeyConstraints: false,
    });
    try {
      if (options.readOnly !== true) database.exec(WRITER_PRAGMAS);
      const storage = new SqliteStorage(database, path);
      migrate(database, path, options);
      if (options.pageCountMax !== undefined) storage.limitPages(options.pageCountMax);
      return storage;
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw storageError(error, path);
  }
}

function migrate(database: DatabaseSync, path: string, options: SqliteOptions): void {
  const { migrations } = options;
  const found = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (found > migrations.length) {
    throw new FingerpostError(
      'DATA_TOO_NEW',
      `${path} was written by a newer Fingerpost (version ${found} of its tables, ` +
        `this one knows ${migrations.length}): run that one, or restore an older copy.`,
      { path, found, known: migrations.length },
    );
  }
  if (options.readOnly === true || found === migrations.length) return;
  const steps = migrations.slice(found).join('\n');
  try {
    database.exec(`BEGIN IMMEDIATE; ${steps}; PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

export class SqliteStorage implements Storage<SqliteTransaction>, SqliteTransaction {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #statements = new Map<string, StatementSync>();
  #pageCountMax = Number.POSITIVE_INFINITY;
  /** Pending while a transaction is open. */
  #open: Promise<void> | undefined;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  run(sql: string, ...values: readonly Value[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  get(sql: string, ...values: readonly Value[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  all(sql: string, ...values: readonly Value[]): readonly Row[] {
    return this.#statement(sql).all(...values) as unknown as readonly Row[];
  }

  transaction<T>(work: (tx: SqliteTransaction) => Eventually<T>): Promise<T> {
    return this.#within('BEGIN IMMEDIATE', work);
  }

  read<T>(work: (tx: SqliteTransaction) => Eventually<T>): Promise<T> {
    return this.#within('BEGIN', work);
  }

  /** Changes the limit on the file's size; one below its present size stops its growth. */
  limitPages(pageCountMax: number): void {
    this.#database.exec(`PRAGMA max_page_count = ${pageCountMax}`);
    this.#pageCountMax = pageCountMax;
  }

  async freeBytes(): Promise<number> {
    try {
      const onDisk = await freeDiskBytes(dirname(this.#path));
      if (this.#pageCountMax === Number.POSITIVE_INFINITY) return onDisk;
      const number = (pragma: string): number =>
        Number(Object.values(this.get(`PRAGMA ${pragma}`) ?? {})[0]);
      const pages = this.#pageCountMax - number('page_count') + number('freelist_count');
      return Math.min(onDisk, Math.max(0, pages) * number('page_size'));
    } catch (error) {
      throw storageError(error, this.#path);
    }
  }

  async close(): Promise<void> {
    while (this.#open !== undefined) await this.#open;
    if (this.#database.isOpen) this.#database.close();
  }

  async #within<T>(begin: string, work: (tx: SqliteTransaction) => Eventually<T>): Promise<T> {
    while (this.#open !== undefined) await this.#open;
    const ended = Promise.withResolvers<void>();
    this.#open = ended.promise;
    try {
      this.run(begin);
      const value = await work(this);
      this.run('COMMIT');
      return value;
    } catch (error) {
      this.#rollBack();
      throw storageError(error, this.#path);
    } finally {
      this.#open = undefined;
      ended.resolve();
    }
  }

  #rollBack(): void {
    // A full disk has rolled back by itself.
    if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const made = this.#database.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }
}
