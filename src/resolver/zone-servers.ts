// The servers of a zone: at which addresses they can be asked, and one good answer from any of
// them. The most promising server is asked first; the next one as soon as it fails or answers
// without authority, and beside it when it is slow. Only public addresses are dialled, whatever a
// delegation names, and only those of families that this machine has a route for.
import { type Endpoint, type IpAddress, isIpv6, isWithinAny } from '../base/ip.ts';
import { specialPurpose } from '../base/special-purpose.ts';
import { type Clock, type Duration, pause } from '../base/time.ts';
import { hostText, type Name, nameKey, ROOT } from '../dns/name.ts';
import type { Packet, TypeCode } from '../dns/packet.ts';
import type { Families } from '../routing/families.ts';
import type { ServerAsker, Told } from './ask-server.ts';
import { type Errand, toFindServers } from './errand.ts';
import { type Failed, failed, mostTelling } from './failed.ts';
import type { Delegating } from './read-authority.ts';
import type { Server } from './server-book.ts';

/** A zone on the way from the root, and its servers as the zone above gave them. */
export interface Cut {
  readonly kind: 'root' | Delegating['kind'];
  readonly zone: Name;
  /** The zone above; absent for the root. */
  readonly parent?: Cut;
  readonly hosts: readonly Name[];
  readonly glue: Delegating['glue'];
}

export interface ZoneServersOptions {
  readonly clock: Clock;
  readonly roots: readonly Endpoint[];
  /** Of all servers but the root's. */
  readonly dnsPort: number;
  /** Networks that count as public besides those that are. */
  readonly global: readonly string[];
  /** Families that this machine has a route for. */
  readonly families: Families;
  /** A server that answers later than this is waited for beside the next. */
  readonly patience: Duration;
}

/** The addresses of a host, found by a walk of its own. */
export type FindAddresses = (host: Name, errand: Errand) => Promise<readonly IpAddress[]>;

interface What {
  readonly name: Name;
  readonly type: TypeCode;
}

/** What a response means; a failure where the server does not do what it should. */
type Read<R> = (packet: Packet) => R | Failed;

/** Of one zone for one question, before the question is given up. */
const SERVERS_TRIED_MAX = 10;
/** Hosts without glue whose addresses are looked for before a zone is given up. */
const HOSTS_SOUGHT_MAX = 4;

/** A limit of ours: it must not be taken for something that a server said, or for its silence. */
const OUT_OF_QUESTIONS = failed(
  'unreachable',
  'was not asked, since too many questions came before',
);

export class ZoneServers {
  readonly #options: ZoneServersOptions;
  readonly #asker: ServerAsker;
  readonly #findAddresses: FindAddresses;
  /** By delegation, since to look through addresses takes time. */
  readonly #glued = new WeakMap<Cut, readonly Server[]>();

  constructor(options: ZoneServersOptions, asker: ServerAsker, findAddresses: FindAddresses) {
    this.#options = options;
    this.#asker = asker;
    this.#findAddresses = findAddresses;
  }

  /** Why an address is not dialled; nothing where it is. */
  undialable(address: IpAddress): string | undefined {
    const { global, families } = this.#options;
    const purpose = specialPurpose(address);
    if (purpose !== undefined && !isWithinAny(address, global)) {
      return `${address} is no public address: ${purpose}`;
    }
    if (isIpv6(address)) return families.ipv6 ? undefined : 'no IPv6 route here';
    return families.ipv4 ? undefined : 'no IPv4 route here';
  }

  /** A host at an address, where that can be dialled. */
  #serversAt(host: Name, addresses: readonly IpAddress[]): readonly Server[] {
    return addresses
      .filter((address) => this.undialable(address) === undefined)
      .map((address) => ({ host, at: { address, port: this.#options.dnsPort } }));
  }

  /** Every server of the zone at every address that is found. */
  async all(cut: Cut, errand: Errand): Promise<readonly Server[]> {
    const glued = this.#withGlue(cut);
    return [...glued, ...(await this.#withoutGlue(cut, errand, cut.hosts.length))];
  }

  /** Asks one server; it counts where it was not asked before. */
  async askAt(server: Server, what: What, errand: Errand): Promise<Told | Failed> {
    const question = { ...what, by: 'udp' } as const;
    const isNew = !this.#asker.wasAsked(server.at, question);
    if (isNew && !errand.purse.pay()) return OUT_OF_QUESTIONS;
    return this.#asker.ask(server.at, question, errand.deadline);
  }

  /** What all servers say that are known by their addresses, but for those that take long. */
  async askMany(cut: Cut, what: What, errand: Errand): Promise<readonly Packet[]> {
    const packets: Packet[] = [];
    const asking = this.#withGlue(cut).map(async (server) => {
      const told = await this.askAt(server, what, errand);
      if (!isFailed(told) && told.packet) packets.push(told.packet);
    });
    const { clock, patience } = this.#options;
    const enough = new AbortController();
    const slow = pause(clock, patience, enough.signal);
    await Promise.race([slow, Promise.all(asking)]);
    enough.abort();
    return [...packets];
  }

  /** What the first server says that answers as it should, or what all of them did instead. */
  async askOne<R extends object>(
    cut: Cut,
    what: What,
    errand: Errand,
    read: Read<R>,
  ): Promise<R | Failed> {
    const failures: Failed[] = [];
    const race = { cut, what, errand, failures };
    const near = await this.#race(this.#withGlue(cut), race, read);
    if (near !== undefined) return near;
    const others = await this.#withoutGlue(cut, errand, HOSTS_SOUGHT_MAX);
    const far = await this.#race(others, race, read);
    if (far !== undefined) return far;
    if (cut.kind === 'authoritative' && cut.parent) {
      // These speak for the zone, whether or not it names them.
      const above = await this.askOne(cut.parent, what, errand, read);
      if (!isFailed(above) || failures.length === 0) return above;
    }
    return whyNot(cut, failures);
  }

  #withGlue(cut: Cut): readonly Server[] {
    const known = this.#glued.get(cut);
    if (known) return known;
    const glued = cut.kind === 'root' ? this.#roots() : this.#fromGlue(cut);
    this.#glued.set(cut, glued);
    return glued;
  }

  /** They come from the configuration, so that no stranger has a say in which they are. */
  #roots(): readonly Server[] {
    const { roots, families } = this.#options;
    return roots
      .filter(({ address }) => (isIpv6(address) ? families.ipv6 : families.ipv4))
      .map((at) => ({ host: ROOT, at }));
  }

  #fromGlue({ glue }: Cut): readonly Server[] {
    return glue.flatMap(({ host, address }) => this.#serversAt(host, [address]));
  }

  async #withoutGlue(cut: Cut, errand: Errand, hostsMax: number): Promise<readonly Server[]> {
    const errands = toFindServers(errand, cut.zone);
    if (!errands) return [];
    const glued = new Set(this.#withGlue(cut).map(({ host }) => nameKey(host)));
    const hosts = cut.hosts.filter((host) => !glued.has(nameKey(host))).slice(0, hostsMax);
    const found = await Promise.all(
      hosts.map(async (host) => this.#serversAt(host, await this.#findAddresses(host, errands))),
    );
    return found.flat();
  }

  /** The first good answer; nothing where no server gives one. */
  #race<R extends object>(
    servers: readonly Server[],
    race: Race,
    read: Read<R>,
  ): Promise<R | undefined> {
    const { cut, what, errand, failures } = race;
    const { clock, patience } = this.#options;
    const waiting = [...this.#asker.book.inOrder(cut.zone, servers)].slice(0, SERVERS_TRIED_MAX);
    const { promise, resolve } = Promise.withResolvers<R | undefined>();
    let underWay = 0;
    let isOver = false;
    const askNext = (): void => {
      const server = isOver ? undefined : waiting.shift();
      if (server) void ask(server);
      else if (underWay === 0) resolve(undefined);
    };
    const ask = async (server: Server): Promise<void> => {
      underWay += 1;
      const patient = clock.after(patience, askNext);
      const said = await this.#askAndRead(server, { cut, what, errand }, read);
      patient.cancel();
      underWay -= 1;
      if (isFailed(said)) {
        failures.push(failed(said.failure, `${serverText(server)} ${said.because}`));
        askNext();
      } else {
        isOver = true;
        resolve(said);
      }
    };
    askNext();
    return promise;
  }

  async #askAndRead<R extends object>(
    server: Server,
    { cut, what, errand }: Omit<Race, 'failures'>,
    read: Read<R>,
  ): Promise<R | Failed> {
    const told = await this.askAt(server, what, errand);
    if ('kind' in told) return told;
    if (told.ending.kind === 'failure') return failed(told.ending.failure, told.ending.because);
    const said = told.packet ? read(told.packet) : failed('malformed', 'sent no packet');
    if (isFailed(said) && said.failure === 'refused')
      this.#asker.book.foundLame(cut.zone, server.at);
    return said;
  }
}

interface Race {
  readonly cut: Cut;
  readonly what: What;
  readonly errand: Errand;
  readonly failures: Failed[];
}

export const isFailed = (said: object): said is Failed => 'kind' in said && said.kind === 'failure';

/** `ns1.example.com (192.0.2.53)`; of a root server the address alone. */
const serverText = ({ host, at }: Server): string =>
  host === ROOT ? at.address : `${hostText(host)} (${at.address})`;

/** What all servers said, under the most telling kind. */
function whyNot({ zone, hosts }: Cut, failures: readonly Failed[]): Failed {
  const kind = mostTelling(failures);
  if (kind) return failed(kind, failures.map(({ because }) => because).join('; '));
  const named = hosts.length > 0 ? ` (${hosts.map(hostText).join(', ')})` : '';
  const because = `no public address is known of a name server of ${hostText(zone)}${named}`;
  return failed('unreachable', because);
}
