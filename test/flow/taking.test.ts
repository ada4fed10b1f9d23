// What is taken and what is refused, at the doors of a running server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minutes } from '../../src/base/time.ts';
import { afterwards } from '../support/afterwards.ts';
import { selfSignedFiles } from '../support/certificate.ts';
import { mailText } from '../support/fingerpost.ts';
import { bring, type Visitor } from '../support/visitor.ts';
import { BACKUP, fingerpost, mailHost, PRIMARY, world } from '../support/world.ts';

const ZONES = {
  'example.com': '@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 192.0.2.20',
  'example.org': '@ MX 10 elsewhere.example.org.\nelsewhere A 192.0.2.30',
};

const SUBMISSION = 'submission: { listen: ["0.0.0.0:587"], allowFrom: ["198.51.100.0/24"] }\n';

const HOSTS = {
  mail: fingerpost('192.0.2.10', `${PRIMARY()}${SUBMISSION}`),
  backup: fingerpost('192.0.2.20', BACKUP()),
  elsewhere: mailHost('192.0.2.30'),
};

const PLAN = { zones: ZONES, hosts: HOSTS };

const repliesTo = async (visitor: Visitor, ...recipients: readonly string[]) => {
  await visitor.says('EHLO client.example.net', 'MAIL FROM:<ann@example.net>');
  const replies = await visitor.says(...recipients.map((each) => `RCPT TO:<${each}>`));
  return replies.map((reply) => reply.slice(0, 9));
};

test('the primary takes mail for its recipients and its postmaster, and for nobody else', async (t) => {
  const { visit } = await world(t, PLAN);
  const visitor = await visit('192.0.2.10:25');
  const asked = ['user@example.com', 'USER@Example.COM', 'postmaster@example.com', 'Postmaster'];
  assert.deepEqual(
    await repliesTo(visitor, ...asked, 'nobody@example.com', 'user@sub.example.com'),
    [...asked.map(() => '250 2.1.5'), '550 5.1.1', '550 5.7.1'],
  );
});

test('each connection of a client is reported when it comes and when it goes', async (t) => {
  const { hosts, visit } = await world(t, { zones: ZONES, hosts: HOSTS });
  const visitor = await visit('192.0.2.10:25');
  const { client } = await hosts.mail.next('connection.opened');
  await visitor.says('QUIT');
  assert.equal((await hosts.mail.next('connection.closed')).client, client);
});

test('the backup refuses unknown recipients too: it makes no bounces to strangers', async (t) => {
  const { visit, hosts } = await world(t, PLAN);
  await hosts.mail.stop();
  const visitor = await visit('192.0.2.20:25');
  assert.deepEqual(await repliesTo(visitor, 'nobody@example.com', 'user@example.com'), [
    '550 5.1.1',
    '250 2.1.5',
  ]);
});

test('the smtp listener never relays, not even for 127.0.0.1', async (t) => {
  const { visit, hosts, network } = await world(t, PLAN);
  for (const from of ['127.0.0.1', '198.51.100.7', '203.0.113.7']) {
    const visitor = await visit('192.0.2.10:25', from);
    assert.deepEqual(await repliesTo(visitor, 'user@example.org'), ['550 5.7.1']);
    const reply = await bring(visitor, { to: ['user@example.org'], text: mailText('relay') });
    assert.match(reply, /^550 5\.7\.1 No relaying/);
    visitor.destroy();
  }
  assert.deepEqual(await hosts.mail.waiting(), []);
  assert.equal(
    network.dialled.some(({ to }) => to.address === '192.0.2.30'),
    false,
  );
});

test('submission takes mail for anybody from the networks that may, and from no other', async (t) => {
  const { visit, hosts } = await world(t, PLAN);
  const stranger = await visit('192.0.2.10:587', '203.0.113.7');
  const refused = await bring(stranger, { to: ['user@example.org'], text: mailText('no') });
  assert.match(refused, /^550 5\.7\.1 /);

  const friend = await visit('192.0.2.10:587', '198.51.100.7');
  const taken = await bring(friend, { to: ['user@example.org'], text: mailText('yes') });
  assert.match(taken, /^250 2\.0\.0 Ok: queued as 0-/);
  await hosts.mail.next('recipient.delivered');
  assert.deepEqual(
    hosts.elsewhere.taken.map(({ text }) => /^Subject: (.*)\r$/m.exec(text)?.[1]),
    ['yes'],
  );
  const nobody = await bring(friend, { to: ['nobody@example.com'], text: mailText('no') });
  assert.match(nobody, /^550 5\.1\.1 /);
});

test('a message that passed more than 100 servers goes in a circle, and is refused', async (t) => {
  const { visit, hosts } = await world(t, PLAN);
  const visitor = await visit('192.0.2.10:25');
  const passed = (count: number): string =>
    `${'Received: from a by b; Thu, 1 Jan 2026 00:00:00 +0000\r\n'.repeat(count)}${mailText('far')}`;
  assert.match(await bring(visitor, { text: passed(101) }), /^554 5\.4\.6 /);
  assert.match(await bring(visitor, { text: passed(99) }), /^250 /);
  await hosts.mail.next('recipient.delivered');
  assert.equal(hosts.mail.mailbox('user').length, 1);
});

test('a message over the limit is refused with 552 and nothing of it is kept', async (t) => {
  const small = 'smtp: { listen: ["0.0.0.0:25"], messageBytesMax: 1MB }\n';
  const settings = `${small}domains: { example.com: { role: primary, recipients: [user], deliverTo: "maildir:./mail" } }\n`;
  const { visit, hosts } = await world(t, {
    zones: ZONES,
    hosts: { mail: fingerpost('192.0.2.10', settings) },
  });
  const visitor = await visit('192.0.2.10:25');
  const [hello = ''] = await visitor.says('EHLO client.example.net');
  const size = Number(/^250[- ]SIZE (\d+)/m.exec(hello)?.[1]);
  assert.match(await visitor.say(`MAIL FROM:<ann@example.net> SIZE=${size + 1}`), /^552 5\.3\.4 /);

  const line = `${'x'.repeat(998)}\r\n`;
  const large = `${mailText('large')}${line.repeat(Math.ceil(size / line.length) + 1)}`;
  assert.match(await bring(visitor, { text: large }), /^552 5\.3\.4 /);
  assert.match(await bring(visitor, { text: mailText('small') }), /^250 /);
  await hosts.mail.next('recipient.delivered');
  assert.equal(hosts.mail.mailbox('user').length, 1);
  assert.equal(await hosts.mail.keptBodyParts(), 0);
});

test('a client that leaves in the middle of a large message leaves nothing behind', async (t) => {
  const { visit, hosts, clock } = await world(t, PLAN);
  const visitor = await visit('192.0.2.10:25');
  await visitor.says('EHLO client.example.net', 'MAIL FROM:<ann@example.net>');
  await visitor.says('RCPT TO:<user@example.com>', 'DATA');
  visitor.write(mailText('half') + `${'x'.repeat(998)}\r\n`.repeat(600));
  await clock.advance(minutes(1));
  assert.notEqual(await hosts.mail.keptBodyParts(), 0, 'parts of it were kept meanwhile');
  visitor.destroy();
  await clock.advance(minutes(1));
  assert.equal(await hosts.mail.keptBodyParts(), 0);
  assert.deepEqual(await hosts.mail.waiting(), []);
});

test('with a certificate mail comes over TLS, and its Received field says so', async (t) => {
  const { certPath, keyPath, remove } = selfSignedFiles({ names: ['mail.example.com'] });
  afterwards(t, remove);
  const tls = `tls: { cert: ${certPath}, key: ${keyPath} }`;
  const settings = PRIMARY().replace('] }', `], ${tls} }`);
  const { hosts } = await world(t, {
    zones: ZONES,
    hosts: { mail: fingerpost('192.0.2.10', settings), sender: fingerpost('192.0.2.1') },
  });
  await hosts.sender.submit();
  await hosts.mail.next('recipient.delivered');
  const [text = ''] = hosts.mail.mailbox('user');
  assert.match(text, /^Received: from sender\.example\.com [^;]*with ESMTPS[^;]*TLSv1\.3/m);
});

test('a silent client is told so and loses its place', async (t) => {
  const { visit, until } = await world(t, PLAN);
  const visitor = await visit('192.0.2.10:25');
  await visitor.say('EHLO client.example.net');
  assert.match(await visitor.reply(), /^421 4\.4\.2 /);
  await until(() => visitor.isClosed, minutes(1));
});
