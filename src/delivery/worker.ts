// Delivers what the queue leases: each message by domain, each domain in one attempt, each attempt
// settled as soon as it ended, so that a slow domain holds up none of the others. Whatever happens,
// every leased recipient is settled; if the storage cannot, the queue keeps the settlement.
import { after, type Duration, seconds } from '../base/time.ts';
import type { LeasedMessage, LedgerEntry, Recipient, Settlement } from '../queue/message.ts';
import type { RetrySchedule } from '../routing/retry.ts';
import { reply } from '../smtp/reply.ts';
import { type Attempt, type AttemptParts, attempt } from './attempt.ts';
import type { NoticeSource } from './notice.ts';
import { type Decision, decide, settlementOf } from './settle.ts';

export interface WorkerParts extends AttemptParts {
  readonly settle: (settlement: Settlement) => Promise<void>;
  /** Mail that waits for these domains is due now. */
  readonly wake: (domains: readonly string[]) => void;
  readonly notices: NoticeSource;
  readonly schedule: RetrySchedule;
}

/** Until a site that has no room even to wait is asked again. */
const BUSY_PAUSE: Duration = seconds(10);
/** Domains that are known to have been reached; with more, all are forgotten. */
const REACHED_MAX = 10_000;

export class DeliveryWorker {
  readonly #parts: WorkerParts;
  readonly #running = new Set<Promise<void>>();
  /** Domains that took a message since the start. */
  readonly #reached = new Set<string>();

  constructor(parts: WorkerParts) {
    this.#parts = parts;
  }

  /** Resolves when every recipient of the message is settled; never rejects. */
  deliver(message: LeasedMessage): Promise<void> {
    const groups = Map.groupBy(message.recipients, (recipient) => recipient.domain);
    const work = Promise.all(
      [...groups.values()].map((recipients) => this.#deliverGroup(message, recipients)),
    ).then(() => {});
    this.#running.add(work);
    return work.finally(() => this.#running.delete(work));
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #deliverGroup(message: LeasedMessage, recipients: readonly Recipient[]): Promise<void> {
    try {
      const made = await attempt(this.#parts, message, recipients);
      if (made === 'busy') await this.#parts.settle(this.#waitForRoom(message, recipients));
      else await this.#conclude(message, made);
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      this.#parts.events.emit({ kind: 'storage.failed', because });
      await this.#parts.settle(this.#afterFault(message, recipients, because));
    }
  }

  /** Nothing was tried: no attempt is counted, nothing is written into the ledger. */
  #waitForRoom(message: LeasedMessage, recipients: readonly Recipient[]): Settlement {
    const nextAttemptAt = after(this.#parts.clock.now(), BUSY_PAUSE);
    const lastReason = 'waiting for its turn: many messages go to the same hosts';
    const wait = ({ number }: Recipient) =>
      ({ number, state: 'waiting', nextAttemptAt, lastReason, attempted: false }) as const;
    return { id: message.id, recipients: recipients.map(wait), ledger: [], notices: [] };
  }

  /** A fault of ours must not lose mail, nor try it in a circle. */
  #afterFault(
    message: LeasedMessage,
    recipients: readonly Recipient[],
    because: string,
  ): Settlement {
    const decisions = recipients.map((recipient) => {
      const outcome = {
        kind: 'deferred',
        reply: reply(451, '4.3.0', because),
        possibleDuplicate: true,
      } as const;
      return this.#decide(message, { recipient, outcome });
    });
    const now = this.#parts.clock.now();
    const notice = this.#parts.notices.without();
    return settlementOf(message, decisions, { now, tries: [], ledger: [], notice });
  }

  #decide(message: LeasedMessage, ended: Attempt['ended'][number]): Decision {
    const { clock, chance, schedule } = this.#parts;
    const context = { now: clock.now(), schedule, seed: chance.integer(2 ** 31) };
    return decide(message, ended, context);
  }

  /** What is reported is settled: whoever hears of it finds it in the ledger. */
  async #conclude(message: LeasedMessage, made: Attempt): Promise<void> {
    const decisions = made.ended.map((ended) => this.#decide(message, ended));
    const now = this.#parts.clock.now();
    const tells = decisions.some(
      (each) => each.kind === 'failed' || (each.kind === 'waiting' && each.tellDelay),
    );
    const notice = tells ? await this.#parts.notices.about(message) : this.#parts.notices.without();
    const ledger = ledgerOf(made, decisions, now);
    const context = { now, tries: made.tries, ledger, notice };
    const settlement = settlementOf(message, decisions, context);
    await this.#parts.settle(settlement);
    for (const decision of decisions) this.#report(message, decision, made);
    this.#reportBounces(message, settlement);
    const delivered = decisions.find((decision) => decision.kind === 'delivered');
    if (delivered && made.route.kind === 'hosts') this.#noteReached(delivered.recipient.domain);
  }

  /** The memory of bad hosts ends with the process: what waits since is woken by a success. */
  #noteReached(domain: string): void {
    if (this.#reached.has(domain)) return;
    if (this.#reached.size >= REACHED_MAX) this.#reached.clear();
    this.#reached.add(domain);
    this.#parts.wake([domain]);
  }

  #reportBounces({ id, recipients }: LeasedMessage, { ledger }: Settlement): void {
    for (const entry of ledger) {
      if (entry.kind !== 'bounced') continue;
      const { bounceId } = entry;
      for (const { number, address } of recipients) {
        if (!entry.recipients.includes(number)) continue;
        this.#parts.events.emit({ kind: 'recipient.bounced', id, recipient: address, bounceId });
      }
    }
  }

  #report(message: LeasedMessage, decision: Decision, { route }: Attempt): void {
    const { id } = message;
    const recipient = decision.recipient.address;
    const because = decision.reason;
    if (decision.kind === 'waiting') {
      this.#parts.events.emit({
        kind: 'recipient.deferred',
        id,
        recipient,
        because,
        nextAttemptAt: decision.at,
      });
      return;
    }
    const where = route.kind === 'here' ? 'here' : decision.host;
    const kind = decision.kind === 'delivered' ? 'recipient.delivered' : 'recipient.failed';
    this.#parts.events.emit({ kind, id, recipient, because, ...(where ? { where } : {}) });
  }
}

/** One entry for all recipients that fared alike. */
function ledgerOf(
  made: Attempt,
  decisions: readonly Decision[],
  at: LedgerEntry['at'],
): LedgerEntry[] {
  const alike = Map.groupBy(decisions, (each) =>
    [each.kind, each.reason, each.kind === 'waiting' ? each.at : ''].join('\n'),
  );
  return [...alike.values()].flatMap((group): LedgerEntry[] => {
    const [first] = group;
    if (!first) return [];
    const outcome = first.kind === 'waiting' ? 'deferred' : first.kind;
    const isDoubtful = first.outcome.kind === 'deferred' && first.outcome.possibleDuplicate;
    return [
      {
        kind: 'attempted',
        at,
        recipients: group.map((each) => each.recipient.number),
        question: made.question,
        route: made.route.kind === 'hosts' ? 'hosts' : `${made.route.kind}: ${made.route.because}`,
        tries: made.tries,
        outcome,
        reason: first.reason,
        possibleDuplicate: isDoubtful,
        ...(first.kind === 'waiting' ? { nextAttemptAt: first.at } : {}),
      },
    ];
  });
}
