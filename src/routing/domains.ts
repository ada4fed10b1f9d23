// Which domains are ours, and what we are to them. Declared by the operator, looked at for every
// recipient.
import { type Name, nameKey } from '../dns/name.ts';
import type { MailAddress } from '../smtp/address.ts';

/** `any`: every local part is taken. Listed local parts are in lower case. */
export type Recipients = 'any' | ReadonlySet<string>;

/** Where a primary puts mail. A later way (LMTP, webhook) is one more kind. */
export type DeliverTo = { readonly kind: 'maildir'; readonly path: string };

export type OurDomain =
  | {
      readonly role: 'primary';
      readonly name: Name;
      readonly recipients: Recipients;
      readonly deliverTo: DeliverTo;
    }
  | { readonly role: 'backup'; readonly name: Name; readonly recipients: Recipients };

/** Ours by name; a name that is not in it is somebody else's. */
export type OurDomains = ReadonlyMap<string, OurDomain>;

export function ourDomains(list: readonly OurDomain[]): OurDomains {
  return new Map(list.map((domain) => [nameKey(domain.name), domain]));
}

export function ourDomainOf(domains: OurDomains, address: MailAddress): OurDomain | undefined {
  return address.domain.kind === 'name' ? domains.get(nameKey(address.domain.name)) : undefined;
}

/** Is there such a recipient? postmaster is at every domain (RFC 5321 §4.5.1). */
export function isRecipient(domain: OurDomain, localPart: string): boolean {
  const local = localPart.toLowerCase();
  return domain.recipients === 'any' || local === 'postmaster' || domain.recipients.has(local);
}
