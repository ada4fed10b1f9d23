// What a rule may want to know. A want is plain data with a key, so that two rules that want the
// same are answered by one fact, and a saved observation is a list of wants with their answers.
import type { IpAddress } from '../base/ip.ts';
import { type Name, nameKey } from '../dns/name.ts';
import type { TypeCode } from '../dns/packet.ts';
import { typeText } from '../dns/types.ts';

export type Want =
  /** As a sender would find it: from the root, aliases followed. */
  | { readonly kind: 'lookup'; readonly name: Name; readonly type: TypeCode }
  /** The same through the resolver of this machine, for its word on DNSSEC, and for block lists. */
  | { readonly kind: 'resolved'; readonly name: Name; readonly type: TypeCode }
  /** Which zone a name is in, how it is delegated, and who serves it. */
  | { readonly kind: 'zone'; readonly name: Name }
  /** The answer of every server of the zone that the name is in, at every address of it. */
  | {
      readonly kind: 'answers';
      readonly name: Name;
      readonly type: TypeCode;
      readonly by: 'udp' | 'tcp';
    }
  /**
   * A conversation with a mail host. `recipients`: published addresses to ask for, with consent.
   */
  | {
      readonly kind: 'dialogue';
      readonly host: Name;
      readonly address: IpAddress;
      readonly recipients: readonly string[];
    }
  /** A page fetched by HTTPS, without following redirects. */
  | { readonly kind: 'page'; readonly url: string }
  /** Does any host in the world answer this machine on the SMTP port? */
  | { readonly kind: 'egress' };

/** Equal for wants that one fact answers. A host is spoken to once, whoever wants to. */
export function keyOf(want: Want): string {
  switch (want.kind) {
    case 'lookup':
    case 'resolved':
      return `${want.kind} ${nameKey(want.name)} ${typeText(want.type)}`;
    case 'zone':
      return `zone ${nameKey(want.name)}`;
    case 'answers':
      return `answers ${nameKey(want.name)} ${typeText(want.type)} ${want.by}`;
    case 'dialogue':
      return `dialogue ${nameKey(want.host)} ${want.address}`;
    case 'page':
      return `page ${want.url}`;
    case 'egress':
      return 'egress';
  }
}
