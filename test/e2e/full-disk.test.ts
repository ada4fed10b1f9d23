// A disk that fills up: mail that finds no room is refused with 452 4.3.1 and stays with its
// client, what was accepted is delivered or kept, and after space is made mail is taken again. Once
// with a limit on the database, where nothing else is needed, and once with a real small disk.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EventHub } from '../../src/base/events.ts';
import { seconds } from '../../src/base/time.ts';
import type { Name } from '../../src/dns/name.ts';
import { realNetwork } from '../../src/net/real-network.ts';
import type { LeasedMessage } from '../../src/queue/message.ts';
import { Queue } from '../../src/queue/queue.ts';
import { openQueueStore } from '../../src/queue/store-sqlite.ts';
import { Receiver } from '../../src/receiving/receiver.ts';
import { ourDomains } from '../../src/routing/domains.ts';
import { systemChance, systemClock } from '../../src/system.ts';
import { afterwards } from '../support/afterwards.ts';
import { loopback } from '../support/loopback.ts';
import {
  addressesOfOurOwn,
  fingerpost,
  type Program,
  startServer,
  temporaryFolder,
} from '../support/server-process.ts';
import { smallWorld, subjectsIn } from '../support/small-world.ts';
import { bring, greeted, type Place, plainText, scriptedServer } from '../support/smtp-talk.ts';

const KILOBYTE = 1_024;
const MEGABYTE = 1_048_576;
const FULL = /^452 4\.3\.1 /;

/** A message of about this size. */
const sized = (subject: string, sizeBytes: number): string =>
  `${plainText(subject)}\r\n${`${'x'.repeat(76)}\r\n`.repeat(sizeBytes / 78)}`.trimEnd();

interface SmallSpool {
  readonly at: Place;
  /** What the deliverer was given and has not settled. */
  readonly accepted: LeasedMessage[];
  settleAll(): Promise<void>;
}

interface SmallSpoolOptions {
  readonly pageCountMax: number;
  /** Whether MAIL asks for room, as it does in a server. */
  readonly asks: boolean;
}

/** A receiver over a spool that cannot grow beyond some pages. */
async function smallSpool(t: TestContext, options: SmallSpoolOptions): Promise<SmallSpool> {
  const { pageCountMax, asks } = options;
  const path = join(temporaryFolder(t), 'spool.db');
  const store = await openQueueStore(path, { clock: systemClock, pageCountMax });
  afterwards(t, () => store.close());
  const doors = { clock: systemClock, chance: systemChance, events: new EventHub() };
  const messageBytesMax = MEGABYTE;
  const queue = new Queue({ ...doors, store, messageBytesMax });
  const accepted: LeasedMessage[] = [];
  await queue.start((message) => accepted.push(message));
  afterwards(t, () => queue.stop());
  const name = 'example.com.' as Name;
  const domains = ourDomains([{ name, role: 'backup', recipients: 'any' }]);
  const receiver = new Receiver({
    ...doors,
    network: realNetwork(systemClock),
    hostname: 'mx.example.com',
    lane: 0,
    policy: { kind: 'smtp', domains, allowFrom: [] },
    messageBytesMax,
    tls: undefined,
    bodies: queue,
    hasRoom: () => (asks ? queue.hasRoomForMail() : Promise.resolve(true)),
    put: (message) => queue.put(message),
    listen: [loopback(0)],
    connectionsMax: 10,
  });
  const [at = loopback(0)] = await receiver.start();
  afterwards(t, () => receiver.stop());
  return {
    at,
    accepted,
    async settleAll() {
      for (const { id } of accepted.splice(0)) {
        const end = { state: 'delivered', attempted: true, lastReason: '250 ok' } as const;
        await queue.settle({ id, recipients: [{ number: 0, ...end }], ledger: [], notices: [] });
      }
    },
  };
}

test('below the reserve MAIL is refused', async (t) => {
  const { at, accepted } = await smallSpool(t, { pageCountMax: 400, asks: true });
  const talk = await greeted(at);
  afterwards(t, () => talk.destroy());
  assert.match(await talk.envelope({}), FULL);
  assert.deepEqual(accepted, []);
});

for (const [what, sizeBytes] of Object.entries({ small: 100 * KILOBYTE, large: 600 * KILOBYTE })) {
  test(`a spool that is full refuses ${what} messages after the dot, and loses none`, async (t) => {
    const { at, accepted, settleAll } = await smallSpool(t, { pageCountMax: 400, asks: false });
    for (let round = 1; round <= 3; round += 1) {
      let taken = 0;
      let reply = '250';
      while (reply.startsWith('250') && taken < 100) {
        reply = await bring(at, { text: sized(`${round}`, sizeBytes) });
        if (reply.startsWith('250')) taken += 1;
      }
      assert.match(reply, FULL);
      assert.ok(taken > 0, `round ${round} took nothing`);
      assert.equal(accepted.length, taken, 'exactly what was said 250 to is delivered');
      await settleAll();
    }
  });
}

test('the connection on which a message found no room can bring another', async (t) => {
  const { at, accepted, settleAll } = await smallSpool(t, { pageCountMax: 200, asks: false });
  const talk = await greeted(at);
  afterwards(t, () => talk.destroy());
  await talk.envelope({});
  assert.match(await talk.message(sized('too big for the disk', 900 * KILOBYTE)), FULL);
  await talk.envelope({});
  assert.match(await talk.message(plainText('small')), /^250 /);
  assert.equal(accepted.length, 1);
  await settleAll();
});

/** Starts a program whose mounts are its own. */
const OWN_MOUNTS = ['unshare', '-m'];

/** Why there can be no small disk here. */
function withoutSmallDisk(): string | false {
  if (process.getuid?.() !== 0) return 'only root can mount a small disk';
  const { status } = spawnSync('env', [...OWN_MOUNTS, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
  return status === 0 ? false : 'this machine does not let us mount a small disk';
}

/** The folder of data of a server that has a file system of its own. */
const dataSeenFromOutside = ({ pid }: Program, folder: string): string =>
  `/proc/${pid}/root${folder}/data`;

/** Writes until so much is written, or the disk is full. */
function fill(file: string, megabytes: number): void {
  const handle = openSync(file, 'a');
  try {
    const piece = Buffer.alloc(64 * KILOBYTE, 1);
    for (let at = 0; at < megabytes * 16; at += 1) writeSync(handle, piece);
  } catch (error) {
    assert.match(String(error), /ENOSPC/);
  } finally {
    closeSync(handle);
  }
}

test('a real disk fills up and is emptied again', { skip: withoutSmallDisk() }, async (t) => {
  const nextAddress = addressesOfOurOwn();
  const [here, there] = [nextAddress(), nextAddress()];
  const more = 'delivery: { badHostProbe: 1s }';
  const world = smallWorld(here, { elsewhere: [there], smtp: ', messageBytesMax: 1MB', more });
  const folder = temporaryFolder(t);
  const data = join(folder, 'data');
  mkdirSync(data);
  // The submission listener's limit would ask for a larger reserve.
  const yaml = world.yaml.replace('allowFrom:', 'messageBytesMax: 1MB, allowFrom:');
  const mount = `mount -t tmpfs -o size=90m tmpfs ${data} && exec "$@"`;
  const before = [...OWN_MOUNTS, 'sh', '-c', mount, 'sh'];
  const server = await startServer(t, yaml, { folder, files: world.files, before });
  const outside = dataSeenFromOutside(server, folder);
  const filler = join(outside, 'filler');

  assert.match(await bring(world.smtp, { text: plainText('1 before') }), /^250 /);
  const waits = { to: 'ann@example.org', text: plainText('waits for its exchange') };
  assert.match(await bring(world.submission, waits), /^250 /);
  await server.said(/recipient\.deferred .*ann@example\.org/);

  // Nearly full: nothing is taken, what was taken is delivered.
  fill(filler, 30);
  await new Promise((resolve) => setTimeout(resolve, seconds(1.1)));
  assert.match(await bring(world.smtp, { text: plainText('refused at MAIL') }), FULL);
  await scriptedServer(t, { address: there, port: world.smtp.port }, {});
  await server.said(/recipient\.delivered .*ann@example\.org/);

  // Full between MAIL and the end of the message.
  rmSync(filler);
  await new Promise((resolve) => setTimeout(resolve, seconds(1.1)));
  const talk = await greeted(world.smtp);
  afterwards(t, () => talk.destroy());
  assert.match(await talk.envelope({}), /^250 /);
  fill(filler, Number.POSITIVE_INFINITY);
  assert.match(await talk.message(sized('refused after the dot', 900 * KILOBYTE)), FULL);

  // Room again: the same client comes again, and so do others.
  rmSync(filler);
  await new Promise((resolve) => setTimeout(resolve, seconds(1.1)));
  assert.match(await talk.envelope({}), /^250 /);
  assert.match(await talk.message(sized('2 after', 900 * KILOBYTE)), /^250 /);
  assert.match(await bring(world.smtp, { text: plainText('3 after') }), /^250 /);
  await server.said(/(?:recipient\.delivered .*user@example\.com.*){3}/s);
  assert.deepEqual(subjectsIn(folder), ['1 before', '2 after', '3 after']);

  const asks = join(folder, 'outside.yaml');
  writeFileSync(asks, `data: ${outside}\n`);
  const { out, err } = await fingerpost(['queue', 'list', '-c', asks]);
  assert.deepEqual([out, err], ['there are none\n', '']);
  assert.doesNotMatch(server.log, /worker\.died/);
});
