// What a rule speaks about: the domain, one of its name servers, one exchange, one address of an
// exchange, or a name in the DNS. Its text is stable: reports are compared by it.
import type { IpAddress } from '../base/ip.ts';
import { hostText, type Name } from '../dns/name.ts';

export type Subject =
  | { readonly kind: 'domain' }
  /** Without an address: the host as a whole. */
  | { readonly kind: 'name-server'; readonly host: Name; readonly address?: IpAddress }
  | { readonly kind: 'exchange'; readonly host: Name }
  | { readonly kind: 'address'; readonly host: Name; readonly address: IpAddress }
  /** `_dmarc.example.com.`, the target of an include, a mail address that is published. */
  | { readonly kind: 'name'; readonly name: string };

export const THE_DOMAIN: Subject = { kind: 'domain' };
export const nameServer = (host: Name, address?: IpAddress): Subject =>
  address === undefined ? { kind: 'name-server', host } : { kind: 'name-server', host, address };
export const exchange = (host: Name): Subject => ({ kind: 'exchange', host });
export const addressOf = (host: Name, address: IpAddress): Subject => ({
  kind: 'address',
  host,
  address,
});
export const named = (name: string): Subject => ({ kind: 'name', name });

/** `ns1.example.com 192.0.2.1`; the domain itself is its own name. Foreign text may be in it. */
export function subjectText(subject: Subject, domain: Name): string {
  switch (subject.kind) {
    case 'domain':
      return hostText(domain);
    case 'name-server':
    case 'exchange':
    case 'address': {
      const address = 'address' in subject ? subject.address : undefined;
      return address === undefined
        ? hostText(subject.host)
        : `${hostText(subject.host)} ${address}`;
    }
    case 'name':
      return subject.name.length > 1 ? subject.name.replace(/\.$/, '') : subject.name;
  }
}
