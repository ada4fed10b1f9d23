// SMTP replies as values (RFC 5321 §4.2, RFC 3463): made, printed as bytes, and read back.

/** One reply. `enhanced` is the RFC 3463 code (`5.1.1`) where one was given. */
export interface Reply {
  readonly code: number;
  readonly enhanced?: string;
  /**
   * The text lines, without codes; foreign bytes are kept as latin1 (show them with `base/show`).
   */
  readonly lines: readonly string[];
}

/** A reply of our own, of one line. */
export function reply(code: number, enhanced: string | undefined, text: string): Reply {
  return enhanced === undefined ? { code, lines: [text] } : { code, enhanced, lines: [text] };
}

export const isPositive = (given: Reply): boolean => given.code >= 200 && given.code < 400;
export const isPermanent = (given: Reply): boolean => given.code >= 500;

/**
 * On one line, as people quote it: `550 5.1.1 No such user`. Foreign text: show it through
 * `base/show`.
 */
export function printReply(given: Reply): string {
  const start = given.enhanced === undefined ? `${given.code}` : `${given.code} ${given.enhanced}`;
  return `${start} ${given.lines.join(' / ')}`.trimEnd();
}

/** Is it a reply, and not another value that stands where one may? */
export const isReply = (value: unknown): value is Reply =>
  typeof value === 'object' && value !== null && 'code' in value;

// RFC 5321 §4.5.3.1.5: 512 with code and CRLF; the rest is for the codes.
const TEXT_CHARACTERS_MAX = 490;
const UNSAFE = /[^ -~]/g;

/** As it is sent, with its CRLF. Control characters in a text become `?`: nobody forges a reply. */
export function wireReply({ code, enhanced, lines }: Reply): string {
  const prefix = enhanced === undefined ? '' : `${enhanced} `;
  const last = lines.length - 1;
  if (last < 0) return `${code} ${prefix.trimEnd()}\r\n`;
  let wire = '';
  for (const [index, line] of lines.entries()) {
    const text = line.slice(0, TEXT_CHARACTERS_MAX).replace(UNSAFE, '?');
    // RFC 5321 §4.2.1: a hyphen after the code of every line but the last.
    wire += `${code}${index < last ? '-' : ' '}${prefix}${text}\r\n`;
  }
  return wire;
}
