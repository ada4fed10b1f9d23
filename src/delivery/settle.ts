// What becomes of recipients after an attempt: a pure step from outcomes to one settlement, with
// the bounce or the delay notice that it makes. Every recipient leaves an attempt as delivered,
// waiting, bounced or unreported; there is no fifth way.
import type { Instant } from '../base/time.ts';
import type { ReportedTry } from '../message/bounce-options.ts';
import type {
  LeasedMessage,
  LedgerEntry,
  NewMessage,
  Recipient,
  Settlement,
  Try,
} from '../queue/message.ts';
import type { Outcome } from '../routing/outcome.ts';
import { isDelayNoticeDue, nextAttempt, type RetrySchedule } from '../routing/retry.ts';
import { printReply, type Reply } from '../smtp/reply.ts';

/** How an attempt ended for one recipient. */
export interface Ended {
  readonly recipient: Recipient;
  readonly outcome: Outcome;
  /** The host that said so, where one did. */
  readonly host?: string;
}

export type Decision = Ended &
  (
    | { readonly kind: 'delivered' | 'failed'; readonly reason: string }
    | {
        readonly kind: 'waiting';
        readonly reason: string;
        readonly at: Instant;
        readonly tellDelay: boolean;
      }
  );

export interface DecisionContext {
  readonly now: Instant;
  readonly schedule: RetrySchedule;
  readonly seed: number;
}

/** The outcome and the age of the message decide: done, again at some time, or given up. */
export function decide(message: LeasedMessage, ended: Ended, context: DecisionContext): Decision {
  const reason = printReply(ended.outcome.reply);
  if (ended.outcome.kind !== 'deferred') return { ...ended, kind: ended.outcome.kind, reason };
  const isBounce = message.sender === '';
  const attempts = ended.recipient.attempts + 1;
  const deferral = { receivedAt: message.receivedAt, attempts, isBounce, seed: context.seed };
  const next = nextAttempt(deferral, context.now, context.schedule);
  if (next.kind === 'give-up')
    return { ...ended, kind: 'failed', reason: `${next.because}: ${reason}` };
  const tellDelay =
    !ended.recipient.delayReported && isDelayNoticeDue(deferral, context.now, context.schedule);
  return { ...ended, kind: 'waiting', reason, at: next.at, tellDelay };
}

/** A recipient as a notice speaks of it. */
export interface NoticeRecipient {
  readonly address: string;
  readonly reply: Reply;
  /** The host that gave the reply; absent for one of ours. */
  readonly host?: string;
  readonly attempts: number;
  readonly tries: readonly ReportedTry[];
}

/** Makes the message that tells the sender; the id is new with each call. */
export type NoticeMaker = (
  message: LeasedMessage,
  action: 'failed' | 'delayed',
  recipients: readonly NoticeRecipient[],
) => NewMessage;

export interface SettlementContext {
  readonly now: Instant;
  /** What was tried, for the notices. */
  readonly tries: readonly Try[];
  readonly ledger: readonly LedgerEntry[];
  readonly notice: NoticeMaker;
}

/** One transaction for all recipients of an attempt. */
export function settlementOf(
  message: LeasedMessage,
  decisions: readonly Decision[],
  context: SettlementContext,
): Settlement {
  const { now, tries, notice } = context;
  const tell = (decision: Decision): NoticeRecipient => told(decision, tries);
  const failed = decisions.filter((decision) => decision.kind === 'failed');
  const late = decisions.filter((decision) => decision.kind === 'waiting' && decision.tellDelay);
  // RFC 5321 §6.1: a bounce is never answered by a bounce.
  const isSilent = message.sender === '';
  const bounce =
    failed.length > 0 && !isSilent ? notice(message, 'failed', failed.map(tell)) : undefined;
  const delay = late.length > 0 ? notice(message, 'delayed', late.map(tell)) : undefined;
  return {
    id: message.id,
    recipients: decisions.map((decision) => stateAfter(decision, isSilent)),
    ledger: [
      ...context.ledger,
      ...(bounce
        ? [{ kind: 'bounced' as const, at: now, recipients: numbers(failed), bounceId: bounce.id }]
        : []),
      ...(failed.length > 0 && isSilent
        ? [
            {
              kind: 'unreported' as const,
              at: now,
              recipients: numbers(failed),
              reason: 'the sender is null',
            },
          ]
        : []),
      ...(delay
        ? [
            {
              kind: 'delay-reported' as const,
              at: now,
              recipients: numbers(late),
              noticeId: delay.id,
            },
          ]
        : []),
    ],
    notices: [bounce, delay].filter((made) => made !== undefined),
  };
}

const numbers = (decisions: readonly Decision[]): number[] =>
  decisions.map((decision) => decision.recipient.number);

function told(decision: Decision, tries: readonly Try[]): NoticeRecipient {
  const { recipient, outcome, host } = decision;
  return {
    address: recipient.address,
    reply: outcome.reply,
    attempts: recipient.attempts + 1,
    tries,
    ...(host === undefined ? {} : { host }),
  };
}

function stateAfter(decision: Decision, isSilent: boolean): Settlement['recipients'][number] {
  const base = { number: decision.recipient.number, lastReason: decision.reason, attempted: true };
  switch (decision.kind) {
    case 'delivered':
      return { ...base, state: 'delivered' };
    case 'failed':
      return { ...base, state: isSilent ? 'unreported' : 'bounced' };
    case 'waiting': {
      const reported = decision.tellDelay ? { delayReported: true } : {};
      return { ...base, state: 'waiting', nextAttemptAt: decision.at, ...reported };
    }
  }
}
