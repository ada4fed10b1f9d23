// The queue's door to storage. `store-sqlite.ts` stands behind it; PostgreSQL can. One contract
// suite (`test/contract/queue-store.ts`) says what an implementation owes. Every promise that
// resolves means: committed and synced. Every failure is a `FingerpostError` (`STORAGE_FULL`,
// `STORAGE_FAILED`).
import type { Instant } from '../base/time.ts';
import type {
  LeasedMessage,
  LedgerEntry,
  MessageId,
  NewMessage,
  Recipient,
  RecipientState,
  Settlement,
} from './message.ts';

/** A message as listings and `why` show it. */
export interface KeptMessage {
  readonly id: MessageId;
  readonly sender: string;
  readonly receivedAt: Instant;
  readonly sizeBytes: number;
  readonly messageIdField?: string;
  readonly recipients: readonly Recipient[];
  /** Crashes of the lane while it was in attempt. */
  readonly crashes: number;
}

export interface ListQuery {
  /** Only recipients in these states; absent: those that are not done. */
  readonly states?: readonly RecipientState[];
  readonly limit: number;
  /** Only messages after this one (paging). */
  readonly after?: MessageId;
}

/** What a restart found and set right. */
export interface Recovery {
  readonly interrupted: number;
  readonly held: number;
  readonly orphanBodies: number;
  readonly waiting: number;
}

/** Reading, for listings and `why`; safe beside a writer. */
export interface QueueReader {
  list(query: ListQuery): Promise<readonly KeptMessage[]>;
  /** By our id, or by Message-ID (several messages may share one). */
  find(idOrMessageIdField: string): Promise<readonly KeptMessage[]>;
  ledger(id: MessageId): Promise<readonly LedgerEntry[]>;
  close(): Promise<void>;
}

export interface QueueStore extends QueueReader {
  /** One part of at most 256 KB of a body whose message is put later; orphans go at recovery. */
  writeBodyPart(id: MessageId, index: number, bytes: Uint8Array): Promise<void>;
  /** Forgets parts of a message that will not be put. */
  dropBody(id: MessageId): Promise<void>;
  /** Keeps a message; its recipients are `attempting` at once when `leased`, else due now. */
  put(message: NewMessage, leased: boolean): Promise<void>;
  /** Messages with recipients due at `now`, longest due first, now leased to the caller. */
  lease(now: Instant, limit: number): Promise<readonly LeasedMessage[]>;
  /** When the next recipient falls due. */
  nextDueAt(): Promise<Instant | undefined>;
  /** A part of a body, by index; nothing after the last. */
  readBodyPart(id: MessageId, index: number): Promise<Uint8Array | undefined>;
  settle(settlement: Settlement): Promise<void>;
  /** Makes recipients due now whose domain is one of these (a site came back). */
  wake(domains: readonly string[], now: Instant): Promise<number>;
  /** At start: what was in attempt waits again or is held, orphans go. */
  recover(now: Instant, stack: string | undefined): Promise<Recovery>;
  /**
   * Removes what has been done since before `before`, with its ledger. At most `limit` messages a
   * call.
   */
  purge(before: Instant, limit: number): Promise<number>;
  /** Free bytes where the data is kept (and below a page limit, where one is set). */
  freeBytes(): Promise<number>;
}
