// The memory of bad hosts at work: what routing/health.ts decides, kept per address, told to
// events, and woken from. While mail waits for a bad host, the host is probed when its probe is due
// (a greeting and EHLO, no mail); once it answers, the domains that waited for it are due at once.

import type { Events } from '../base/events.ts';
import type { Endpoint, IpAddress } from '../base/ip.ts';
import { between, type Clock, type Instant, type Timer } from '../base/time.ts';
import {
  afterClaim,
  afterFailure,
  afterSuccess,
  asBadHost,
  type HealthSettings,
  type HostHealth,
} from '../routing/health.ts';
import type { BadHost } from '../routing/question.ts';

interface Entry {
  readonly health: HostHealth;
  readonly port: number;
  /** Domains with mail that waits for this address. */
  readonly waiting: Set<string>;
  timer?: Timer;
}

export interface HostMemoryOptions {
  readonly clock: Clock;
  readonly events: Events;
  readonly settings: HealthSettings;
  /** Greets the host and takes leave; says why it is still bad, or nothing when it is well. */
  readonly probe: (host: Endpoint) => Promise<string | undefined>;
  /** Mail for these domains is due now. */
  readonly wake: (domains: readonly string[]) => void;
}

/** Addresses that are remembered at most; the one whose probe is farthest goes first. */
const ENTRIES_MAX = 10_000;
/** Domains that are woken by one address; those beyond wait for their own time. */
const WAITING_MAX = 1_000;

export class HostMemory {
  readonly #options: HostMemoryOptions;
  readonly #entries = new Map<IpAddress, Entry>();
  #isStopped = false;

  constructor(options: HostMemoryOptions) {
    this.#options = options;
  }

  /** Those of the addresses that failed lately, for a question. */
  badAmong(addresses: readonly IpAddress[]): readonly BadHost[] {
    if (this.#entries.size === 0) return [];
    return addresses.flatMap((address) => {
      const entry = this.#entries.get(address);
      const mayPass = entry !== undefined && entry.health.free > 0;
      return entry && !mayPass ? [asBadHost(entry.health)] : [];
    });
  }

  all(): readonly HostHealth[] {
    return [...this.#entries.values()].map((entry) => entry.health);
  }

  /** A message is about to try it. */
  claim(address: IpAddress): void {
    const entry = this.#entries.get(address);
    const health = afterClaim(entry?.health, this.#now(), this.#options.settings);
    if (entry && health) this.#keep({ ...entry, health });
  }

  failed({ address, port }: Endpoint, because: string): void {
    const entry = this.#entries.get(address);
    const health = afterFailure(
      entry?.health,
      { address, because },
      this.#now(),
      this.#options.settings,
    );
    this.#keep({ port, waiting: entry?.waiting ?? new Set(), ...entry, health });
    this.#options.events.emit({ kind: 'host.bad', address, probeAt: health.probeAt, because });
  }

  succeeded(address: IpAddress): void {
    const entry = this.#entries.get(address);
    if (!entry) return;
    const health = afterSuccess(entry.health, this.#now(), this.#options.settings);
    const woken = [...entry.waiting];
    entry.waiting.clear();
    if (health) this.#keep({ ...entry, health });
    else this.#forget(address, entry);
    if (entry.health.successes === 0) this.#options.events.emit({ kind: 'host.well', address });
    if (woken.length > 0) this.#options.wake(woken);
  }

  /** Mail for `domain` waits until one of these addresses answers; those that do are not bad. */
  waitFor(addresses: readonly IpAddress[], domain: string): void {
    for (const address of addresses) {
      const entry = this.#entries.get(address);
      if (!entry || entry.health.successes > 0 || entry.waiting.size >= WAITING_MAX) continue;
      entry.waiting.add(domain);
      this.#schedule(entry);
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const entry of this.#entries.values()) entry.timer?.cancel();
  }

  #now(): Instant {
    return this.#options.clock.now();
  }

  #keep(entry: Entry): void {
    this.#entries.set(entry.health.address, entry);
    this.#schedule(entry);
    if (this.#entries.size <= ENTRIES_MAX) return;
    const farthest = [...this.#entries.values()].reduce((a, b) =>
      b.health.probeAt > a.health.probeAt ? b : a,
    );
    this.#forget(farthest.health.address, farthest);
  }

  #forget(address: IpAddress, entry: Entry): void {
    entry.timer?.cancel();
    this.#entries.delete(address);
  }

  #schedule(entry: Entry): void {
    entry.timer?.cancel();
    if (this.#isStopped || entry.waiting.size === 0) return;
    const wait = between(this.#now(), entry.health.probeAt);
    entry.timer = this.#options.clock.after(wait, () => void this.#probe(entry.health.address));
  }

  async #probe(address: IpAddress): Promise<void> {
    const entry = this.#entries.get(address);
    if (!entry || this.#isStopped) return;
    if (entry.health.probeAt > this.#now()) return this.#schedule(entry);
    this.claim(address);
    const because = await this.#options.probe({ address, port: entry.port });
    if (this.#isStopped) return;
    if (because === undefined) this.succeeded(address);
    else this.failed({ address, port: entry.port }, because);
  }
}
