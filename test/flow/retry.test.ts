// Mail that cannot be delivered yet: when it is tried again, when its sender hears of it, and how it
// ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Duration, days, hours, minutes } from '../../src/base/time.ts';
import { reportIn } from '../support/report.ts';
import { fingerpost, mailHost, PRIMARY, world } from '../support/world.ts';

const ZONES = { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' };
const LATER = { mail: '451 4.3.0 not today' };

const HOSTS = {
  home: fingerpost('192.0.2.1', PRIMARY('example.net', '[ann]')),
  mail: mailHost('192.0.2.10', LATER),
};

/** The pause before each attempt, the first after that one. */
const PAUSES: readonly Duration[] = [
  minutes(5),
  minutes(10),
  minutes(20),
  minutes(40),
  hours(1),
  hours(2),
  hours(4),
  hours(4),
];

test('five days of 4xx: tried by the schedule, told once after 4 hours, bounced at the end', async (t) => {
  const { hosts, clock } = await world(t, { zones: ZONES, hosts: HOSTS });
  const { home } = hosts;
  const start = clock.now();
  const id = await home.submit();
  await clock.advance(days(6));

  const attempts = await home.attempts(id);
  const pauses = attempts.slice(1).map(({ at }, index) => at - (attempts[index]?.at ?? 0));
  for (const [index, pause] of pauses.slice(0, -1).entries()) {
    const usual = PAUSES[index] ?? hours(4);
    assert.ok(Math.abs(pause - usual) <= usual * 0.101, `pause ${index} of ${pause} ms`);
  }
  const exact = pauses.filter((pause, index) => pause === (PAUSES[index] ?? hours(4)));
  assert.ok(exact.length < pauses.length / 2, 'there is jitter');
  const end = (attempts.at(-1)?.at ?? 0) - start;
  assert.ok(end >= days(5) && end < days(5) + minutes(1), 'the last one is at the end');
  assert.equal(await home.states(id), 'bounced');

  const reports = home.mailbox('ann').map(reportIn);
  assert.deepEqual(
    reports.map(({ recipients }) => [recipients[0]?.action, recipients[0]?.status?.[0]]),
    [
      ['delayed', '4'],
      ['failed', '4'],
    ],
  );
  const told = (await home.ledger(id)).find(({ kind }) => kind === 'delay-reported');
  const late = (told?.at ?? 0) - start;
  assert.ok(late >= hours(4) && late <= hours(9), `told of the delay after ${late} ms`);
  assert.match(reports[1]?.words ?? '', /user@example\.com/);
  const until = Date.parse(reports[0]?.recipients[0]?.['will-retry-until'] ?? '');
  assert.equal(until, start + days(5));
});

test('a bounce that cannot be delivered is given up silently after a day', async (t) => {
  const zones = { ...ZONES, 'example.org': '@ MX 10 mail.example.com.' };
  const { hosts, clock } = await world(t, { zones, hosts: HOSTS });
  const { home, mail } = hosts;
  mail.says({ rcpt: (address) => (address.endsWith('org') ? '451 4.3.0 no' : '550 5.1.1 no') });
  await home.submit({ from: 'stranger@example.org' });
  await home.next('recipient.failed');
  const [bounce] = await home.waiting();
  assert.equal(bounce?.sender, '');
  const id = bounce?.id;
  assert.ok(id);
  await clock.advance(hours(23));
  assert.equal(await home.states(id), 'waiting');
  await clock.advance(hours(5));
  assert.equal(await home.states(id), 'unreported');
  assert.deepEqual((await home.ledger(id)).at(-1)?.kind, 'unreported');
  assert.deepEqual(await home.waiting(), [], 'no bounce of the bounce');
});

test('a bounce that is refused is not answered by another bounce', async (t) => {
  const { hosts } = await world(t, { zones: ZONES, hosts: HOSTS });
  const { home, mail } = hosts;
  mail.says({ rcpt: '550 5.1.1 unknown' });
  const id = await home.submit({ from: 'user@example.com' });
  await home.next('recipient.failed');
  await home.next('recipient.failed');
  assert.equal(await home.states(id), 'bounced');
  assert.deepEqual(await home.waiting(), []);
  assert.equal(mail.commands.filter((line) => line.startsWith('MAIL FROM:<>')).length, 1);
});

test('a message from the null sender that fails is unreported', async (t) => {
  const { hosts } = await world(t, { zones: ZONES, hosts: HOSTS });
  hosts.mail.says({ final: '554 5.6.0 no' });
  const id = await hosts.home.submit({ from: '' });
  await hosts.home.next('recipient.failed');
  assert.equal(await hosts.home.states(id), 'unreported');
  assert.deepEqual(hosts.home.mailbox('ann'), []);
});

test('what is done leaves the ledger after 7 days', async (t) => {
  const { hosts, clock } = await world(t, { zones: ZONES, hosts: HOSTS });
  hosts.mail.says({});
  const id = await hosts.home.submit();
  await hosts.home.next('recipient.delivered');
  await clock.advance(days(6));
  assert.equal(await hosts.home.states(id), 'delivered');
  await clock.advance(days(2));
  assert.equal(await hosts.home.states(id), 'unknown');
});
