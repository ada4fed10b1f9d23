// One Fingerpost of a false world: a lane over false doors, with its own data folder and mailboxes,
// that can be stopped, started again, and lose its power. What it reports is kept, so that a test
// can wait for what may already have happened.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FingerpostEvent } from '../../src/base/events.ts';
import type { Chance } from '../../src/base/random.ts';
import { type Duration, milliseconds, minutes } from '../../src/base/time.ts';
import { parseSettings } from '../../src/config/load.ts';
import type { Settings } from '../../src/config/settings.ts';
import { createLane, type Lane } from '../../src/lane.ts';
import type { Network } from '../../src/net/network.ts';
import type { LedgerEntry, MessageId } from '../../src/queue/message.ts';
import { openQueueReader } from '../../src/queue/reader-sqlite.ts';
import { SPOOL_MIGRATIONS } from '../../src/queue/schema.ts';
import type { KeptMessage } from '../../src/queue/store.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import type { FalseClock } from './false-clock.ts';
import type { FalseNetwork } from './false-network.ts';
import { type Powered, powered } from './powered.ts';

/** Several kinds may share one shape. */
type OfKind<Event, Kind> = Event extends { kind: infer Kinds }
  ? Kind extends Kinds
    ? Event
    : never
  : never;
export type EventOf<Kind extends FingerpostEvent['kind']> = OfKind<FingerpostEvent, Kind>;
export type AttemptEntry = Extract<LedgerEntry, { kind: 'attempted' }>;

export interface Mail {
  readonly from?: string;
  readonly to?: string | readonly string[];
  /** Header and body; lines end as they like. */
  readonly text?: string;
}

export const SENDER = 'ann@example.net';
export const RECIPIENT = 'user@example.com';

export const mailText = (subject: string): string =>
  `From: <${SENDER}>\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.net>\r\n\r\nHello!\r\n`;

export interface FingerpostParts {
  readonly folder: string;
  /** YAML. */
  readonly settings: string;
  readonly clock: FalseClock;
  /** The whole network, and its machine in it. */
  readonly world: FalseNetwork;
  readonly network: Network;
  readonly chance: Chance;
}

/** Longer than whatever happens without a schedule: time-outs of one conversation after another. */
const PATIENCE = minutes(60);

export class Fingerpost {
  readonly folder: string;
  /** Everything that it reported, from the first start on. */
  readonly events: FingerpostEvent[] = [];
  readonly #parts: FingerpostParts;
  #settings: Settings;
  /** Events that no `next` has returned. */
  #unread: FingerpostEvent[] = [];
  #lane: Lane | undefined;
  #power: Powered | undefined;
  #crashes = 0;

  constructor(parts: FingerpostParts) {
    this.folder = parts.folder;
    this.#parts = parts;
    this.#settings = parseSettings(parts.settings, join(parts.folder, 'fingerpost.yaml'));
  }

  async start(stack?: string): Promise<void> {
    const { clock, network, chance } = this.#parts;
    const power = powered(network, clock);
    const emit = (event: FingerpostEvent): void => this.#note(event, power);
    const resolvers = this.#settings.resolver.servers ?? [];
    const crashed = stack === undefined ? {} : { stack };
    const lane = createLane(
      { number: 0, settings: this.#settings, resolvers, ...crashed },
      { network: power.network, clock: power.clock, chance, events: { emit } },
    );
    await this.#ended(lane.start());
    this.#lane = lane;
    this.#power = power;
  }

  /** In an orderly way, if it runs. */
  async stop(): Promise<void> {
    const lane = this.#lane;
    this.#lane = undefined;
    if (lane) await this.#ended(lane.stop());
  }

  /** Loses its power, and the file system with it: what was not synced is for nobody. */
  async crash(): Promise<void> {
    const { network, world, folder } = { ...this.#parts };
    this.#lane = undefined;
    await this.#power?.cutPower();
    for (const address of network.interfaceAddresses()) world.cut(address);
    this.#crashes += 1;
    const dataFolder = join(folder, `data-${this.#crashes}`);
    cpSync(this.#settings.dataFolder, dataFolder, { recursive: true });
    this.#settings = { ...this.#settings, dataFolder };
  }

  /** Begins to hand a message in; time has to pass until it is kept. */
  begin(mail: Mail = {}): Promise<MessageId> {
    const { from = SENDER, to = RECIPIENT, text = mailText('hello') } = mail;
    assert.ok(this.#lane, 'it is stopped');
    const recipients = typeof to === 'string' ? [to] : to;
    const message = Buffer.from(text, 'latin1');
    return this.#lane.submit({ sender: from, recipients, message }).then((submitted) => {
      assert.ok('id' in submitted, `refused: ${JSON.stringify(submitted)}`);
      return submitted.id;
    });
  }

  /** Hands a message in as a command does, and returns when it is kept. */
  submit(mail: Mail = {}): Promise<MessageId> {
    return this.#ended(this.begin(mail));
  }

  /** The next event of a kind, in the order in which they came; lets time pass until it comes. */
  async next<Kind extends FingerpostEvent['kind']>(
    kind: Kind,
    fits: (event: EventOf<Kind>) => boolean = () => true,
    limit: Duration = PATIENCE,
  ): Promise<EventOf<Kind>> {
    const index = (): number =>
      this.#unread.findIndex((event) => event.kind === kind && fits(event as EventOf<Kind>));
    await this.#parts.clock
      .until(() => index() >= 0, limit)
      .catch(() => {
        assert.fail(`no ${kind}; unread: ${this.#unread.map((each) => JSON.stringify(each))}`);
      });
    const [found] = this.#unread.splice(index(), 1);
    return found as EventOf<Kind>;
  }

  all<Kind extends FingerpostEvent['kind']>(kind: Kind): readonly EventOf<Kind>[] {
    return this.events.filter((event) => event.kind === kind) as EventOf<Kind>[];
  }

  /** Hosts and endings of what was tried, in order. */
  tried(): readonly string[] {
    return this.all('target.tried').map(({ host, ending }) => `${host}: ${ending}`);
  }

  /** By our id, or by a Message-ID. */
  async messages(wanted: string): Promise<readonly KeptMessage[]> {
    return this.#read((reader) => reader.find(wanted));
  }

  /** `delivered`, or with several recipients `delivered waiting`, in their order. */
  async states(id: MessageId): Promise<string> {
    const [message] = await this.messages(id);
    return message?.recipients.map(({ state }) => state).join(' ') ?? 'unknown';
  }

  ledger(id: MessageId): Promise<readonly LedgerEntry[]> {
    return this.#read((reader) => reader.ledger(id));
  }

  async attempts(id: MessageId): Promise<readonly AttemptEntry[]> {
    return (await this.ledger(id)).filter((entry) => entry.kind === 'attempted');
  }

  /** Messages that are not done. */
  async waiting(): Promise<readonly KeptMessage[]> {
    return this.#read((reader) => reader.list({ limit: 1_000 }));
  }

  /** How many parts of bodies the spool holds. */
  async keptBodyParts(): Promise<number> {
    await this.#parts.clock.advance(milliseconds(5));
    const storage = await openSqlite(this.#spool, { migrations: SPOOL_MIGRATIONS, readOnly: true });
    const count = storage.get('SELECT count(*) AS count FROM bodies')?.count;
    await storage.close();
    return Number(count);
  }

  /** What is new in the mailbox of a local part, oldest first, as it stands in the files. */
  mailbox(local: string): readonly string[] {
    const inbox = join(this.folder, 'mail', local, 'new');
    if (!existsSync(inbox)) return [];
    const files = readdirSync(inbox).sort();
    return files.map((file) => readFileSync(join(inbox, file), 'latin1'));
  }

  get #spool(): string {
    return join(this.#settings.dataFolder, 'spool-0.db');
  }

  async #read<T>(
    work: (reader: Awaited<ReturnType<typeof openQueueReader>>) => Promise<T>,
  ): Promise<T> {
    // What was reported is stored a moment later.
    await this.#parts.clock.advance(milliseconds(5));
    const reader = await openQueueReader(this.#spool);
    try {
      return await work(reader);
    } finally {
      await reader.close();
    }
  }

  async #ended<T>(work: Promise<T>): Promise<T> {
    return endedUnder(this.#parts.clock, work);
  }

  #note(event: FingerpostEvent, { isOn }: Powered): void {
    if (!isOn) return;
    this.events.push(event);
    this.#unread.push(event);
  }
}

/** Lets time pass until the work has ended. */
export async function endedUnder<T>(clock: FalseClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const watched = work.finally(() => {
    isOver = true;
  });
  watched.catch(() => {});
  await clock.until(() => isOver, PATIENCE);
  return watched;
}
