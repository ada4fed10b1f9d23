// What a bounce or a notice of delay is made of: the original, and what became of its recipients.
import type { Instant } from '../base/time.ts';
import type { Reply } from '../smtp/reply.ts';

/** One host of the last attempt, and what came of it. */
export interface ReportedTry {
  readonly host: string;
  readonly address?: string;
  /** A reply, or a reason in a sentence. */
  readonly ending: string;
}

/** What is told about one recipient. */
export interface ReportedRecipient {
  readonly address: string;
  /** `delayed`: it is not given up. */
  readonly action: 'failed' | 'delayed';
  /** The reply that decided: of `remoteHost`, or our own where that is absent. */
  readonly reply: Reply;
  readonly remoteHost?: string;
  /** All that was tried in the last attempt. */
  readonly tries?: readonly ReportedTry[];
  readonly attempts?: number;
  readonly lastAttemptAt?: Instant;
  /** For `delayed`. */
  readonly willRetryUntil?: Instant;
}

/** The message that a bounce is about. */
export interface OriginalMessage {
  /** Its header, or the first part of the message: the body is not shown. */
  readonly header: Uint8Array;
  /** Our id of it. */
  readonly id: string;
  readonly arrivedAt: Instant;
}

export interface BounceOptions {
  readonly reportingHost: string;
  /** The sender of the original. */
  readonly to: string;
  readonly original: OriginalMessage;
  readonly recipients: readonly ReportedRecipient[];
  readonly now: Instant;
  /** Of the bounce itself; its Message-ID is made of it. */
  readonly id: string;
  /** Letters and digits that nobody can foresee: no text of a stranger may end a part. */
  readonly boundarySeed: string;
}
