// Asks the DNS for the rest of the house: a stub client of recursive servers (or, in a closed
// world, authoritative ones) with a cache. A lookup ends in one of the four kinds of
// `dns/lookup.ts`, it never throws, and it ends within the total time-out, or one question later
// where aliases lead on.
//
//     lookup → the cache → the same question under way → a slot → the servers in turn → the cache
//
// Aliases are followed outside that path, step by step: were one question under way to wait for
// another, two names that point at each other would wait for ever.
import type { Endpoint } from '../base/ip.ts';
import { after, between, type Duration, type Instant, seconds } from '../base/time.ts';
import type { Lookup } from '../dns/lookup.ts';
import { type Name, nameKey } from '../dns/name.ts';
import { CLASS_IN, type TypeCode } from '../dns/packet.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import { ExpiringCache } from './expiring-cache.ts';
import { failed } from './failed.ts';
import type { QueryDoors } from './query.ts';
import { aliasFault, join, type Step } from './read-response.ts';
import { type AskServers, createServers } from './servers.ts';
import { Slots } from './slots.ts';

export interface Resolver {
  lookup(name: Name, type: TypeCode): Promise<Lookup<RecordData>>;
  /** Forgets every answer; what is being asked at the moment is answered, but not kept. */
  flush(): void;
  /** How often `flush` was called: whoever keeps answers forgets them too when it changes. */
  readonly flushes: number;
}

export interface ResolverLimits {
  /** Answers kept; one with many records counts as several. */
  readonly cacheEntriesMax: number;
  /** Questions under way at once, each with a socket. */
  readonly inFlightMax: number;
  /** All questions that have no answer yet, those included that wait for their turn. */
  readonly questionsMax: number;
  /** How long each server is waited for in the first round, the second and so on. */
  readonly tryTimeouts: readonly Duration[];
  readonly totalTimeout: Duration;
}

export interface ResolverOptions extends QueryDoors, Partial<ResolverLimits> {
  readonly servers: readonly Endpoint[];
  /** Only for servers that are known to validate, over a path that nobody else is on (loopback). */
  readonly trustAd?: boolean;
}

const RESOLVER_DEFAULTS: ResolverLimits = {
  cacheEntriesMax: 10_000,
  inFlightMax: 128,
  questionsMax: 10_000,
  tryTimeouts: [seconds(2), seconds(3), seconds(5)],
  totalTimeout: seconds(10),
};

/** RFC 2308 §7 allows five minutes; mail waits, so it is no more than what spares the servers. */
const FAILURE_KEPT = seconds(5);

/** A resolver with an empty cache. */
export function createResolver(options: ResolverOptions): Resolver {
  return new StubResolver(options);
}

class StubResolver implements Resolver {
  readonly #options: QueryDoors & ResolverLimits;
  readonly #askServers: AskServers;
  readonly #slots: Slots;
  readonly #cache: ExpiringCache<Step>;
  readonly #underWay = new Map<string, Promise<Step>>();
  #flushes = 0;

  constructor(options: ResolverOptions) {
    const whole = { trustAd: false, ...RESOLVER_DEFAULTS, ...options };
    this.#options = whole;
    this.#askServers = createServers(whole);
    this.#slots = new Slots(whole.inFlightMax);
    this.#cache = new ExpiringCache(whole.cacheEntriesMax, weightOf);
  }

  get flushes(): number {
    return this.#flushes;
  }

  flush(): void {
    this.#flushes += 1;
    this.#cache.clear();
    this.#underWay.clear();
  }

  async lookup(name: Name, type: TypeCode): Promise<Lookup<RecordData>> {
    const { clock, totalTimeout } = this.#options;
    const deadline = after(clock.now(), totalTimeout);
    let step = await this.#step(name, type);
    while (step.kind === 'alias') {
      const target = step.aliases.at(-1) ?? name;
      if (clock.now() >= deadline) {
        return failed('timeout', `there was no time left to follow the alias to ${target}`);
      }
      const joined = join(step, await this.#step(target, type));
      const loop = joined.kind !== 'failure' && aliasFault(name, joined.aliases);
      step = loop || joined;
    }
    return step;
  }

  /** What is known of one name, from the cache or from the servers; aliases are not followed. */
  #step(name: Name, type: TypeCode): Promise<Step> | Step {
    const key = `${type} ${nameKey(name)}`;
    const now = this.#options.clock.now();
    const kept = this.#cache.get(key, now);
    if (kept) return agedBy(kept.value, between(now, kept.until));
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay;
    if (this.#underWay.size >= this.#options.questionsMax) {
      return failed('unreachable', 'too many questions to the DNS are waiting');
    }
    const asking = this.#ask(key, name, type);
    this.#underWay.set(key, asking);
    return asking;
  }

  async #ask(key: string, name: Name, type: TypeCode): Promise<Step> {
    const { clock, totalTimeout } = this.#options;
    const flushes = this.#flushes;
    // The time in which a question waits for its slot counts: it is the mail that waits.
    const deadline = after(clock.now(), totalTimeout);
    const asked = { name, type, class: CLASS_IN };
    try {
      const step = await this.#slots.run(() => this.#askServers(asked, deadline));
      if (flushes === this.#flushes) this.#keep(key, step, clock.now());
      return step;
    } finally {
      if (flushes === this.#flushes) this.#underWay.delete(key);
    }
  }

  #keep(key: string, step: Step, now: Instant): void {
    const length = step.kind === 'failure' ? FAILURE_KEPT : seconds(step.ttlSeconds);
    if (length > 0) this.#cache.set(key, step, after(now, length));
  }
}

const RECORDS_PER_ENTRY = 8;

/** A common answer weighs 1; one of thousands of records must not weigh the same. */
function weightOf(step: Step): number {
  return step.kind === 'records' ? Math.ceil(step.records.length / RECORDS_PER_ENTRY) : 1;
}

/** The step as it is now: its TTL is what is left of it. */
function agedBy(step: Step, left: Duration): Step {
  return step.kind === 'failure' ? step : { ...step, ttlSeconds: Math.floor(left / 1_000) };
}
