// The queue of a lane: keeps mail until it is someone else's duty.
//
//   state        means, and what it guarantees                        what a crash leaves
//   ----------   --------------------------------------------------   -----------------------------
//   (uploading)  parts of a body before the envelope; no 250 was said  an orphan, deleted at start
//   waiting      kept; tried again when it is due                      waiting
//   attempting   leased to one attempt, and to no other                waiting and due, marked
//                                                                      `interrupted`; held at the
//                                                                      third crash
//   held         kept; nobody tries it until an operator releases it   held
//   delivered    another server, or a mailbox, has it                  delivered
//   bounced      the bounce was queued in the same transaction         bounced, its bounce waiting
//   unreported   undeliverable, and nobody may be told (null sender)   unreported
//   dropped      given up by an operator, with a reason                dropped
//
// `put` resolves when envelope and body are committed and synced: only then is 250 said, and from
// then on each recipient ends in exactly one of the last four. What is done stays in the ledger for
// 7 days. Nothing is lost by a crash, but something can come twice: when the other server took a
// message and we end, or the connection breaks, before its reply is recorded, we must try again.
// The ledger says so (`interrupted`, or a possible duplicate); no protocol of mail can rule it out.
import { FingerpostError } from '../base/errors.ts';
import type { Events } from '../base/events.ts';
import {
  after,
  between,
  type Clock,
  type Duration,
  days,
  hours,
  type Instant,
  instantAt,
  milliseconds,
  minutes,
  pause,
  seconds,
  type Timer,
} from '../base/time.ts';
import { DiskRoom, diskReserveBytes } from './disk-room.ts';
import { Leases } from './leases.ts';
import type { BodySource, LeasedMessage, MessageId, NewMessage, Settlement } from './message.ts';
import type { QueueStore, Recovery } from './store.ts';

export interface QueueOptions {
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly events: Events;
  /** The size limit of the listeners; twice this much disk stays free, and 64 MB at least. */
  readonly messageBytesMax: number;
  /** Messages that the deliverer has at a time. */
  readonly leasedMax?: number;
  /** Bytes of bodies that stay in memory from arrival to settlement. */
  readonly memoryBytesMax?: number;
  /** How long the ledger outlives the message. */
  readonly doneKept?: Duration;
}

/** Attempts a leased message. Each recipient comes back by `settle`, once. It never throws. */
export type Deliverer = (message: LeasedMessage) => void;

const LEASE_MAX = 100;
const PURGE_EVERY = hours(1);
const PURGE_SLICE = 200;
const PURGE_PAUSE = milliseconds(50);
const RETRY_FIRST = seconds(1);
const RETRY_LONGEST = minutes(1);
const NEVER = instantAt(Number.POSITIVE_INFINITY);

export class Queue {
  readonly #store: QueueStore;
  readonly #clock: Clock;
  readonly #events: Events;
  readonly #leases: Leases;
  readonly #diskRoom: DiskRoom;
  readonly #doneKept: Duration;
  readonly #stopping = new AbortController();
  #deliverer: Deliverer | undefined;
  /** No recipient that waits is due before; what is due is looked for only then. */
  #dueAt: Instant = NEVER;
  #dueTimer: { readonly at: Instant; readonly timer: Timer } | undefined;
  #leasing: Promise<void> | undefined;
  #purging: Promise<void> | undefined;

  constructor(options: QueueOptions) {
    const { store, clock, events } = options;
    this.#store = store;
    this.#clock = clock;
    this.#events = events;
    this.#leases = new Leases({
      leasedMax: options.leasedMax ?? 1_000,
      memoryBytesMax: options.memoryBytesMax ?? 64 * 1024 * 1024,
    });
    const reserveBytes = diskReserveBytes(options.messageBytesMax);
    this.#diskRoom = new DiskRoom({ clock, freeBytes: () => store.freeBytes(), reserveBytes });
    this.#doneKept = options.doneKept ?? days(7);
  }

  /** Sets right what the last end left (`stack`: of a crash), then begins to hand out mail. */
  async start(deliverer: Deliverer, stack?: string): Promise<Recovery> {
    const recovery = await this.#store.recover(this.#clock.now(), stack);
    const { waiting, interrupted, held } = recovery;
    this.#events.emit({ kind: 'queue.recovered', waiting, interrupted, held });
    this.#deliverer = deliverer;
    this.#dueAt = (await this.#store.nextDueAt()) ?? NEVER;
    this.pump();
    this.#purging = this.#purgeForEver();
    return recovery;
  }

  /** Hands out nothing more. Settlements are still taken, each tried once. */
  async stop(): Promise<void> {
    this.#deliverer = undefined;
    this.#stopping.abort();
    this.#dueTimer?.timer.cancel();
    await this.#leasing;
    await this.#purging;
  }

  /** Keeps a message. Resolved means committed and synced: 250 may be said. */
  async put(message: NewMessage): Promise<void> {
    const { id, recipients, receivedAt } = message;
    const othersAreDue = this.#dueAt <= this.#clock.now();
    const leased = this.#deliverer !== undefined && this.#leases.hasRoomForNew(othersAreDue);
    if (!leased) {
      await this.#store.put(message, false);
      this.#noteDue(receivedAt);
      return this.pump();
    }
    const body = this.#leases.addNew(id, recipients.length, message.body);
    const all = recipients.map((_, number) => ({ number }));
    await this.#store.put(message, true).catch((error: unknown) => {
      this.#leases.remove(id, all);
      throw error;
    });
    await this.#hand(leasedFrom(message, body));
  }

  /** Looks for mail that is due, as far as there is room; for whoever made some. */
  pump(): void {
    if (this.#deliverer === undefined || this.#leasing !== undefined) return;
    if (this.#dueAt > this.#clock.now()) {
      this.#awaitDue();
      return;
    }
    if (this.#leases.roomForWaiting() < 1) return;
    this.#leasing = this.#leaseDue().then((goOn) => {
      this.#leasing = undefined;
      if (goOn) this.pump();
    });
  }

  /**
   * Records what became of leased recipients, with the notices that it makes. Where the storage
   * fails it is tried again until it is stored: memory remembers, and after a crash the recipients
   * are found in attempt.
   */
  async settle(settlement: Settlement): Promise<void> {
    for (let wait = RETRY_FIRST; ; wait = milliseconds(Math.min(wait * 2, RETRY_LONGEST))) {
      const last = this.#stopping.signal.aborted;
      try {
        await this.#store.settle(settlement);
        break;
      } catch (error) {
        this.#report(error);
        if (last) return;
        await pause(this.#clock, wait, this.#stopping.signal);
      }
    }
    this.#leases.remove(settlement.id, settlement.recipients);
    this.#settled(settlement);
  }

  /**
   * Records an operator's decision (hold, release, drop, retry), unless one of the recipients is in
   * attempt just now. It rejects where the storage fails.
   */
  async decide(settlement: Settlement): Promise<'done' | 'in-attempt'> {
    await this.#leasing;
    if (this.#leases.isOut(settlement.id, settlement.recipients)) return 'in-attempt';
    await this.#store.settle(settlement);
    this.#settled(settlement);
    return 'done';
  }

  /** Takes back leased recipients that were not attempted; they are due again at once. */
  giveBack(message: LeasedMessage): Promise<void> {
    const nextAttemptAt = this.#clock.now();
    const recipients = message.recipients.map(({ number, lastReason = '' }) => ({
      number,
      state: 'waiting' as const,
      nextAttemptAt,
      lastReason,
      attempted: false,
    }));
    return this.settle({ id: message.id, recipients, ledger: [], notices: [] });
  }

  /** Makes mail for these domains due now: their site came back. */
  async wake(domains: readonly string[]): Promise<number> {
    const woken = await this.#store.wake(domains, this.#clock.now());
    if (woken > 0) this.#noteDue(this.#clock.now());
    this.pump();
    return woken;
  }

  /** May MAIL be answered with yes, as far as the disk goes? */
  hasRoomForMail(): boolean | Promise<boolean> {
    return this.#diskRoom.hasRoom();
  }

  /** One part of at most 256 KB of a large body, in order; its message is put later. */
  writeBodyPart(id: MessageId, index: number, bytes: Uint8Array): Promise<void> {
    return this.#store.writeBodyPart(id, index, bytes);
  }

  /** Forgets the parts of a message that will not be put. */
  dropBody(id: MessageId): Promise<void> {
    return this.#store.dropBody(id);
  }

  /** The body of a leased message, in parts, from memory or from the store. */
  async *readBody(message: LeasedMessage): AsyncGenerator<Uint8Array, void, void> {
    if (message.body.kind === 'memory') return yield message.body.bytes;
    for (let index = 0; ; index += 1) {
      const part = await this.#store.readBodyPart(message.id, index);
      if (part === undefined) return;
      yield part;
    }
  }

  #settled(settlement: Settlement): void {
    for (const { state, nextAttemptAt } of settlement.recipients) {
      if (state === 'waiting') this.#noteDue(nextAttemptAt ?? this.#clock.now());
    }
    for (const { receivedAt } of settlement.notices) this.#noteDue(receivedAt);
    this.pump();
  }

  #noteDue(at: Instant): void {
    if (at < this.#dueAt) this.#dueAt = at;
  }

  #awaitDue(): void {
    if (this.#dueTimer?.at === this.#dueAt) return;
    this.#dueTimer?.timer.cancel();
    this.#dueTimer = undefined;
    if (this.#dueAt === NEVER) return;
    const timer = this.#clock.after(between(this.#clock.now(), this.#dueAt), () => {
      this.#dueTimer = undefined;
      this.pump();
    });
    this.#dueTimer = { at: this.#dueAt, timer };
  }

  /** One round of leasing; false when the storage failed and it is tried again later. */
  async #leaseDue(): Promise<boolean> {
    const limit = Math.min(LEASE_MAX, this.#leases.roomForWaiting());
    try {
      const leased = await this.#store.lease(this.#clock.now(), limit);
      for (const message of leased) this.#leases.addWaited(message);
      for (const message of leased) await this.#hand(message);
      // Forgotten before it is asked anew: what is noted meanwhile is not overwritten.
      this.#dueAt = NEVER;
      this.#noteDue((await this.#store.nextDueAt()) ?? NEVER);
      return true;
    } catch (error) {
      this.#report(error);
      this.#dueAt = after(this.#clock.now(), RETRY_FIRST);
      this.#awaitDue();
      return false;
    }
  }

  async #hand(message: LeasedMessage): Promise<void> {
    if (this.#deliverer === undefined) await this.giveBack(message);
    else this.#deliverer(message);
  }

  async #purgeForEver(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const before = after(this.#clock.now(), milliseconds(-this.#doneKept));
      const purged = await this.#store.purge(before, PURGE_SLICE).catch((error: unknown) => {
        this.#report(error);
        return 0;
      });
      await pause(this.#clock, purged === PURGE_SLICE ? PURGE_PAUSE : PURGE_EVERY, signal);
    }
  }

  #report(error: unknown): void {
    const because = error instanceof FingerpostError ? error.message : String(error);
    this.#events.emit({ kind: 'storage.failed', because });
  }
}

function leasedFrom(message: NewMessage, body: BodySource): LeasedMessage {
  const recipients = message.recipients.map(({ address, domain }, number) => ({
    number,
    address,
    domain,
    state: 'attempting' as const,
    attempts: 0,
    nextAttemptAt: message.receivedAt,
    delayReported: false,
  }));
  return { ...message, recipients, body };
}
