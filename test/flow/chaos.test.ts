// Days of trouble by the dice: hosts stop, lose their power, hang and drop, the DNS fails, and mail
// is handed in all the while. In the end each message is in the mailbox or its sender knows, and
// none is there twice but where a ledger says that it may be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../../src/base/random.ts';
import { days, minutes, seconds } from '../../src/base/time.ts';
import type { Fault } from '../support/false-network.ts';
import { type Fingerpost, mailText } from '../support/fingerpost.ts';
import { BACKUP, fingerpost, PRIMARY, type World, world } from '../support/world.ts';

const PLAN = {
  zones: {
    'example.com': '@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 192.0.2.20',
  },
  hosts: {
    home: fingerpost('192.0.2.1', PRIMARY('example.net', '[ann]')),
    mail: fingerpost('192.0.2.10', PRIMARY()),
    backup: fingerpost('192.0.2.20', BACKUP()),
  },
};

type Trouble = World<(typeof PLAN)['hosts']>;

const FAULTS: readonly (Fault | undefined)[] = [
  undefined,
  { kind: 'refuse' },
  { kind: 'hang' },
  { kind: 'mute' },
  { kind: 'unreachable' },
  { kind: 'delay', length: seconds(3) },
  { kind: 'drop', sentBy: 'client', afterBytes: 300 },
  { kind: 'drop', sentBy: 'server', afterBytes: 200 },
];

const SUBJECT = /^Subject: (m\d+)$/m;

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`nothing is lost in the trouble that comes of ${seed}`, async (t) => {
    const play = await world(t, PLAN);
    const subjects = await trouble(play, seeded(seed));
    await peace(play);
    const { home, mail, backup } = play.hosts;
    for (const server of [home, mail, backup]) assert.deepEqual(await server.waiting(), []);

    const delivered = mail.mailbox('user').map((text) => SUBJECT.exec(text)?.[1]);
    const told = home.mailbox('ann').map((text) => SUBJECT.exec(text)?.[1]);
    for (const subject of subjects) {
      assert.ok(delivered.includes(subject) || told.includes(subject), `${subject} is lost`);
      const count = delivered.filter((each) => each === subject).length;
      const mayRepeat = count < 2 || (await isDoubtful([home, mail, backup], subject));
      assert.ok(mayRepeat, `${subject} is there ${count} times`);
    }
  });
}

/** Two days of it; the subjects of what was handed in. */
async function trouble(play: Trouble, integer: (below: number) => number) {
  const { hosts, network, names, clock } = play;
  const servers: readonly Fingerpost[] = [hosts.mail, hosts.backup, hosts.home];
  const subjects: string[] = [];
  for (let step = 0; step < 60; step += 1) {
    const address = ['192.0.2.10', '192.0.2.20'][integer(2)] ?? '';
    const server = servers[integer(3)] ?? hosts.mail;
    switch (integer(9)) {
      case 0:
        await server.crash();
        await clock.advance(minutes(integer(30)));
        await server.start();
        break;
      case 1:
        await server.stop();
        await clock.advance(minutes(integer(300)));
        await server.start();
        break;
      case 2:
        names.fails('example.com');
        break;
      case 3:
        names.mends('example.com');
        break;
      case 4:
      case 5:
        network.set(address, FAULTS[integer(FAULTS.length)]);
        break;
      default:
        subjects.push(`m${step}`);
        await hosts.home.submit({ text: mailText(`m${step}`) });
    }
    await clock.advance(seconds(integer(step % 3 === 0 ? 7_200 : 20)));
  }
  return subjects;
}

/** All is mended, and there is time for everything that waits. */
async function peace({ network, names, clock }: Trouble): Promise<void> {
  for (const address of ['192.0.2.10', '192.0.2.20']) network.set(address, undefined);
  names.mends('example.com');
  await clock.advance(days(1));
}

/** Does a ledger say that a message may have gone out twice? */
async function isDoubtful(servers: readonly Fingerpost[], subject: string): Promise<boolean> {
  for (const server of servers) {
    for (const { id } of await server.messages(`${subject}@example.net`)) {
      const ledger = await server.ledger(id);
      const isNoted = ledger.some(
        (entry) =>
          entry.kind === 'interrupted' || (entry.kind === 'attempted' && entry.possibleDuplicate),
      );
      if (isNoted) return true;
    }
  }
  return false;
}
