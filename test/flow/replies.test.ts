// What hosts say, and what becomes of the mail: each row of "what an attempt means" as it happens.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours, minutes } from '../../src/base/time.ts';
import { mailText } from '../support/fingerpost.ts';
import type { MailScript } from '../support/mail-host.ts';
import { reportIn } from '../support/report.ts';
import { fingerpost, mailHost, PRIMARY, world } from '../support/world.ts';

const ZONES = {
  'example.com': '@ MX 10 first\n@ MX 20 second\nfirst A 192.0.2.10\nsecond A 192.0.2.20',
};

/** Sends for ann@example.net, and has her mailbox; two scripted exchanges. */
const play = (first: MailScript = {}, second: MailScript = {}) => ({
  zones: ZONES,
  hosts: {
    home: fingerpost('192.0.2.1', PRIMARY('example.net', '[ann]')),
    first: mailHost('192.0.2.10', first),
    second: mailHost('192.0.2.20', second),
  },
});

test('what goes wrong at the first host brings the mail to the second', async (t) => {
  const scripts: Readonly<Record<string, MailScript>> = {
    'greets with 421': { greeting: '421 4.3.2 busy' },
    'greets with 554': { greeting: '554 5.7.1 go away' },
    'drops at once': { greeting: 'drop' },
    'never greets': { greeting: 'hang' },
    'refuses EHLO and HELO': { ehlo: '550 5.7.1 no', helo: '550 5.7.1 no' },
    'says later to EHLO': { ehlo: '451 4.3.0 no' },
    'says later to MAIL': { mail: '451 4.3.0 no' },
    'never answers MAIL': { mail: 'hang' },
    'says later to RCPT': { rcpt: '450 4.2.1 no' },
    'says 421 to RCPT': { rcpt: '421 4.3.2 no' },
    'drops at RCPT': { rcpt: 'drop' },
    'says later to DATA': { data: '451 4.3.0 no' },
    'says 421 to DATA': { data: '421 4.3.2 no' },
    'says later to the message': { final: '452 4.3.1 no' },
    'says 421 to the message': { final: '421 4.3.2 no' },
    'speaks no SMTP': { greeting: 'SSH-2.0-OpenSSH_9.2' },
  };
  for (const [name, script] of Object.entries(scripts)) {
    await t.test(`the first ${name}`, async (t) => {
      const { hosts } = await world(t, play(script));
      await hosts.home.submit();
      await hosts.home.next('recipient.delivered');
      assert.deepEqual([hosts.first.taken.length, hosts.second.taken.length], [0, 1]);
      assert.equal(hosts.home.all('target.tried').length, 2);
    });
  }
});

test('what a host refuses for good bounces, and no other host is asked', async (t) => {
  const scripts: Readonly<Record<string, MailScript>> = {
    MAIL: { mail: '550 5.7.1 no' },
    RCPT: { rcpt: '550 5.1.1 no' },
    DATA: { data: '554 5.7.1 no' },
    'the message': { final: '554 5.7.1 no' },
  };
  for (const [name, script] of Object.entries(scripts)) {
    await t.test(`5xx to ${name}`, async (t) => {
      const { hosts } = await world(t, play(script));
      const id = await hosts.home.submit();
      await hosts.home.next('recipient.delivered');
      assert.equal(await hosts.home.states(id), 'bounced');
      const { recipients } = reportIn(hosts.home.mailbox('ann')[0] ?? '');
      assert.match(recipients[0]?.['diagnostic-code'] ?? '', /^smtp; 55[04] 5\.[17]\.1 no$/);
      assert.equal(recipients[0]?.['remote-mta'], 'dns; first.example.com');
      assert.equal(hosts.second.connections, 0);
    });
  }
});

test('where the operator says so, a 4xx means later and not the next host', async (t) => {
  const { hosts } = await world(t, {
    zones: ZONES,
    hosts: {
      home: fingerpost('192.0.2.1', 'delivery: { deferOn4xx: [example.com] }\n'),
      first: mailHost('192.0.2.10', { rcpt: ['450 4.2.1 greylisted', '250 2.1.5 ok'] }),
      second: mailHost('192.0.2.20'),
    },
  });
  await hosts.home.submit();
  await hosts.home.next('recipient.deferred');
  await hosts.home.next('recipient.delivered');
  assert.deepEqual([hosts.first.taken.length, hosts.second.connections], [1, 0]);
});

test('a message that broke off before its dot goes to the next host', async (t) => {
  const { hosts } = await world(t, play({ body: 'drop' }));
  const id = await hosts.home.submit({
    text: mailText('large') + 'x'.repeat(70).concat('\r\n').repeat(6_000),
  });
  await hosts.home.next('recipient.delivered');
  assert.equal(hosts.second.taken.length, 1);
  const [attempt] = await hosts.home.attempts(id);
  assert.match(attempt?.tries[0]?.ending ?? '', /^broken in body: /);
  assert.equal(attempt?.possibleDuplicate, false);
});

test('a server that does not know EHLO gets HELO and the mail', async (t) => {
  const { hosts } = await world(t, play({ ehlo: '502 5.5.1 what?' }));
  await hosts.home.submit();
  await hosts.home.next('recipient.delivered');
  assert.equal(hosts.first.taken.length, 1);
});

test('when every host greets with 5xx the bounce has what each of them said', async (t) => {
  const first = { greeting: '554 5.7.1 not from you' };
  const { hosts } = await world(t, play(first, { greeting: '550 5.3.2 closed for good' }));
  const id = await hosts.home.submit();
  await hosts.home.next('recipient.delivered');
  assert.equal(await hosts.home.states(id), 'bounced');
  const { words, recipients } = reportIn(hosts.home.mailbox('ann')[0] ?? '');
  for (const said of [words, recipients[0]?.['diagnostic-code'] ?? '']) {
    const flat = said.replace(/\s+/g, ' ');
    assert.match(flat, /first\.example\.com: 554 5\.7\.1 not from you/);
    assert.match(flat, /second\.example\.com: 550 5\.3\.2 closed for good/);
  }
});

test('one recipient is taken, one goes to the next host, one bounces: each by its own reply', async (t) => {
  const rcpt = (address: string): string =>
    ({ a: '250 2.1.5 ok', b: '450 4.2.1 busy', c: '550 5.1.1 unknown' })[address[0] ?? ''] ?? '';
  const { hosts } = await world(t, play({ rcpt }));
  const to = ['a@example.com', 'b@example.com', 'c@example.com'];
  const id = await hosts.home.submit({ to });
  await hosts.home.next('recipient.delivered', ({ recipient }) => recipient === 'ann@example.net');
  assert.equal(await hosts.home.states(id), 'delivered delivered bounced');
  assert.deepEqual(
    hosts.first.taken.flatMap(({ recipients }) => recipients),
    ['a@example.com'],
  );
  assert.deepEqual(
    hosts.second.taken.flatMap(({ recipients }) => recipients),
    ['b@example.com'],
  );
  const { recipients } = reportIn(hosts.home.mailbox('ann')[0] ?? '');
  assert.deepEqual(
    recipients.map((fields) => fields['final-recipient']),
    ['rfc822; c@example.com'],
  );
});

test('452 after some were accepted: the others come in a second transaction', async (t) => {
  const rcpt = (_: string, accepted: number): string =>
    accepted < 2 ? '250 2.1.5 ok' : '452 4.5.3 too many';
  const { hosts } = await world(t, play({ rcpt }));
  const to = ['a', 'b', 'c', 'd', 'e'].map((local) => `${local}@example.com`);
  const id = await hosts.home.submit({ to });
  await hosts.home.next('recipient.delivered', ({ recipient }) => recipient === to[4]);
  assert.deepEqual(
    hosts.first.taken.map(({ recipients }) => recipients),
    [to.slice(0, 2), to.slice(2, 4), to.slice(4)],
  );
  assert.equal(hosts.first.connections, 1);
  assert.equal(hosts.second.connections, 0);
  assert.equal(await hosts.home.states(id), Array(5).fill('delivered').join(' '));
});

test('the reply to the dot is lost: no other host now, and the doubt stands in the ledger', async (t) => {
  const { hosts, clock } = await world(t, play({ final: ['drop', '250 2.0.0 ok'] }));
  const id = await hosts.home.submit();
  await hosts.home.next('recipient.deferred');
  assert.equal(hosts.second.connections, 0, 'it could be there twice then');
  const [first] = await hosts.home.attempts(id);
  assert.equal(first?.possibleDuplicate, true);
  assert.equal(first?.outcome, 'deferred');

  await clock.advance(minutes(6));
  assert.equal(await hosts.home.states(id), 'delivered');
  assert.deepEqual(
    (await hosts.home.attempts(id)).map(({ possibleDuplicate }) => possibleDuplicate),
    [true, false],
  );
  assert.equal(hosts.first.messages.length, 2);
  assert.equal(hosts.first.messages[0]?.text, hosts.first.messages[1]?.text);
});

test('no answer to the dot in ten minutes is a lost reply too', async (t) => {
  const { hosts } = await world(t, play({ final: ['hang', '250 2.0.0 ok'] }));
  const id = await hosts.home.submit();
  await hosts.home.next('recipient.deferred', () => true, minutes(11));
  await hosts.home.next('recipient.delivered', () => true, minutes(6));
  assert.equal(hosts.second.connections, 0);
  assert.equal((await hosts.home.attempts(id))[0]?.possibleDuplicate, true);
});

const OFFERS_TLS = { extensions: ['PIPELINING', '8BITMIME', 'STARTTLS'] };

test('TLS is used where it is offered', async (t) => {
  const { hosts } = await world(t, play(OFFERS_TLS));
  const id = await hosts.home.submit();
  await hosts.home.next('recipient.delivered');
  assert.equal(hosts.first.taken[0]?.isSecure, true);
  const [attempt] = await hosts.home.attempts(id);
  assert.match(attempt?.tries[0]?.tls ?? '', /^TLSv1\.3 /);
});

test('broken TLS is worse than none: the same host gets the mail in clear, and it is noted', async (t) => {
  const ways = ['a handshake that fails', 'STARTTLS that is refused', 'STARTTLS that drops'];
  for (const way of ways) {
    await t.test(way, async (t) => {
      const refusal = { refused: '454 4.7.0 no certificate', drops: 'drop' };
      const starttls = way.includes('refused') ? refusal.refused : refusal.drops;
      const script = way.includes('handshake') ? OFFERS_TLS : { ...OFFERS_TLS, starttls };
      const { hosts, network } = await world(t, play(script));
      const fails = { kind: 'fails', because: 'no shared cipher' } as const;
      if (way.includes('handshake')) network.set('192.0.2.10', { kind: 'tls', tls: fails });
      const id = await hosts.home.submit();
      await hosts.home.next('recipient.delivered');
      const [attempt] = await hosts.home.attempts(id);
      assert.deepEqual(
        attempt?.tries.map(({ host, notes }) => [host, ...notes]),
        [['first.example.com'], ['first.example.com', 'in clear: TLS failed before']],
      );
      assert.equal(hosts.first.taken[0]?.isSecure, false);
      assert.equal(hosts.second.connections, 0);
    });
  }
});

test('8-bit text goes to a server without 8BITMIME as it is, and it is noted', async (t) => {
  const { hosts } = await world(t, play({ extensions: ['PIPELINING'] }));
  const text = mailText('hello').replace('Hello', 'Gr\xfc\xdfe');
  const id = await hosts.home.submit({ text });
  await hosts.home.next('recipient.delivered');
  assert.match(hosts.first.taken[0]?.text ?? '', /Gr\xfc\xdfe!\r\n$/);
  const [attempt] = await hosts.home.attempts(id);
  assert.deepEqual(attempt?.tries[0]?.notes, ['8-bit text to a server without 8BITMIME']);
});

test('lines that begin with a dot arrive as they were', async (t) => {
  const { hosts } = await world(t, play());
  await hosts.home.submit({ text: `${mailText('dots')}.\r\n..\r\n.x\r\n` });
  await hosts.home.next('recipient.delivered');
  assert.match(hosts.first.taken[0]?.text ?? '', /\r\nHello!\r\n\.\r\n\.\.\r\n\.x\r\n$/);
});

test('a hanging host costs its time-out and not the message', async (t) => {
  const { hosts, network, clock } = await world(t, play());
  network.set('192.0.2.10', { kind: 'mute' });
  const start = clock.now();
  await hosts.home.submit();
  await hosts.home.next('recipient.delivered', () => true, hours(1));
  assert.equal(hosts.second.taken.length, 1);
  assert.ok(clock.now() - start <= minutes(6));
});

test('the ledger tells each reply of the way, in order', async (t) => {
  const { hosts } = await world(t, play({ rcpt: '450 4.2.1 try the other' }));
  const id = await hosts.home.submit();
  await hosts.home.next('recipient.delivered');
  const [attempt] = await hosts.home.attempts(id);
  assert.deepEqual(
    attempt?.tries.map(({ host, preference, replies }) => ({
      host,
      preference,
      phases: replies.map(({ phase }) => phase).join(' '),
    })),
    [
      { host: 'first.example.com', preference: 10, phases: 'greeting ehlo mail rcpt data' },
      { host: 'second.example.com', preference: 20, phases: 'greeting ehlo mail rcpt data final' },
    ],
  );
});
