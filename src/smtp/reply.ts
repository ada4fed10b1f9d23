// SMTP replies as values (RFC 5321 §4.2, RFC 3463): made, printed as bytes, and read back.

/** One reply. `enhanced` is the RFC 3463 code (`5.1.1`) where one was given. */
export interface Reply {
  readonly code: number;
  readonly enhanced?: string;
  /** The text lines, without codes; foreign bytes are kept as latin1 (show them with `base/show`). */
  readonly lines: readonly string[];
}

/** A reply of our own, of one line. */
export function reply(code: number, enhanced: string | undefined, text: string): Reply {
  return enhanced === undefined ? { code, lines: [text] } : { code, enhanced, lines: [text] };
}

export const isPositive = (given: Reply): boolean => given.code >= 200 && given.code < 400;
export const isTransient = (given: Reply): boolean => given.code >= 400 && given.code < 500;
export const isPermanent = (given: Reply): boolean => given.code >= 500;

/** On one line, as people quote it: `550 5.1.1 No such user`. Foreign text: show it through `base/show`. */
export function printReply(given: Reply): string {
  const start = given.enhanced === undefined ? `${given.code}` : `${given.code} ${given.enhanced}`;
  return `${start} ${given.lines.join(' / ')}`.trimEnd();
}
