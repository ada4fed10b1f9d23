// A network in memory: machines with addresses, listeners, connections and datagrams, and faults
// that a test sets per destination. Nothing is left to chance; its time is that of its clock.
//
//   const network = falseNetwork(clock, { addresses: ['192.0.2.1'] });   // the first machine
//   const other = network.host(['198.51.100.7', '2001:db8::7']);         // one more
//   network.set('198.51.100.7:25', { kind: 'refuse' });
import {
  type Endpoint,
  type IpAddress,
  isIpv6,
  parseEndpoint,
  parseIp,
  printEndpoint,
} from '../../src/base/ip.ts';
import { type Clock, type Duration, type Instant, milliseconds } from '../../src/base/time.ts';
import type {
  Connected,
  Connection,
  DatagramListener,
  Datagrams,
  Listener,
  ListenOptions,
  Network,
  TlsIdentity,
  UdpOptions,
} from '../../src/net/network.ts';
import { listenFailed } from '../../src/net/words.ts';
import { FalseConnection, type FalseTls, type Wire } from './false-connection.ts';

/** What happens to those who go to an address or endpoint. */
export type Fault =
  | { readonly kind: 'refuse' }
  | { readonly kind: 'unreachable' }
  /** Nobody answers; datagrams are lost. */
  | { readonly kind: 'hang' }
  /** Connects, and then nothing is ever carried. */
  | { readonly kind: 'mute' }
  | { readonly kind: 'delay'; readonly length: Duration }
  /** Both ends see a reset after that many bytes from one side; 0: at its first byte. */
  | { readonly kind: 'drop'; readonly sentBy: 'client' | 'server'; readonly afterBytes: number }
  | { readonly kind: 'tls'; readonly tls: FalseTls };

export interface FalseNetwork extends Network {
  /** The network as a machine with these addresses sees it; the first of a family is its source. */
  host(addresses: readonly string[]): Network;
  /** At `192.0.2.1`, `192.0.2.1:25` or `[2001:db8::1]:25`, from now on; `undefined` mends it. */
  set(where: string, fault: Fault | undefined): void;
  /** Breaks every open connection to or from an address, as a machine that loses power. */
  cut(address: string): void;
  /** Every try to connect, in order. */
  readonly dialled: readonly Dialled[];
  /** Connections that are open now, from the client's side. */
  readonly open: number;
}

export interface Dialled {
  /** Nothing where the machine has no address of that family. */
  readonly from: IpAddress | undefined;
  readonly to: Endpoint;
  /** When it ended. */
  readonly at: Instant;
  /** `connected`, or the reason why not. */
  readonly ending: string;
}

/** Stands for a certificate where the network does not look at it. */
export const falseIdentity: TlsIdentity = { kind: 'tls-identity', context: undefined };

interface BoundListener {
  readonly shared: boolean;
  readonly connectionsMax: number;
  readonly accepted: (connection: Connection) => void;
  readonly connections: Set<FalseConnection>;
}

interface BoundUdp {
  readonly shared: boolean;
  readonly connectedTo: Endpoint | undefined;
  readonly listener: DatagramListener;
}

interface Datagram {
  readonly bytes: Uint8Array;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

const PORT_FIRST = 49_152;
const LOSING: ReadonlySet<Fault['kind']> = new Set(['hang', 'mute', 'unreachable', 'drop']);
const isWildcard = (address: IpAddress): boolean => address === '0.0.0.0' || address === '::';
const sameFamily = (a: IpAddress, b: IpAddress): boolean => isIpv6(a) === isIpv6(b);

export interface FalseNetworkOptions {
  /** Of the first machine. */
  readonly addresses?: readonly string[];
}

export function falseNetwork(clock: Clock, options: FalseNetworkOptions = {}): FalseNetwork {
  return new FirstMachine(new World(clock), options.addresses ?? ['192.0.2.1', '2001:db8::1']);
}

/** What all machines share. */
class World {
  readonly clock: Clock;
  readonly machines = new Map<IpAddress, Machine>();
  readonly tcp = new Ports<BoundListener>();
  readonly udp = new Ports<BoundUdp>();
  readonly connections = new Set<FalseConnection>();
  readonly dialled: Dialled[] = [];
  readonly faults = new Map<string, Fault>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  faultAt(to: Endpoint): Fault | undefined {
    return this.faults.get(printEndpoint(to)) ?? this.faults.get(to.address);
  }

  /** Now, or after the delay that is set there. */
  later(to: Endpoint, run: () => void): void {
    const fault = this.faultAt(to);
    if (fault?.kind === 'delay') this.clock.after(fault.length, run);
    else queueMicrotask(run);
  }
}

/** Who is bound where; several on one endpoint take turns. */
class Ports<T extends { readonly shared: boolean }> {
  readonly #bound = new Map<string, readonly T[]>();
  #turn = 0;

  take(at: Endpoint, who: T): boolean {
    const there = this.all(at);
    if (there.length > 0 && !(who.shared && there.every(({ shared }) => shared))) return false;
    this.#bound.set(printEndpoint(at), [...there, who]);
    return true;
  }

  release(at: Endpoint, who: T): void {
    const left = this.all(at).filter((one) => one !== who);
    this.#bound.set(printEndpoint(at), left);
  }

  all(at: Endpoint): readonly T[] {
    return this.#bound.get(printEndpoint(at)) ?? [];
  }

  next(at: Endpoint, fits: (who: T) => boolean = () => true): T | undefined {
    const there = this.all(at).filter(fits);
    this.#turn += 1;
    return there[this.#turn % there.length];
  }
}

class Machine implements Network {
  readonly #world: World;
  readonly #addresses: readonly IpAddress[];
  #lastPort = PORT_FIRST;

  constructor(world: World, addresses: readonly string[]) {
    this.#world = world;
    this.#addresses = addresses.map((text) => {
      const address = parseIp(text);
      if (!address || world.machines.has(address)) throw new Error(`${text}: no address, or taken`);
      return address;
    });
    for (const address of this.#addresses) world.machines.set(address, this);
  }

  interfaceAddresses(): readonly IpAddress[] {
    return this.#addresses;
  }

  async connect(to: Endpoint, { timeout }: { readonly timeout: Duration }): Promise<Connected> {
    const from = this.#source(to.address);
    const connected = from
      ? await this.#dial({ address: from, port: this.#nextPort() }, to, timeout)
      : failed('network unreachable');
    this.#world.dialled.push({
      from,
      to,
      at: this.#world.clock.now(),
      ending: connected.kind === 'failed' ? connected.because : 'connected',
    });
    return connected;
  }

  #dial(from: Endpoint, to: Endpoint, timeout: Duration): Promise<Connected> {
    const world = this.#world;
    const fault = world.faultAt(to);
    return new Promise((resolve) => {
      let isLate = false;
      const late = world.clock.after(timeout, () => {
        isLate = true;
        resolve({ kind: 'failed', because: 'connection timed out', timeout: true });
      });
      if (fault?.kind === 'hang' || (!fault && !world.machines.has(to.address))) return;
      world.later(to, () => {
        if (isLate) return;
        late.cancel();
        resolve(refusal(fault) ?? this.#arrive(from, to));
      });
    });
  }

  #arrive(from: Endpoint, to: Endpoint): Connected {
    const world = this.#world;
    const listener = world.tcp.next(to);
    if (!listener) return failed('connection refused');
    const wire = wireOf(world, to, (gone) => {
      world.connections.delete(gone);
      listener.connections.delete(gone);
    });
    const client = new FalseConnection({ side: 'client', local: from, remote: to }, wire);
    const server = new FalseConnection({ side: 'server', local: to, remote: from }, wire);
    FalseConnection.join(client, server);
    world.connections.add(client);
    if (listener.connections.size >= listener.connectionsMax) server.destroy();
    else {
      listener.connections.add(server);
      listener.accepted(server);
    }
    return { kind: 'connected', connection: client };
  }

  async listen(
    at: Endpoint,
    options: ListenOptions,
    accepted: (connection: Connection) => void,
  ): Promise<Listener> {
    const { reusePort: shared = false, connectionsMax } = options;
    const bound = { shared, connectionsMax, accepted, connections: new Set<FalseConnection>() };
    const { port, release } = this.#bind('TCP', this.#world.tcp, { at, who: () => bound });
    return {
      at: { address: at.address, port },
      async close() {
        release();
      },
    };
  }

  async udp(at: Endpoint, options: UdpOptions, listener: DatagramListener): Promise<Datagrams> {
    const { reusePort: shared = false, connectedTo } = options;
    const who = (): BoundUdp => ({ shared, connectedTo, listener });
    const { port, release } = this.#bind('UDP', this.#world.udp, { at, who });
    let open = true;
    return {
      at: { address: at.address, port },
      send: (bytes, to) => {
        const target = connectedTo ?? to;
        const address = isWildcard(at.address) ? this.#source(target.address) : at.address;
        if (!open || !address) return;
        const from = { address, port };
        const refused = (): void => {
          if (open && connectedTo) listener.failed('connection refused');
        };
        this.#post({ bytes: bytes.slice(), from, to: target }, refused);
      },
      async close() {
        open = false;
        release();
      },
    };
  }

  #post({ bytes, from, to }: Datagram, refused: () => void): void {
    const world = this.#world;
    world.later(to, () => {
      const fault = world.faultAt(to);
      if (fault && LOSING.has(fault.kind)) return;
      const fits = ({ connectedTo }: BoundUdp): boolean =>
        !connectedTo || printEndpoint(connectedTo) === printEndpoint(from);
      const target = fault?.kind === 'refuse' ? undefined : world.udp.next(to, fits);
      if (target) target.listener.received(bytes, from);
      else if (world.machines.has(to.address)) refused();
    });
  }

  /** Takes a port on the address, or on all of this machine's where it is a wildcard. */
  #bind<T extends { readonly shared: boolean }>(
    protocol: 'TCP' | 'UDP',
    ports: Ports<T>,
    { at, who }: { readonly at: Endpoint; readonly who: () => T },
  ): { readonly port: number; readonly release: () => void } {
    const port = at.port === 0 ? this.#nextPort() : at.port;
    const addresses = this.#addresses.filter((address) =>
      isWildcard(at.address) ? sameFamily(address, at.address) : address === at.address,
    );
    if (addresses.length === 0) throw listenFailed(protocol, at, coded('EADDRNOTAVAIL'));
    const bound = who();
    const endpoints = addresses.map((address) => ({ address, port }));
    const release = (): void => {
      for (const endpoint of endpoints) ports.release(endpoint, bound);
    };
    const taken = endpoints.map((endpoint) => ports.take(endpoint, bound));
    if (taken.every(Boolean)) return { port, release };
    release();
    throw listenFailed(protocol, at, coded('EADDRINUSE'));
  }

  #source(to: IpAddress): IpAddress | undefined {
    return this.#addresses.find((address) => sameFamily(address, to));
  }

  #nextPort(): number {
    this.#lastPort = this.#lastPort >= 65_535 ? PORT_FIRST : this.#lastPort + 1;
    return this.#lastPort;
  }
}

class FirstMachine extends Machine implements FalseNetwork {
  readonly #world: World;
  readonly dialled: readonly Dialled[];

  constructor(world: World, addresses: readonly string[]) {
    super(world, addresses);
    this.#world = world;
    this.dialled = world.dialled;
  }

  get open(): number {
    return this.#world.connections.size;
  }

  host(addresses: readonly string[]): Network {
    return new Machine(this.#world, addresses);
  }

  set(where: string, fault: Fault | undefined): void {
    if (!parseIp(where) && !parseEndpoint(where))
      throw new Error(`${where}: no address or endpoint`);
    if (fault === undefined) this.#world.faults.delete(where);
    else this.#world.faults.set(where, fault);
  }

  cut(address: string): void {
    for (const connection of this.#world.connections) {
      const { local, remote } = connection;
      if (local.address !== address && remote.address !== address) continue;
      connection.cut('connection reset by peer');
    }
  }
}

function wireOf(world: World, to: Endpoint, gone: Wire['gone']): Wire {
  const fault = world.faultAt(to);
  return {
    clock: world.clock,
    delay: fault?.kind === 'delay' ? fault.length : milliseconds(0),
    mute: fault?.kind === 'mute',
    drop: fault?.kind === 'drop' ? fault : undefined,
    tls: fault?.kind === 'tls' ? fault.tls : { kind: 'works', verified: true },
    gone,
  };
}

function failed(because: string): Connected {
  return { kind: 'failed', because, timeout: false };
}

function refusal(fault: Fault | undefined): Connected | undefined {
  if (fault?.kind === 'refuse') return failed('connection refused');
  return fault?.kind === 'unreachable' ? failed('no route to host') : undefined;
}

const coded = (code: string): Error => Object.assign(new Error(code), { code });
