// Reading a spool, for listings and `why`. It stands beside the lane that writes (a WAL reader
// never waits for the writer, nor the writer for it) and keeps nothing in memory between two calls.
import { FingerpostError } from '../base/errors.ts';
import { openSqlite, type SqliteStorage, type SqliteTransaction } from '../storage/sqlite.ts';
import { unpackEntry } from './ledger-entry.ts';
import type { LedgerEntry, MessageId } from './message.ts';
import { messageFrom, numberIn, recipientFrom } from './rows.ts';
import { SPOOL_MIGRATIONS, stateNumber } from './schema.ts';
import { READING } from './statements.ts';
import type { KeptMessage, ListQuery, QueueReader } from './store.ts';

const FOUND_MAX = 100;
const OPEN_STATES = ['waiting', 'attempting', 'held'] as const;

/** Opens a spool that a lane has made, for reading only. */
export async function openQueueReader(path: string): Promise<QueueReader> {
  const storage = await openSqlite(path, { migrations: SPOOL_MIGRATIONS, readOnly: true });
  return new SqliteQueueReader(storage);
}

export class SqliteQueueReader implements QueueReader {
  readonly #storage: SqliteStorage;

  constructor(storage: SqliteStorage) {
    this.#storage = storage;
  }

  list(query: ListQuery): Promise<readonly KeptMessage[]> {
    const states = query.states ?? OPEN_STATES;
    const numbers = states.map(stateNumber);
    const allOpen = states.every((state) => OPEN_STATES.some((open) => open === state));
    const sql = allOpen ? READING.listOpen : READING.listAny;
    return this.#storage.read((tx) => {
      const afterSeq = query.after === undefined ? 0 : seqUpTo(tx, query.after);
      const rows = tx.all(sql, afterSeq, JSON.stringify(numbers), query.limit);
      return rows.flatMap((row) => kept(tx, numberIn(row, 'message')));
    });
  }

  find(idOrMessageIdField: string): Promise<readonly KeptMessage[]> {
    const wanted = idOrMessageIdField.trim().replace(/^<(.*)>$/s, '$1');
    return this.#storage.read((tx) =>
      tx.all(READING.find, wanted, FOUND_MAX).flatMap((row) => kept(tx, numberIn(row, 'seq'))),
    );
  }

  ledger(id: MessageId): Promise<readonly LedgerEntry[]> {
    return this.#storage.read((tx) => {
      const row = tx.get(READING.messageOf, id);
      if (row === undefined) return [];
      const { seq, receivedAt, origin, sizeBytes } = messageFrom(row);
      const count = numberIn(tx.get(READING.countRecipients, seq), 'count');
      const recipients = Array.from({ length: count }, (_, number) => number);
      const entries = tx
        .all(READING.entries, seq)
        .map(({ entry }) => unpackEntry(String(entry), (hash) => sharedJson(tx, hash)));
      return [{ kind: 'accepted', at: receivedAt, recipients, origin, sizeBytes }, ...entries];
    });
  }

  close(): Promise<void> {
    return this.#storage.close();
  }
}

/** The place in the order of arrival of a message, or of the one before where it has gone. */
function seqUpTo(tx: SqliteTransaction, id: MessageId): number {
  const row = tx.get(READING.seqUpTo, id);
  return row === undefined ? 0 : numberIn(row, 'seq');
}

function kept(tx: SqliteTransaction, seq: number): KeptMessage[] {
  const row = tx.get(READING.message, seq);
  if (row === undefined) return [];
  const { id, sender, receivedAt, sizeBytes, messageIdField, crashes } = messageFrom(row);
  const recipients = tx.all(READING.recipients, seq).map(recipientFrom);
  const field = messageIdField === undefined ? {} : { messageIdField };
  return [{ id, sender, receivedAt, sizeBytes, ...field, recipients, crashes }];
}

function sharedJson(tx: SqliteTransaction, hash: string): string {
  const row = tx.get(READING.shared, hash);
  if (row === undefined) {
    throw new FingerpostError('STORAGE_FAILED', `A shared part of the ledger is missing: ${hash}.`);
  }
  return String(row.json);
}
