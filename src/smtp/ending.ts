// How one try at one target ended, in the words of SMTP and without judgement. `client-session` and
// `delivery/attempt` make it, `routing/outcome` judges it, the ledger keeps it.
import type { Reply } from './reply.ts';

/** How far a dialogue had come. `final` is after the dot. */
export type Phase =
  | 'connect'
  | 'greeting'
  | 'ehlo'
  | 'starttls'
  | 'handshake'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'body'
  | 'final';

/** A recipient's own reply to RCPT, in the order in which they were given. */
export interface RecipientReply {
  readonly recipient: string;
  readonly reply: Reply;
}

export type Ending =
  /** The server answered a greeting, EHLO/HELO or STARTTLS with something other than yes. */
  | { readonly kind: 'refused'; readonly phase: Phase; readonly reply: Reply }
  /**
   * No connection, no reply in time, closed, reset, or not SMTP. `timeout`: our own deadline
   * passed.
   */
  | {
      readonly kind: 'broken';
      readonly phase: Phase;
      readonly because: string;
      readonly timeout: boolean;
      /** RCPT replies that had come before it broke. */
      readonly recipients: readonly RecipientReply[];
    }
  /** STARTTLS was taken, and the handshake failed. */
  | { readonly kind: 'tls-failed'; readonly because: string }
  /** The dialogue ran to its end. */
  | {
      readonly kind: 'transaction';
      readonly mail: Reply;
      /** Empty where MAIL was refused. */
      readonly recipients: readonly RecipientReply[];
      /** Absent where it was not sent: MAIL refused, or no recipient left. */
      readonly data?: Reply;
      /** Absent where DATA was refused. */
      readonly final?: Reply;
      /** An 8-bit body went to a server without 8BITMIME. */
      readonly eightBitUnannounced: boolean;
    };
