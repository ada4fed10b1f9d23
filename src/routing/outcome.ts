// What an attempt means (docs/behaviour.md): from how a try at one target ended to what becomes of
// each recipient, and what to do next. Nothing is decided about outcomes anywhere else.
//
//   no connection, time-out, dropped before the dot           the next target
//   greeting or EHLO 4xx, 5xx                                 the next target, the host is bad
//   STARTTLS or its handshake failed, TLS is opportunistic    the same host again, in clear
//   MAIL, RCPT, DATA or final 4xx                             the next target, or later by choice
//   MAIL 5xx: all fail; RCPT 5xx: that one; DATA, final 5xx: those that were accepted
//   RCPT 452 or 552 after an accepted one                     again, in a new transaction
//   dropped after the dot                                     later, perhaps delivered
//   421 anywhere                                              the connection goes, the next target
import type { Ending, Phase, RecipientReply } from '../smtp/ending.ts';
import { isPermanent, isPositive, printReply, type Reply, reply } from '../smtp/reply.ts';
import type { Left, LeftKind, Security } from './target.ts';

/** What becomes of one recipient after one try. */
export type RecipientVerdict = { readonly recipient: string; readonly reply: Reply } & (
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed' }
  /** Later; no other target now. */
  | { readonly kind: 'deferred'; readonly possibleDuplicate: boolean }
  /** The next target now; later where there is none. */
  | { readonly kind: 'next' }
  /** The same connection, in a new transaction (RFC 5321 §4.5.3.1.10). */
  | { readonly kind: 'again' }
);

export interface Verdict {
  readonly recipients: readonly RecipientVerdict[];
  /** The same target once more, without STARTTLS, for those that are `next`. */
  readonly retryInClear: boolean;
  /** May the connection serve another transaction? */
  readonly connection: 'keep' | 'drop';
  /** What the memory of hosts learns. */
  readonly host: 'well' | 'bad' | 'unchanged';
}

/** What the judgement depends on besides the ending. */
export interface Circumstances {
  /** Those of the transaction, in its order. */
  readonly recipients: readonly string[];
  readonly security: Security;
  /** The operator's switch for this destination: a 4xx in a transaction defers at once. */
  readonly deferOnTransient: boolean;
}

export function judge(ending: Ending, circumstances: Circumstances): Verdict {
  switch (ending.kind) {
    case 'refused':
      return judgeRefusal(ending, circumstances);
    case 'tls-failed':
      return withoutTls(reply(451, '4.7.5', `TLS failed: ${ending.because}`), circumstances);
    case 'broken':
      return judgeBreak(ending, circumstances);
    case 'transaction':
      return judgeTransaction(ending, circumstances);
  }
}

function judgeRefusal(
  { phase, reply: given }: Ending & { kind: 'refused' },
  circumstances: Circumstances,
): Verdict {
  if (phase === 'starttls' && given.code !== 421) return withoutTls(given, circumstances);
  const recipients = circumstances.recipients.map((recipient) => next(recipient, given));
  return { recipients, retryInClear: false, connection: 'drop', host: 'bad' };
}

/** RFC 3207 §4.1, RFC 7435: encryption that may fail is better than mail that may not arrive. */
function withoutTls(given: Reply, { recipients, security }: Circumstances): Verdict {
  return {
    recipients: recipients.map((recipient) => next(recipient, given)),
    retryInClear: security.kind === 'opportunistic',
    connection: 'drop',
    host: 'unchanged',
  };
}

const BEFORE_TRANSACTION: ReadonlySet<Phase> = new Set(['connect', 'greeting', 'ehlo']);

function judgeBreak(ending: Ending & { kind: 'broken' }, circumstances: Circumstances): Verdict {
  const { phase } = ending;
  const unknown = reply(451, '4.4.2', `${ending.because} (in ${phase})`);
  if (phase === 'starttls' || phase === 'handshake') return withoutTls(unknown, circumstances);
  const told = judgeEnvelope(ending.recipients, { ...circumstances, isClosing: true });
  const recipients = circumstances.recipients.map((recipient): RecipientVerdict => {
    const own = told.get(recipient);
    if (own !== undefined && own !== 'accepted') return own;
    if (phase !== 'final') return next(recipient, unknown);
    // RFC 5321 §4.5.3.2.6, RFC 1047: the server may have it; another host now would make two.
    return { kind: 'deferred', recipient, reply: unknown, possibleDuplicate: true };
  });
  const host = BEFORE_TRANSACTION.has(phase) ? 'bad' : 'unchanged';
  return { recipients, retryInClear: false, connection: 'drop', host };
}

function judgeTransaction(
  ending: Ending & { kind: 'transaction' },
  circumstances: Circumstances,
): Verdict {
  const { mail, data, final } = ending;
  const replies = [mail, ...ending.recipients.map((entry) => entry.reply), data, final];
  const isClosing = replies.some((given) => given?.code === 421);
  const context = { ...circumstances, isClosing };
  const told = judgeEnvelope(ending.recipients, context);
  const recipients = circumstances.recipients.map((recipient): RecipientVerdict => {
    if (!isPositive(mail)) return judgeReply({ recipient, reply: mail }, context);
    const own = told.get(recipient);
    if (own !== undefined && own !== 'accepted') return own;
    const last = final ?? data;
    // The transaction was given up before it said anything of this one.
    if (!own || !last) return next(recipient, reply(451, '4.5.0', 'the message was not sent'));
    return judgeReply({ recipient, reply: last }, context, final !== undefined);
  });
  const connection = isClosing ? 'drop' : 'keep';
  return { recipients, retryInClear: false, connection, host: 'well' };
}

interface Context extends Circumstances {
  readonly isClosing: boolean;
}

/** What RCPT decided; those that were accepted wait for the reply after the dot. */
function judgeEnvelope(
  entries: readonly RecipientReply[],
  context: Context,
): ReadonlyMap<string, RecipientVerdict | 'accepted'> {
  const verdicts = new Map<string, RecipientVerdict | 'accepted'>();
  let hasAccepted = false;
  for (const entry of entries) {
    const isAccepted = isPositive(entry.reply);
    hasAccepted ||= isAccepted;
    const kind = context.isClosing ? 'next' : 'again';
    if (isAccepted) verdicts.set(entry.recipient, 'accepted');
    else if (hasAccepted && isTooMany(entry.reply))
      verdicts.set(entry.recipient, { kind, ...entry });
    else verdicts.set(entry.recipient, judgeReply(entry, context));
  }
  return verdicts;
}

/** RFC 5321 §4.5.3.1.10: 552 from old servers means what 452 means. */
const isTooMany = (given: Reply): boolean => given.code === 452 || given.code === 552;

/** One reply that decides; only the one after the dot can deliver. */
function judgeReply(
  { recipient, reply: given }: RecipientReply,
  { deferOnTransient }: Context,
  isFinal = false,
): RecipientVerdict {
  if (isFinal && isPositive(given)) return { kind: 'delivered', recipient, reply: given };
  if (isPermanent(given)) return { kind: 'failed', recipient, reply: given };
  if (deferOnTransient && given.code !== 421) {
    return { kind: 'deferred', recipient, reply: given, possibleDuplicate: false };
  }
  return next(recipient, given);
}

const next = (recipient: string, given: Reply): RecipientVerdict => ({
  kind: 'next',
  recipient,
  reply: given,
});

/** How an attempt ended for one recipient. */
export type Outcome = { readonly reply: Reply } & (
  | { readonly kind: 'delivered' }
  | { readonly kind: 'deferred'; readonly possibleDuplicate: boolean }
  | { readonly kind: 'failed' }
);

/** One try of a recipient that ended in `next`, as the end of an attempt looks back on it. */
export interface SpentTry {
  readonly host: string;
  readonly ending: Ending;
  readonly reply: Reply;
}

const MAY_BE_ASKED_LATER: ReadonlySet<LeftKind> = new Set(['memory', 'surplus', 'lookup-failed']);

/**
 * When no target is left. A host that greets with 5xx speaks for itself only, so the next is tried;
 * where every one of them did, and none was kept back, the domain has spoken, and waiting is in
 * vain.
 */
export function exhausted(tries: readonly SpentTry[], left: readonly Left[]): Outcome {
  const isKeptBack = left.some(({ kind }) => MAY_BE_ASKED_LATER.has(kind));
  if (tries.length > 0 && !isKeptBack && tries.every(({ ending }) => isUnwelcome(ending))) {
    const lines = tries.map((each) => `${each.host}: ${printReply(each.reply)}`);
    const first = tries[0]?.reply.enhanced;
    return { kind: 'failed', reply: { code: 554, enhanced: first ?? '5.3.2', lines } };
  }
  return { kind: 'deferred', reply: lastWord(tries), possibleDuplicate: false };
}

function isUnwelcome(ending: Ending): boolean {
  return ending.kind === 'refused' && ending.phase === 'greeting' && isPermanent(ending.reply);
}

/** A server's own 4xx says more than "no connection" to its neighbour. */
function lastWord(tries: readonly SpentTry[]): Reply {
  const spoken = tries.filter(({ ending }) => ending.kind === 'transaction');
  const best = spoken.at(-1) ?? tries.at(-1);
  if (!best) return reply(451, '4.4.1', 'no host could be tried');
  const { host, reply: given } = best;
  return { ...given, lines: [`${host}: ${given.lines.join(' ')}`] };
}
