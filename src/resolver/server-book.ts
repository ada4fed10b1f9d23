// What a walk learns about servers by asking them: how fast they answer, which are silent, and
// which know nothing of a zone that is delegated to them. It decides who is asked first.
import { type Endpoint, printEndpoint } from '../base/ip.ts';
import { type Chance, shuffled } from '../base/random.ts';
import { type Name, nameKey } from '../dns/name.ts';
import { Shared } from './shared.ts';

export type Transport = 'udp' | 'tcp';

/** A name server at one of its addresses. */
export interface Server {
  readonly host: Name;
  readonly at: Endpoint;
}

interface Known {
  /** How long the quickest answer took; nothing where there never was one. */
  readonly ms?: number;
  /** Questions in a row that were left unanswered. */
  readonly missed: number;
  /** It could not be reached at all. */
  readonly isDown: boolean;
}

/** A server that left so many questions unanswered and never answered one is not asked again. */
const MISSED_MAX = 3;
const SERVERS_MAX = 10_000;

/** Milliseconds: a server that nobody knows comes after quick ones, before slow ones. */
const UNKNOWN_MS = 100;
const FAILING_MS = 100_000;
const LAME_MS = 1_000_000;

const NOTHING: Known = { missed: 0, isDown: false };

export class ServerBook {
  readonly #chance: Chance;
  readonly #known = new Shared<Known>(SERVERS_MAX);
  readonly #lame = new Shared<true>(SERVERS_MAX);

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  answered(at: Endpoint, by: Transport, tookMs: number): void {
    const { ms = tookMs } = this.#of(at, by);
    this.#known.keep(keyOf(at, by), { ms: Math.min(ms, tookMs), missed: 0, isDown: false });
  }

  missed(at: Endpoint, by: Transport): void {
    const known = this.#of(at, by);
    this.#known.keep(keyOf(at, by), { ...known, missed: known.missed + 1 });
  }

  foundDown(at: Endpoint, by: Transport): void {
    this.#known.keep(keyOf(at, by), { ...this.#of(at, by), isDown: true });
  }

  /** How many questions it left unanswered, where it is not to be asked again. */
  silence(at: Endpoint, by: Transport): number | undefined {
    const { ms, missed } = this.#of(at, by);
    return ms === undefined && missed >= MISSED_MAX ? missed : undefined;
  }

  /** How long its quickest answer took, where it ever gave one. */
  quickestMs(at: Endpoint, by: Transport): number {
    return this.#of(at, by).ms ?? 0;
  }

  /** It does not answer for the zone as its servers should. */
  foundLame(zone: Name, at: Endpoint): void {
    this.#lame.keep(`${printEndpoint(at)} ${nameKey(zone)}`, true);
  }

  /** The same servers, the most promising first, equals in an order of chance. */
  inOrder(zone: Name, servers: readonly Server[]): readonly Server[] {
    if (servers.length < 2) return servers;
    return shuffled(servers, (below) => this.#chance.integer(below))
      .map((server) => ({ server, ms: this.#expectedMs(zone, server.at) }))
      .sort((one, other) => one.ms - other.ms)
      .map(({ server }) => server);
  }

  #expectedMs(zone: Name, at: Endpoint): number {
    if (this.#lame.done(`${printEndpoint(at)} ${nameKey(zone)}`)) return LAME_MS;
    const { ms = UNKNOWN_MS, missed, isDown } = this.#of(at, 'udp');
    return missed > 0 || isDown ? FAILING_MS : ms;
  }

  #of(at: Endpoint, by: Transport): Known {
    return this.#known.done(keyOf(at, by)) ?? NOTHING;
  }
}

const keyOf = (at: Endpoint, by: Transport): string => `${printEndpoint(at)} ${by}`;
