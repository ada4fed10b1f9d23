// Killed again and again under load, the server loses nothing: every message that had its 250 is at
// its destination or in the queue, and whatever came twice is marked in its ledger.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { KeptMessage, LedgerEntry, RecipientState } from '../../src/api/types.ts';
import { CountingSink, LAST_LINE } from '../support/peers/counting-sink.ts';
import { eventually, pauseMs } from '../support/peers/eventually.ts';
import { Fingerpost } from '../support/peers/fingerpost.ts';
import { SmtpClient } from '../support/peers/smtp.ts';
import { Stage } from '../support/peers/stage.ts';
import { startNames } from '../support/peers/zone.ts';

const NAMES = '127.30.6.53';
const SERVER = '127.30.6.20';
const SINK = '127.30.6.10';
const PORT = 2525;
const ROUNDS = 50;
const CLIENTS = 10;
/** A message with two recipients, one that is larger than a row of the spool: each so many-th. */
const DOUBLE_EVERY = 5;
const LARGE_EVERY = 60;

const RECORDS = `@ IN MX 10 sink\n@ IN MX 20 backup\nsink IN A ${SINK}\nbackup IN A ${SERVER}\n`;

const CONFIGURATION = `hostname: backup.one.example
smtp: { listen: ["${SERVER}:${PORT}"] }
resolver: { servers: ["${NAMES}:5300"] }
world: { global: ["127.0.0.0/8"], smtpPort: ${PORT} }
domains:
  one.example: { role: backup, recipients: any }
  two.example: { role: backup, recipients: any }
`;

/** The same numbers again for the same seed. */
function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const recipientsOf = (number: number): readonly string[] =>
  number % DOUBLE_EVERY === 0 ? ['user@one.example', 'user@two.example'] : ['user@one.example'];

function textOf(number: number): string {
  const body = number % LARGE_EVERY === 0 ? `${'x'.repeat(76)}\r\n`.repeat(4_500) : 'hello\r\n';
  const header = `Subject: ${number}\r\nMessage-ID: <${number}@crash.example>\r\n`;
  return `${header}\r\n${body}${LAST_LINE}\r\n`;
}

class Load {
  /** Numbers of messages that had their 250. */
  readonly promised: number[] = [];
  #last = 0;

  get given(): number {
    return this.#last;
  }

  /** Gives message after message until the connection breaks. */
  async client(): Promise<void> {
    const smtp = new SmtpClient(SERVER, PORT);
    try {
      await smtp.greet();
      for (;;) {
        this.#last += 1;
        const number = this.#last;
        const reply = await smtp.send('ann@example.net', recipientsOf(number), textOf(number));
        if (reply.startsWith('250')) this.promised.push(number);
      }
    } catch {
      smtp.close();
    }
  }
}

/** How often a crash left open whether this recipient had it. */
const doubts = (ledger: readonly LedgerEntry[], recipient: number): number =>
  ledger.filter(
    (entry) =>
      entry.recipients.includes(recipient) &&
      (entry.kind === 'interrupted' || (entry.kind === 'attempted' && entry.possibleDuplicate)),
  ).length;

describe(`killed ${ROUNDS} times under load`, () => {
  const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
  const random = sequence(seed);
  const stage = new Stage();
  const server = new Fingerpost(stage, 'server', CONFIGURATION);
  const sink = new CountingSink({
    address: SINK,
    port: PORT,
    replyDelayMs: () => Math.floor(random() * 4),
  });
  const load = new Load();

  before(async () => {
    const zones = { 'one.example': RECORDS, 'two.example': RECORDS };
    await startNames(stage, { address: NAMES, port: 5300, zones });
    await sink.start();
    for (let round = 0; round < ROUNDS; round += 1) await crash(round);
    await server.start();
    await eventually('nothing is left to do', isQuiet, 60_000);
  });
  after(async () => {
    await stage.close();
    await sink.close();
  });

  /** One life of the server. Each fifth ends while it is still recovering from the one before. */
  const crash = async (round: number): Promise<void> => {
    if (round % 5 === 4) {
      const started = server.start().catch(() => undefined);
      await pauseMs(200 + random() * 600);
      await server.stop('SIGKILL');
      await started;
      return;
    }
    await server.start();
    const clients = Array.from({ length: CLIENTS }, () => load.client());
    await pauseMs(20 + random() * 700);
    await server.stop('SIGKILL');
    await Promise.all(clients);
  };

  const isQuiet = async (): Promise<boolean> =>
    (await server.client.queue({ states: ['waiting', 'attempting'], limit: 1 })).length === 0;

  /** All messages with recipients in this state. */
  const inState = async (state: RecipientState): Promise<readonly KeptMessage[]> => {
    const found: KeptMessage[] = [];
    for (;;) {
      const page = await server.client.queue({
        states: [state],
        limit: 1_000,
        ...(found.length > 0 && { after: found.at(-1)?.id ?? '' }),
      });
      found.push(...page);
      if (page.length < 1_000) return found;
    }
  };

  /** `<number> <recipient>` of those in this state. */
  const keysIn = async (state: RecipientState): Promise<ReadonlySet<string>> =>
    new Set(
      (await inState(state)).flatMap(({ messageIdField = '', recipients }) =>
        recipients
          .filter((recipient) => recipient.state === state)
          .map(({ address }) => `${messageIdField.split('@')[0]} ${address}`),
      ),
    );

  it('no message that had its 250 is lost', async (t) => {
    const held = await keysIn('held');
    const promised = load.promised.flatMap((number) =>
      recipientsOf(number).map((recipient) => `${number} ${recipient}`),
    );
    const lost = promised.filter((key) => !sink.copies.has(key) && !held.has(key));
    t.diagnostic(`seed ${seed}: ${load.given} messages given, ${load.promised.length} promised`);
    t.diagnostic(`${promised.length} recipients promised, ${held.size} held, ${lost.length} lost`);
    assert.deepEqual(lost, []);
    assert.ok(load.promised.length > ROUNDS * CLIENTS, 'there was load');
  });

  it('what came is whole', () => {
    assert.deepEqual(sink.cut, []);
  });

  it('what is called delivered was delivered, and what was delivered is called so', async () => {
    const delivered = await keysIn('delivered');
    const held = await keysIn('held');
    const known = [...sink.copies.keys()];
    assert.deepEqual(
      [...delivered].filter((key) => !sink.copies.has(key)),
      [],
    );
    assert.deepEqual(
      known.filter((key) => !delivered.has(key) && !held.has(key)),
      [],
    );
  });

  it('what came twice is marked in its ledger', async (t) => {
    const twice = [...sink.copies].filter(([, copies]) => copies > 1);
    t.diagnostic(`${twice.length} of ${sink.copies.size} came more than once`);
    for (const [key, copies] of twice) {
      const [number = '', address] = key.split(' ');
      const [history] = await server.client.messages(`${number}@crash.example`);
      assert.ok(history, key);
      const recipient = history.message.recipients.findIndex((each) => each.address === address);
      const marks = doubts(history.ledger, recipient);
      assert.ok(copies - 1 <= marks, `${key} came ${copies} times, with ${marks} marks`);
    }
  });
});
