// Whatever servers send and however zones are delegated: a walk ends, in time, with a bounded number
// of questions, and never rejects.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { milliseconds, minutes, printDuration, seconds } from '../../src/base/time.ts';
import type { Packet, ResourceRecord } from '../../src/dns/packet.ts';
import { TYPE } from '../../src/dns/types.ts';
import { a, cname, ns, soa } from '../support/dns-server.ts';
import { lookupInShort } from '../support/dns-world.ts';
import {
  type Behaviour,
  internet,
  ROOT_ADDRESS,
  type WalkPlan,
  type WalkWorld,
  walkWorld,
} from '../support/walk-world.ts';
import { nameOf } from '../support/zones.ts';

const HOSTILE = '203.0.113.66';

/** `test` delegates evil.test to one host, which does as it likes. */
const hostile = (behaves: Behaviour, more = ''): WalkPlan =>
  internet(`evil NS ns.evil\nns.evil A ${HOSTILE}\n${more}`, {
    [HOSTILE]: { zones: {}, behaves },
  });

/** All three ways to ask, one after another. */
async function askEverything(world: WalkWorld, name: string): Promise<readonly string[]> {
  const { walker, ended } = world;
  const { lookup } = await ended(walker.lookup(nameOf(name), TYPE.MX));
  const delegation = await ended(walker.delegation(nameOf(name)));
  const { answers, because } = await ended(walker.askAll(nameOf(name), TYPE.MX, 'udp'));
  assert.ok(answers.length > 0 || because !== undefined);
  return [lookup.kind, delegation.kind];
}

test('zones whose servers are named below each other, without glue, are a failure', async () => {
  const world = await walkWorld(internet('a NS ns.b\nb NS ns.a\n'));
  const { lookup } = await world.ended(world.walker.lookup(nameOf('a.test'), TYPE.MX));
  assert.equal(lookupInShort(lookup), 'failure unreachable');
  const delegation = await world.ended(world.walker.delegation(nameOf('b.test')));
  assert.ok(delegation.kind === 'zone');
  assert.deepEqual(
    delegation.servers.map(({ host, ipv4 }) => [host, ipv4.kind]),
    [['ns.a.test.', 'failure']],
  );
  assert.ok(world.asked.length < 20, world.asked.join('\n'));
});

test('the same, asked for from both sides at once', async () => {
  const world = await walkWorld(internet('a NS ns.b\nb NS ns.c\nc NS ns.a\n'));
  const names = ['a.test', 'b.test', 'ns.a.test', 'ns.b.test', 'c.test'].map(nameOf);
  const work = names.map((name) => world.walker.lookup(name, TYPE.A));
  for (const { lookup } of await world.ended(Promise.all(work))) {
    assert.equal(lookupInShort(lookup), 'failure unreachable');
  }
  assert.equal(await world.timed(Promise.resolve()), '0 ms');
});

test('zones that all name each other cost no more than any other', async () => {
  const letters = [...'abcdefghijklmnop'];
  const lines = letters.flatMap((zone) =>
    letters.filter((each) => each !== zone).map((each) => `${zone} NS ns.${each}`),
  );
  const world = await walkWorld(internet(`${lines.join('\n')}\n`));
  const { lookup } = await world.ended(world.walker.lookup(nameOf('a.test'), TYPE.MX));
  assert.equal(lookup.kind, 'failure');
  assert.ok(world.asked.length <= 200, String(world.asked.length));
});

test('a delegation to a thousand servers does not make us ask a thousand', async () => {
  const numbers = Array.from({ length: 1_000 }, (_, at) => at);
  const lines = numbers.map(
    (at) => `victim${at} NS ns.victim${at}
ns.victim${at} A 203.0.113.${at % 200}\n`,
  );
  const { '192.0.2.11 192.0.2.12': top, ...rest } = internet(
    `evil NS ns.victim1\n${lines.join('')}`,
  );
  const world = await walkWorld({
    ...rest,
    '192.0.2.11 192.0.2.12': {
      zones: top?.zones ?? {},
      behaves: ({ key }, good) =>
        key.startsWith('evil.test.')
          ? { ...good, authority: numbers.map((at) => ns('evil.test.', `ns.victim${at}.test.`)) }
          : 'good',
    },
  });
  const limits: readonly (readonly [() => Promise<unknown>, number])[] = [
    [() => world.walker.lookup(nameOf('evil.test'), TYPE.MX), 200],
    [() => world.walker.delegation(nameOf('evil.test')), 500],
    [() => world.walker.askAll(nameOf('evil.test'), TYPE.MX, 'udp'), 40],
  ];
  for (const [ask, max] of limits) {
    const before = world.asked.length;
    await world.ended(ask());
    assert.ok(world.asked.length - before <= max, String(world.asked.length - before));
  }
});

/** Refers every name to thirty hosts that nobody has heard of, below itself. */
const referring: Behaviour = ({ packet }, good) => {
  const name = packet.questions[0]?.name ?? nameOf('.');
  const authority = Array.from({ length: 30 }, (_, at) => ns(name, `ns${at}.x${at}.${name}`));
  return { ...good, authoritative: false, rcode: 0, answers: [], authority };
};

test('a server that refers to ever more servers below is left soon', async () => {
  for (const glue of [[], [a('ns0.x0.evil.test.', HOSTILE)]]) {
    const world = await walkWorld(
      hostile((query, good) => {
        const said = referring(query, good) as Packet;
        return { ...said, additional: glue };
      }),
    );
    const [kind] = await askEverything(world, 'a.b.c.d.evil.test');
    assert.equal(kind, 'failure');
    assert.ok(world.asked.length < 800, String(world.asked.length));
  }
});

test('aliases that never end are left', async () => {
  const world = await walkWorld(
    hostile(({ packet }, good) => {
      const name = packet.questions[0]?.name ?? nameOf('.');
      const answers = [cname(name, `x${name.length}.evil.test.`)];
      return { ...good, rcode: 0, authoritative: true, answers, authority: [] };
    }),
  );
  const { lookup } = await world.ended(world.walker.lookup(nameOf('a.evil.test'), TYPE.MX));
  assert.equal(lookupInShort(lookup), 'failure alias-loop');
});

test('silent servers are waited for side by side, and a call ends in time', async () => {
  const many = Array.from(
    { length: 12 },
    (_, at) => `evil NS ns${at}.evil\nns${at}.evil A 203.0.113.${at + 1}\n`,
  );
  const world = await walkWorld(internet(many.join('')));
  const { lookup } = await world.ended(world.walker.lookup(nameOf('evil.test'), TYPE.MX));
  assert.equal(lookupInShort(lookup), 'failure timeout');
  const started = world.clock.now();
  await world.ended(world.newWalker().delegation(nameOf('evil.test')));
  assert.ok(world.clock.now() - started <= seconds(20));
});

test('a call that takes too long ends as a time-out', async () => {
  const world = await walkWorld(
    hostile(() => 'silence'),
    { totalTimeout: seconds(3) },
  );
  const started = world.clock.now();
  const { lookup } = await world.ended(world.walker.lookup(nameOf('evil.test'), TYPE.MX));
  assert.equal(lookupInShort(lookup), 'failure timeout');
  assert.equal(printDuration(milliseconds(world.clock.now() - started)), '3 s');
  const deep = await world.ended(world.walker.delegation(nameOf('a.evil.test')));
  assert.equal(deep.kind === 'failure' && deep.at, 'evil.test.');
});

test('a slow server does not keep the others from being asked', async () => {
  const zones = { 'evil.test.': '@ NS ns1\n@ NS ns2\n@ MX 10 mail' };
  const top =
    'evil NS ns1.evil\nevil NS ns2.evil\nns1.evil A 203.0.113.1\nns2.evil A 203.0.113.2\n';
  for (const slow of ['203.0.113.1', '203.0.113.2']) {
    const world = await walkWorld(
      internet(top, { '203.0.113.1': { zones }, '203.0.113.2': { zones } }),
    );
    world.network.set(slow, { kind: 'delay', length: seconds(4) });
    const started = world.clock.now();
    const { lookup } = await world.ended(world.walker.lookup(nameOf('evil.test'), TYPE.MX));
    assert.match(lookupInShort(lookup), /^records 10 mail/);
    assert.ok(world.clock.now() - started <= 800);
  }
});

test('a server that never answers is not asked for ever', async () => {
  const world = await walkWorld(hostile(() => 'silence'));
  for (let at = 0; at < 10; at += 1) {
    await world.ended(world.walker.lookup(nameOf(`a${at}.evil.test`), TYPE.MX));
  }
  const asked = world.asked.filter((each) => each.startsWith(HOSTILE));
  assert.ok(asked.length <= 24, String(asked.length));
  const { lookup } = await world.ended(world.walker.lookup(nameOf('b.evil.test'), TYPE.MX));
  assert.match(lookup.kind === 'failure' ? lookup.because : '', /was not asked again/);
});

test('so many questions are under way and no more, in all and to one server', async () => {
  let open = 0;
  let most = 0;
  const hosts = Array.from({ length: 20 }, (_, at) => `203.0.113.${at + 1}`);
  const top = hosts.map((address, at) => `z${at} NS ns.z${at}\nns.z${at} A ${address}\n`);
  const world = await walkWorld(internet(top.join('')), { inFlightMax: 12, perServerMax: 3 });
  const perServer = new Map<string, number>();
  for (const address of hosts) {
    const machine = world.network.host([address]);
    const at = { address: address as never, port: 53 };
    const socket = await machine.udp(
      at,
      {},
      {
        failed() {},
        received(bytes, from) {
          open += 1;
          perServer.set(address, (perServer.get(address) ?? 0) + 1);
          most = Math.max(most, open);
          assert.ok((perServer.get(address) ?? 0) <= 3);
          world.clock.after(milliseconds(50), () => {
            open -= 1;
            perServer.set(address, (perServer.get(address) ?? 0) - 1);
            const refused = Uint8Array.from(bytes);
            refused.set([0x84, 0x05], 2);
            socket.send(refused, from);
          });
        },
      },
    );
  }
  const names = hosts.flatMap((_, at) => ['a', 'b', 'c', 'd'].map((each) => `${each}.z${at}.test`));
  const work = names.map((name) => world.walker.lookup(nameOf(name), TYPE.A));
  for (const { lookup } of await world.ended(Promise.all(work))) {
    assert.equal(lookup.kind, 'failure');
  }
  assert.equal(most, 12);
});

const names = fc.constantFrom('evil.test.', 'a.evil.test.', 'b.a.evil.test.', 'test.', '.', 'x.');
const records: fc.Arbitrary<ResourceRecord> = fc.oneof(
  fc.tuple(names, names).map(([owner, to]) => cname(owner, to)),
  fc.tuple(names, names).map(([owner, to]) => ns(owner, to)),
  fc.tuple(names, fc.nat(9)).map(([owner, to]) => a(owner, `203.0.113.6${to}`)),
  names.map((owner) => soa(owner)),
);
const section = fc.array(records, { maxLength: 4 });
const said: fc.Arbitrary<Partial<Packet> | Uint8Array> = fc.oneof(
  fc.record({
    rcode: fc.constantFrom(0, 0, 0, 1, 2, 3, 5, 9),
    authoritative: fc.boolean(),
    truncated: fc.boolean(),
    answers: section,
    authority: section,
    additional: section,
  }),
  fc.uint8Array({ maxLength: 60 }),
);

test('whatever a server sends, everything ends, in time and without a rejection', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 8 }), async (replies) => {
      let count = 0;
      const world = await walkWorld(
        hostile((_, good) => {
          const reply = replies[count % replies.length] ?? {};
          count += 1;
          return reply instanceof Uint8Array ? reply : { ...good, ...reply };
        }),
      );
      const started = world.clock.now();
      const kinds = await askEverything(world, 'b.a.evil.test');
      assert.ok(['records', 'no-data', 'no-name', 'failure'].includes(kinds[0] ?? ''));
      assert.ok(world.clock.now() - started <= 4 * seconds(20));
      assert.ok(world.asked.length <= 1_000);
      await world.clock.advance(minutes(1));
      assert.equal(world.clock.pending, 0);
      assert.equal(world.network.open, 0);
    }),
    { numRuns: 150 },
  );
});

test('a root that sends anything at all', async () => {
  await fc.assert(
    fc.asyncProperty(said, async (reply) => {
      const world = await walkWorld({
        [ROOT_ADDRESS]: {
          zones: {},
          behaves: (_, good) => (reply instanceof Uint8Array ? reply : { ...good, ...reply }),
        },
      });
      await askEverything(world, 'b.a.evil.test');
    }),
    { numRuns: 100 },
  );
});

test('who may ask so many questions in all gets no more, and keeps nobody else from asking', async () => {
  const world = await walkWorld(hostile(referring));
  const poor = world.walker.spending(10);
  const names = ['a', 'b', 'c', 'd'].map((label) => nameOf(`${label}.evil.test`));
  const work = names.map((name) => poor.lookup(name, TYPE.MX));
  for (const { lookup } of await world.ended(Promise.all(work))) {
    // A limit of ours is not something that a server said, nor its silence.
    assert.equal(lookupInShort(lookup), 'failure unreachable');
  }
  assert.ok(world.asked.length <= 10, String(world.asked.length));
  const asked = world.asked.length;
  const none = await world.ended(poor.askAll(nameOf('nic.test'), TYPE.SOA, 'udp'));
  assert.deepEqual(none.answers, []);
  assert.match(none.because ?? '', /too many questions/);
  assert.equal(world.asked.length, asked);
  const rich = world.walker.spending(150);
  const { answers } = await world.ended(rich.askAll(nameOf('nic.test'), TYPE.SOA, 'udp'));
  assert.ok(answers.length > 0);
  assert.ok(world.asked.length > asked);
});

test('servers that there was no time to ask are not told to be silent', async () => {
  const top = 'evil NS ns1.evil\nns1.evil A 203.0.113.1\n';
  const zones = { 'evil.test.': '@ NS ns1\nns1 A 203.0.113.1\n' };
  const world = await walkWorld(internet(top, { '203.0.113.1': { zones } }), { perServerMax: 1 });
  await world.ended(world.walker.delegation(nameOf('evil.test')));
  world.network.set('203.0.113.1', { kind: 'hang' });
  // Each is waited for 5 s; the fifth has its turn when the call is over.
  const types = [TYPE.A, TYPE.AAAA, TYPE.MX, TYPE.TXT, TYPE.SOA, TYPE.CAA];
  const work = types.map((type) => world.walker.askAll(nameOf('evil.test'), type, 'udp'));
  const all = await world.ended(Promise.all(work));
  const silent = all.filter(({ answers }) => answers.length === 1);
  const late = all.filter(({ answers }) => answers.length === 0);
  assert.deepEqual([silent.length, late.length], [3, 3]);
  for (const { because } of late) assert.equal(because, 'there was no time left to ask');
});

test('a server far away is waited for longer over TCP, which takes three ways', async () => {
  const top = 'far NS ns1.far\nns1.far A 203.0.113.1\n';
  const zones = { 'far.test.': '@ NS ns1\nns1 A 203.0.113.1\n' };
  for (const length of [milliseconds(1_900), milliseconds(2_400)]) {
    const world = await walkWorld(internet(top, { '203.0.113.1': { zones } }));
    world.network.set('203.0.113.1', { kind: 'delay', length });
    const { answers } = await world.ended(world.walker.askAll(nameOf('far.test'), TYPE.SOA, 'tcp'));
    assert.deepEqual(
      answers.map(({ ending }) => ending.kind === 'response'),
      [true],
    );
  }
});
