// What the DNS says decides where mail goes, whether it waits, and when its sender is told that
// there is nowhere to go.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours, minutes } from '../../src/base/time.ts';
import { reportIn } from '../support/report.ts';
import { fingerpost, mailHost, PRIMARY, world } from '../support/world.ts';

/** Sends for ann@example.net, and has her mailbox. */
const HOME = fingerpost('192.0.2.1', PRIMARY('example.net', '[ann]'));

const HOSTS = { home: HOME, mail: mailHost('192.0.2.10') };

test('a null MX ends the matter: the sender has the bounce at once', async (t) => {
  const { hosts } = await world(t, {
    zones: { 'example.com': '@ MX 0 .\n@ A 192.0.2.10' },
    hosts: HOSTS,
  });
  const id = await hosts.home.submit();
  await hosts.home.next('recipient.failed');
  await hosts.home.next('recipient.delivered');
  assert.equal(await hosts.home.states(id), 'bounced');
  const [text = ''] = hosts.home.mailbox('ann');
  assert.match(text, /^Return-Path: <>\n/);
  const { header, about, recipients, original, words } = reportIn(text);
  assert.equal(header.to, '<ann@example.net>');
  assert.equal(header['auto-submitted'], 'auto-replied');
  assert.equal(about['reporting-mta'], 'dns; home.example.com');
  assert.equal(recipients.length, 1);
  assert.equal(recipients[0]?.['final-recipient'], 'rfc822; user@example.com');
  assert.equal(recipients[0]?.action, 'failed');
  assert.equal(recipients[0]?.status, '5.1.10');
  assert.match(recipients[0]?.['diagnostic-code'] ?? '', /^x-fingerpost; 556 5\.1\.10 /);
  assert.equal(original['message-id'], '<hello@example.net>');
  assert.match(words, /user@example\.com/);
  assert.equal(hosts.mail.connections, 0, 'its address is not for mail (RFC 7505)');
});

test('a bounce is reported for each recipient that it speaks of, by the id of the bounce', async (t) => {
  const { hosts } = await world(t, { zones: { 'example.com': '@ MX 0 .' }, hosts: HOSTS });
  const id = await hosts.home.submit();
  const bounced = await hosts.home.next('recipient.bounced');
  const [kept] = (await hosts.home.ledger(id)).filter((entry) => entry.kind === 'bounced');
  assert.deepEqual(bounced, {
    kind: 'recipient.bounced',
    id,
    recipient: 'user@example.com',
    bounceId: kept?.bounceId,
  });
});

test('a domain that does not exist bounces with 5.1.2', async (t) => {
  const { hosts } = await world(t, {
    zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' },
    hosts: HOSTS,
  });
  await hosts.home.submit({ to: 'user@nowhere.example.com' });
  await hosts.home.next('recipient.delivered');
  const [recipient] = reportIn(hosts.home.mailbox('ann')[0] ?? '').recipients;
  assert.equal(recipient?.status, '5.1.2');
  assert.equal(recipient?.['final-recipient'], 'rfc822; user@nowhere.example.com');
});

test('while the DNS fails mail waits, and it is delivered when the DNS is back', async (t) => {
  const { hosts, names, clock } = await world(t, {
    zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' },
    hosts: HOSTS,
  });
  names.fails('example.com');
  const id = await hosts.home.submit();
  const { because } = await hosts.home.next('recipient.deferred');
  assert.match(because, /^451 4\.4\.3 /);
  await clock.advance(hours(1));
  assert.equal(await hosts.home.states(id), 'waiting');
  assert.deepEqual(hosts.home.mailbox('ann'), []);

  names.mends('example.com');
  await hosts.home.next('recipient.delivered', () => true, hours(2));
  assert.equal(hosts.mail.taken.length, 1);
  assert.equal(await hosts.home.states(id), 'delivered');
});

test('a domain whose DNS fails holds up no other domain of the message', async (t) => {
  const { hosts, names, clock } = await world(t, {
    zones: {
      'example.com': '@ MX 10 mail\nmail A 192.0.2.10',
      'example.org': '@ MX 10 mail.example.com.',
    },
    hosts: HOSTS,
  });
  names.fails('example.org');
  const id = await hosts.home.submit({ to: ['user@example.org', 'user@example.com'] });
  await hosts.home.next('recipient.delivered', () => true, minutes(1));
  await clock.advance(minutes(1));
  assert.equal(await hosts.home.states(id), 'waiting delivered');
});

test('a changed MX record is followed as soon as its TTL has passed', async (t) => {
  const { hosts, names, clock } = await world(t, {
    zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10\nnew A 192.0.2.30' },
    hosts: { ...HOSTS, next: mailHost('192.0.2.30') },
  });
  await hosts.home.submit();
  await hosts.home.next('recipient.delivered');
  names.serve('example.com', '@ MX 10 new\nmail A 192.0.2.10\nnew A 192.0.2.30');
  await clock.advance(minutes(6));
  await hosts.home.submit();
  await hosts.home.next('recipient.delivered');
  assert.deepEqual([hosts.mail.taken.length, hosts.next.taken.length], [1, 1]);
});

test('a domain without MX is its own exchange', async (t) => {
  const { hosts } = await world(t, {
    zones: { 'example.com': '@ A 192.0.2.10' },
    hosts: HOSTS,
  });
  await hosts.home.submit();
  await hosts.home.next('recipient.delivered');
  assert.match(hosts.home.tried()[0] ?? '', /^example\.com: answered 250/);
});

test('an MX that points at a private address is not dialled', async (t) => {
  const { hosts, network } = await world(t, {
    zones: { 'example.com': '@ MX 10 mail\nmail A 10.0.0.1' },
    hosts: { ...HOSTS, inside: mailHost('10.0.0.1') },
  });
  await hosts.home.submit();
  const { because } = await hosts.home.next('recipient.deferred');
  assert.match(because, /^451 4\.4\.4 .*mail\.example\.com 10\.0\.0\.1: not a global address/);
  assert.equal(network.dialled.length, 0);
});

test('a host name that says it is us is not dialled: no mail goes in a circle', async (t) => {
  const { hosts, network } = await world(t, {
    zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.1' },
    hosts: HOSTS,
  });
  const id = await hosts.home.submit();
  await hosts.home.next('recipient.failed');
  const [attempt] = await hosts.home.attempts(id);
  assert.match(attempt?.reason ?? '', /5\.4\.6/);
  assert.equal(network.dialled.length, 0);
});
