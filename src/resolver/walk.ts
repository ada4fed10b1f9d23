// The walk itself: from the closest zone that is known already down to the zone that a name is in,
// and on to what that zone says of the name. `walker.ts` says how and why.
import type { IpAddress } from '../base/ip.ts';
import type { Lookup } from '../dns/lookup.ts';
import { isBelow, type Name, nameKey, parentOf, ROOT, sameName } from '../dns/name.ts';
import { CLASS_IN, type Packet, type TypeCode } from '../dns/packet.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import { TYPE } from '../dns/types.ts';
import type { Families } from '../routing/families.ts';
import type { ServerAsker } from './ask-server.ts';
import type { Errand } from './errand.ts';
import type { Failed } from './failed.ts';
import { type Delegating, isStrictlyBelow, readAnswer, readNs } from './read-authority.ts';
import { aliasFault, join, type Step } from './read-response.ts';
import { Shared } from './shared.ts';
import { lookupAddresses } from './typed-lookup.ts';
import { type Cut, isFailed, ZoneServers, type ZoneServersOptions } from './zone-servers.ts';

/** What a lookup brought. */
export interface WalkedLookup {
  readonly lookup: Lookup<RecordData>;
  /** The zone whose servers had the last word, be it a "no". */
  readonly zone?: Name;
}

/** Where the walk to a name ended. */
export interface Found {
  /** The closest zone above the name, or the last one on the way that could be found. */
  readonly cut: Cut;
  /** Why it may not be the closest one: what its servers said about what is below. */
  readonly failure?: Failed;
}

/** What was found out about names below a zone. */
type Below = Cut | 'none' | Failed;

/** What one zone says of a name: wrapped, since a loop of aliases is an answer as well. */
interface Said {
  readonly said: Step | Delegating;
}

/** A question of a lookup that is asked before it is known whether this is the right zone. */
interface Early {
  readonly cut: Cut;
  readonly said: Promise<Said | Failed>;
}

const CUTS_MAX = 5_000;
const ADDRESSES_MAX = 20_000;
/** Names between a zone and one below it that are asked about, from below. */
const BETWEEN_MAX = 8;

const ROOT_CUT: Cut = { kind: 'root', zone: ROOT, hosts: [], glue: [] };

export class Walk {
  readonly servers: ZoneServers;
  readonly #families: Families;
  readonly #cuts = new Shared<Cut>(CUTS_MAX);
  /** Addresses of name servers for dialling; only what was found is kept. */
  readonly #addresses = new Shared<readonly IpAddress[]>(ADDRESSES_MAX, ({ length }) => length);

  constructor(options: ZoneServersOptions, asker: ServerAsker) {
    this.#families = options.families;
    this.servers = new ZoneServers(options, asker, (host, errand) =>
      this.#findAddresses(host, errand),
    );
  }

  /** The closest zone above the name that is known already. */
  closest(name: Name): Cut {
    for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) {
      const cut = this.#cuts.done(nameKey(at));
      if (cut) return cut;
    }
    return ROOT_CUT;
  }

  /** The zone that the name is in; `passing` hears of each zone in which it may be. */
  async find(name: Name, errand: Errand, passing?: (cut: Cut) => void): Promise<Found> {
    let cut = this.closest(name);
    for (;;) {
      if (sameName(cut.zone, name)) return { cut };
      passing?.(cut);
      const below = await this.#below(cut, name, errand);
      if (below === 'none') return { cut };
      if (isFailed(below)) return { cut, failure: below };
      cut = below;
    }
  }

  /**
   * The same, where one server's "no" is not enough: every server of the last zone is asked, and
   * the slow ones are not waited for.
   */
  async findByAll(name: Name, errand: Errand): Promise<Found> {
    const found = await this.find(name, errand);
    const { cut, failure } = found;
    if (failure || sameName(cut.zone, name) || cut.kind === 'root') return found;
    const next = nextBelow(cut.zone, name);
    const all = await this.servers.askMany(cut, { name: next, type: TYPE.NS }, errand);
    const said = all.map((packet) => readNs(packet, cut.zone, next)).find(isDelegating);
    if (!said) return found;
    this.#keep(cut, said);
    return this.find(name, errand);
  }

  /** The records of a name, aliases followed, each in its own zone. */
  async resolve(name: Name, type: TypeCode, errand: Errand): Promise<WalkedLookup> {
    let { step, zone } = await this.#step(name, type, errand);
    while (step.kind === 'alias') {
      const before = step;
      const next = await this.#step(before.aliases.at(-1) ?? name, type, errand);
      const joined = join(before, next.step);
      step = (joined.kind !== 'failure' && aliasFault(name, joined.aliases)) || joined;
      zone = next.zone;
    }
    return { lookup: step, zone };
  }

  /** The addresses of one family that a host has, as its own zone says. */
  addresses(host: Name, family: 'A' | 'AAAA', errand: Errand): Promise<Lookup<IpAddress>> {
    const lookup = async (name: Name, type: TypeCode): Promise<Lookup<RecordData>> =>
      (await this.resolve(name, type, errand)).lookup;
    return lookupAddresses({ lookup }, host, family);
  }

  async #findAddresses(host: Name, errand: Errand): Promise<readonly IpAddress[]> {
    const known = this.#addresses.done(nameKey(host));
    // It costs a question even where all answers are known: the ways through them are too many.
    if (known || !errand.purse.pay()) return known ?? [];
    const { ipv4, ipv6 } = this.#families;
    const lookups = await Promise.all([
      ...(ipv4 ? [this.addresses(host, 'A', errand)] : []),
      ...(ipv6 ? [this.addresses(host, 'AAAA', errand)] : []),
    ]);
    const found = lookups.flatMap((each) => (each.kind === 'records' ? each.records : []));
    if (found.length > 0) this.#addresses.keep(nameKey(host), found);
    return found;
  }

  /** What is known of one name; aliases that leave its zone are not followed. */
  async #step(name: Name, type: TypeCode, errand: Errand): Promise<{ step: Step; zone: Name }> {
    let early: Early | undefined;
    const found = await this.find(name, errand, (cut) => {
      if (isFarDown(cut)) early = { cut, said: this.#ask(cut, { name, type }, errand) };
    });
    let { cut } = found;
    // Where nobody answers, nobody is asked the next question either.
    const { failure } = found;
    if (failure && isSilence(failure) && early?.cut !== cut)
      return { step: failure, zone: cut.zone };
    for (;;) {
      const asked = early?.cut === cut ? early.said : this.#ask(cut, { name, type }, errand);
      const answer = await asked;
      if (isFailed(answer)) return { step: answer, zone: cut.zone };
      const { said } = answer;
      if (!isDelegating(said)) return { step: said, zone: cut.zone };
      cut = this.#keep(cut, said);
    }
  }

  #ask(cut: Cut, what: { name: Name; type: TypeCode }, errand: Errand): Promise<Said | Failed> {
    const asked = { ...what, class: CLASS_IN };
    return this.servers.askOne(cut, what, errand, (packet) => {
      const said = readAnswer(packet, cut.zone, asked);
      return said.kind === 'failure' && said.failure !== 'alias-loop' ? said : { said };
    });
  }

  /** What one server of the zone says about a zone that may begin at the name. */
  askNs(cut: Cut, name: Name, errand: Errand) {
    const read = (packet: Packet) => readNs(packet, cut.zone, name);
    return this.servers.askOne(cut, { name, type: TYPE.NS }, errand, read);
  }

  /**
   * The next zone below `cut` on the way to the name. The next name is asked about first, which
   * all names below it share; then the name itself, since servers exist that deny a name with
   * nothing but other names below it, or know it only as a part of a zone that they serve.
   */
  async #below(cut: Cut, name: Name, errand: Errand): Promise<Below> {
    const next = nextBelow(cut.zone, name);
    const isLast = sameName(next, name);
    const early = !isLast && isFarDown(cut) ? this.askNs(cut, name, errand) : undefined;
    const first = await this.askNs(cut, next, errand);
    if (isDelegating(first)) return this.#keep(cut, first);
    if (isLast) return isFailed(first) ? first : 'none';
    // A server that did not answer one question is not troubled with a second.
    if (isFailed(first) && isSilence(first)) return first;
    const second = await (early ?? this.askNs(cut, name, errand));
    if (isFailed(second)) return second;
    if (isDelegating(second)) return this.#keep(cut, await this.#topmost(cut, second, errand));
    if (second.zone !== undefined && sameName(second.zone, cut.zone)) return 'none';
    const from = second.zone ?? parentOf(name) ?? ROOT;
    const between = await this.#between(cut, from, errand);
    return between ? this.#keep(cut, between) : 'none';
  }

  /** The delegation itself, or one above it that the same servers keep hidden. */
  async #topmost(cut: Cut, found: Delegating, errand: Errand): Promise<Delegating> {
    const above = parentOf(found.zone) ?? ROOT;
    return (await this.#between(cut, above, errand)) ?? found;
  }

  /**
   * A zone between: where one server serves a zone and one above it, it never refers from the one
   * to the other. The names from `lowest` upward are asked about, but for the first below the
   * zone, which was asked about before.
   */
  async #between(cut: Cut, lowest: Name, errand: Errand): Promise<Delegating | undefined> {
    let topmost: Delegating | undefined;
    let name = lowest;
    for (let asked = 0; asked < BETWEEN_MAX && isFurtherBelow(name, cut.zone); asked += 1) {
      const said = await this.askNs(cut, name, errand);
      let seen = name;
      if (isDelegating(said)) {
        topmost = said;
        seen = said.zone;
      } else if (!isFailed(said) && said.zone !== undefined) {
        if (sameName(said.zone, cut.zone)) break;
        if (isStrictlyBelow(name, said.zone)) {
          name = said.zone;
          continue;
        }
      }
      name = parentOf(seen) ?? ROOT;
    }
    return topmost;
  }

  #keep(parent: Cut, { kind, zone, hosts, glue }: Delegating): Cut {
    const key = nameKey(zone);
    const known = this.#cuts.done(key);
    if (known) return known;
    // The server repeats the name as it was asked for, and that may be in any case.
    const cut = { kind, zone: key as Name, parent, hosts, glue };
    this.#cuts.keep(key, cut);
    return cut;
  }
}

/** Nobody said anything: to ask them more would only take more time. */
const isSilence = ({ failure }: Failed): boolean =>
  failure === 'timeout' || failure === 'unreachable';

export const isDelegating = (said: object): said is Delegating =>
  'kind' in said && (said.kind === 'referral' || said.kind === 'authoritative');

/** The ancestor of the name that is one label below the zone, or the name itself. */
function nextBelow(zone: Name, name: Name): Name {
  let next = name;
  for (let above = parentOf(next); above !== undefined; above = parentOf(next)) {
    if (sameName(above, zone)) return next;
    next = above;
  }
  return next;
}

/** At least two labels below the zone. */
function isFurtherBelow(name: Name, zone: Name): boolean {
  const above = parentOf(name);
  return above !== undefined && isStrictlyBelow(above, zone) && isBelow(name, zone);
}

/** Below the top-level domains, most names belong to the zone whose servers are being asked. */
function isFarDown({ zone }: Cut): boolean {
  const above = parentOf(zone);
  return above !== undefined && above !== ROOT;
}
