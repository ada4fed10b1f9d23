// One attempt: all recipients of one message at one domain, along the route, until each has an
// outcome. It decides nothing itself: `route` says where, `judge` what an ending means, `exhausted`
// what it means that no target is left. It never rejects.

import type { Events } from '../base/events.ts';
import type { Chance } from '../base/random.ts';
import { between, type Clock, type Instant } from '../base/time.ts';
import type { LeasedMessage, Recipient, Try } from '../queue/message.ts';
import { exhausted, judge, type Outcome, type SpentTry, type Verdict } from '../routing/outcome.ts';
import type { Question } from '../routing/question.ts';
import { type Route, route } from '../routing/route.ts';
import { siteOf } from '../routing/site.ts';
import type { Left, Target } from '../routing/target.ts';
import { printReply, reply } from '../smtp/reply.ts';
import { type Conversation, type Conversations, printEnding } from './conversations.ts';
import type { HostMemory } from './host-memory.ts';
import type { LocalDelivery } from './maildir.ts';
import type { Pace } from './pace.ts';
import type { Ended } from './settle.ts';

export interface AttemptParts {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly events: Events;
  readonly conversations: Conversations;
  readonly memory: HostMemory;
  readonly pace: Pace;
  readonly local: LocalDelivery;
  /** Gathers the question for a domain as it stands now. */
  readonly ask: (domain: string) => Promise<Question>;
  /** Domains where a 4xx in a transaction defers at once. */
  readonly deferOnTransient: ReadonlySet<string>;
}

export interface Attempt {
  readonly question: Question;
  readonly route: Route;
  readonly tries: readonly Try[];
  readonly ended: readonly Ended[];
}

export async function attempt(
  parts: AttemptParts,
  message: LeasedMessage,
  recipients: readonly Recipient[],
): Promise<Attempt | 'busy'> {
  const question = await parts.ask(recipients[0]?.domain ?? '');
  const decided = route(question);
  const result = { question, route: decided, tries: [] };
  switch (decided.kind) {
    case 'here':
      return { ...result, ended: await deliverHere(parts, { message, recipients }, decided) };
    case 'never': {
      const outcome: Outcome = { kind: 'failed', reply: decided.reply };
      return { ...result, ended: recipients.map((recipient) => ({ recipient, outcome })) };
    }
    case 'later': {
      const outcome: Outcome = { kind: 'deferred', reply: decided.reply, possibleDuplicate: false };
      return { ...result, ended: recipients.map((recipient) => ({ recipient, outcome })) };
    }
    case 'hosts': {
      const walk = new Walk(parts, message, recipients);
      const walked = await parts.pace.at(siteOf(decided.targets, decided.left), () =>
        walk.along(decided),
      );
      return walked === 'busy' ? walked : { ...result, tries: walk.tries, ended: walked };
    }
  }
}

interface Delivery {
  readonly message: LeasedMessage;
  readonly recipients: readonly Recipient[];
}

async function deliverHere(
  parts: AttemptParts,
  { message, recipients }: Delivery,
  { deliverTo }: Route & { kind: 'here' },
): Promise<readonly Ended[]> {
  const ended: Ended[] = [];
  for (const recipient of recipients) {
    ended.push({ recipient, outcome: await parts.local.deliver(message, recipient, deliverTo) });
  }
  return ended;
}

/** RFC 5321 §4.5.3.1.8: every server takes 100, and we never give more. */
const RECIPIENTS_MAX = 100;

/** The way of a message from target to target. */
class Walk {
  readonly tries: Try[] = [];
  readonly #parts: AttemptParts;
  readonly #message: LeasedMessage;
  readonly #recipients: ReadonlyMap<string, Recipient>;
  readonly #ended = new Map<string, Ended>();
  readonly #spent = new Map<string, SpentTry[]>();
  #pending: readonly string[];

  constructor(parts: AttemptParts, message: LeasedMessage, recipients: readonly Recipient[]) {
    this.#parts = parts;
    this.#message = message;
    this.#recipients = new Map(recipients.map((recipient) => [recipient.address, recipient]));
    this.#pending = [...this.#recipients.keys()];
  }

  async along({ targets, left }: Route & { kind: 'hosts' }): Promise<readonly Ended[]> {
    for (const target of targets) {
      if (this.#pending.length === 0) break;
      const inClear = await this.#at(target, true);
      if (inClear) await this.#at(target, false, ['in clear: TLS failed before']);
    }
    for (const address of this.#pending)
      this.#end(address, exhausted(this.#spent.get(address) ?? [], left));
    this.#waitForBad([...targets, ...left.filter(({ kind }) => kind === 'memory')]);
    return [...this.#ended.values()];
  }

  /** All transactions at one target; true when those pending are to be tried there in clear. */
  async #at(target: Target, tls: boolean, notes: readonly string[] = []): Promise<boolean> {
    this.#parts.memory.claim(target.address);
    let batch = this.#pending.slice(0, RECIPIENTS_MAX);
    let waiting = this.#pending.slice(RECIPIENTS_MAX);
    const next: string[] = [];
    while (batch.length > 0) {
      const { verdict, ending } = await this.#transact(target, tls, batch, notes);
      const again = this.#apply(verdict, ending, target, next);
      if (verdict.retryInClear) {
        this.#pending = [...next, ...waiting];
        return true;
      }
      const rest = [...again, ...waiting];
      const stays = verdict.connection === 'keep';
      if (!stays) {
        const given =
          verdict.recipients.at(-1)?.reply ?? reply(451, '4.4.2', 'the connection ended');
        const spent = { host: target.host, ending, reply: given };
        for (const address of rest) this.#spend(address, spent, next);
      }
      batch = stays ? rest.slice(0, RECIPIENTS_MAX) : [];
      waiting = stays ? rest.slice(RECIPIENTS_MAX) : [];
    }
    this.#pending = next;
    return false;
  }

  async #transact(
    target: Target,
    tls: boolean,
    recipients: readonly string[],
    notes: readonly string[],
  ): Promise<{ verdict: Verdict; ending: Conversation['ending'] }> {
    const { clock, conversations, deferOnTransient } = this.#parts;
    const { id, sender, sizeBytes, eightBit, body } = this.#message;
    const start = clock.now();
    const transaction = { id, sender, recipients, sizeBytes, eightBit, body };
    const conversation = await conversations.converse(target, tls, transaction);
    const domain = [...this.#recipients.values()][0]?.domain ?? '';
    const verdict = judge(conversation.ending, {
      recipients,
      security: target.security,
      deferOnTransient: deferOnTransient.has(domain),
    });
    this.#record(target, conversation, start, notes);
    this.#remember(target, verdict, conversation);
    return { verdict, ending: conversation.ending };
  }

  /** Returns those that are to be said again here; `next` collects those for the next target. */
  #apply(
    verdict: Verdict,
    ending: Conversation['ending'],
    target: Target,
    next: string[],
  ): string[] {
    const again: string[] = [];
    for (const each of verdict.recipients) {
      switch (each.kind) {
        case 'delivered':
        case 'failed':
          this.#end(each.recipient, { kind: each.kind, reply: each.reply }, target.host);
          break;
        case 'deferred':
          this.#end(each.recipient, each, target.host);
          break;
        case 'again':
          again.push(each.recipient);
          break;
        case 'next':
          this.#spend(each.recipient, { host: target.host, ending, reply: each.reply }, next);
      }
    }
    return again;
  }

  /** This target could not help; the next one may. */
  #spend(address: string, spent: SpentTry, next: string[]): void {
    const tries = this.#spent.get(address) ?? [];
    tries.push(spent);
    this.#spent.set(address, tries);
    next.push(address);
  }

  #end(address: string, outcome: Outcome, host?: string): void {
    const recipient = this.#recipients.get(address);
    if (recipient)
      this.#ended.set(address, { recipient, outcome, ...(host === undefined ? {} : { host }) });
  }

  #remember(target: Target, verdict: Verdict, { ending }: Conversation): void {
    if (verdict.host === 'well') this.#parts.memory.succeeded(target.address);
    if (verdict.host === 'bad') this.#parts.memory.failed(target, printEnding(ending));
  }

  /**
   * What is deferred is woken when one of the hosts that failed is well again, be it now or before
   * this attempt.
   */
  #waitForBad(places: readonly (Target | Left)[]): void {
    const isDeferred = [...this.#ended.values()].some(({ outcome }) => outcome.kind === 'deferred');
    const domain = [...this.#recipients.values()][0]?.domain;
    if (!isDeferred || domain === undefined) return;
    this.#parts.memory.waitFor(
      places.flatMap(({ address }) => address ?? []),
      domain,
    );
  }

  #record(
    target: Target,
    conversation: Conversation,
    start: Instant,
    notes: readonly string[],
  ): void {
    const { host, address, port, preference } = target;
    const { ending, reused, tls } = conversation;
    const eightBit = ending.kind === 'transaction' && ending.eightBitUnannounced;
    const place = { host, address, port, ...(preference === undefined ? {} : { preference }) };
    this.tries.push({
      ...place,
      ...(tls ? { tls: `${tls.protocol} ${tls.cipher}` } : {}),
      reused,
      tookMs: between(start, this.#parts.clock.now()),
      ending: printEnding(ending),
      replies: conversation.replies.map((each) => ({
        phase: each.phase,
        text: printReply(each.reply),
      })),
      notes: eightBit ? [...notes, '8-bit text to a server without 8BITMIME'] : notes,
    });
    const { id } = this.#message;
    this.#parts.events.emit({ kind: 'target.tried', id, ...place, ending: printEnding(ending) });
  }
}
