// What each server of a zone said, read: an authoritative answer, or why it is none. Rules compare
// and count only answers; silence of one question is kept apart from a server that says no.
import type { ServerAt } from '../../../dns/authority.ts';
import { hostText, type Name, sameName } from '../../../dns/name.ts';
import { type Packet, RCODE, type ResourceRecord, type TypeCode } from '../../../dns/packet.ts';
import type { SoaData } from '../../../dns/records/record-data.ts';
import { TYPE, typeText } from '../../../dns/types.ts';
import type { AnswersFact, ServerAnswer } from '../../fact.ts';
import { answersFor, ask, type Inquiry } from '../../inquiry.ts';
import { serverKey } from './words.ts';

export interface Question {
  readonly name: Name;
  readonly type: TypeCode;
}

export type Reading =
  /** Authoritative and whole; no records: it says that there are none. */
  | { readonly kind: 'answer'; readonly records: readonly ResourceRecord[] }
  /** Cut off (TC), so that records may be missing. */
  | { readonly kind: 'cut' }
  /** Nothing came. */
  | { readonly kind: 'silent'; readonly because: string }
  /** Something came that a server of the zone does not say. */
  | { readonly kind: 'wrong'; readonly because: string };

const RCODE_TEXT = new Map<number, string>(
  Object.entries(RCODE).map(([text, code]) => [code, text]),
);

/** `REFUSED`, or `RCODE 9`. */
const rcodeText = (rcode: number): string => RCODE_TEXT.get(rcode) ?? `RCODE ${rcode}`;

/** What one server said. */
export function readingOf({ name, type, ending, packet }: ServerAnswer): Reading {
  if (ending.kind === 'failure' && ending.failure !== 'malformed') {
    return { kind: 'silent', because: ending.because };
  }
  if (!packet) return { kind: 'wrong', because: 'sent a packet that cannot be read' };
  const { rcode, authoritative, truncated } = packet;
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) {
    return { kind: 'wrong', because: `answered ${rcodeText(rcode)}` };
  }
  if (truncated) return { kind: 'cut' };
  if (!authoritative) return { kind: 'wrong', because: 'answered without authority (no AA)' };
  return { kind: 'answer', records: recordsAt(packet, { name, type }) };
}

/** The records of the name itself that answer the question: of its type, or an alias. */
export const recordsAt = (packet: Packet, { name, type }: Question): readonly ResourceRecord[] =>
  packet.answers.filter(
    (record) => (record.type === type || record.type === TYPE.CNAME) && sameName(record.name, name),
  );

/** Does the answer show that the server serves the name, whatever it says of it? */
export const isUsable = (answer: ServerAnswer): boolean => {
  const { kind } = readingOf(answer);
  return kind === 'answer' || kind === 'cut';
};

/**
 * What all servers say to each question. Answers that were cut off over UDP are taken from TCP, as
 * RFC 7766 §5 has it.
 */
export function* wholeAnswers(questions: readonly Question[]): Inquiry<readonly AnswersFact[]> {
  const wants = questions.map((each) => ({ kind: 'answers', ...each, by: 'udp' }) as const);
  const facts = yield* ask<'answers'>(wants);
  const isCut = facts.map(({ answers }) => answers.some((each) => readingOf(each).kind === 'cut'));
  const again = yield* ask<'answers'>(
    wants.filter((_, at) => isCut[at]).map((want) => ({ ...want, by: 'tcp' })),
  );
  const whole = again.values();
  return facts.map((fact, at) => {
    const byTcp = isCut[at] ? whole.next().value : undefined;
    return byTcp ? { ...fact, answers: merged(fact.answers, byTcp.answers) } : fact;
  });
}

function merged(
  byUdp: readonly ServerAnswer[],
  byTcp: readonly ServerAnswer[],
): readonly ServerAnswer[] {
  const better = new Map(byTcp.map((answer) => [serverKey(answer.server), answer]));
  return byUdp.map((answer) =>
    readingOf(answer).kind === 'cut' ? (better.get(serverKey(answer.server)) ?? answer) : answer,
  );
}

/** The SOA records that one server gave for its zone; one, if all is well. */
export interface SoaSeen {
  readonly id: string;
  readonly server: ServerAt;
  readonly soa: SoaData;
  /** All different ones. */
  readonly count: number;
  readonly ttlSeconds: number;
}

/** The SOA record of a zone at every server that gives one. */
export function* soaAt(zone: Name): Inquiry<readonly SoaSeen[]> {
  const { answers } = yield* answersFor(zone, TYPE.SOA);
  return answers.flatMap((answer) => soaIn(answer) ?? []);
}

/** The SOA record in an authoritative answer; nothing in any other. */
export function soaIn(answer: ServerAnswer): SoaSeen | undefined {
  const reading = readingOf(answer);
  if (reading.kind !== 'answer') return undefined;
  const found = reading.records.filter(({ data }) => data.kind === 'SOA');
  const [first] = found;
  if (first?.data.kind !== 'SOA') return undefined;
  const { ttlSeconds, data: soa } = first;
  const different = new Set(found.map(({ data }) => JSON.stringify(data).toLowerCase()));
  return { id: answer.id, server: answer.server, soa, count: different.size, ttlSeconds };
}

/** Why nothing is known of a question that no server answered. */
export function whyNone(question: Question, { because, answers }: AnswersFact): string {
  if (because !== undefined) return because;
  const text = `${typeText(question.type)} of ${hostText(question.name)}`;
  return answers.length === 0
    ? 'no name server has an address that can be asked'
    : `no name server gave an answer for ${text}`;
}
