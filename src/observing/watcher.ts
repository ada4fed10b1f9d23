// Looks at domains again and again, and tells what changed. Every domain has its own time, moved a
// little by its name, so that many are not looked at in the same second; what is suspected is
// looked at again soon. Notices leave from the store: what could not be sent is tried again.
//
//   look → judge → step (pure: state, notices) → save both → send
import { createHash } from 'node:crypto';
import { reasonOf } from '../base/errors.ts';
import type { Events } from '../base/events.ts';
import type { Timer } from '../base/time.ts';
import {
  after,
  between,
  type Clock,
  type Duration,
  type Instant,
  minutes,
  seconds,
} from '../base/time.ts';
import type { Observation } from '../checks/observation.ts';
import { type View, viewOf } from '../checks/report/form.ts';
import type { WatchPolicy } from '../checks/watch/state.ts';
import { stepWatch } from '../checks/watch/step.ts';
import { Slots } from '../resolver/slots.ts';
import type { Batch, Channel, WatchStore } from './watch-store.ts';

export interface WatcherOptions {
  readonly clock: Clock;
  readonly events: Events;
  readonly store: WatchStore;
  readonly domains: readonly string[];
  readonly every: Duration;
  /** After which a suspicion is looked at again. */
  readonly confirmAfter: Duration;
  readonly policy: WatchPolicy;
  readonly look: (domain: string) => Promise<Observation>;
  /** Rejects when it could not be sent. Only these ways are used. */
  readonly send: Partial<Readonly<Record<Channel, (batch: Batch) => Promise<void>>>>;
  /** Told after every look, for metrics. */
  readonly seen?: (view: View) => void;
}

/** Domains that are looked at at the same time. */
const LOOKS_AT_ONCE = 2;
/** The first looks after a start are spread over this, or over `every` where that is less. */
const FIRST_LOOKS: Duration = minutes(5);
/** A time is moved by up to this part of `every`, either way. */
const JITTER = 0.05;
/** When it stops, what is being sent may take so long. */
const LAST_SEND: Duration = seconds(5);
const SEND_AGAIN: Duration = minutes(1);
const SEND_AGAIN_MAX: Duration = minutes(60);
/** With the waits above, about a day. */
const TRIES_MAX = 30;

export class Watcher {
  readonly #options: WatcherOptions;
  readonly #slots = new Slots(LOOKS_AT_ONCE);
  readonly #timers = new Map<string, Timer>();
  readonly #underWay = new Set<Promise<void>>();
  #sending: Promise<void> | undefined;
  /** Something new waits to be sent, and those who send have not seen it. */
  #hasMore = false;
  #stopped = false;
  /** The store may be closed. */
  #over = false;
  readonly #halt = Promise.withResolvers<undefined>();

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  start(): void {
    const { domains, every } = this.#options;
    const spread = Math.min(FIRST_LOOKS, every);
    for (const domain of domains) this.#schedule(domain, (spread * shareOf(domain)) as Duration);
    this.#send();
  }

  /** No further looks; those under way count for nothing, and what is being sent has a moment. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#halt.resolve(undefined);
    await Promise.all(this.#underWay);
    if (this.#sending) {
      const late = Promise.withResolvers<void>();
      const timer = this.#options.clock.after(LAST_SEND, late.resolve);
      await Promise.race([this.#sending, late.promise]);
      timer.cancel();
    }
    this.#over = true;
  }

  #schedule(domain: string, wait: Duration): void {
    if (this.#stopped) return;
    this.#timers.get(domain)?.cancel();
    this.#timers.set(
      domain,
      this.#options.clock.after(wait, () => this.#begin(domain)),
    );
  }

  #begin(domain: string): void {
    const looking = this.#slots.run(() => this.#look(domain));
    this.#underWay.add(looking);
    void looking.finally(() => this.#underWay.delete(looking));
  }

  async #look(domain: string): Promise<void> {
    if (this.#stopped) return;
    const { clock, events, every, confirmAfter } = this.#options;
    const started = clock.now();
    let isUnsure = false;
    try {
      isUnsure = await this.#step(domain);
    } catch (error) {
      events.emit({ kind: 'watch.failed', domain, because: reasonOf(error) });
    }
    const wait = isUnsure ? confirmAfter : movedBy(every, domain, started);
    const next = after(started, wait);
    this.#schedule(domain, Math.max(0, between(clock.now(), next)) as Duration);
  }

  /** Says whether it should be looked at again soon. */
  async #step(domain: string): Promise<boolean> {
    const { store, look, policy, seen, events, send } = this.#options;
    const observation = await Promise.race([look(domain), this.#halt.promise]);
    // What is seen while everything is taken down would be told wrongly.
    if (observation === undefined || this.#stopped) return false;
    const view = viewOf(observation);
    seen?.(view);
    const before = await store.stateOf(domain);
    const { state, notices, lookAgainSoon } = stepWatch(before, view.report, policy);
    const channels = (Object.keys(send) as Channel[]).filter((channel) => send[channel]);
    const batches = notices.length === 0 ? [] : channels.map((channel) => ({ channel, notices }));
    await store.save(domain, state, batches);
    events.emit({ kind: 'watch.looked', domain, notices: notices.length });
    for (const notice of notices) {
      const what = notice.kind === 'changed' ? notice.record : `${notice.rule} ${notice.subject}`;
      events.emit({ kind: 'watch.noticed', domain, notice: notice.kind, what });
    }
    if (batches.length > 0) this.#send();
    return lookAgainSoon;
  }

  /** Sends what waits, one batch after the other; what fails waits for a later time. */
  #send(): void {
    this.#hasMore = true;
    this.#sending ??= this.#sendWhileThereIs();
  }

  async #sendWhileThereIs(): Promise<void> {
    while (this.#hasMore && !this.#stopped) {
      this.#hasMore = false;
      await this.#sendAll().catch((error: unknown) => this.#failed('', reasonOf(error)));
    }
    this.#sending = undefined;
  }

  #failed(domain: string, because: string): void {
    this.#options.events.emit({ kind: 'watch.failed', domain, because });
  }

  async #sendAll(): Promise<void> {
    const { store, clock } = this.#options;
    const batches = await store.unsent();
    let tries = 0;
    for (const batch of batches) {
      if (this.#stopped) return;
      const because = await this.#sendOne(batch);
      if (this.#over) return;
      if (because === undefined || batch.tries >= TRIES_MAX) await store.sent(batch);
      else {
        await store.tried(batch);
        tries = Math.max(tries, batch.tries + 1);
        this.#failed(batch.domain, because);
      }
    }
    if (tries === 0 || this.#stopped) return;
    const wait = Math.min(SEND_AGAIN * 2 ** (tries - 1), SEND_AGAIN_MAX) as Duration;
    this.#timers.get('')?.cancel();
    this.#timers.set(
      '',
      clock.after(wait, () => this.#send()),
    );
  }

  async #sendOne(batch: Batch): Promise<string | undefined> {
    const send = this.#options.send[batch.channel];
    if (!send) return undefined;
    try {
      await send(batch);
      return undefined;
    } catch (error) {
      return `the ${batch.channel} notice was not sent: ${reasonOf(error)}`;
    }
  }
}

/** From 0 to 1, the same for the same text: chance that a restart does not change. */
function shareOf(text: string): number {
  const digest = createHash('sha256').update(text).digest();
  return digest.readUInt32BE(0) / 0xffff_ffff;
}

function movedBy(every: Duration, domain: string, at: Instant): Duration {
  const share = shareOf(`${domain} ${at}`) * 2 - 1;
  return (every * (1 + JITTER * share)) as Duration;
}
