// What a host announced after EHLO (RFC 5321 §4.1.1.1), every keyword of it.
import type { Dialogue } from '../../../smtp/probe.ts';
import { isPositive, type Reply } from '../../../smtp/reply.ts';
import { isNotKnown, stepOf } from './answer.ts';

/** Keyword in capitals → what stands behind it. */
export type Announced = ReadonlyMap<string, string>;

/** RFC 5321 §4.1.1.1: the first line names the host. Old ones wrote `AUTH=` for `AUTH `. */
export function announcedIn({ lines }: Reply): Announced {
  const entries = lines.slice(1).map((line): [string, string] => {
    const [, keyword = '', parameters = ''] = /^\s*([^ =]*)[ =]*(.*?)\s*$/.exec(line) ?? [];
    return [keyword.toUpperCase(), parameters];
  });
  return new Map(entries.filter(([keyword]) => keyword !== ''));
}

/** Before TLS; nothing where no EHLO was answered well. */
export function announcedInClear(dialogue: Dialogue): Announced | undefined {
  const reply = stepOf(dialogue, 'ehlo')?.reply;
  if (reply && isPositive(reply)) return announcedIn(reply);
  const helo = stepOf(dialogue, 'helo')?.reply;
  // Whoever knows HELO only announces nothing. One who refused our EHLO may have more for others.
  const isHeloOnly = reply && isNotKnown(reply) && helo && isPositive(helo);
  return isHeloOnly ? new Map() : undefined;
}

/** What holds for mail: under TLS where there was TLS (RFC 3207 §4.2). */
export function announced(dialogue: Dialogue): Announced | undefined {
  const reply = stepOf(dialogue, 'ehlo-tls')?.reply;
  return reply && isPositive(reply) ? announcedIn(reply) : announcedInClear(dialogue);
}

/** The largest message that a host says it takes; nothing where it names no limit. */
export function sizeBytesMax(of: Announced): number | undefined {
  const size = /^\d{1,15}$/.exec(of.get('SIZE') ?? '')?.[0];
  // RFC 1870 §3: 0 is no fixed limit.
  return size === undefined || Number(size) === 0 ? undefined : Number(size);
}

/** `XXXXXXXA`: firewalls that read along write over what they do not know, at its length. */
export const isMasked = (keyword: string): boolean => /^X{4,}[A-Z]?$/.test(keyword);

export const hasMasked = (of: Announced): boolean => [...of.keys()].some(isMasked);
