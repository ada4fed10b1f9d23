// The queue's store in one SQLite file, a lane's spool. Whatever changes it goes through the group
// commit, so that many messages share one sync; whatever a message needs is found by an index, so
// that a million waiting recipients cost nothing but disk. One writer: the lane that opened it.
import { FingerpostError } from '../base/errors.ts';
import { type Clock, type Instant, instantAt } from '../base/time.ts';
import { openSqlite, type SqliteStorage, type SqliteTransaction } from '../storage/sqlite.ts';
import { GroupCommit, type GroupCommitOptions } from './group-commit.ts';
import { LedgerPacker, SharedParts } from './ledger-entry.ts';
import {
  type LeasedMessage,
  type LedgerEntry,
  type MessageId,
  type NewMessage,
  PART_BYTES_MAX,
  type Settlement,
} from './message.ts';
import { SqliteQueueReader } from './reader-sqlite.ts';
import { messageFrom, numberIn, recipientFrom } from './rows.ts';
import { PARTS_MAX, SPOOL_MIGRATIONS, stateNumber } from './schema.ts';
import { HOT, UPKEEP } from './statements.ts';
import type { KeptMessage, ListQuery, QueueReader, QueueStore, Recovery } from './store.ts';
import { dropPartsSlice, orphansSlice, purgeSlice, recoverAttempting } from './upkeep-sqlite.ts';

export interface QueueStoreOptions extends GroupCommitOptions {
  readonly clock: Clock;
  /** The most pages (of 4 KB) that the file may have. */
  readonly pageCountMax?: number;
}

/** Recipients that one transaction wakes: a site with a million must not stop the lane. */
const WAKE_SLICE = 1_000;
const REASON_CHARACTERS_MAX = 1_000;

/** What is known of a message without asking the file. */
interface Place {
  readonly seq: number;
  readonly recipientCount: number;
}

/** Opens the spool of a lane, made where it is missing. */
export async function openQueueStore(
  path: string,
  options: QueueStoreOptions,
): Promise<SqliteQueueStore> {
  const { pageCountMax } = options;
  const limit = pageCountMax === undefined ? {} : { pageCountMax };
  const storage = await openSqlite(path, { migrations: SPOOL_MIGRATIONS, ...limit });
  return new SqliteQueueStore(storage, options);
}

export class SqliteQueueStore implements QueueStore {
  readonly #storage: SqliteStorage;
  readonly #commits: GroupCommit<SqliteTransaction>;
  readonly #reader: QueueReader;
  readonly #clock: Clock;
  readonly #packer = new LedgerPacker();
  readonly #shared = new SharedParts();
  /** Messages that were leased as they came, until something of them is settled. */
  readonly #fresh = new Map<MessageId, Place>();
  /** Bodies that are being written, under the place that their message will have. */
  readonly #uploads = new Map<MessageId, number>();
  #nextSeq: number;

  constructor(storage: SqliteStorage, options: QueueStoreOptions) {
    this.#storage = storage;
    this.#clock = options.clock;
    this.#commits = new GroupCommit(storage, options.clock, options);
    this.#reader = new SqliteQueueReader(storage);
    this.#nextSeq = numberIn(storage.get(UPKEEP.lastSeq), 'seq') + 1;
  }

  async writeBodyPart(id: MessageId, index: number, bytes: Uint8Array): Promise<void> {
    const seq = this.#uploads.get(id) ?? this.#nextSeq++;
    this.#uploads.set(id, seq);
    await this.#commits.run((tx) => {
      tx.run(HOT.putUpload, seq, id);
      tx.run(HOT.putPart, seq * PARTS_MAX + index, bytes);
    });
  }

  async dropBody(id: MessageId): Promise<void> {
    const seq = this.#uploads.get(id);
    if (seq === undefined) return;
    while (!(await this.#commits.run((tx) => dropPartsSlice(tx, seq)))) {}
    this.#uploads.delete(id);
  }

  async put(message: NewMessage, leased: boolean): Promise<void> {
    const uploaded = this.#uploads.get(message.id);
    if (message.body.kind === 'rows' && uploaded === undefined) {
      throw new FingerpostError('STORAGE_FAILED', `No body was written for ${message.id}.`);
    }
    const seq = uploaded ?? this.#nextSeq++;
    await this.#commits.run((tx) => {
      insertMessage(tx, seq, message, leased);
      if (uploaded !== undefined) tx.run(HOT.forgetUpload, seq);
    });
    this.#uploads.delete(message.id);
    if (leased) this.#fresh.set(message.id, { seq, recipientCount: message.recipients.length });
  }

  async lease(now: Instant, limit: number): Promise<readonly LeasedMessage[]> {
    const due = await this.nextDueAt();
    if (due === undefined || due > now) return [];
    return this.#commits.run((tx) => leaseDue(tx, now, limit));
  }

  nextDueAt(): Promise<Instant | undefined> {
    return this.#storage.read((tx) => {
      const row = tx.get(HOT.nextDue);
      return row === undefined ? undefined : instantAt(numberIn(row, 'next_attempt_at'));
    });
  }

  readBodyPart(id: MessageId, index: number): Promise<Uint8Array | undefined> {
    return this.#storage.read((tx) => {
      const row = tx.get(HOT.seqOf, id);
      if (row === undefined || index >= PARTS_MAX) return undefined;
      const part = tx.get(HOT.partOf, numberIn(row, 'seq') * PARTS_MAX + index);
      return part?.bytes as Uint8Array | undefined;
    });
  }

  async settle(settlement: Settlement): Promise<void> {
    const { id, notices } = settlement;
    const firstNoticeSeq = this.#nextSeq;
    this.#nextSeq += notices.length;
    const now = this.#clock.now();
    const entries = settlement.ledger.map((entry) => this.#packer.pack(entry));
    const usedAt = settlement.ledger[0]?.at ?? now;
    const parts = this.#shared.missing(entries, usedAt);
    const fresh = this.#fresh.get(id);
    await this.#commits.run((tx) => {
      const seq = fresh?.seq ?? seqOf(tx, id);
      if (settleRecipients(tx, seq, settlement, fresh?.recipientCount)) finish(tx, seq, now);
      for (const { hash, json } of parts) tx.run(HOT.addShared, hash, usedAt, json);
      for (const { json } of entries) tx.run(HOT.addEntry, seq, json);
      for (const [index, notice] of notices.entries()) {
        insertMessage(tx, firstNoticeSeq + index, notice, false);
      }
    });
    this.#shared.add(parts, usedAt);
    this.#fresh.delete(id);
  }

  async wake(domains: readonly string[], now: Instant): Promise<number> {
    let woken = 0;
    for (const domain of domains) {
      let changed = WAKE_SLICE;
      while (changed === WAKE_SLICE) {
        changed = await this.#commits.run((tx) => tx.run(HOT.wakeSlice, domain, now, WAKE_SLICE));
        woken += changed;
      }
    }
    return woken;
  }

  async recover(now: Instant, stack: string | undefined): Promise<Recovery> {
    const attempting = await this.#commits.run((tx) =>
      recoverAttempting(tx, { now, stack }, (seq, entry) => this.#addEntry(tx, seq, entry)),
    );
    let orphanBodies = 0;
    for (let slice = { gone: 0, more: true }; slice.more; orphanBodies += slice.gone) {
      slice = await this.#commits.run(orphansSlice);
    }
    this.#uploads.clear();
    const waiting = await this.#storage.read((tx) => tx.get(UPKEEP.countWaiting));
    return { ...attempting, orphanBodies, waiting: numberIn(waiting, 'count') };
  }

  purge(before: Instant, limit: number): Promise<number> {
    return this.#commits.run((tx) => purgeSlice(tx, before, limit));
  }

  freeBytes(): Promise<number> {
    return this.#storage.freeBytes();
  }

  list(query: ListQuery): Promise<readonly KeptMessage[]> {
    return this.#reader.list(query);
  }

  find(idOrMessageIdField: string): Promise<readonly KeptMessage[]> {
    return this.#reader.find(idOrMessageIdField);
  }

  ledger(id: MessageId): Promise<readonly LedgerEntry[]> {
    return this.#reader.ledger(id);
  }

  /** Changes the limit on the file's size. */
  limitPages(pageCountMax: number): void {
    this.#storage.limitPages(pageCountMax);
  }

  async close(): Promise<void> {
    await this.#commits.flush();
    await this.#storage.close();
  }

  #addEntry(tx: SqliteTransaction, seq: number, entry: LedgerEntry): void {
    const { json, shared } = this.#packer.pack(entry);
    for (const part of shared) tx.run(HOT.addShared, part.hash, entry.at, part.json);
    tx.run(HOT.addEntry, seq, json);
  }
}

function seqOf(tx: SqliteTransaction, id: MessageId): number {
  const row = tx.get(HOT.seqOf, id);
  if (row === undefined) {
    throw new FingerpostError('STORAGE_FAILED', `There is no message ${id}.`, { id });
  }
  return numberIn(row, 'seq');
}

function insertMessage(
  tx: SqliteTransaction,
  seq: number,
  message: NewMessage,
  leased: boolean,
): void {
  const { id, sender, recipients, receivedAt, sizeBytes, eightBit, body } = message;
  const field = message.messageIdField ?? null;
  const origin = JSON.stringify(message.origin);
  const eight = eightBit ? 1 : 0;
  tx.run(HOT.putMessage, seq, id, sender, receivedAt, sizeBytes, eight, field, origin);
  const state = stateNumber(leased ? 'attempting' : 'waiting');
  for (const [number, { address, domain }] of recipients.entries()) {
    tx.run(HOT.putRecipient, seq, number, address, domain, state, receivedAt);
  }
  if (body.kind === 'rows') return;
  for (let at = 0, place = seq * PARTS_MAX; at < body.bytes.length; at += PART_BYTES_MAX) {
    tx.run(HOT.putPart, place++, body.bytes.subarray(at, at + PART_BYTES_MAX));
  }
}

function leaseDue(tx: SqliteTransaction, now: Instant, limit: number): LeasedMessage[] {
  const leased: LeasedMessage[] = [];
  while (leased.length < limit) {
    // Rows are of recipients: several may be of one message, so there may be more to find.
    const rows = tx.all(HOT.dueMessages, now, limit - leased.length);
    if (rows.length === 0) break;
    for (const row of rows) leased.push(leaseMessage(tx, numberIn(row, 'message'), now));
  }
  return leased;
}

function leaseMessage(tx: SqliteTransaction, seq: number, now: Instant): LeasedMessage {
  const row = tx.get(HOT.message, seq);
  if (row === undefined) {
    throw new FingerpostError('STORAGE_FAILED', `Recipients without a message: ${seq}.`, { seq });
  }
  const { seq: _, crashes: __, ...message } = messageFrom(row);
  const recipients = tx.all(HOT.leaseRecipients, seq, now).map(recipientFrom);
  recipients.sort((a, b) => a.number - b.number);
  return { ...message, recipients, body: { kind: 'rows' } };
}

/**
 * Brings recipients where the settlement says; one that is done already stays as it is. True when
 * the last open recipient of the message was among them; `recipientCount`, where it is known,
 * spares looking for others.
 */
function settleRecipients(
  tx: SqliteTransaction,
  seq: number,
  settlement: Settlement,
  recipientCount?: number,
): boolean {
  let changed = 0;
  for (const recipient of settlement.recipients) {
    changed += tx.run(
      HOT.settleRecipient,
      seq,
      recipient.number,
      stateNumber(recipient.state),
      recipient.attempted ? 1 : 0,
      recipient.nextAttemptAt ?? null,
      recipient.lastReason.slice(0, REASON_CHARACTERS_MAX),
      recipient.delayReported === true ? 1 : 0,
    );
  }
  const isDone = ({ state }: Settlement['recipients'][number]): boolean => stateNumber(state) >= 3;
  if (changed === recipientCount && settlement.recipients.every(isDone)) return true;
  return changed > 0 && tx.get(HOT.openLeft, seq) === undefined;
}

/** Nobody needs the body any more; the ledger stays until it is purged. */
function finish(tx: SqliteTransaction, seq: number, now: Instant): void {
  tx.run(HOT.dropParts, seq * PARTS_MAX, (seq + 1) * PARTS_MAX);
  tx.run(HOT.done, now, seq);
}
