// How much is done at once: recipients in a transaction, messages on a connection, connections to a
// site, and who waits for whom.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minutes, seconds } from '../../src/base/time.ts';
import type { MessageId } from '../../src/queue/message.ts';
import type { Fingerpost } from '../support/fingerpost.ts';
import { fingerpost, mailHost, type World, world } from '../support/world.ts';

const play = (delivery = '') => ({
  zones: {
    'example.com': '@ MX 10 mail\nmail A 192.0.2.10',
    'example.org': '@ MX 10 mail.example.com.',
    'example.net': '@ MX 10 other\nother A 192.0.2.20',
  },
  hosts: {
    relay: fingerpost('192.0.2.1', delivery),
    mail: mailHost('192.0.2.10'),
    other: mailHost('192.0.2.20'),
  },
});

/** Hands in many at the same time. */
async function submitMany(
  { ended }: Pick<World<never>, 'ended'>,
  relay: Fingerpost,
  count: number,
  to = 'user@example.com',
): Promise<readonly MessageId[]> {
  return ended(Promise.all(Array.from({ length: count }, () => relay.begin({ to }))));
}

test('300 recipients of one domain are three transactions of 100 on one connection', async (t) => {
  const { hosts } = await world(t, play());
  const to = Array.from({ length: 300 }, (_, number) => `user${number}@example.com`);
  await hosts.relay.submit({ to });
  for (const _ of to) await hosts.relay.next('recipient.delivered');
  assert.deepEqual(
    hosts.mail.taken.map(({ recipients }) => recipients),
    [to.slice(0, 100), to.slice(100, 200), to.slice(200)],
  );
  assert.equal(hosts.mail.connections, 1);
});

test('messages that follow each other share a connection, which is left after five seconds', async (t) => {
  const { hosts, clock } = await world(t, play());
  for (let sent = 0; sent < 20; sent += 1) {
    await hosts.relay.submit();
    await clock.advance(seconds(1));
  }
  assert.equal(hosts.mail.taken.length, 20);
  assert.equal(hosts.mail.connections, 1);
  assert.equal(hosts.mail.openConnections, 1);
  await clock.advance(seconds(6));
  assert.equal(hosts.mail.openConnections, 0);
  assert.equal(hosts.mail.commands.at(-1), 'QUIT');
});

test('domains that share their exchanges share connections', async (t) => {
  const { hosts, clock } = await world(t, play());
  for (const to of ['user@example.com', 'user@example.org', 'user@example.com']) {
    await hosts.relay.submit({ to });
    await clock.advance(seconds(1));
  }
  assert.equal(hosts.mail.taken.length, 3);
  assert.equal(hosts.mail.connections, 1);
});

test('a connection that the server closed meanwhile costs nothing', async (t) => {
  const { hosts, network, clock } = await world(t, play());
  await hosts.relay.submit();
  await clock.advance(seconds(1));
  network.cut('192.0.2.10');
  await hosts.relay.submit();
  await clock.advance(seconds(1));
  assert.equal(hosts.mail.taken.length, 2);
  assert.deepEqual(hosts.relay.all('host.bad'), []);
});

test('a server that says 421 to a second message gets it on a new connection', async (t) => {
  const { hosts, clock } = await world(t, play());
  hosts.mail.says({ mail: ['250 2.1.0 ok', '421 4.4.2 too long idle', '250 2.1.0 ok'] });
  await hosts.relay.submit();
  await clock.advance(seconds(1));
  await hosts.relay.submit();
  await hosts.relay.next('recipient.delivered');
  await hosts.relay.next('recipient.delivered');
  assert.equal(hosts.mail.connections, 2);
  assert.deepEqual(hosts.relay.all('recipient.deferred'), []);
});

test('20 messages at once use no more connections than a site may have, and few in all', async (t) => {
  const { hosts, network, clock, ended } = await world(t, play('delivery: { perSiteMax: 3 }\n'));
  network.set('192.0.2.10', { kind: 'delay', length: seconds(1) });
  const ids = await submitMany({ ended }, hosts.relay, 20);
  await clock.advance(minutes(5));
  assert.equal(hosts.mail.taken.length, 20);
  assert.equal(hosts.mail.mostConnections, 3);
  assert.ok(hosts.mail.connections <= 9, `${hosts.mail.connections} connections`);
  const waitingIsNoAttempt = 'waiting for a turn is no attempt';
  assert.equal(hosts.relay.all('recipient.deferred').length, 0, waitingIsNoAttempt);
  for (const id of ids) {
    const [message] = await hosts.relay.messages(id);
    assert.equal(message?.recipients[0]?.attempts, 1, waitingIsNoAttempt);
  }
});

test('a site that hangs does not hold up other domains', async (t) => {
  const { hosts, network, clock, ended } = await world(t, play());
  network.set('192.0.2.10', { kind: 'mute' });
  await submitMany({ ended }, hosts.relay, 250);
  const start = clock.now();
  await submitMany({ ended }, hosts.relay, 3, 'user@example.net');
  await hosts.relay.next('recipient.delivered');
  await hosts.relay.next('recipient.delivered');
  await hosts.relay.next('recipient.delivered');
  assert.ok(clock.now() - start < 1_000);
  assert.equal(hosts.other.taken.length, 3);
});

test('a message to a hanging and to a good domain reaches the good one at once', async (t) => {
  const { hosts, network, clock } = await world(t, play());
  network.set('192.0.2.10', { kind: 'hang' });
  const start = clock.now();
  const id = await hosts.relay.submit({ to: ['user@example.com', 'user@example.net'] });
  await hosts.relay.next('recipient.delivered');
  assert.ok(clock.now() - start < 1_000);
  assert.equal(await hosts.relay.states(id), 'attempting delivered');
});
