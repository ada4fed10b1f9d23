// What a round trip found out, as plain data: the ways that were tried, how each probe went, and
// how it arrived. Texts of hosts are foreign: show them through `base/show`.
import type { IpAddress } from '../base/ip.ts';
import type { Duration, Instant } from '../base/time.ts';
import type { Received } from '../message/received-read.ts';
import type { Try } from '../queue/message.ts';
import type { Left } from '../routing/target.ts';
import type { Reply } from '../smtp/reply.ts';

/**
 * Where a probe stands. `accepted` is an end only where nobody watches for arrivals; `deferred`
 * comes with the time of the next attempt; `lost-sight` was accepted, and not seen to arrive.
 */
export type PathState =
  | 'waiting'
  | 'accepted'
  | 'refused'
  | 'deferred'
  | 'unreachable'
  | 'arrived'
  | 'lost-sight';

/** One host that had the probe, as it says itself, and how long it kept it. */
export interface Hop extends Received {
  /** Until the next host had it, or until it was seen; negative where clocks differ. */
  readonly heldMs?: Duration;
}

/** A probe that was found in a mailbox; its code was right. */
export interface Arrival {
  readonly at: Instant;
  /** Since the probe was first sent. */
  readonly tookMs: Duration;
  readonly file: string;
  /** The first host first. */
  readonly hops: readonly Hop[];
}

/** One way to the mailbox: to one address of one exchange, or the normal one, along all of them. */
export interface PathResult {
  /** As it is stamped into the probe: `mail.example.com[192.0.2.10]`, `normal`. */
  readonly path: string;
  /** Of a direct way. */
  readonly target?: {
    readonly host: string;
    readonly address: IpAddress;
    readonly preference?: number;
  };
  readonly state: PathState;
  readonly sentAt?: Instant;
  readonly acceptedAt?: Instant;
  /** What was said last. */
  readonly reply?: Reply;
  /** Every address that was tried, with what it said. */
  readonly tries: readonly Try[];
  /** Of a deferred one: when a delivery tries again; the test does so too, if it lasts so long. */
  readonly nextAttemptAt?: Instant;
  readonly arrival?: Arrival;
}

export interface RoundTrip {
  readonly address: string;
  /** `''` is the null sender. */
  readonly from: string;
  readonly run: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly waitMs: Duration;
  /** Mailboxes in which arrivals were looked for. */
  readonly watched: readonly string[];
  /** Why nobody looked for arrivals. */
  readonly unwatched?: string;
  /** The direct ways by preference, the normal one last. */
  readonly paths: readonly PathResult[];
  /** Hosts and addresses that got no probe. */
  readonly left: readonly Left[];
  /** Mail that claimed to be of this run, with a code that was wrong. */
  readonly forged: number;
  /** Why there was no way at all. */
  readonly untestable?: string;
}
