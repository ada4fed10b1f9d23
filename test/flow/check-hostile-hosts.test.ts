// Whole checks of a domain whose mail hosts and web server are broken, slow or hostile, under a
// false clock: each ends in time, makes few connections and an observation of bounded size, and
// nobody is blamed for what is only slowness, or for a refusal that means us.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import { type Duration, milliseconds, minutes, seconds } from '../../src/base/time.ts';
import { keyOf } from '../../src/checks/want.ts';
import type { HttpsEnding } from '../../src/net/network.ts';
import {
  assertBounded,
  BACKUP,
  type CheckPlan,
  type CheckWorld,
  checkWorld,
  goodWeb,
  MAIL,
  type Mail,
  type Web,
} from '../support/check-world.ts';
import type { FalseClock } from '../support/false-clock.ts';
import type { Fault } from '../support/false-network.ts';

interface Case extends CheckPlan {
  readonly prepare?: (world: CheckWorld) => void;
  readonly red?: readonly string[];
  /** The longest that it may take; default: 12 min. */
  readonly within?: Duration;
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

interface Peer {
  /** Nothing happens once the connection is gone. */
  say(text: string): void;
  readonly isGone: boolean;
}

/** A host that does as it likes: `begin` returns who hears what is said to it. */
const host =
  (begin: (peer: Peer, clock: FalseClock) => ((heard: string) => void) | undefined): Mail =>
  async (network, clock) => {
    const [address] = network.interfaceAddresses();
    assert.ok(address);
    await network.listen({ address, port: 25 }, { connectionsMax: 100 }, (connection) => {
      let hear: ((heard: string) => void) | undefined;
      const peer = {
        isGone: false,
        say(text: string) {
          if (!peer.isGone) connection.write(fromLatin1(text));
        },
      };
      connection.open({
        data: (bytes) => hear?.(latin1(bytes)),
        drained() {},
        closed() {
          peer.isGone = true;
        },
      });
      hear = begin(peer, clock);
    });
  };

/** Says the next piece again and again, until the connection is gone. */
function repeat(peer: Peer, clock: FalseClock, every: Duration, piece: (at: number) => string) {
  let at = 0;
  const step = (): void => {
    if (peer.isGone) return;
    peer.say(piece(at));
    at += 1;
    clock.after(every, step);
  };
  clock.after(every, step);
}

const dripping = (text: string, every: Duration): Mail =>
  host((peer, clock) => {
    repeat(peer, clock, every, (at) => text[at % text.length] ?? '');
    return undefined;
  });

const flooding = (first: string, text: string): Mail =>
  host((peer, clock) => {
    peer.say(first);
    repeat(peer, clock, milliseconds(100), () => text);
    return undefined;
  });

/** Every reply comes after so long. */
const tarpit = (length: Duration): Mail =>
  host((peer, clock) => {
    const later = (text: string): void => void clock.after(length, () => peer.say(text));
    later('220 slow\r\n');
    return (heard) => {
      for (const line of heard.split('\r\n').filter(Boolean)) {
        later(line.startsWith('EHLO') ? '250-slow\r\n250 SIZE 1000\r\n' : '250 ok\r\n');
      }
    };
  });

const fault = (of: Fault) => (world: CheckWorld) => {
  for (const address of [MAIL, BACKUP]) world.network.set(`${address}:25`, of);
};

const tooMany = (lines: number, text: string): string =>
  numbers(lines)
    .map((at) => `250${at < lines - 1 ? '-' : ' '}X${at}${text}`)
    .join('\r\n');

const ended = (clock: FalseClock, length: Duration, ending: HttpsEnding): Promise<HttpsEnding> =>
  new Promise((resolve) => clock.after(length, () => resolve(ending)));

const answering =
  (change: Partial<Extract<HttpsEnding, { kind: 'answered' }>>): Web =>
  async (request, clock) => {
    const good = await goodWeb(request, clock);
    return good.kind === 'answered' ? { ...good, ...change } : good;
  };

const HOSTS: Readonly<Record<string, Case>> = {
  'a byte a minute': { mail: dripping('220 hello\r\n', minutes(1)) },
  'a line a second, and no end of the greeting': { mail: dripping('220-hello\r\n', seconds(1)) },
  'a greeting without end': { mail: flooding('220 ', 'x'.repeat(60_000)) },
  'lines without end': { mail: flooding('', '220-hello\r\n'.repeat(5_000)) },
  'replies that nobody asked for': { mail: flooding('220 a\r\n', '250 ok\r\n'.repeat(5_000)) },
  '10,000 lines in answer to EHLO': { mail: { ehlo: tooMany(10_000, '') } },
  '99 long lines in answer to EHLO': { mail: { ehlo: tooMany(99, 'x'.repeat(3_000)) } },
  'replies of control characters': {
    mail: { rcpt: `550 ${'\u0000\u001b[2J\u00ff'.repeat(400)}`, mail: '250 \u0000' },
    red: ['RCPT-POSTMASTER error'],
  },
  'no reply but after 29 s': { mail: tarpit(seconds(29)), within: minutes(5) },
  'no reply but after 31 s': { mail: tarpit(seconds(31)), within: minutes(2) },
  'a network 5 s away': { prepare: fault({ kind: 'delay', length: seconds(5) }) },
  'hosts that never answer': {
    prepare: fault({ kind: 'hang' }),
    red: ['SMTP-CONNECT critical'],
    within: seconds(30),
  },
  'connections that carry nothing': { prepare: fault({ kind: 'mute' }), within: minutes(2) },
  'hosts that refuse us at the door': { mail: { greeting: '554 5.7.1 go away' } },
  'a greeting that is no SMTP': { mail: { greeting: 'SSH-2.0-a' } },
  'hosts that change their mind': {
    mail: { greeting: ['220 hello', '554 go away'], ehlo: ['250-a\r\n250 STARTTLS', '250 a'] },
  },
  'TLS that breaks': {
    prepare: fault({ kind: 'tls', tls: { kind: 'fails', because: 'wrong version number' } }),
    red: ['TLS-HANDSHAKE error'],
  },
};

const STAGES = ['greeting', 'ehlo', 'starttls', 'mail', 'rcpt'] as const;

const AT_EVERY_STAGE: Readonly<Record<string, Case>> = Object.fromEntries(
  STAGES.flatMap((stage) =>
    ['421 4.7.0 too busy', '450 4.2.1 later', 'drop', 'hang'].map((said) => [
      `${said} at ${stage}`,
      { mail: { [stage]: said }, within: minutes(2) },
    ]),
  ),
);

const RESETS: Readonly<Record<string, Case>> = Object.fromEntries(
  (['server', 'client'] as const).flatMap((sentBy) =>
    [0, 5, 50, 100, 150].map((afterBytes) => [
      `a reset after ${afterBytes} bytes from the ${sentBy}`,
      { prepare: fault({ kind: 'drop', sentBy, afterBytes }), within: minutes(2) },
    ]),
  ),
);

const WEBS: Readonly<Record<string, Case>> = {
  'a policy of 64 KB and more': {
    web: answering({ body: Buffer.alloc(65_536, 'mx: a.example.test\r\n'), isCut: true }),
    red: ['STS-FETCH error'],
  },
  'a policy that is somewhere else': {
    web: answering({
      status: 301,
      headers: { location: 'https://example.test/' },
      body: Buffer.of(),
    }),
    red: ['STS-FETCH error'],
  },
  'header fields of 16 KB': {
    web: answering({ headers: { 'content-type': 'text/plain', junk: 'x'.repeat(16_000) } }),
  },
  'an answer that takes too long': {
    web: (_, clock) =>
      ended(clock, seconds(30), {
        kind: 'failed',
        stage: 'answer',
        because: 'it took longer than 30 s',
      }),
  },
};

const CASES = { ...HOSTS, ...AT_EVERY_STAGE, ...RESETS, ...WEBS };

for (const [what, { prepare, red = [], within = minutes(12), ...plan }] of Object.entries(CASES)) {
  test(`${what}: a check ends, and blames nobody without need`, async () => {
    const world = await checkWorld(plan);
    prepare?.(world);
    const checked = await world.check();
    assertBounded(checked);
    assert.ok(checked.took <= within, `${checked.took / 1_000} s`);
    assert.ok(checked.connections < 12, `${checked.connections} connections`);
    assert.deepEqual(checked.red, red);
    await world.clock.advance(minutes(1));
    assert.deepEqual([world.clock.pending, world.network.open], [0, 0]);
  });
}

test('two checks of one domain at once, by one run and by two, see the same', async () => {
  const world = await checkWorld();
  const run = world.newRun();
  const checks = [run, run, world.newRun()].map((each) => world.check('example.test', each));
  const [first, ...others] = await Promise.all(checks);
  const kinds = (checked: typeof first): readonly string[] =>
    checked?.observation.facts.map(({ want }) =>
      keyOf(want).replace(/fingerpost-nobody-\w+/, 'nobody'),
    ) ?? [];
  assert.ok(kinds(first).length > 40);
  for (const other of others) {
    assert.deepEqual(kinds(other), kinds(first));
    assert.deepEqual(other.red, []);
  }
});
