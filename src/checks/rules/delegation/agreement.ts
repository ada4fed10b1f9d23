// Do all servers say the same? Their answers in groups, one for each thing that is said, and what
// rules say of them.
import { seconds } from '../../../base/time.ts';
import type { ResourceRecord } from '../../../dns/packet.ts';
import type { AnswersFact } from '../../fact.ts';
import type { Subject } from '../../subject.ts';
import {
  type Actor,
  finding,
  notApplicable,
  pass,
  type Severity,
  unknown,
  type Verdict,
} from '../../verdict.ts';
import { listText } from '../words.ts';
import { readingOf } from './server-answers.ts';
import { serverText } from './words.ts';

export interface AnswerGroup {
  /** In words: the records, or that there are none. */
  readonly what: string;
  readonly servers: readonly string[];
  readonly ids: readonly string[];
  readonly ttlSeconds: number;
}

interface Reader {
  /** Equal for answers that mean the same. */
  keyOf(records: readonly ResourceRecord[]): string;
  wordsFor(records: readonly ResourceRecord[]): string;
}

/** What is said, and by whom; what most servers say first. */
export function groupsIn({ answers }: AnswersFact, reader: Reader): readonly AnswerGroup[] {
  const groups = new Map<string, AnswerGroup>();
  for (const answer of answers) {
    const reading = readingOf(answer);
    if (reading.kind !== 'answer') continue;
    const { records } = reading;
    const key = reader.keyOf(records);
    const known = groups.get(key);
    groups.set(key, {
      what: known?.what ?? reader.wordsFor(records),
      servers: [...(known?.servers ?? []), serverText(answer.server)],
      ids: [...(known?.ids ?? []), answer.id],
      ttlSeconds: Math.max(known?.ttlSeconds ?? 0, ...records.map((it) => it.ttlSeconds)),
    });
  }
  return [...groups.values()].toSorted((a, b) => b.servers.length - a.servers.length);
}

interface Difference {
  readonly subject: Subject;
  /** `example.com MX differs`. */
  readonly what: string;
  readonly severity: Severity;
  readonly actor: Actor;
}

export function differing(
  { subject, what, severity, actor }: Difference,
  groups: readonly AnswerGroup[],
): Verdict {
  const told = groups.map((group) => `${listText(group.servers)} gave ${group.what}`);
  return finding(subject, `${what}: ${told.join('; ')}`, {
    severity,
    actor,
    shows: seconds(Math.max(...groups.map(({ ttlSeconds }) => ttlSeconds))),
    evidence: groups.flatMap(({ ids }) => ids),
  });
}

/** Of servers that all say the same. */
export function agreeing(
  subject: Subject,
  { servers, ids }: AnswerGroup,
  fact: AnswersFact,
): Verdict {
  if (servers.length > 1) return pass(subject, `the same at ${servers.length} servers`, ids);
  return fact.answers.length > 1
    ? unknown(subject, `only ${servers.join()} gave an answer`, [fact.id])
    : notApplicable(subject, 'there is one name server, at one address');
}
