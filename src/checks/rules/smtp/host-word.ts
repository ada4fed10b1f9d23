// The name by which a host greets: a whole host name, or its address in brackets.
import { parseIp } from '../../../base/ip.ts';
import { labelsOf, nameFromHost } from '../../../dns/name.ts';
import type { Reply } from '../../../smtp/reply.ts';

/** The first word of a greeting, or of the answer to EHLO. */
export const firstWord = ({ lines }: Reply): string => lines[0]?.trim().split(/\s+/)[0] ?? '';

/** Names that mean another host wherever they are heard (RFC 6761 §6.3, RFC 6762 §3). */
const HERE_ONLY = /(?:^|\.)(?:localhost|localdomain|local)$/i;

/** RFC 5321 §2.3.5: fully qualified; §4.2 allows an address literal in its place. */
export function isHostWord(word: string): boolean {
  const literal = /^\[(?:IPv6:)?(.*)\]$/i.exec(word)?.[1];
  if (literal !== undefined) return parseIp(literal) !== undefined;
  // A dot at the end is one too many, and harms nobody.
  const name = nameFromHost(word.replace(/\.$/, ''));
  return name !== undefined && labelsOf(name).length > 1 && !HERE_ONLY.test(word);
}
