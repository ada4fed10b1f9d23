// What a server session tells the application, in the order in which it happens. After a `sender`
// that was accepted comes exactly one of `message-ends` and `aborted`, except that an accepted
// sender whose message is too big or faulty is `aborted` first and `refused-message` after its last
// byte.
import type { RecipientPath, Sender } from './address.ts';
import type { Reply } from './reply.ts';

/** Each of these waits for `accept` or `refuse`; nothing is told meanwhile. */
export type Proposal =
  | {
      readonly kind: 'sender';
      readonly sender: Sender;
      /** As the client announced it (RFC 1870); never above the limit. */
      readonly sizeBytes?: number;
      readonly eightBit: boolean;
    }
  | { readonly kind: 'recipient'; readonly path: RecipientPath }
  /** DATA, with one accepted recipient or more. */
  | { readonly kind: 'message-begins' }
  /** Accepting it takes the duty for the message: it must be on disk by then. */
  | { readonly kind: 'message-ends'; readonly sizeBytes: number };

export type ServerEvent =
  | Proposal
  /** EHLO (`extended`) or HELO. The name is what the client says, in harmless characters. */
  | { readonly kind: 'hello'; readonly name: string; readonly extended: boolean }
  /** A part of the message, CRLF included, doubled dots made single. */
  | { readonly kind: 'body'; readonly bytes: Uint8Array }
  /** Sender, recipients and what came of the message are void. */
  | { readonly kind: 'aborted' }
  /** The session itself refused a message, at MAIL for its size or after its end. */
  | { readonly kind: 'refused-message'; readonly reply: Reply };
