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
// ask; so has all that is asked for one domain (`spending`); each server is waited for twice; so
// many hosts of a delegation are looked at and no more; so many questions are under way in all, and
// to one address. Only public addresses are dialled, besides the roots, which are configured.
// Nothing rejects, and no limit of ours looks like something that a server said.
//
// **What is kept.** Every answer, by address and question, and every delegation, as long as the
// walker lives, which is one run of checks: TTLs are not looked at, but there is a limit of size.
import type { IpAddress } from '../base/ip.ts';
import { sizeOf } from '../base/size.ts';
import {
  after,
  type Duration,
  type Instant,
  milliseconds,
  printDuration,
  seconds,
} from '../base/time.ts';
import type { Delegation, NameServer, RawAnswer, ServerAt } from '../dns/authority.ts';
import { hostText, type Name, nameKey, ROOT } from '../dns/name.ts';
import type { TypeCode } from '../dns/packet.ts';
import { type AskLimits, type Question, ServerAsker, type Told } from './ask-server.ts';
import { type Errand, newErrand, Purse } from './errand.ts';
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
  /**
   * The answer of every server of the zone that the name is in, at every address of it; but for
   * servers that there was no time to ask.
   */
  askAll(name: Name, type: TypeCode, by: Transport): Promise<AllAnswers>;
  /** The same walker, and all that it knows, for somebody who may ask so many questions in all. */
  spending(questions: number): Walker;
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

/** Bytes of the results that are kept beside the answers they came from. */
const LOOKUPS_BYTES_MAX = 16 * 1_024 * 1_024;
const DELEGATIONS_BYTES_MAX = 8 * 1_024 * 1_024;

const OUT_OF_QUESTIONS = 'too many questions were asked before';

/** Places that one call of `askAll` asks. */
const PLACES_MAX = 40;

/** A walker that knows nothing but where the root is. */
export function createWalker(options: WalkerOptions): Walker {
  return new RootWalker(new Knowledge(options));
}

/** What a walker knows, whoever it walks for. */
class Knowledge {
  readonly options: WalkerOptions & WalkerLimits;
  readonly asker: ServerAsker;
  readonly walk: Walk;
  readonly lookups = new Shared<WalkedLookup>(LOOKUPS_BYTES_MAX, sizeOf);
  readonly delegations = new Shared<Delegation>(DELEGATIONS_BYTES_MAX, sizeOf);

  constructor(options: WalkerOptions) {
    this.options = { ...WALKER_DEFAULTS, ...options };
    this.asker = new ServerAsker(this.options);
    this.walk = new Walk(this.options, this.asker);
  }
}

class RootWalker implements Walker {
  readonly #knowledge: Knowledge;
  /** For all of its calls; absent: only each call has its limit. */
  readonly #purse: Purse | undefined;

  constructor(knowledge: Knowledge, purse?: Purse) {
    this.#knowledge = knowledge;
    this.#purse = purse;
  }

  spending(questions: number): Walker {
    return new RootWalker(this.#knowledge, new Purse(questions));
  }

  lookup(name: Name, type: TypeCode): Promise<WalkedLookup> {
    const { lookups, walk, options } = this.#knowledge;
    const start = (): Promise<WalkedLookup> => {
      const errand = this.#errand(options.lookupQuestionsMax);
      const late = (because: string): WalkedLookup => ({ lookup: failed('timeout', because) });
      return this.#inTime(walk.resolve(name, type, errand), late);
    };
    return lookups.get(`${type} ${nameKey(name)}`, start, ({ lookup }) => this.#isLasting(lookup));
  }

  delegation(name: Name): Promise<Delegation> {
    const { delegations, walk, options } = this.#knowledge;
    const start = (): Promise<Delegation> => {
      const errand = this.#errand(options.delegationQuestionsMax);
      // Not a time-out, which would be said of the servers.
      const late = (because: string): Delegation => {
        return { kind: 'failure', failure: 'unreachable', at: walk.closest(name).zone, because };
      };
      return this.#inTime(gatherDelegation(walk, name, errand), late);
    };
    return delegations.get(nameKey(name), start, (found) => this.#isLasting(found));
  }

  /** What was not found for want of questions may be found by somebody who has some left. */
  #isLasting({ kind }: { readonly kind: string }): boolean {
    return kind !== 'failure' || this.#purse?.isEmpty !== true;
  }

  async askAll(name: Name, type: TypeCode, by: Transport): Promise<AllAnswers> {
    const delegation = await this.delegation(name);
    if (delegation.kind === 'failure') {
      const because = `no server of ${hostText(delegation.at)} answered: ${delegation.because}`;
      return { answers: [], because };
    }
    const { zone, servers } = delegation;
    const places = servers.flatMap(placesOf).slice(0, PLACES_MAX);
    const none = (because: string): AllAnswers => ({ answers: [], because });
    if (places.length === 0) return none(`no name server of ${hostText(zone)} has an address`);
    if (this.#purse?.pay(places.length) === false) return none(OUT_OF_QUESTIONS);
    const { clock, totalTimeout } = this.#knowledge.options;
    const deadline = after(clock.now(), totalTimeout);
    const asking = places.map(async (server) => {
      const answer = await this.#answerOf(server, { zone, deadline, question: { name, type, by } });
      return answer === undefined ? [] : [{ server, name, type, ...answer }];
    });
    const answers = (await Promise.all(asking)).flat();
    return answers.length > 0 ? { answers } : none('there was no time left to ask');
  }

  /** Nothing where the server was not asked for want of time: it must not be blamed for that. */
  async #answerOf(
    { address }: ServerAt,
    { zone, deadline, question }: AskedOfAll,
  ): Promise<RawPart | undefined> {
    const { asker, walk, options } = this.#knowledge;
    const because = walk.servers.undialable(address);
    if (because !== undefined) {
      const ending = { kind: 'failure', failure: 'unreachable', because } as const;
      return { at: options.clock.now(), tookMs: 0, by: question.by, ending };
    }
    const at = { address, port: this.#portOf(zone, address) };
    const told = await this.#inTime(asker.ask(at, question, deadline), () => undefined);
    return told === undefined || isTooLate(told) ? undefined : rawOf(told);
  }

  #errand(questions: number): Errand {
    const { clock, totalTimeout } = this.#knowledge.options;
    return newErrand(after(clock.now(), totalTimeout), new Purse(questions, this.#purse));
  }

  /** Servers of the root listen where the configuration says. */
  #portOf(zone: Name, address: IpAddress): number {
    const { roots, dnsPort } = this.#knowledge.options;
    const root = zone === ROOT ? roots.find((each) => each.address === address) : undefined;
    return root?.port ?? dnsPort;
  }

  /** The work's result, or what there is to say when it takes too long. */
  async #inTime<T>(work: Promise<T>, late: (because: string) => T): Promise<T> {
    const { clock, totalTimeout } = this.#knowledge.options;
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

interface AskedOfAll {
  readonly zone: Name;
  readonly deadline: Instant;
  readonly question: Question;
}

type RawPart = Pick<RawAnswer, 'at' | 'tookMs' | 'by' | 'ending'>;

/** It was not asked; a server that is not asked any more since it is silent is another matter. */
const isTooLate = ({ wasAsked, ending }: Told): boolean =>
  !wasAsked && ending.kind === 'failure' && ending.failure === 'unreachable';

const rawOf = ({ at, tookMs, by, ending }: Told): RawPart => ({ at, tookMs, by, ending });

/** A host at each of its addresses: those beside the delegation, and those that are right. */
function placesOf({ host, glue, ipv4, ipv6 }: NameServer): readonly ServerAt[] {
  const known = [ipv4, ipv6].flatMap((each) => (each.kind === 'records' ? each.records : []));
  return [...new Set([...glue, ...known])].map((address) => ({ host, address }));
}
