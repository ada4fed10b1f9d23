// What the queue keeps: messages, their recipients, and the id that names one everywhere.
import type { Instant } from '../base/time.ts';
import type { Question } from '../routing/question.ts';

declare const messageId: unique symbol;
/** `<lane>-<time and chance in base 32>`, as in `0-1kdvdna00q4zk7w2m`; sorts by time in a lane. */
export type MessageId = string & { readonly [messageId]: true };

/** How a message came to us. */
export interface Origin {
  readonly kind: 'smtp' | 'submission' | 'command' | 'bounce';
  /** `192.0.2.1:40001`; absent for our own. */
  readonly client?: string;
  readonly hello?: string;
  /** `TLSv1.3 TLS_AES_256_GCM_SHA384`, where TLS was used. */
  readonly tls?: string;
}

/** A message that is to be kept. Its body is CRLF text and begins with our Received field. */
export interface NewMessage {
  readonly id: MessageId;
  /** `''` is the null sender. */
  readonly sender: string;
  /** Addresses as RCPT gave them, each once. */
  readonly recipients: readonly { readonly address: string; readonly domain: string }[];
  readonly receivedAt: Instant;
  readonly sizeBytes: number;
  readonly eightBit: boolean;
  /** The Message-ID field's content without angle brackets. */
  readonly messageIdField?: string;
  readonly origin: Origin;
  /** `rows`: it was written before by `writeBodyPart`, in order, under the same id. */
  readonly body: BodySource;
}

/** Bodies are kept, and read, in parts of at most this size (docs/behaviour.md). */
export const PART_BYTES_MAX = 262_144;

export type BodySource =
  | { readonly kind: 'memory'; readonly bytes: Uint8Array }
  | { readonly kind: 'rows' };

/** Where a recipient can stand; `queue.ts` says what each promises. The first three are open. */
export const RECIPIENT_STATES = [
  'waiting',
  'attempting',
  'held',
  'delivered',
  'bounced',
  'unreported',
  'dropped',
] as const;

export type RecipientState = (typeof RECIPIENT_STATES)[number];

/** A recipient as it is kept. `number` counts from 0 within its message. */
export interface Recipient {
  readonly number: number;
  readonly address: string;
  /**
   * Lower case, without the trailing dot; `[192.0.2.1]` for a literal. Groups recipients of one
   * route.
   */
  readonly domain: string;
  readonly state: RecipientState;
  readonly attempts: number;
  /** Meaningful while `waiting`. */
  readonly nextAttemptAt: Instant;
  /** The last reply or reason, for listings. */
  readonly lastReason?: string;
  /** A delay notice went out. */
  readonly delayReported: boolean;
}

/** A message leased for delivery: nobody else attempts these recipients until they are settled. */
export interface LeasedMessage {
  readonly id: MessageId;
  readonly sender: string;
  readonly receivedAt: Instant;
  readonly sizeBytes: number;
  readonly eightBit: boolean;
  readonly messageIdField?: string;
  readonly origin: Origin;
  /** Those leased: all of one message that are due. */
  readonly recipients: readonly Recipient[];
  /** `memory` while it is still at hand from its arrival, else read by `readBody`. */
  readonly body: BodySource;
}

/** One reply, with the phase of the dialogue it answered. */
export interface TriedReply {
  readonly phase: string;
  readonly text: string;
}

/** One target that was tried. */
export interface Try {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly preference?: number;
  readonly tls?: string;
  /** This connection had served another message before. */
  readonly reused: boolean;
  readonly tookMs: number;
  /** How it ended, in a sentence. */
  readonly ending: string;
  readonly replies: readonly TriedReply[];
  /**
   * Remarks: in clear after broken TLS, 8-bit to a server that did not announce it.
   */
  readonly notes: readonly string[];
}

/** One entry of a recipient's ledger. It is only ever added to. */
export type LedgerEntry = { readonly at: Instant; readonly recipients: readonly number[] } & (
  | { readonly kind: 'accepted'; readonly origin: Origin; readonly sizeBytes: number }
  | {
      readonly kind: 'attempted';
      /**
       * What was asked of `route`, and what it said (`hosts`, `here`, `never`, `later` and why).
       */
      readonly question: Question;
      readonly route: string;
      readonly tries: readonly Try[];
      readonly outcome: 'delivered' | 'deferred' | 'failed';
      readonly reason: string;
      readonly possibleDuplicate: boolean;
      readonly nextAttemptAt?: Instant;
    }
  /** A crash found these in attempt: whether the last reply was positive is not known. */
  | { readonly kind: 'interrupted'; readonly crashes: number; readonly stack?: string }
  | { readonly kind: 'bounced'; readonly bounceId: MessageId }
  | { readonly kind: 'delay-reported'; readonly noticeId: MessageId }
  | { readonly kind: 'unreported' | 'held' | 'dropped' | 'released'; readonly reason: string }
);

/** What becomes of recipients after an attempt: one transaction, with the notices it makes. */
export interface Settlement {
  readonly id: MessageId;
  readonly recipients: readonly {
    readonly number: number;
    readonly state: Exclude<RecipientState, 'attempting'>;
    /** Needed for `waiting`. */
    readonly nextAttemptAt?: Instant;
    readonly lastReason: string;
    readonly delayReported?: boolean;
    /** Was this an attempt (counted), or only a decision? */
    readonly attempted: boolean;
  }[];
  readonly ledger: readonly LedgerEntry[];
  /** Bounces and delay notices, queued in the same transaction. */
  readonly notices: readonly NewMessage[];
}
