// A lane: receives, queues and delivers with a spool of its own, in one thread, so that a message
// accepted is delivered from memory. A plain builder over the doors it is given: `lane-worker.ts`
// runs it in a thread, flow tests run several in one process under a false clock.

import { join } from 'node:path';
import type { RouteExplanation } from './api/types.ts';
import { reasonOf } from './base/errors.ts';
import type { Events } from './base/events.ts';
import { type Endpoint, printEndpoint } from './base/ip.ts';
import type { Chance } from './base/random.ts';
import { after, type Clock, minutes, pause, seconds } from './base/time.ts';
import type { ListenerSettings, Settings, TlsFiles } from './config/settings.ts';
import { Conversations } from './delivery/conversations.ts';
import { HostMemory } from './delivery/host-memory.ts';
import { Maildir } from './delivery/maildir.ts';
import { createNotices } from './delivery/notice.ts';
import { Pace } from './delivery/pace.ts';
import { DeliveryWorker } from './delivery/worker.ts';
import { allowedNetworks, askingOf, domainsOf, explain, scheduleOf } from './lane-settings.ts';
import type { Network, TlsIdentity } from './net/network.ts';
import { watchTlsIdentity } from './net/tls.ts';
import type { MessageId, NewMessage } from './queue/message.ts';
import { Queue } from './queue/queue.ts';
import type { QueueStore } from './queue/store.ts';
import { openQueueStore } from './queue/store-sqlite.ts';
import type { ListenerKind } from './receiving/policy.ts';
import { Receiver } from './receiving/receiver.ts';
import { type Submission, type Submitted, submit } from './receiving/submission.ts';
import type { OurDomains } from './routing/domains.ts';
import { HEALTH_DEFAULTS } from './routing/health.ts';
import { DEFAULT_SERVER_LIMITS } from './smtp/server-limits.ts';

export interface LaneDoors {
  readonly network: Network;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly events: Events;
}

export interface LaneOptions {
  readonly number: number;
  readonly settings: Settings;
  /** Resolvers to ask. */
  readonly resolvers: readonly Endpoint[];
  /** Where the lane crashed before, for messages that are held because of it. */
  readonly stack?: string;
}

export interface Listening {
  readonly what: string;
  readonly at: string;
}

export interface Lane {
  /** Recovers the spool, listens, delivers. Rejects with `LISTEN_FAILED` and friends. */
  start(): Promise<readonly Listening[]>;
  /** No new mail, no new attempts; what is under way is settled. */
  stop(): Promise<void>;
  submit(submission: Submission): Promise<Submitted>;
  explain(address: string): Promise<RouteExplanation>;
}

const CONNECT_TIMEOUT = seconds(30);
const CERTIFICATE_AGE = minutes(1);
/** For deliveries that are under way when the lane is stopped. */
const GRACE = seconds(30);

export function createLane(options: LaneOptions, doors: LaneDoors): Lane {
  return new BuiltLane(options, doors);
}

class BuiltLane implements Lane {
  readonly #options: LaneOptions;
  readonly #doors: LaneDoors;
  readonly #domains: OurDomains;
  readonly #receivers: Receiver[] = [];
  #store: QueueStore | undefined;
  #queue: Queue | undefined;
  #delivery: Delivery | undefined;

  constructor(options: LaneOptions, doors: LaneDoors) {
    this.#options = options;
    this.#doors = doors;
    this.#domains = domainsOf(options.settings);
  }

  async start(): Promise<readonly Listening[]> {
    const { number, settings, stack } = this.#options;
    const { clock, events } = this.#doors;
    const store = await openQueueStore(join(settings.dataFolder, `spool-${number}.db`), { clock });
    const queue = new Queue({
      store,
      clock,
      events,
      messageBytesMax: largestMessage(settings),
      leasedMax: settings.delivery.attemptsMax,
    });
    const delivery = new Delivery(this.#options, this.#doors, queue, store);
    this.#store = store;
    this.#queue = queue;
    this.#delivery = delivery;
    await queue.start((message) => void delivery.worker.deliver(message), stack);
    try {
      return await this.#listen(queue);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#receivers.splice(0).map((receiver) => receiver.stop()));
    await this.#queue?.stop();
    await this.#delivery?.stop();
    await this.#store?.close();
  }

  submit(submission: Submission): Promise<Submitted> {
    const { number, settings } = this.#options;
    const queue = this.#queue;
    if (!queue) return Promise.reject(new Error('the lane is not started'));
    const options = {
      ...this.#doors,
      hostname: settings.hostname,
      lane: number,
      domains: this.#domains,
      messageBytesMax: largestMessage(settings),
      put: (message: NewMessage) => queue.put(message),
    };
    return submit(options, submission);
  }

  explain(address: string): Promise<RouteExplanation> {
    if (!this.#delivery) return Promise.reject(new Error('the lane is not started'));
    return explain(this.#delivery.asking, address);
  }

  async #listen(queue: Queue): Promise<readonly Listening[]> {
    const { smtp, submission } = this.#options.settings;
    const doors = [
      ['smtp', smtp],
      ['submission', submission],
    ] as const;
    const listening: Listening[] = [];
    for (const [kind, door] of doors) {
      if (!door) continue;
      const receiver = this.#receiver(kind, door, queue);
      const places = await receiver.start();
      this.#receivers.push(receiver);
      listening.push(...places.map((at) => ({ what: kind, at: printEndpoint(at) })));
    }
    return listening;
  }

  /** Read again when the files change, so that a renewed certificate needs no restart. */
  #identity({ certFile, keyFile }: TlsFiles): () => TlsIdentity {
    const { clock, events } = this.#doors;
    const changed = (because: string | undefined): void => {
      const text = because ?? `the certificate ${certFile} was read again`;
      events.emit({ kind: 'server.notice', text });
    };
    return watchTlsIdentity(certFile, keyFile, { clock, every: CERTIFICATE_AGE, changed });
  }

  #receiver(kind: ListenerKind, door: ListenerSettings, queue: Queue): Receiver {
    const { number, settings } = this.#options;
    const { listen, messageBytesMax, connectionsMax, tls } = door;
    return new Receiver({
      ...this.#doors,
      hostname: settings.hostname,
      lane: number,
      policy: { kind, domains: this.#domains, allowFrom: allowedNetworks(settings) },
      messageBytesMax,
      tls: tls && this.#identity(tls),
      bodies: queue,
      hasRoom: () => queue.hasRoomForMail(),
      put: (message) => queue.put(message),
      listen,
      connectionsMax,
    });
  }
}

function largestMessage({ smtp, submission }: Settings): number {
  return (
    Math.max(smtp?.messageBytesMax ?? 0, submission?.messageBytesMax ?? 0) ||
    DEFAULT_SERVER_LIMITS.messageBytesMax
  );
}

/** The parts that bring mail away. */
class Delivery {
  readonly worker: DeliveryWorker;
  readonly asking: ReturnType<typeof askingOf>;
  readonly #conversations: Conversations;
  readonly #memory: HostMemory;
  readonly #clock: Clock;

  constructor(options: LaneOptions, doors: LaneDoors, queue: Queue, store: QueueStore) {
    const { settings, number } = options;
    const { hostname, delivery } = settings;
    const { clock, chance, events } = doors;
    this.#clock = clock;
    const readBodyPart = (id: MessageId, index: number) => store.readBodyPart(id, index);
    this.#conversations = new Conversations({
      ...doors,
      hello: hostname,
      connectTimeout: CONNECT_TIMEOUT,
      readBodyPart,
    });
    const wake = (domains: readonly string[]): void => {
      queue.wake(domains).catch((error: unknown) => {
        events.emit({ kind: 'storage.failed', because: reasonOf(error) });
      });
    };
    this.#memory = this.#createMemory(settings, doors, wake);
    const badAmong = this.#memory.badAmong.bind(this.#memory);
    this.asking = askingOf(settings, { ...doors, resolvers: options.resolvers, badAmong });
    const schedule = scheduleOf(settings);
    this.worker = new DeliveryWorker({
      clock,
      chance,
      events,
      conversations: this.#conversations,
      memory: this.#memory,
      pace: new Pace({
        perSiteMax: delivery.perSiteMax,
        waitingPerSiteMax: delivery.perSiteMax,
      }),
      local: new Maildir({ hostname, readBodyPart }),
      ask: this.asking,
      deferOnTransient: new Set(delivery.deferOn4xx),
      settle: (settlement) => queue.settle(settlement),
      wake,
      notices: createNotices({
        ...doors,
        hostname,
        lane: number,
        readBodyPart,
        triedUntil: ({ receivedAt }) => after(receivedAt, schedule.giveUpAfter),
      }),
      schedule,
    });
  }

  /** What is under way may end by itself for a while; then it is broken off, and settled. */
  async stop(): Promise<void> {
    this.#memory.stop();
    const idle = new AbortController();
    const ended = this.worker.idle().then(() => idle.abort());
    await pause(this.#clock, GRACE, idle.signal);
    this.#conversations.stop();
    await ended;
  }

  #createMemory(
    settings: Settings,
    doors: LaneDoors,
    wake: (domains: readonly string[]) => void,
  ): HostMemory {
    const security = { kind: 'opportunistic' } as const;
    return new HostMemory({
      ...doors,
      settings: { ...HEALTH_DEFAULTS, probe: settings.delivery.badHostProbe },
      probe: (host) =>
        this.#conversations.probe({ ...host, host: host.address, security, because: 'a probe' }),
      wake,
    });
  }
}
