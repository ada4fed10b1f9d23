// The field that every host adds on top of a message it takes (RFC 5321 §4.4): who gave it, to
// whom, how, under which id and when. What the client said of itself is made harmless first.
import { type IpAddress, isIpv6 } from '../base/ip.ts';
import type { TlsFacts } from '../base/session.ts';
import type { Instant } from '../base/time.ts';
import { printDate } from './date.ts';

export interface Reception {
  /** What the client called itself in EHLO or HELO. */
  readonly hello: string;
  /** Where it connected from. */
  readonly client: IpAddress;
  /** Our host name. */
  readonly by: string;
  /** RFC 3848. */
  readonly protocol: 'SMTP' | 'ESMTP' | 'ESMTPS' | 'ESMTPA' | 'ESMTPSA';
  readonly tls?: TlsFacts;
  readonly id: string;
  /** The recipient where there is only one: others must not learn of each other. */
  readonly recipient?: string;
  readonly at: Instant;
}

// RFC 5321 §4.5.3.1: a name has at most 255 octets, an address 254.
const HELLO_MAX = 255;
const NOT_IN_NAME = /[^A-Za-z0-9._:[\]-]/g;
const NOT_IN_COMMENT = /[^A-Za-z0-9._ -]/g;
const PRINTABLE_ADDRESS = /^[\x21-\x7e]{1,320}$/;

// RFC 5321 §4.1.3: an IPv6 literal carries its tag.
const literal = (address: IpAddress): string =>
  isIpv6(address) ? `[IPv6:${address}]` : `[${address}]`;

/** The whole field, folded, with its last CRLF. */
export function receivedField(reception: Reception): string {
  const { hello, client, by, protocol, tls, id, recipient, at } = reception;
  const address = literal(client);
  const name = hello.slice(0, HELLO_MAX).replace(NOT_IN_NAME, '?');
  const secured = tls ? ` (${`${tls.protocol} ${tls.cipher}`.replace(NOT_IN_COMMENT, '?')})` : '';
  // An address that would break the line, or end the clause, is left out: `for` is optional.
  const isShown = recipient !== undefined && PRINTABLE_ADDRESS.test(recipient);
  return [
    `Received: from ${name === '' ? address : `${name} (${address})`}`,
    `by ${by} (Fingerpost) with ${protocol}${secured}`,
    `id ${id}${isShown ? '' : ';'}`,
    ...(isShown ? [`for <${recipient}>;`] : []),
    `${printDate(at)}\r\n`,
  ].join('\r\n\t');
}
