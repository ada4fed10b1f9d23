// What a spool needs besides its mail: setting right what a crash left, and forgetting what is long
// done. Each function is the work of one transaction, bounded, so that mail goes on between them.
import { days, type Instant } from '../base/time.ts';
import type { SqliteTransaction } from '../storage/sqlite.ts';
import type { LedgerEntry } from './message.ts';
import { numberIn } from './rows.ts';
import { PARTS_MAX, stateNumber } from './schema.ts';
import { HOT, UPKEEP } from './statements.ts';
import type { Recovery } from './store.ts';

/** Who was in attempt at so many crashes may be their cause, and waits for a person. */
const CRASHES_MAX = 3;
/** Parts deleted by one transaction: 16 MB. */
const PARTS_SLICE = 64;
/** `used_at` of a shared part lags a day behind its last use, and clocks are set back at times. */
const SHARED_KEPT = days(2);

type AddEntry = (seq: number, entry: LedgerEntry) => void;

/** Recipients that a crash left in attempt wait again, or are held; each with its ledger entry. */
export function recoverAttempting(
  tx: SqliteTransaction,
  crash: { readonly now: Instant; readonly stack: string | undefined },
  addEntry: AddEntry,
): Pick<Recovery, 'interrupted' | 'held'> {
  const { now, stack } = crash;
  let interrupted = 0;
  let held = 0;
  for (const [seq, recipients] of attempting(tx)) {
    const crashes = numberIn(tx.get(UPKEEP.crashed, seq), 'crashes');
    const because = stack === undefined ? {} : { stack };
    addEntry(seq, { kind: 'interrupted', at: now, recipients, crashes, ...because });
    interrupted += recipients.length;
    if (crashes >= CRASHES_MAX) {
      const reason = `It was in attempt at ${crashes} crashes.`;
      addEntry(seq, { kind: 'held', at: now, recipients, reason });
      held += recipients.length;
    }
    tx.run(UPKEEP.release, seq, stateNumber(crashes >= CRASHES_MAX ? 'held' : 'waiting'), now);
  }
  return { interrupted, held };
}

function attempting(tx: SqliteTransaction): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const row of tx.all(UPKEEP.attempting)) {
    const seq = numberIn(row, 'message');
    const numbers = found.get(seq) ?? [];
    numbers.push(numberIn(row, 'number'));
    found.set(seq, numbers);
  }
  return found;
}

/** Deletes some parts of a body whose message was not put; true when none is left. */
export function dropPartsSlice(tx: SqliteTransaction, seq: number): boolean {
  const first = seq * PARTS_MAX;
  const gone = tx.run(UPKEEP.dropPartsSlice, first, first + PARTS_MAX, PARTS_SLICE);
  if (gone === PARTS_SLICE) return false;
  tx.run(HOT.forgetUpload, seq);
  return true;
}

/** Deletes some parts of one orphan; `gone` counts orphans that are gone as a whole. */
export function orphansSlice(tx: SqliteTransaction): { gone: number; more: boolean } {
  const row = tx.get(UPKEEP.upload);
  if (row === undefined) return { gone: 0, more: false };
  return { gone: dropPartsSlice(tx, numberIn(row, 'seq')) ? 1 : 0, more: true };
}

/** Forgets messages done before, with their ledgers, and shared parts that none uses now. */
export function purgeSlice(tx: SqliteTransaction, before: Instant, limit: number): number {
  const rows = tx.all(UPKEEP.doneBefore, before, limit);
  for (const row of rows) {
    const seq = numberIn(row, 'message');
    tx.run(UPKEEP.forgetLedger, seq);
    tx.run(UPKEEP.forgetRecipients, seq);
    tx.run(UPKEEP.forgetMessage, seq);
    tx.run(UPKEEP.forgetDone, numberIn(row, 'at'), seq);
  }
  const oldest = tx.get(UPKEEP.oldestReceived);
  const since = oldest === undefined ? before : numberIn(oldest, 'received_at');
  tx.run(UPKEEP.forgetShared, since - SHARED_KEPT, limit);
  return rows.length;
}
