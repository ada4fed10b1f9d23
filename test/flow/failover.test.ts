// Mail follows the MX records: to the nearest host that takes it, to the next one when that is
// down, and from the backup to the primary when it is back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { days, hours, minutes, seconds } from '../../src/base/time.ts';
import { mailText } from '../support/fingerpost.ts';
import { BACKUP, fingerpost, mailHost, PRIMARY, world } from '../support/world.ts';

const TWO_EXCHANGES = {
  'example.com': '@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 192.0.2.20',
};

const PAIR = {
  sender: fingerpost('192.0.2.1'),
  mail: fingerpost('192.0.2.10', PRIMARY()),
  backup: fingerpost('192.0.2.20', BACKUP()),
};

const TOOK = (host: string) => new RegExp(`^${host}.example.com: answered 250 2.0.0 Ok: queued`);

test('mail goes to the primary; while it is down to the backup; and on when it is back', async (t) => {
  const { hosts } = await world(t, { zones: TWO_EXCHANGES, hosts: PAIR });
  const { sender, mail, backup } = hosts;

  await sender.submit({ text: mailText('one') });
  await mail.next('recipient.delivered');
  assert.match(sender.tried().join('\n'), TOOK('mail'));

  await mail.stop();
  const second = await sender.submit({ text: mailText('two') });
  await backup.next('recipient.deferred');
  assert.equal(await sender.states(second), 'delivered');
  const [, refused, taken] = sender.tried();
  assert.equal(refused, 'mail.example.com: no connection: connection refused');
  assert.match(taken ?? '', TOOK('backup'));
  // It is no exchange of its own: the one better host was tried, and nothing else.
  assert.deepEqual(backup.tried(), ['mail.example.com: no connection: connection refused']);

  await mail.start();
  await backup.next('recipient.delivered');
  await mail.next('recipient.delivered');
  assert.deepEqual(mail.mailbox('user').map(subjectOf), ['one', 'two']);
  assert.deepEqual(await backup.waiting(), []);
});

test('a message from the backup tells its way in its Received fields', async (t) => {
  const { hosts } = await world(t, { zones: TWO_EXCHANGES, hosts: PAIR });
  const { sender, mail } = hosts;
  await mail.stop();
  await sender.submit();
  await hosts.backup.next('recipient.deferred');
  await mail.start();
  await mail.next('recipient.delivered');
  const [text = ''] = mail.mailbox('user');
  assert.deepEqual(
    [...text.matchAll(/^Received: .*?\bby (\S+)/gms)].map(([, by]) => by),
    ['mail.example.com', 'backup.example.com', 'sender.example.com'],
  );
  assert.match(text, /^Return-Path: <ann@example.net>\nDelivered-To: user@example.com\n/);
});

test('after three days the probe sees the primary, and the backup hands over at once and once', async (t) => {
  const { hosts, clock } = await world(t, { zones: TWO_EXCHANGES, hosts: PAIR });
  const { sender, mail, backup } = hosts;
  await mail.stop();
  for (const subject of ['one', 'two', 'three']) await sender.submit({ text: mailText(subject) });
  await clock.advance(days(3));
  assert.equal(mail.mailbox('user').length, 0);
  assert.equal((await backup.waiting()).length, 3);

  const back = clock.now();
  await mail.start();
  await backup.next('host.well', () => true, minutes(11));
  const seen = clock.now();
  await backup.next('recipient.delivered', () => true, seconds(1));
  await backup.next('recipient.delivered', () => true, seconds(1));
  await backup.next('recipient.delivered', () => true, seconds(1));
  assert.ok(seen - back <= minutes(10), 'a probe comes at least every ten minutes');

  await clock.advance(days(3));
  assert.deepEqual(mail.mailbox('user').map(subjectOf).sort(), ['one', 'three', 'two']);
  assert.equal(mail.all('message.accepted').length, 3);
  assert.deepEqual(await backup.waiting(), []);
});

test('a backup with much mail hands all of it over as soon as the primary answers', async (t) => {
  const { hosts, clock, ended } = await world(t, { zones: TWO_EXCHANGES, hosts: PAIR });
  const { sender, mail, backup } = hosts;
  await mail.stop();
  const texts = Array.from({ length: 60 }, (_, number) => mailText(`n${number}`));
  await ended(Promise.all(texts.map((text) => sender.begin({ text }))));
  await clock.advance(hours(3));
  assert.equal((await backup.waiting()).length, 60);
  await mail.start();
  await backup.next('host.well');
  await clock.advance(minutes(1));
  assert.deepEqual(await backup.waiting(), []);
  assert.equal(new Set(mail.mailbox('user').map(subjectOf)).size, 60);
  assert.equal(mail.mailbox('user').length, 60);
});

test('a primary that is down is skipped, not tried by every message', async (t) => {
  const { hosts, clock, network } = await world(t, {
    zones: TWO_EXCHANGES,
    hosts: { ...PAIR, mail: mailHost('192.0.2.10'), backup: mailHost('192.0.2.20') },
  });
  network.set('192.0.2.10', { kind: 'hang' });
  await hosts.sender.submit();
  await hosts.sender.next('recipient.delivered');
  assert.deepEqual(triedHosts(hosts.sender), ['mail', 'backup']);
  const start = clock.now();
  for (const _ of [1, 2, 3]) await hosts.sender.submit();
  for (const _ of [1, 2, 3]) await hosts.sender.next('recipient.delivered');
  assert.equal(clock.now() - start < 1_000, true, 'nobody waited for it');
  assert.deepEqual(triedHosts(hosts.sender).slice(2), ['backup', 'backup', 'backup']);
});

test('mail that skipped a bad host and found no other is sent when that host is well', async (t) => {
  const { hosts, clock, network } = await world(t, {
    zones: TWO_EXCHANGES,
    hosts: { ...PAIR, mail: mailHost('192.0.2.10'), backup: mailHost('192.0.2.20') },
  });
  const { sender, mail, backup } = hosts;
  network.set('192.0.2.10', { kind: 'refuse' });
  await sender.submit();
  await sender.next('recipient.delivered');

  backup.says({ mail: '451 4.3.0 not now' });
  await sender.submit();
  await sender.next('recipient.deferred');
  network.set('192.0.2.10', undefined);
  const start = clock.now();
  await sender.next('recipient.delivered');
  assert.equal(mail.taken.length, 1);
  assert.ok(clock.now() - start <= seconds(30), 'the first probe, and not the first retry');
});

test('hosts of equal preference share the mail', async (t) => {
  const { hosts, clock } = await world(t, {
    zones: {
      'example.com':
        '@ MX 10 one\n@ MX 10 two\n@ MX 20 last\none A 192.0.2.11\ntwo A 192.0.2.12\nlast A 192.0.2.20',
    },
    hosts: {
      sender: fingerpost('192.0.2.1'),
      one: mailHost('192.0.2.11'),
      two: mailHost('192.0.2.12'),
      last: mailHost('192.0.2.20'),
    },
  });
  for (let sent = 0; sent < 40; sent += 1) {
    await hosts.sender.submit();
    await clock.advance(minutes(1));
  }
  const { one, two, last } = hosts;
  assert.equal(one.taken.length + two.taken.length, 40);
  assert.ok(one.taken.length >= 10 && two.taken.length >= 10, `${one.taken.length} of 40`);
  assert.equal(last.connections, 0);
});

test('every host and address of a domain is tried before mail is deferred', async (t) => {
  const { hosts } = await world(t, {
    zones: {
      'example.com':
        '@ MX 10 one\n@ MX 20 two\n@ MX 30 three\none A 192.0.2.11\none AAAA 2001:db8::11\ntwo A 192.0.2.12\nthree A 192.0.2.13',
    },
    hosts: {
      sender: fingerpost('192.0.2.1 2001:db8::1'),
      one: mailHost('192.0.2.11 2001:db8::11', { greeting: '421 4.3.2 busy' }),
      two: mailHost('192.0.2.12', { ehlo: '550 5.7.1 no', helo: '550 5.7.1 no' }),
      three: mailHost('192.0.2.13', { greeting: 'drop' }),
    },
  });
  await hosts.sender.submit();
  const { nextAttemptAt } = await hosts.sender.next('recipient.deferred');
  const addresses = hosts.sender.all('target.tried').map(({ address }) => address);
  assert.deepEqual(addresses.slice(0, 2).sort(), ['192.0.2.11', '2001:db8::11']);
  assert.deepEqual(addresses.slice(2), ['192.0.2.12', '192.0.2.13']);
  assert.ok(nextAttemptAt);

  hosts.three.says({});
  await hosts.sender.next('recipient.delivered', () => true, hours(1));
  assert.equal(hosts.three.taken.length, 1);
});

const subjectOf = (text: string): string => /^Subject: (.*)$/m.exec(text)?.[1] ?? '';

const triedHosts = (sender: { all(kind: 'target.tried'): readonly { host: string }[] }) =>
  sender.all('target.tried').map(({ host }) => host.replace('.example.com', ''));

test('after a restart, which forgets bad hosts, the first success wakes what waits', async (t) => {
  const { hosts, clock } = await world(t, { zones: TWO_EXCHANGES, hosts: PAIR });
  const { sender, mail, backup } = hosts;
  await mail.stop();
  await backup.stop();
  await sender.submit({ text: mailText('one') });
  await sender.next('recipient.deferred');
  await sender.stop();
  await mail.start();
  await sender.start();
  const start = clock.now();

  await sender.submit({ text: mailText('two') });
  await mail.next('recipient.delivered');
  await mail.next('recipient.delivered');
  assert.deepEqual(mail.mailbox('user').map(subjectOf).sort(), ['one', 'two']);
  assert.ok(clock.now() - start < minutes(1), 'the first one did not wait for its retry');
});
