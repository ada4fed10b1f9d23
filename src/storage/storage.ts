// The door to a database, such that SQLite stands behind it today and PostgreSQL can. What the
// tables mean is not known here: `queue/store-sqlite.ts` and its like know. A promise that
// `transaction` resolves means: committed and synced. Every failure is a `FingerpostError`:
// `STORAGE_FULL` where space ran out, `STORAGE_FAILED` for anything else, and the storage is usable
// again afterwards.

/** What a column can hold here. */
export type Value = null | number | string | Uint8Array;

export type Row = Readonly<Record<string, Value>>;

/** SQLite answers at once, PostgreSQL later; `await` fits both. */
export type Eventually<T> = T | Promise<T>;

/** What can be done inside a transaction. Each text is prepared once, for good. */
export interface Transaction {
  /** Returns the number of rows that it changed. */
  run(sql: string, ...values: readonly Value[]): Eventually<number>;
  get(sql: string, ...values: readonly Value[]): Eventually<Row | undefined>;
  all(sql: string, ...values: readonly Value[]): Eventually<readonly Row[]>;
}

export interface Storage<Tx extends Transaction = Transaction> {
  /** All of `work` or nothing; one transaction after another. */
  transaction<T>(work: (tx: Tx) => Eventually<T>): Promise<T>;
  /** One consistent view, and no writing. */
  read<T>(work: (tx: Tx) => Eventually<T>): Promise<T>;
  /** Bytes that can still be written, by the disk and by a limit where one is set. */
  freeBytes(): Promise<number>;
  close(): Promise<void>;
}
