// Mail addresses (RFC 5321 §4.1.2): the one parser that sessions, routing and queue share, so that no
// two parts ever disagree about which domain an address belongs to.
import type { IpAddress } from '../base/ip.ts';
import type { Name } from '../dns/name.ts';

/** Where mail goes: a domain name, or an address literal such as `[192.0.2.1]`. */
export type MailDomain =
  | { readonly kind: 'name'; readonly name: Name }
  | { readonly kind: 'literal'; readonly address: IpAddress };

/** One mailbox. `local` is unquoted and keeps its case; `text` is as it is written in SMTP. */
export interface MailAddress {
  readonly local: string;
  readonly domain: MailDomain;
  readonly text: string;
}

/** The sender of an envelope: a mailbox, or nobody (`<>`, the sender of bounces). */
export type Sender = MailAddress | 'null';

/** A recipient as RCPT gave it; `<Postmaster>` without a domain is allowed (RFC 5321 §4.5.1). */
export type RecipientPath = MailAddress | 'postmaster';
