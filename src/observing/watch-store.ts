// What a watch remembers, in the control database: the state of each domain, and notices that are
// not sent yet. A look's state and its notices are one transaction: a crash loses neither, and
// sends a notice twice at the worst.
import type { Notice } from '../checks/watch/notice.ts';
import { NEW_STATE, type WatchState } from '../checks/watch/state.ts';
import type { SqliteStorage } from '../storage/sqlite.ts';

/** The ways by which notices reach people and programs. */
export type Channel = 'mail' | 'webhook';

/** The notices of one look, on one of the ways. */
export interface Batch {
  readonly number: number;
  readonly channel: Channel;
  readonly domain: string;
  readonly notices: readonly Notice[];
  /** How often it was tried. */
  readonly tries: number;
}

/** Steps of `control.db`. They are only ever added. */
export const CONTROL_MIGRATIONS: readonly string[] = [
  `CREATE TABLE watches (domain TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT;
   CREATE TABLE notices (
     number INTEGER PRIMARY KEY,
     channel TEXT NOT NULL,
     domain TEXT NOT NULL,
     notices TEXT NOT NULL,
     tries INTEGER NOT NULL DEFAULT 0
   ) STRICT;`,
];

/** Batches that wait; the oldest is given up for one more. */
const BATCHES_MAX = 1_000;

export class WatchStore {
  readonly #storage: SqliteStorage;

  constructor(storage: SqliteStorage) {
    this.#storage = storage;
  }

  /** A new state where nothing, or nothing that can be read, is there. */
  async stateOf(domain: string): Promise<WatchState> {
    const row = await this.#storage.read((tx) =>
      tx.get('SELECT state FROM watches WHERE domain = ?', domain),
    );
    return readState(row?.state);
  }

  async save(
    domain: string,
    state: WatchState,
    batches: readonly Pick<Batch, 'channel' | 'notices'>[],
  ): Promise<void> {
    await this.#storage.transaction((tx) => {
      const text = JSON.stringify(state);
      tx.run('INSERT OR REPLACE INTO watches (domain, state) VALUES (?, ?)', domain, text);
      for (const { channel, notices } of batches) {
        const list = JSON.stringify(notices);
        tx.run(
          'INSERT INTO notices (channel, domain, notices) VALUES (?, ?, ?)',
          channel,
          domain,
          list,
        );
      }
      tx.run(
        `DELETE FROM notices WHERE number NOT IN
           (SELECT number FROM notices ORDER BY number DESC LIMIT ?)`,
        BATCHES_MAX,
      );
    });
  }

  /** Oldest first. */
  async unsent(): Promise<readonly Batch[]> {
    const rows = await this.#storage.read((tx) => tx.all('SELECT * FROM notices ORDER BY number'));
    return rows.map((row) => ({
      number: Number(row.number),
      channel: row.channel as Channel,
      domain: String(row.domain),
      notices: JSON.parse(String(row.notices)) as readonly Notice[],
      tries: Number(row.tries),
    }));
  }

  async sent({ number }: Batch): Promise<void> {
    await this.#storage.transaction((tx) => tx.run('DELETE FROM notices WHERE number = ?', number));
  }

  async tried({ number }: Batch): Promise<void> {
    await this.#storage.transaction((tx) =>
      tx.run('UPDATE notices SET tries = tries + 1 WHERE number = ?', number),
    );
  }
}

function readState(text: unknown): WatchState {
  try {
    const state = JSON.parse(String(text)) as Partial<WatchState> | null;
    return state?.format === NEW_STATE.format ? (state as WatchState) : NEW_STATE;
  } catch {
    return NEW_STATE;
  }
}
