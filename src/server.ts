// A running server, seen from its main thread: control, API and the threads that do the work. It
// starts in an order in which nothing is half there (lock, ports, zones, nameserver, lane, API) and
// stops in the opposite one; what fails at the start undoes what was started before it.

import { join } from 'node:path';
import { type Api, createApi } from './api/api.ts';
import { socketPathOf } from './api/local.ts';
import type { ApiParts } from './api/parts.ts';
import { serveApi } from './api/server.ts';
import type { Health, Submission, Submitted, ZonesReloaded } from './api/types.ts';
import type { AppParts } from './app-parts.ts';
import { FingerpostError } from './base/errors.ts';
import type { EventHub, FingerpostEvent } from './base/events.ts';
import { type Endpoint, printEndpoint } from './base/ip.ts';
import { type CheckingDoors, type CheckRun, checkingDoors, createCheckRun } from './checking.ts';
import type { View } from './checks/report/form.ts';
import { domainOf } from './checks/report.ts';
import { gaugesOf, printGauges } from './checks/watch/gauges.ts';
import type { Settings } from './config/settings.ts';
import type { LaneOptions, Listening } from './lane.ts';
import type { ZoneChange } from './nameserver/zone-change.ts';
import { ZoneStore } from './nameserver/zone-store.ts';
import type { NameserverWorkerData } from './nameserver-worker.ts';
import { checkPorts } from './net/port-check.ts';
import { realNetwork } from './net/real-network.ts';
import { shuttable } from './net/shuttable.ts';
import { openQueueReader } from './queue/reader-sqlite.ts';
import type { QueueReader } from './queue/store.ts';
import { createRoundTrips, realRoundTripDoors } from './round-trips.ts';
import { DEFAULT_SERVER_LIMITS } from './smtp/server-limits.ts';
import { lockData } from './storage/lock.ts';
import { systemClock } from './system.ts';
import { Thread } from './threads/thread.ts';
import { startWatching, type Watching } from './watching.ts';
import { submitVia } from './without-server.ts';

/** One lane for now; its number is in every id, so that more can come. */
const LANE = 0;

export class Server {
  readonly events: EventHub;
  readonly #settings: Settings;
  readonly #resolvers: readonly Endpoint[];
  readonly #version: string;
  readonly #zones: ZoneStore;
  readonly #api: Api;
  readonly #listening: Listening[] = [];
  readonly #nameservers: Thread[] = [];
  #lane: Thread | undefined;
  #queue: QueueReader | undefined;
  #watching: Watching | undefined;
  #doors: CheckingDoors | undefined;
  #shutDoors: (() => void) | undefined;
  /** What was last seen of each watched domain. */
  readonly #views = new Map<string, View>();
  /** How to undo what was started, in the order of starting. */
  readonly #undo: (() => unknown)[] = [];

  constructor({ settings, resolvers, events, version }: AppParts) {
    this.events = events;
    this.#version = version;
    this.#settings = settings;
    this.#resolvers = resolvers;
    this.#zones = new ZoneStore({ patterns: settings.dns?.zoneFiles ?? [], events });
    this.#api = createApi(this.#parts());
  }

  fetch(request: Request): Promise<Response> {
    return this.#api.fetch(request);
  }

  /** Rejects with `DATA_LOCKED`, `LISTEN_FAILED` and friends; then nothing runs. */
  async start(): Promise<void> {
    try {
      this.#lock();
      await this.#checkPorts();
      await this.#startNameservers();
      await this.#startLane();
      await this.#startApi();
      await this.#startWatch();
    } catch (error) {
      await this.stop();
      throw error;
    }
    for (const { what, at } of this.#listening) this.events.emit({ kind: 'listening', what, at });
    this.events.emit({ kind: 'server.started', hostname: this.#settings.hostname });
  }

  async stop(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) await undo();
    this.#shutDoors?.();
    this.#listening.length = 0;
    this.#nameservers.length = 0;
  }

  #lock(): void {
    const owner = { pid: process.pid, what: 'fingerpost serve', since: systemClock.now() };
    const lock = lockData(this.#settings.dataFolder, owner);
    this.#undo.push(() => lock.release());
  }

  async #checkPorts(): Promise<void> {
    const { dns, smtp, submission, http } = this.#settings;
    const udp = dns?.listen ?? [];
    const tcp = [...udp, ...[smtp, submission, http].flatMap((door) => door?.listen ?? [])];
    await checkPorts(realNetwork(systemClock), { tcp, udp });
  }

  async #startNameservers(): Promise<void> {
    const { dns } = this.#settings;
    if (!dns) return;
    this.#zones.load();
    const roles = [...Array.from({ length: dns.threads }, () => 'udp' as const), 'tcp' as const];
    for (const [index, role] of roles.entries()) {
      const data: NameserverWorkerData = { listen: dns.listen, role, reusePort: dns.threads > 1 };
      await this.#startNameserver(`nameserver ${role} ${index}`, data);
    }
    for (const at of dns.listen) this.#listening.push({ what: 'dns', at: printEndpoint(at) });
  }

  async #startNameserver(name: string, data: NameserverWorkerData): Promise<void> {
    const thread = new Thread({
      name,
      module: '../nameserver-worker',
      data: () => data,
      begin: async (link) => {
        await link.ask('apply', this.#zones.all());
        await link.ask('start', undefined);
      },
      clock: systemClock,
      events: this.events,
    });
    await thread.start();
    this.#nameservers.push(thread);
    this.#undo.push(() => thread.stop());
  }

  async #startLane(): Promise<void> {
    const settings = this.#settings;
    const resolvers = this.#resolvers;
    let first = true;
    const lane = new Thread({
      name: `lane ${LANE}`,
      module: '../lane-worker',
      data: (stack): LaneOptions => ({
        number: LANE,
        settings,
        resolvers,
        ...(stack === undefined ? {} : { stack }),
      }),
      begin: async (link) => {
        const listening = await link.ask<readonly Listening[]>('start', undefined);
        if (first) this.#listening.push(...listening);
        first = false;
      },
      clock: systemClock,
      events: this.events,
    });
    await lane.start();
    this.#lane = lane;
    this.#undo.push(() => lane.stop());
    const queue = await openQueueReader(join(settings.dataFolder, `spool-${LANE}.db`));
    this.#queue = queue;
    this.#undo.push(() => queue.close());
  }

  async #startApi(): Promise<void> {
    const { http, hostname, dataFolder } = this.#settings;
    const socketPath = socketPathOf(dataFolder);
    const tcp = http?.listen ?? [];
    const server = await serveApi({ api: this.#api, tcp, hostname, socketPath });
    for (const at of server.tcp) this.#listening.push({ what: 'http', at: printEndpoint(at) });
    this.#undo.push(() => server.close());
  }

  async #startWatch(): Promise<void> {
    const settings = this.#settings;
    if (!settings.watch) return;
    const watching = await startWatching(settings, settings.watch, {
      ...this.#checkingDoors(),
      events: this.events,
      submit: (given) => this.#submit(given),
      seen: (view) => this.#views.set(domainOf(view.report), view),
    });
    this.#watching = watching;
    this.#undo.push(() => watching.stop());
  }

  #parts(): ApiParts {
    const { submission, smtp } = this.#settings;
    const queue = (): QueueReader => this.#queue ?? failStopped();
    const lane = (): Thread => this.#lane ?? failStopped();
    return {
      queue: {
        list: async (query) => queue().list(query),
        find: async (id) => queue().find(id),
        ledger: async (id) => queue().ledger(id),
        close: async () => {},
      },
      events: this.events,
      messageBytesMax:
        submission?.messageBytesMax ??
        smtp?.messageBytesMax ??
        DEFAULT_SERVER_LIMITS.messageBytesMax,
      explain: async (address) => lane().ask('explain', address),
      submit: async (given) => this.#submit(given),
      reloadZones: () => this.#reloadZones(),
      watched: async () => (await this.#watching?.states()) ?? [],
      health: () => this.#health(),
      gauges: () => printGauges(gaugesOf([...this.#views.values()])),
      observe: (request, progress) => this.#checkRun().observe(request, progress),
      roundTrip: createRoundTrips(
        this.#settings,
        realRoundTripDoors({ resolvers: this.#resolvers, events: this.events }),
      ),
    };
  }

  /** Anew for each request: the world may have changed since the last. */
  #checkRun(): CheckRun {
    return createCheckRun(this.#settings, this.#checkingDoors());
  }

  /** Of all checks, until the server stops: what is being looked at then must not hold it up. */
  #checkingDoors(): CheckingDoors {
    if (this.#doors) return this.#doors;
    const [settings, resolvers, version] = [this.#settings, this.#resolvers, this.#version];
    const doors = checkingDoors({ settings, resolvers, version });
    const { network, https, shut } = shuttable(doors.network, doors.https);
    this.#doors = { ...doors, network, https };
    this.#shutDoors = shut;
    return this.#doors;
  }

  async #submit(submission: Submission): Promise<Submitted> {
    if (submission.via !== undefined) return submitVia(this.#settings, submission);
    const lane = this.#lane ?? failStopped();
    return lane.ask('submit', submission);
  }

  /** Returns when every thread serves the new versions. */
  async #reloadZones(): Promise<ZonesReloaded> {
    const seen: FingerpostEvent[] = [];
    const unlisten = this.events.listen((event) => seen.push(event));
    const changes = this.#zones.load();
    unlisten();
    await Promise.all(this.#nameservers.map((thread) => applyTo(thread, changes)));
    const loaded = seen.filter((event) => event.kind === 'zone.loaded');
    const refused = seen.filter((event) => event.kind === 'zone.refused');
    return { loaded, refused };
  }

  #health(): Health {
    const { hostname } = this.#settings;
    const troubles = this.#lane ? [] : ['the server is starting or stopping'];
    return { hostname, troubles, listening: this.#listening };
  }
}

/** A thread that is dead begins with all zones as they are then: it has missed nothing. */
async function applyTo(thread: Thread, changes: readonly ZoneChange[]): Promise<void> {
  try {
    await thread.ask('apply', changes);
  } catch (error) {
    if (!(error instanceof FingerpostError && error.code === 'WORKER_DIED')) throw error;
  }
}

function failStopped(): never {
  throw new FingerpostError('NOT_RUNNING', 'The server is starting or stopping: ask again.');
}
