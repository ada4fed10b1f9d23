// Round trips in a whole world: a probe by every way, and each seen to arrive, kept by a backup,
// deferred, refused or lost, with forged ones not believed.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { PathResult, RoundTrip, TestProgress, TestRequest } from '../../src/api/types.ts';
import { EventHub, type FingerpostEvent } from '../../src/base/events.ts';
import { minutes, seconds } from '../../src/base/time.ts';
import { printRoundTrip } from '../../src/cli/round-trip-text.ts';
import { makeStyle } from '../../src/cli/style.ts';
import { parseSettings } from '../../src/config/load.ts';
import { createRoundTrips } from '../../src/round-trips.ts';
import { afterwards } from '../support/afterwards.ts';
import { endpoint, seededChance } from '../support/dns-world.ts';
import type { FalseClock } from '../support/false-clock.ts';
import type { FalseNetwork } from '../support/false-network.ts';
import { BACKUP, fingerpost, mailHost, PRIMARY, world } from '../support/world.ts';

const TESTER = '203.0.113.77';
const NAMES = '203.0.113.53:53';
const SETTINGS = `hostname: tester.example.net
world: { global: ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"] }
`;

const TWO_EXCHANGES = {
  'example.com': '@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 192.0.2.20',
};
const PAIR = {
  mail: fingerpost('192.0.2.10', PRIMARY()),
  backup: fingerpost('192.0.2.20', BACKUP()),
};

interface Grounds {
  readonly clock: FalseClock;
  readonly network: FalseNetwork;
  ended<T>(work: Promise<T>): Promise<T>;
}

/** A machine of its own, from which tests are made. */
function tester({ clock, network }: Grounds, settings = '') {
  const events: FingerpostEvent[] = [];
  const hub = new EventHub();
  hub.listen((event) => events.push(event));
  const progress: TestProgress[] = [];
  const trips = createRoundTrips(parseSettings(SETTINGS + settings, '/srv/fingerpost.yaml'), {
    network: network.host([TESTER]),
    clock,
    chance: seededChance(3),
    events: hub,
    resolvers: [endpoint(NAMES)],
  });
  const begin = (request: Partial<TestRequest>): Promise<RoundTrip> =>
    trips({ address: 'user@example.com', waitMs: seconds(60), ...request }, (each) =>
      progress.push(each),
    );
  return { begin, events, progress };
}

const inShort = ({ paths }: RoundTrip): readonly string[] =>
  paths.map(({ path, state }) => `${path} ${state}`);

const byPath = ({ paths }: RoundTrip, start: string): PathResult => {
  const found = paths.find(({ path }) => path.startsWith(start));
  assert.ok(found, start);
  return found;
};

const hosts = ({ arrival }: PathResult): readonly (string | undefined)[] =>
  arrival?.hops.map(({ by }) => by) ?? [];

const printed = (trip: RoundTrip): string => printRoundTrip(trip, makeStyle(false));

async function pair(t: TestContext) {
  const built = await world(t, { zones: TWO_EXCHANGES, hosts: PAIR });
  const maildir = join(built.hosts.mail.folder, 'mail');
  mkdirSync(maildir);
  return { ...built, ...tester(built), maildir };
}

test('a probe by every way, and all are seen to arrive', async (t) => {
  const { begin, ended, events, progress, maildir, hosts: all } = await pair(t);
  const trip = await ended(begin({ maildir }));
  assert.deepEqual(inShort(trip), [
    'mail.example.com[192.0.2.10] arrived',
    'backup.example.com[192.0.2.20] arrived',
    'normal arrived',
  ]);
  assert.deepEqual(hosts(byPath(trip, 'mail')), ['mail.example.com']);
  assert.deepEqual(hosts(byPath(trip, 'backup')), ['backup.example.com', 'mail.example.com']);
  assert.deepEqual(hosts(byPath(trip, 'normal')), ['mail.example.com']);
  const [hop] = byPath(trip, 'mail').arrival?.hops ?? [];
  assert.equal(hop?.from, 'tester.example.net');
  assert.equal(hop?.client, TESTER);
  assert.equal(hop?.protocol, 'ESMTP');
  assert.ok(trip.endedAt - trip.startedAt < seconds(10), 'it ends when all is seen');
  assert.equal(trip.untestable, undefined);
  assert.equal(events.filter(({ kind }) => kind === 'probe.arrived').length, 3);
  assert.equal(progress.at(-1)?.ended, 3);
  const [text = ''] = all.mail.mailbox('user');
  assert.match(text, /^Return-Path: <>\n/);
  assert.match(text, /^Auto-Submitted: auto-generated$/m);
  assert.match(printed(trip), /^ {2}backup\.example\.com 192\.0\.2\.20 \(MX 20\) {2}arrived /m);
});

test('a backup keeps the probe while the primary is down, and the time in its queue is told', async (t) => {
  const { begin, clock, ended, maildir, hosts: all } = await pair(t);
  await all.mail.stop();
  const trip = begin({ maildir, waitMs: minutes(30) });
  await clock.advance(minutes(4));
  assert.equal(all.mail.mailbox('user').length, 0);
  await all.mail.start();
  const found = await ended(trip);
  assert.deepEqual(inShort(found), [
    'mail.example.com[192.0.2.10] unreachable',
    'backup.example.com[192.0.2.20] arrived',
    'normal arrived',
  ]);
  const { arrival } = byPath(found, 'backup');
  const [first, second] = arrival?.hops ?? [];
  assert.equal(first?.by, 'backup.example.com');
  assert.ok((first?.heldMs ?? 0) >= minutes(4), `held ${first?.heldMs} ms`);
  assert.equal(second?.by, 'mail.example.com');
  assert.deepEqual(
    byPath(found, 'normal').tries.map(({ host }) => host),
    ['mail.example.com', 'backup.example.com'],
  );
  assert.match(printed(found), /^ {2}backup\.example\.com took it at .+, and kept it \d+ min/m);
});

test('probes that stay in a backup are accepted, and not seen', async (t) => {
  const { begin, ended, events, maildir, hosts: all } = await pair(t);
  await all.mail.stop();
  const trip = await ended(begin({ maildir, waitMs: seconds(20) }));
  assert.equal(byPath(trip, 'backup').state, 'lost-sight');
  assert.equal(trip.endedAt - trip.startedAt, seconds(20));
  assert.equal(events.filter(({ kind }) => kind === 'probe.lost').length, 2);
  assert.match(printed(trip), /accepted, and not seen to arrive within 20 s/);
});

test('what is deferred is sent again when a delivery would, and its time is told', async (t) => {
  const built = await world(t, {
    zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' },
    hosts: { mail: mailHost('192.0.2.10') },
  });
  const { begin, progress } = tester(built);
  const GREYLISTED = '450 4.7.1 greylisted, come back';
  built.hosts.mail.says({ rcpt: GREYLISTED });
  const short = await built.ended(begin({}));
  assert.deepEqual(inShort(short), ['mail.example.com[192.0.2.10] deferred', 'normal deferred']);
  const { nextAttemptAt = 0, reply } = byPath(short, 'mail');
  assert.equal(reply?.code, 450);
  assert.ok(nextAttemptAt > short.endedAt + minutes(4));
  assert.ok(short.endedAt - short.startedAt < seconds(5), 'nothing is waited for in vain');
  assert.match(
    printed(short),
    /answered 450 4\.7\.1 greylisted, come back\n {2}deferred: .+ again at 2/,
  );

  built.hosts.mail.says({ rcpt: [GREYLISTED, GREYLISTED, '250 2.1.5 ok'] });
  progress.length = 0;
  const long = await built.ended(begin({ waitMs: minutes(20) }));
  assert.deepEqual(inShort(long), ['mail.example.com[192.0.2.10] accepted', 'normal accepted']);
  assert.equal(byPath(long, 'mail').tries.length, 2);
  assert.equal(built.hosts.mail.taken.length, 2);
  assert.ok(progress.some(({ path }) => path.state === 'deferred'));
  assert.match(printed(long), /arrivals were not looked for: its mailbox is not on this machine/);
});

test('every address is tried directly, one connection at a time, and each tells its own end', async (t) => {
  const built = await world(t, {
    zones: {
      'example.com': `@ MX 10 mail\n@ MX 20 full\n@ MX 30 gone\n@ MX 40 hidden
mail A 192.0.2.10\nmail A 192.0.2.11\nfull A 192.0.2.20\ngone A 192.0.2.30\nhidden A 10.0.0.1`,
    },
    hosts: {
      mail: mailHost('192.0.2.10 192.0.2.11', { extensions: ['STARTTLS'] }),
      full: mailHost('192.0.2.20', { rcpt: '552 5.2.2 \u001b[31mfull' }),
    },
  });
  const trip = await built.ended(tester(built).begin({}));
  assert.deepEqual(inShort(trip).toSorted(), [
    'full.example.com[192.0.2.20] refused',
    'gone.example.com[192.0.2.30] unreachable',
    'mail.example.com[192.0.2.10] accepted',
    'mail.example.com[192.0.2.11] accepted',
    'normal accepted',
  ]);
  assert.deepEqual(
    trip.left.map(({ kind, host }) => `${kind} ${host}`),
    ['special-purpose hidden.example.com'],
  );
  assert.equal(built.hosts.full.mostConnections, 1);
  assert.deepEqual(
    built.hosts.mail.taken.map(({ isSecure, sender }) => [isSecure, sender]),
    [
      [true, ''],
      [true, ''],
      [true, ''],
    ],
  );
  const text = printed(trip);
  assert.match(text, /552 5\.2\.2 \\x1b\[31mfull/);
  assert.doesNotMatch(text, /[^\n -~]/);
  assert.match(text, /^not tried: MX 40 hidden\.example\.com 10\.0\.0\.1: not a global address/m);
});

test('a host that answers too slowly is broken off when the time is over', async (t) => {
  const built = await world(t, {
    zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' },
    hosts: { mail: mailHost('192.0.2.10', { data: 'hang' }) },
  });
  const trip = await built.ended(tester(built).begin({ waitMs: seconds(30) }));
  assert.deepEqual(inShort(trip), [
    'mail.example.com[192.0.2.10] unreachable',
    'normal unreachable',
  ]);
  assert.match(byPath(trip, 'mail').tries[0]?.ending ?? '', /the time of the test was over/);
  assert.ok(trip.endedAt - trip.startedAt < seconds(32));
  assert.equal(built.hosts.mail.openConnections, 0);
});

test('no way is told with its reason, and nothing is sent', async (t) => {
  const built = await world(t, {
    zones: { 'example.com': '@ MX 0 .' },
    hosts: { mail: mailHost('192.0.2.10') },
  });
  const { begin } = tester(built);
  const trip = await built.ended(begin({}));
  assert.deepEqual(trip.paths, []);
  assert.match(trip.untestable ?? '', /null MX/);
  assert.equal(built.hosts.mail.connections, 0);
  await assert.rejects(built.ended(begin({ address: 'nobody' })), /is no mail address/);
  await assert.rejects(built.ended(begin({ from: 'no one' })), /is no mail address/);
  await assert.rejects(built.ended(begin({ maildir: '/nowhere/at/all' })), { code: 'USAGE' });
});

test('the primary of the domain finds its own mailboxes, and goes the way of others', async (t) => {
  const built = await world(t, { zones: TWO_EXCHANGES, hosts: PAIR });
  const path = join(built.hosts.mail.folder, 'mail');
  const ours = `domains: { example.com: { role: primary, recipients: [user], deliverTo: "maildir:${path}" } }\n`;
  const { begin } = tester(built, ours);
  const trip = await built.ended(begin({ from: 'ann@example.net', clean: true }));
  assert.deepEqual(trip.watched, [join(path, 'user')]);
  assert.ok(trip.paths.every(({ state }) => state === 'arrived'));
  assert.deepEqual(built.hosts.mail.mailbox('user'), [], 'probes were taken out');
});

/** A scripted host, and a mailbox into which the test puts what it pleases. */
async function mailbox(t: TestContext) {
  const built = await world(t, {
    zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' },
    hosts: { mail: mailHost('192.0.2.10') },
  });
  const maildir = mkdtempSync(join(tmpdir(), 'fingerpost-trip-'));
  afterwards(t, () => rmSync(maildir, { recursive: true }));
  for (const folder of ['new', 'cur', '.Junk/new']) {
    mkdirSync(join(maildir, folder), { recursive: true });
  }
  const put = (file: string, text: string): void =>
    writeFileSync(join(maildir, file), text.replaceAll('\r\n', '\n'), 'latin1');
  const taken = async (): Promise<readonly string[]> => {
    await built.until(() => built.hosts.mail.taken.length === 2, seconds(10));
    return built.hosts.mail.taken.map(({ text }) => text);
  };
  return { ...built, ...tester(built), maildir, put, taken };
}

test('a forged probe is counted, and not believed', async (t) => {
  const { begin, ended, maildir, put, taken } = await mailbox(t);
  const trip = begin({ maildir, waitMs: seconds(20) });
  const [direct = '', normal = ''] = await taken();
  const mac = /mac=(\S+)/.exec(direct)?.[1] ?? '';
  const other = /mac=(\S+)/.exec(normal)?.[1] ?? '';
  assert.notEqual(mac, other);
  put('new/1.wrong', direct.replace(mac, `${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`));
  // The right code of another way proves nothing of this one.
  put('new/2.swapped', direct.replace(mac, other));
  put('new/3.moved', direct.replace(/path=[^;]+/, 'path=normal'));
  put('new/4.none', direct.replace(/\s+mac=\S+/, ''));
  put('new/5.old', direct.replace(/run=[^;]+/, 'run=0123456789abcdef'));
  const found = await ended(trip);
  assert.deepEqual(inShort(found), [
    'mail.example.com[192.0.2.10] lost-sight',
    'normal lost-sight',
  ]);
  assert.equal(found.forged, 3);
  assert.match(printed(found), /^3 forged probes found, and not believed$/m);
});

test('a genuine probe is found in cur, or in a folder, and hostile fields are shown harmlessly', async (t) => {
  const { begin, ended, maildir, put, taken } = await mailbox(t);
  put('new/0.before', 'Subject: was here before\n\n');
  symlinkSync('/etc/passwd', join(maildir, 'new', '1.link'));
  const trip = begin({ maildir });
  const [direct = '', normal = ''] = await taken();
  const nasty =
    'Received: from \u001b]0x\u0007 (\u001b[2J) by b\u0000d\u001b[1m with \u001b[7m; never\n';
  put('cur/9.flagged:2,S', `${nasty}Subject: \u001b[31mred\n${direct}`);
  put('.Junk/new/9.spam', normal);
  symlinkSync('/etc/passwd', join(maildir, 'new', '2.link'));
  const found = await ended(trip);
  assert.deepEqual(inShort(found), ['mail.example.com[192.0.2.10] arrived', 'normal arrived']);
  assert.match(byPath(found, 'normal').arrival?.file ?? '', /\.Junk\/new\/9\.spam$/);
  assert.equal(found.forged, 0);
  const text = printed(found);
  assert.doesNotMatch(text, /[^\n -~]/);
  assert.match(text, /b\\x00d\\x1b\[1m took it from \\x1b\]0x\\x07/);
});

test('--clean takes out what is of this run, and nothing else', async (t) => {
  const { begin, ended, maildir, put, taken } = await mailbox(t);
  const trip = begin({ maildir, waitMs: seconds(20), clean: true });
  const [direct = '', normal = ''] = await taken();
  put('new/1.mail', 'Subject: hello\n\n');
  put('new/2.forged', direct.replace(/mac=\S+/, 'mac=AAAA'));
  put('new/3.genuine', normal);
  assert.equal(byPath(await ended(trip), 'normal').state, 'arrived');
  assert.deepEqual(readdirSync(join(maildir, 'new')).sort(), ['1.mail', '2.forged']);
});
