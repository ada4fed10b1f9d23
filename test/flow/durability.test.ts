// The guarantee as it happens: after 250 nothing is lost, whatever ends the server, and without room
// for a message there is no 250.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { FingerpostEvent } from '../../src/base/events.ts';
import { days, minutes, seconds } from '../../src/base/time.ts';
import { Queue } from '../../src/queue/queue.ts';
import { openQueueStore } from '../../src/queue/store-sqlite.ts';
import { Receiver } from '../../src/receiving/receiver.ts';
import { ourDomains } from '../../src/routing/domains.ts';
import { afterwards } from '../support/afterwards.ts';
import { endpoint, seededChance } from '../support/dns-world.ts';
import { falseClock } from '../support/false-clock.ts';
import { falseNetwork } from '../support/false-network.ts';
import { mailText } from '../support/fingerpost.ts';
import { bring, visit } from '../support/visitor.ts';
import { fingerpost, mailHost, world } from '../support/world.ts';
import { nameOf } from '../support/zones.ts';

const PLAN = {
  zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' },
  hosts: {
    relay: fingerpost(
      '192.0.2.1',
      'submission: { listen: ["0.0.0.0:587"], allowFrom: ["203.0.113.0/24"] }\n',
    ),
    mail: mailHost('192.0.2.10'),
  },
};

test('the power goes after the 250: the message is there at the next start, and is delivered', async (t) => {
  const { hosts, visit, network } = await world(t, PLAN);
  network.set('192.0.2.10', { kind: 'hang' });
  const accepted = await bring(await visit('192.0.2.1:587'), { text: mailText('safe') });
  const id = /queued as (\S+)/.exec(accepted)?.[1] as Parameters<typeof hosts.relay.states>[0];
  await hosts.relay.crash();

  network.set('192.0.2.10', undefined);
  await hosts.relay.start();
  const { interrupted } = await hosts.relay.next('queue.recovered', (event) => event.waiting > 0);
  assert.equal(interrupted, 1);
  await hosts.relay.next('recipient.delivered');
  assert.deepEqual(
    hosts.mail.taken.map(({ recipients }) => recipients),
    [['user@example.com']],
  );
  assert.deepEqual(
    (await hosts.relay.ledger(id)).map(({ kind }) => kind),
    ['accepted', 'interrupted', 'attempted'],
  );
});

test('the power goes while the host has the message: it is sent again, and the ledger tells why', async (t) => {
  const { hosts, until } = await world(t, PLAN);
  hosts.mail.says({ final: ['hang', '250 2.0.0 ok'] });
  const id = await hosts.relay.submit();
  await until(() => hosts.mail.messages.length === 1);
  await hosts.relay.crash();
  await hosts.relay.start();
  await hosts.relay.next('recipient.delivered');
  assert.equal(hosts.mail.messages.length, 2);
  assert.equal((await hosts.relay.ledger(id))[1]?.kind, 'interrupted');
});

test('the power goes before the 250: nothing is kept, and the client still has the message', async (t) => {
  const { hosts, visit, clock } = await world(t, PLAN);
  const visitor = await visit('192.0.2.1:587');
  await visitor.says('EHLO client.example.net', 'MAIL FROM:<ann@example.net>');
  await visitor.says('RCPT TO:<user@example.com>', 'DATA');
  visitor.write(`${mailText('half')}${`${'x'.repeat(998)}\r\n`.repeat(600)}`);
  await clock.advance(seconds(1));
  assert.notEqual(await hosts.relay.keptBodyParts(), 0);
  await hosts.relay.crash();
  assert.equal(await visitor.reply(), 'closed');
  await hosts.relay.start();
  assert.equal(await hosts.relay.keptBodyParts(), 0);
  assert.deepEqual(await hosts.relay.waiting(), []);
});

test('a message that was in attempt at three crashes is held, with the stack', async (t) => {
  const { hosts, network, clock } = await world(t, PLAN);
  network.set('192.0.2.10', { kind: 'hang' });
  const id = await hosts.relay.submit();
  for (const crash of [1, 2, 3]) {
    await clock.advance(seconds(5));
    await hosts.relay.crash();
    await hosts.relay.start(`Error: number ${crash}`);
  }
  assert.equal(await hosts.relay.states(id), 'held');
  const ledger = await hosts.relay.ledger(id);
  assert.deepEqual(
    ledger.map(({ kind }) => kind),
    ['accepted', 'interrupted', 'interrupted', 'interrupted', 'held'],
  );
  const [, , , last] = ledger;
  assert.ok(last?.kind === 'interrupted');
  assert.deepEqual([last.crashes, last.stack], [3, 'Error: number 3']);
  network.set('192.0.2.10', undefined);
  await clock.advance(days(1));
  assert.equal(hosts.mail.connections, 0);
});

test('an orderly stop settles what is under way', async (t) => {
  const { hosts, network, clock } = await world(t, PLAN);
  network.set('192.0.2.10', { kind: 'delay', length: seconds(2) });
  const id = await hosts.relay.submit();
  await clock.advance(seconds(5));
  assert.equal(hosts.mail.taken.length, 0, 'they still talk');
  await hosts.relay.stop();
  assert.equal(hosts.mail.taken.length, 1);
  assert.equal(await hosts.relay.states(id), 'delivered');
  assert.equal((await hosts.relay.attempts(id)).length, 1);
});

test('a stop does not wait for a host that says nothing: it is broken off, and recorded', async (t) => {
  const { hosts, clock } = await world(t, PLAN);
  hosts.mail.says({ final: ['hang', '250 2.0.0 ok'] });
  const id = await hosts.relay.submit();
  await clock.advance(seconds(5));
  const start = clock.now();
  await hosts.relay.stop();
  assert.ok(clock.now() - start <= minutes(1), 'the host has ten minutes for this reply');
  assert.equal(await hosts.relay.states(id), 'waiting');
  const [attempt] = await hosts.relay.attempts(id);
  assert.match(attempt?.reason ?? '', /this server is stopping/);
  assert.equal(attempt?.possibleDuplicate, true);
  await hosts.relay.start();
  await hosts.relay.next('recipient.delivered');
});

test('an orderly stop loses nothing of what waits, and repeats nothing', async (t) => {
  const { hosts, network, ended, clock } = await world(t, PLAN);
  network.set('192.0.2.10', { kind: 'delay', length: seconds(3) });
  const begun = Array.from({ length: 60 }, (_, number) =>
    hosts.relay.begin({ text: mailText(`n${number}`) }),
  );
  await ended(Promise.all(begun));
  await clock.advance(seconds(10));
  await hosts.relay.stop();
  const before = hosts.mail.taken.length;
  assert.ok(before > 0 && before < 60, `${before} of 60`);
  network.set('192.0.2.10', undefined);
  await hosts.relay.start();
  await clock.advance(minutes(10));
  const subjects = hosts.mail.messages.map(({ text }) => /^Subject: (.*)\r$/m.exec(text)?.[1]);
  assert.equal(subjects.length, 60);
  assert.equal(new Set(subjects).size, 60);
});

test('a message that is handed in at the moment of the stop waits for the next start', async (t) => {
  const { hosts, ended } = await world(t, PLAN);
  const begun = hosts.relay.begin();
  await hosts.relay.stop();
  const id = await ended(begun);
  assert.equal(await hosts.relay.states(id), 'waiting');
  assert.equal(hosts.mail.connections, 0);
  await hosts.relay.start();
  await hosts.relay.next('queue.recovered', (event) => event.waiting === 1);
  await hosts.relay.next('recipient.delivered');
});

test('a client in the middle of its message is let finish when the server stops', async (t) => {
  const { hosts, visit, clock } = await world(t, PLAN);
  const visitor = await visit('192.0.2.1:587');
  await visitor.says('EHLO client.example.net', 'MAIL FROM:<ann@example.net>');
  await visitor.says('RCPT TO:<user@example.com>', 'DATA');
  const stopping = hosts.relay.stop();
  await clock.advance(seconds(2));
  visitor.write(`${mailText('last')}.\r\n`);
  assert.match(await visitor.reply(), /^250 /);
  assert.match(await visitor.reply(), /^421 4\.3\.2 /);
  await stopping;
  await hosts.relay.start();
  await clock.advance(minutes(10));
  assert.equal(hosts.mail.taken.length, 1);
});

/** The receiving half alone, over a spool whose file may not grow beyond some pages. */
async function smallSpool(t: TestContext, asksForRoom: boolean) {
  const clock = falseClock();
  const network = falseNetwork(clock, { addresses: ['192.0.2.10'] });
  const folder = mkdtempSync(join(tmpdir(), 'fingerpost-full-'));
  afterwards(t, () => rmSync(folder, { recursive: true }));
  const store = await openQueueStore(join(folder, 'spool-0.db'), { clock });
  afterwards(t, () => store.close());
  const events: FingerpostEvent[] = [];
  const doors = {
    network,
    clock,
    chance: seededChance(3),
    events: { emit: (event: FingerpostEvent) => void events.push(event) },
  };
  const queue = new Queue({ ...doors, store, messageBytesMax: 1_048_576 });
  const domain = { role: 'backup', name: nameOf('example.com'), recipients: 'any' } as const;
  const receiver = new Receiver({
    ...doors,
    hostname: 'backup.example.com',
    lane: 0,
    policy: { kind: 'smtp', domains: ourDomains([domain]), allowFrom: [] },
    messageBytesMax: 1_048_576,
    tls: undefined,
    bodies: queue,
    hasRoom: () => (asksForRoom ? queue.hasRoomForMail() : Promise.resolve(true)),
    put: (message) => queue.put(message),
    listen: [endpoint('192.0.2.10:25')],
    connectionsMax: 10,
  });
  await receiver.start();
  const visitor = await visit(network.host(['203.0.113.99']), clock, '192.0.2.10:25');
  return { clock, store, events, visitor };
}

test('with the disk nearly full MAIL gets 452, and is taken when there is room again', async (t) => {
  const { clock, store, visitor } = await smallSpool(t, true);
  store.limitPages(1_000);
  assert.match(await bring(visitor, { text: mailText('no room') }), /^452 4\.3\.1 /);
  store.limitPages(1_000_000);
  await clock.advance(seconds(2));
  assert.match(await bring(visitor, { text: mailText('room') }), /^250 /);
});

test('a message that finds no space is refused with 452, and nothing of it stays', async (t) => {
  const large = `${mailText('large')}${`${'x'.repeat(998)}\r\n`.repeat(900)}`;
  const texts = { small: `${mailText('small')}${'x\r\n'.repeat(50_000)}`, large };
  for (const [size, text] of Object.entries(texts)) {
    await t.test(`a ${size} one`, async (t) => {
      const { clock, store, events, visitor } = await smallSpool(t, false);
      store.limitPages(1);
      assert.match(await bring(visitor, { text }), /^452 4\.3\.1 /);
      assert.equal(
        events.some(({ kind }) => kind === 'storage.failed'),
        true,
      );
      assert.deepEqual(await store.list({ limit: 10 }), []);

      store.limitPages(1_000_000);
      await clock.advance(seconds(2));
      assert.match(await bring(visitor, { text }), /^250 /);
      assert.equal((await store.list({ limit: 10 })).length, 1);
    });
  }
});
