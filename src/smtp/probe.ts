// What one careful conversation with a mail host brought, as plain values: each command, each
// reply, how long it took, what TLS showed. `probe-session.ts` holds the conversation; checks judge
// it.
import type { IpAddress } from '../base/ip.ts';
import type { Instant } from '../base/time.ts';
import type { Reply } from './reply.ts';

/** The steps of a conversation, in the order in which they come. */
export type StepName =
  | 'greeting'
  | 'ehlo'
  /** Only where EHLO was refused. */
  | 'helo'
  /** MAIL FROM:<> before TLS: does the host take mail in clear text? Undone by RSET. */
  | 'clear-mail'
  | 'starttls'
  | 'ehlo-tls'
  /** MAIL FROM:<>. */
  | 'mail'
  /** RCPT TO:<postmaster@DOMAIN>. */
  | 'postmaster'
  /** RCPT TO:<Postmaster> (RFC 5321 §4.5.1). */
  | 'bare-postmaster'
  /** RCPT TO an address that the domain publishes somewhere; one step for each. Needs consent. */
  | 'published'
  /** RCPT TO a local part that does not exist. Needs consent. */
  | 'unknown'
  /** MAIL from outside, and RCPT TO somebody outside. Needs consent. */
  | 'relay-mail'
  | 'relay-rcpt'
  /** VRFY postmaster. Needs consent. */
  | 'vrfy'
  | 'rset'
  | 'quit';

export interface Step {
  readonly name: StepName;
  /** The line that was sent, without CRLF; absent for the greeting. */
  readonly sent?: string;
  /** The address asked about, for the steps with RCPT. */
  readonly recipient?: string;
  /** Since the connection was begun. */
  readonly atMs: number;
  readonly tookMs: number;
  /** Absent where none came: then `because` says why. */
  readonly reply?: Reply;
  readonly because?: string;
}

export type TlsSeen =
  | {
      readonly kind: 'started';
      /** As OpenSSL names it: `TLSv1.3`. */
      readonly protocol: string;
      readonly cipher: string;
      /** Did the chain lead to a trusted root, and the certificate fit the name of the host? */
      readonly verified: boolean;
      /** Why not, in OpenSSL's word. */
      readonly because?: string;
      /** DER, the host's own first, as it sent them (the root may be missing). */
      readonly chain: readonly Uint8Array[];
    }
  | { readonly kind: 'failed'; readonly because: string };

export type ConnectSeen =
  | { readonly kind: 'connected'; readonly tookMs: number }
  | {
      readonly kind: 'failed';
      readonly failure: 'refused' | 'timeout' | 'reset' | 'unreachable' | 'other';
      readonly because: string;
      readonly tookMs: number;
    }
  /** Never dialled: no global address, no route of this family here, asked to stay away (421). */
  | { readonly kind: 'not-tried'; readonly because: string };

/** Everything that was said to and by one host at one address. */
export interface Dialogue {
  /** As people write it: no dot at the end. */
  readonly host: string;
  readonly address: IpAddress;
  readonly port: number;
  readonly startedAt: Instant;
  readonly connect: ConnectSeen;
  readonly steps: readonly Step[];
  readonly tls?: TlsSeen;
  /** A second connection without TLS, made only where the first one broke at TLS. */
  readonly clear?: { readonly connect: ConnectSeen; readonly steps: readonly Step[] };
}
