// The walk from the root, which asks name servers themselves instead of a resolver: what a sender's
// resolver would find, how a zone is delegated, and what each of its servers says.
//
//     walker             deadlines, and what was found is shared (this file)
//      ├─ gather-delegation   every server of the zone above, the zone's own list, addresses
//      └─ walk                from zone to zone; aliases, each in its own zone
//          └─ zone-servers    one good answer from a zone: who is dialled, in which order
//              └─ ask-server  one question to one address: tries, EDNS, TCP, turns, the cache
//     read-authority     what a response says (pure)
//
// **Finding the zone.** From the closest zone that is known, its servers are asked for the NS
// records of the next name below. A referral leads to another zone; so does an answer with AA, of a
// server that serves both. "No data" and "no name" lead no further, but the whole name is asked for
// as well before that is believed: there are servers that deny a name with nothing but other names
// below it. An SOA that says which zone denies, or a delegation several names down, shows that one
// server may hide a zone from us; the names between are asked about. A server that refuses the next
// name and knows the whole one (a closed world without a root) serves as well. A lookup believes
// the first server that answers with authority, as a resolver does; before a delegation is said not
// to exist, all of them are asked.
//
// **No deadlock.** Only the question to one address is shared while it is under way, and that
// waits for nobody. A walk that needs another walk (for the address of a name server) runs it by
// itself, and each walk knows for which zones it is looking: two zones whose servers are named
// below each other end as a failure.
//
// **Limits.** Each call has a deadline, and a number of questions that it and all its walks may
// ask; each server is waited for twice; so many hosts of a delegation are looked at and no more; so
// many questions are under way in all, and to one address. Only public addresses are dialled,
// besides the roots, which are configured. Nothing rejects.
//
// **What is kept.** Every answer, by address and question, and every delegation, as long as the
// walker lives, which is one run of checks: TTLs are not looked at, but there is a limit of size.
import type { IpAddress } from '../base/ip.ts';
import { after, type Duration, milliseconds, printDuration, seconds } from '../base/time.ts';
import type { Delegation, NameServer, RawAnswer, ServerAt } from '../dns/authority.ts';
import { hostText, type Name, nameKey, ROOT } from '../dns/name.ts';
import type { TypeCode } from '../dns/packet.ts';
import { type AskLimits, ServerAsker, type Told } from './ask-server.ts';
import { type Errand, newErrand } from './errand.ts';
import { failed } from './failed.ts';
import { gatherDelegation } from './gather-delegation.ts';
import type { QueryDoors } from './query.ts';
import type { Transport } from './server-book.ts';
import { Shared } from './shared.ts';
import { Walk, type WalkedLookup } from './walk.ts';
import type { ZoneServersOptions } from './zone-servers.ts';

export interface Walker {
  /** As a sender's resolver would find it: from the root, aliases followed across zones. */
  lookup(name: Name, type: TypeCode): Promise<WalkedLookup>;
  /** Which zone the name is in, how each server of the zone above delegates it, who serves it. */
  delegation(name: Name): Promise<Delegation>;
  /** The answer of every server of the zone that the name is in, at every address of it. */
  askAll(name: Name, type: TypeCode, by: Transport): Promise<AllAnswers>;
}

export interface AllAnswers {
  readonly answers: readonly RawAnswer[];
  /** Why there are none. */
  readonly because?: string;
}

export interface WalkerLimits extends AskLimits {
  /** For a call in all. */
  readonly totalTimeout: Duration;
  /** A server that answers later than this is waited for beside the next. */
  readonly patience: Duration;
  /** Questions that one lookup, and one delegation, may ask with all that they need. */
  readonly lookupQuestionsMax: number;
  readonly delegationQuestionsMax: number;
}

export interface WalkerOptions
  extends QueryDoors,
    Omit<ZoneServersOptions, 'patience'>,
    Partial<WalkerLimits> {}

const WALKER_DEFAULTS: WalkerLimits = {
  tryTimeouts: [seconds(2), seconds(3)],
  inFlightMax: 64,
  perServerMax: 8,
  cacheBytesMax: 8 * 1_024 * 1_024,
  totalTimeout: seconds(20),
  patience: milliseconds(800),
  lookupQuestionsMax: 200,
  delegationQuestionsMax: 500,
};

/** Results that are kept beside the answers they came from. */
const LOOKUPS_MAX = 20_000;
const DELEGATIONS_MAX = 2_000;

/** Places that one call of `askAll` asks. */
const PLACES_MAX = 40;

/** A walker that knows nothing but where the root is. */
export function createWalker(options: WalkerOptions): Walker {
  return new RootWalker(options);
}

class RootWalker implements Walker {
  readonly #options: WalkerOptions & WalkerLimits;
  readonly #asker: ServerAsker;
  readonly #walk: Walk;
  readonly #lookups = new Shared<WalkedLookup>(LOOKUPS_MAX);
  readonly #delegations = new Shared<Delegation>(DELEGATIONS_MAX);

  constructor(options: WalkerOptions) {
    this.#options = { ...WALKER_DEFAULTS, ...options };
    this.#asker = new ServerAsker(this.#options);
    this.#walk = new Walk(this.#options, this.#asker);
  }

  lookup(name: Name, type: TypeCode): Promise<WalkedLookup> {
    return this.#lookups.get(`${type} ${nameKey(name)}`, () => {
      const errand = this.#errand(this.#options.lookupQuestionsMax);
      const late = (because: string): WalkedLookup => ({ lookup: failed('timeout', because) });
      return this.#inTime(this.#walk.resolve(name, type, errand), late);
    });
  }

  delegation(name: Name): Promise<Delegation> {
    return this.#delegations.get(nameKey(name), () => {
      const errand = this.#errand(this.#options.delegationQuestionsMax);
      const late = (because: string): Delegation => {
        return { kind: 'failure', failure: 'timeout', at: this.#walk.closest(name).zone, because };
      };
      return this.#inTime(gatherDelegation(this.#walk, name, errand), late);
    });
  }

  async askAll(name: Name, type: TypeCode, by: Transport): Promise<AllAnswers> {
    const delegation = await this.delegation(name);
    if (delegation.kind === 'failure') {
      const because = `no server of ${hostText(delegation.at)} answered: ${delegation.because}`;
      return { answers: [], because };
    }
    const { zone, servers } = delegation;
    const places = servers.flatMap(placesOf).slice(0, PLACES_MAX);
    const { clock, totalTimeout } = this.#options;
    const deadline = after(clock.now(), totalTimeout);
    const answers = await Promise.all(
      places.map(async (server) => {
        const at = { address: server.address, port: this.#portOf(zone, server.address) };
        const why = this.#walk.servers.undialable(server.address);
        const asked = { server, name, type };
        if (why !== undefined) return { ...asked, ...this.#notAsked('unreachable', why, by) };
        const told = this.#asker.ask(at, { name, type, by }, deadline).then(rawOf);
        const late = (because: string) => this.#notAsked('timeout', because, by);
        return { ...asked, ...(await this.#inTime(told, late)) };
      }),
    );
    if (answers.length > 0) return { answers };
    return { answers, because: `no name server of ${hostText(zone)} has an address` };
  }

  #errand(questions: number): Errand {
    const { clock, totalTimeout } = this.#options;
    return newErrand(after(clock.now(), totalTimeout), questions);
  }

  /** Servers of the root listen where the configuration says. */
  #portOf(zone: Name, address: IpAddress): number {
    const { roots, dnsPort } = this.#options;
    const root = zone === ROOT ? roots.find((each) => each.address === address) : undefined;
    return root?.port ?? dnsPort;
  }

  #notAsked(failure: 'unreachable' | 'timeout', because: string, by: Transport): RawPart {
    const ending = { kind: 'failure', failure, because } as const;
    return { at: this.#options.clock.now(), tookMs: 0, by, ending };
  }

  /** The work's result, or what there is to say when it takes too long. */
  async #inTime<T>(work: Promise<T>, late: (because: string) => T): Promise<T> {
    const { clock, totalTimeout } = this.#options;
    const { promise, resolve } = Promise.withResolvers<T>();
    const timer = clock.after(totalTimeout, () => {
      resolve(late(`was not found out within ${printDuration(totalTimeout)}`));
    });
    try {
      return await Promise.race([work, promise]);
    } finally {
      timer.cancel();
    }
  }
}

type RawPart = Pick<RawAnswer, 'at' | 'tookMs' | 'by' | 'ending'>;

const rawOf = ({ at, tookMs, by, ending }: Told): RawPart => ({ at, tookMs, by, ending });

/** A host at each of its addresses: those beside the delegation, and those that are right. */
function placesOf({ host, glue, ipv4, ipv6 }: NameServer): readonly ServerAt[] {
  const known = [ipv4, ipv6].flatMap((each) => (each.kind === 'records' ? each.records : []));
  return [...new Set([...glue, ...known])].map((address) => ({ host, address }));
}
