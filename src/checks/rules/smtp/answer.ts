// What a reply proves. Only a "yes" and a "no" that is about what was asked do: a 4xx, a 421, a
// broken connection, and a "no" to whoever asks (block lists, missing reverse names) prove nothing
// about the host, and the rules say "unknown" and quote them.
import type { Dialogue, Step, StepName } from '../../../smtp/probe.ts';
import { isPositive, printReply, type Reply } from '../../../smtp/reply.ts';
import { unknown, unknownReply, type Verdict } from '../../verdict.ts';
import type { Talk } from './reachable.ts';

export type Answer =
  | { readonly kind: 'yes'; readonly reply: Reply; readonly step: Step }
  | { readonly kind: 'no'; readonly reply: Reply; readonly step: Step }
  /** It could not be tested. */
  | { readonly kind: 'untold'; readonly because: string; readonly reply?: Reply };

/** All that was said; where TLS broke, on the second connection too. */
export const stepsOf = ({ steps, clear }: Dialogue): readonly Step[] =>
  clear ? [...steps, ...clear.steps] : steps;

export const stepOf = (dialogue: Dialogue, name: StepName): Step | undefined => {
  const steps = stepsOf(dialogue).filter((step) => step.name === name);
  return steps.find(({ reply }) => reply !== undefined) ?? steps[0];
};

export const answerTo = (dialogue: Dialogue, name: StepName): Answer =>
  answerOf(dialogue, stepOf(dialogue, name));

export function answerOf(dialogue: Dialogue, step: Step | undefined): Answer {
  if (!step) return hindranceIn(dialogue);
  const { reply } = step;
  if (!reply) return { kind: 'untold', because: step.because ?? 'there was no answer' };
  if (isPositive(reply)) return { kind: 'yes', reply, step };
  if (reply.code < 500) return { kind: 'untold', because: wordsFor(reply), reply };
  if (isAboutUs(reply)) return { kind: 'untold', because: 'it refuses this machine', reply };
  return { kind: 'no', reply, step };
}

/** The verdict on what could not be tested. */
export const untold = (
  { subject, id }: Talk,
  { because, reply }: Extract<Answer, { kind: 'untold' }>,
): Verdict =>
  reply ? unknownReply(subject, because, reply, [id]) : unknown(subject, because, [id]);

/** Steps without which there are no later ones. */
const GATES: ReadonlySet<StepName> = new Set([
  'greeting',
  'ehlo',
  'helo',
  'starttls',
  'ehlo-tls',
  'mail',
  'relay-mail',
]);

/** Why a step was never reached: the last thing before it that went wrong. */
function hindranceIn(dialogue: Dialogue): Extract<Answer, { kind: 'untold' }> {
  const last = stepsOf(dialogue).findLast(({ name, sent, reply, because }) => {
    if (!reply) return because !== undefined && (name === 'greeting' || sent !== undefined);
    return reply.code === 421 || (GATES.has(name) && !isPositive(reply));
  });
  if (last?.reply) {
    const { name, reply } = last;
    return { kind: 'untold', because: `it was not asked, after ${WORDS[name] ?? name}`, reply };
  }
  const { tls } = dialogue;
  if (last?.because !== undefined) return { kind: 'untold', because: last.because };
  if (tls?.kind === 'failed') return { kind: 'untold', because: `TLS failed: ${tls.because}` };
  return { kind: 'untold', because: 'the conversation did not get so far' };
}

const WORDS: Partial<Record<StepName, string>> = {
  greeting: 'the greeting',
  ehlo: 'the answer to EHLO',
  'ehlo-tls': 'the answer to EHLO',
  helo: 'the answer to HELO',
  starttls: 'the answer to STARTTLS',
  mail: 'the answer to MAIL FROM:<>',
  'relay-mail': 'the answer to MAIL from outside',
};

function wordsFor(reply: Reply): string {
  if (isTooOften(reply)) return 'it limits how often or how much it is asked';
  return isGreylisting(reply) ? 'it greylists' : 'it puts the answer off';
}

const textOf = ({ lines }: Reply): string => lines.join(' ');

const GREYLISTING = /\bgr[ae]y[ -]?list/i;
/** RFC 6647: "not yet, come back", in the words that programs have for it. */
export const isGreylisting = (reply: Reply): boolean =>
  reply.code >= 400 && reply.code < 500 && GREYLISTING.test(textOf(reply));

const TOO_OFTEN = [
  /too many (?:\w+ ){0,3}(?:connections|sessions|messages|commands|errors|recipients|attempts)/i,
  /rate[ -]?limit|throttl|connection (?:rate|limit)|too (?:fast|much mail)|slow down/i,
];
/** 421 says only that the host closes now (RFC 5321 §3.8); with others the words tell. */
export const isTooOften = (reply: Reply): boolean =>
  reply.code === 421 || (reply.code >= 400 && TOO_OFTEN.some((words) => words.test(textOf(reply))));

/** RFC 7372 and RFC 7505 codes about the sender, and those of services that ban addresses. */
const ABOUT_US_CODE = /^5\.7\.(?:2\d|[5-7]\d\d)$/;
const ABOUT_US: readonly RegExp[] = [
  /\bblock(?:ed|ing|s?list)|\b(?:black|deny|ban)[ -]?list|\bbanned\b|\b(?:is|are|been) listed\b/i,
  /\b(?:rbl|dnsbl)\b|spamhaus|spamcop|barracuda|uceprotect|reputation|residential|\bspam\b/i,
  /revers(?:e|ing)|\bptr\b|\brdns\b|dynamic (?:ip|address)|\bspf\b|\b[eh][eh]lo\b/i,
  /\b(?:client|sender) (?:host|ip|address)/i,
  /\byour (?:ip|host|address|server|network|domain|mail ?server)/i,
  /pregreet|greet pause|protocol error|command pipelining/i,
];

/** A refusal of whoever asks, not of what was asked. */
export const isAboutUs = (reply: Reply): boolean =>
  reply.code >= 500 &&
  !isRelayDenied(reply) &&
  (ABOUT_US_CODE.test(reply.enhanced ?? '') ||
    ABOUT_US.some((words) => words.test(textOf(reply))) ||
    isTooOften(reply));

const RELAY_DENIED = [
  /\brelay(?:ing)?\b|not (?:a )?(?:local|hosted) domain|no such domain|not hosted here/i,
  /do(?:es)? not (?:accept|take|handle|host) (?:mail|e-?mail|messages) for/i,
  /domain (?:is )?not (?:found|hosted|local|allowed|accepted)|(?:unknown|invalid) domain\b/i,
];

/** "We have nothing to do with that domain." */
export const isRelayDenied = (reply: Reply): boolean =>
  reply.code >= 500 && RELAY_DENIED.some((words) => words.test(textOf(reply)));

/**
 * The same without the words: 5.7.1 is "not authorized" (RFC 3463 §3.8), of which relaying is only
 * the commonest case. It means that where others take such mail.
 */
export const isPolicyRefusal = ({ code, enhanced }: Reply): boolean =>
  [550, 554].includes(code) && enhanced === '5.7.1';

/** RFC 5321 §4.2.4: "I do not know that command"; not a word about whoever says it. */
export const isNotKnown = ({ code }: Reply): boolean => [500, 502, 504].includes(code);

/** As it is quoted within a sentence. */
export const quoted = (reply: Reply): string => `"${printReply(reply)}"`;
