// Paths: what stands between angle brackets in MAIL and RCPT (RFC 5321 §4.1.2). They are cut out of
// a command before its parameters are looked at, since a quoted local part may hold spaces and
// brackets.
import {
  type AddressFault,
  isAddressFault,
  type MailAddress,
  parseAddress,
  type RecipientPath,
  type Sender,
} from './address.ts';

// RFC 5321 §4.1.2: A-d-l. It must be accepted and should be ignored (§4.1.1.3, Appendix C).
const SOURCE_ROUTE = /^@[\w.-]+(?:,@[\w.-]+)*:/;

/** The mailbox in `<user@example.com>`; hosts of a source route (`<@a,@b:user@c>`) are ignored. */
export function parsePath(text: string): MailAddress | AddressFault {
  if (!text.startsWith('<') || !text.endsWith('>')) {
    return { kind: 'address-fault', because: 'it is not in angle brackets' };
  }
  const inside = text.slice(1, -1);
  return parseAddress(inside.startsWith('@') ? inside.replace(SOURCE_ROUTE, '') : inside);
}

/** What MAIL FROM names: a mailbox, or `<>`. */
export function parseReversePath(text: string): Sender | AddressFault {
  return text === '<>' ? 'null' : parsePath(text);
}

/** What RCPT TO names: a mailbox, or `<Postmaster>` in any case (RFC 5321 §4.1.1.3). */
export function parseForwardPath(text: string): RecipientPath | AddressFault {
  const path = parsePath(text);
  return isAddressFault(path) && text.toLowerCase() === '<postmaster>' ? 'postmaster' : path;
}

/** Where the path that begins `text` ends: the index after its `>`, or -1 where it has no end. */
export function pathEnd(text: string): number {
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\' && quoted) at += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === '>' && !quoted) return at + 1;
  }
  return -1;
}
