// What is remembered, for how long and how much of it; and how many questions are asked at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds, seconds } from '../../src/base/time.ts';
import type { Name } from '../../src/dns/name.ts';
import { RCODE } from '../../src/dns/packet.ts';
import { TYPE } from '../../src/dns/types.ts';
import { type Behaviours, cname, mx, soa } from '../support/dns-server.ts';
import { type DnsWorld, dnsWorld } from '../support/dns-world.ts';

const DOMAIN = 'example.com.' as Name;
const answer = (ttlSeconds: number, exchange = 'mail.example.com.') =>
  ({ does: 'answer', answers: [mx('example.com.', 10, exchange, ttlSeconds)] }) as const;

const timesAsked = (world: DnsWorld): number => world.servers[0]?.asked.length ?? 0;
const lookup = (world: DnsWorld, name: string = DOMAIN) =>
  world.ended(world.resolver.lookup(name as Name, TYPE.MX));

const KEPT: readonly (readonly [string, Behaviours, number])[] = [
  ['records, for their TTL', answer(300), 300],
  ['records with TTL 0, not at all', answer(0), 0],
  ['records, for a day at most', answer(10_000_000), 86_400],
  ['"no data", for the minimum of the SOA', { does: 'answer', authority: [soa('com.', 60)] }, 60],
  ['"no data", for the TTL of the SOA', { does: 'answer', authority: [soa('com.', 60, 20)] }, 20],
  [
    '"no name", for three hours at most',
    { does: 'answer', rcode: RCODE.NXDOMAIN, authority: [soa('com.', 1e6, 1e6)] },
    10_800,
  ],
  ['a failure, for five seconds', { does: 'answer', rcode: RCODE.SERVFAIL }, 5],
];

for (const [title, said, keptSeconds] of KEPT) {
  test(`kept: ${title}`, async () => {
    const world = await dnsWorld([{ '*': said }]);
    await lookup(world);
    if (keptSeconds > 0) {
      await world.clock.advance(milliseconds(keptSeconds * 1_000 - 1));
      await lookup(world);
      assert.equal(timesAsked(world), 1);
      await world.clock.advance(milliseconds(1));
    }
    await lookup(world);
    assert.equal(timesAsked(world), 2);
  });
}

test('the TTL of a remembered answer is what is left of it', async () => {
  const world = await dnsWorld([{ '*': answer(300) }]);
  await lookup(world);
  await world.clock.advance(seconds(100));
  const again = await lookup(world, 'EXAMPLE.com.');
  assert.equal(again.kind === 'records' && again.ttlSeconds, 200);
  assert.equal(timesAsked(world), 1, 'names are the same in any case');
});

test('each part of a chain of aliases is remembered for its own time', async () => {
  const world = await dnsWorld([
    {
      'example.com. MX': { does: 'answer', answers: [cname('example.com.', 'x.test.', 300)] },
      'x.test. MX': { does: 'answer', answers: [mx('x.test.', 10, 'a.', 10)] },
    },
  ]);
  const first = await lookup(world);
  assert.equal(first.kind === 'records' && first.ttlSeconds, 10);
  await world.clock.advance(seconds(11));
  await lookup(world);
  assert.deepEqual(
    world.servers[0]?.asked.map(({ key }) => key),
    ['example.com. MX', 'x.test. MX', 'x.test. MX'],
  );
});

test('a hundred lookups of the same ask once, when they fail too', async () => {
  for (const said of [answer(0), { does: 'answer', rcode: RCODE.SERVFAIL } as const]) {
    const world = await dnsWorld([{ '*': said }]);
    const herd = Array.from({ length: 100 }, () => world.resolver.lookup(DOMAIN, TYPE.MX));
    const lookups = await world.ended(Promise.all(herd));
    assert.equal(timesAsked(world), 1);
    assert.equal(new Set(lookups.map(({ kind }) => kind)).size, 1);
  }
});

test('two names that point at each other, asked at once, do not wait for each other', async () => {
  const world = await dnsWorld([
    {
      'a.test. MX': { does: 'answer', answers: [cname('a.test.', 'b.test.')] },
      'b.test. MX': { does: 'answer', answers: [cname('b.test.', 'a.test.')] },
    },
  ]);
  const both = ['a.test.', 'b.test.'].map((name) => world.resolver.lookup(name as Name, TYPE.MX));
  for (const ended of await world.ended(Promise.all(both))) {
    assert.equal(ended.kind === 'failure' && ended.failure, 'alias-loop');
  }
});

test('flush forgets what is known', async () => {
  const world = await dnsWorld([{ '*': answer(300) }]);
  await lookup(world);
  world.resolver.flush();
  assert.equal(world.resolver.flushes, 1);
  await lookup(world);
  assert.equal(timesAsked(world), 2);
});

test('what is being asked during a flush is answered, not kept, and not shared', async () => {
  const world = await dnsWorld([{ '*': answer(300) }]);
  world.network.set('198.51.100.1:53', { kind: 'delay', length: seconds(1) });
  const early = world.resolver.lookup(DOMAIN, TYPE.MX);
  await world.clock.settle();
  world.resolver.flush();
  assert.equal((await world.ended(early)).kind, 'records');
  const late = world.resolver.lookup(DOMAIN, TYPE.MX);
  await world.clock.settle();
  world.resolver.flush();
  await world.ended(Promise.all([late, lookup(world)]));
  assert.equal(timesAsked(world), 3);
  await lookup(world);
  assert.equal(timesAsked(world), 3, 'what was asked after the flush is kept');
});

test('the cache is bounded: who was used longest ago is forgotten', async () => {
  const world = await dnsWorld([{ '*': { does: 'answer', authority: [soa('test.')] } }], {
    cacheEntriesMax: 3,
  });
  for (const name of ['a.test.', 'b.test.', 'c.test.', 'a.test.', 'd.test.']) {
    await lookup(world, name);
  }
  assert.equal(timesAsked(world), 4);
  await lookup(world, 'a.test.');
  assert.equal(timesAsked(world), 4);
  await lookup(world, 'b.test.');
  assert.equal(timesAsked(world), 5);
});

test('no more questions are under way than may be; the others get their turn', async () => {
  const world = await dnsWorld([{ '*': { does: 'answer' } }], { inFlightMax: 8 });
  world.network.set('198.51.100.1:53', { kind: 'delay', length: milliseconds(100) });
  const many = Array.from({ length: 20 }, (_, at) =>
    world.resolver.lookup(`d${at}.test.` as Name, TYPE.MX),
  );
  await world.clock.advance(milliseconds(150));
  assert.equal(timesAsked(world), 8);
  const kinds = (await world.ended(Promise.all(many))).map(({ kind }) => kind);
  assert.deepEqual(new Set(kinds), new Set(['no-data']));
  assert.equal(timesAsked(world), 20);
});

test('a question that waits for its turn waits no longer than any other', async () => {
  const world = await dnsWorld([{ '*': { does: 'keep silent' } }], { inFlightMax: 2 });
  const started = world.clock.now();
  const many = Array.from({ length: 50 }, (_, at) =>
    world.resolver.lookup(`d${at}.test.` as Name, TYPE.MX),
  );
  const kinds = (await world.ended(Promise.all(many))).map(
    (ended) => ended.kind === 'failure' && ended.failure,
  );
  assert.deepEqual(new Set(kinds), new Set(['timeout']));
  assert.equal(world.clock.now() - started, 10_000);
});

test('more questions than may wait are turned away at once', async () => {
  const world = await dnsWorld([{ '*': { does: 'keep silent' } }], { questionsMax: 5 });
  const many = Array.from({ length: 6 }, (_, at) =>
    world.resolver.lookup(`d${at}.test.` as Name, TYPE.MX),
  );
  const last = await many[5];
  assert.equal(last?.kind === 'failure' && last.failure, 'unreachable');
  await world.ended(Promise.all(many));
});

test('nothing is left behind: no timer', async () => {
  const world = await dnsWorld([{ '*': { ...answer(300), does: 'truncate' } }]);
  await lookup(world);
  await world.clock.settle();
  assert.equal(world.clock.pending, 0);
  assert.equal(world.network.open, 0);
});
