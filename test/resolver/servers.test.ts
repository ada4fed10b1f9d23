// Several servers: who is asked, in which order and how often, and what is said when all fail.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, printDuration } from '../../src/base/time.ts';
import type { Name } from '../../src/dns/name.ts';
import { RCODE } from '../../src/dns/packet.ts';
import { TYPE } from '../../src/dns/types.ts';
import { createResolver } from '../../src/resolver/resolver.ts';
import { type Behaviours, mx, scriptedDnsServer } from '../support/dns-server.ts';
import { dnsWorld, endpoint, lookupInShort, seededChance } from '../support/dns-world.ts';

const DOMAIN = 'example.com.' as Name;
const ANSWER = { does: 'answer', answers: [mx('example.com.', 10, 'mail.example.com.')] } as const;
const REFUSED = { does: 'answer', rcode: RCODE.REFUSED } as const;
const SERVFAIL = { does: 'answer', rcode: RCODE.SERVFAIL } as const;
const SILENT = { does: 'keep silent' } as const;

const NEXT: readonly (readonly [string, Behaviours, string])[] = [
  ['fails', SERVFAIL, '0 ms'],
  ['refuses', REFUSED, '0 ms'],
  ['sends garbage', { does: 'send', bytes: Uint8Array.of(0, 0, 0x84) }, '0 ms'],
  ['is silent', SILENT, '2 s'],
];

for (const [title, first, expected] of NEXT) {
  test(`the next server is asked where the first ${title}`, async () => {
    const world = await dnsWorld([{ '*': first }, { '*': ANSWER }]);
    const started = world.clock.now();
    const lookup = await world.ended(world.resolver.lookup(DOMAIN, TYPE.MX));
    assert.match(lookupInShort(lookup), /^records/);
    assert.equal(printDuration(between(started, world.clock.now())), expected);
  });
}

test('the next server is asked at once where the first refuses by ICMP', async () => {
  const world = await dnsWorld([{ '*': SILENT }, { '*': ANSWER }]);
  await world.servers[0]?.close();
  const started = world.clock.now();
  assert.match(
    lookupInShort(await world.ended(world.resolver.lookup(DOMAIN, TYPE.MX))),
    /^records/,
  );
  assert.equal(between(started, world.clock.now()), 0);
});

test('all servers unreachable: at once, and with the reason of each', async () => {
  const world = await dnsWorld([{}, {}]);
  for (const server of world.servers) await server.close();
  const started = world.clock.now();
  const lookup = await world.ended(world.resolver.lookup(DOMAIN, TYPE.MX));
  assert.equal(lookupInShort(lookup), 'failure unreachable');
  assert.match(lookup.kind === 'failure' ? lookup.because : '', /100\.1:53 .*; .*100\.2:53 /);
  assert.equal(between(started, world.clock.now()), 0);
});

test('three silent servers take no longer than one', async () => {
  const world = await dnsWorld([{}, {}, {}]);
  const started = world.clock.now();
  const lookup = await world.ended(world.resolver.lookup(DOMAIN, TYPE.MX));
  assert.equal(lookupInShort(lookup), 'failure timeout');
  assert.equal(printDuration(between(started, world.clock.now())), '10 s');
  assert.deepEqual(
    world.servers.map(({ asked }) => asked.length),
    [2, 2, 1],
  );
});

test('where servers fail in several ways, the most telling is told', async () => {
  const world = await dnsWorld([{ '*': SILENT }, { '*': SERVFAIL }]);
  const lookup = await world.ended(world.resolver.lookup(DOMAIN, TYPE.MX));
  assert.equal(lookupInShort(lookup), 'failure servfail');
  assert.equal(world.servers[1]?.asked.length, 1, 'who failed is not asked again');
});

test('after a silent first server, the one that answered is asked first', async () => {
  const world = await dnsWorld([{ '*': SILENT }, { '*': { does: 'answer' } }]);
  await world.ended(world.resolver.lookup(DOMAIN, TYPE.MX));
  await world.ended(world.resolver.lookup('example.org.' as Name, TYPE.MX));
  assert.deepEqual(
    world.servers.map(({ asked }) => asked.length),
    [1, 2],
  );
});

test('a server with an IPv6 address', async () => {
  const { network, clock, ended } = await dnsWorld([]);
  const at = endpoint('[2001:db8::53]:53');
  await scriptedDnsServer(network.host([at.address]), at, { '*': ANSWER });
  const resolver = createResolver({ network, clock, chance: seededChance(1), servers: [at] });
  assert.match(lookupInShort(await ended(resolver.lookup(DOMAIN, TYPE.MX))), /^records/);
});

test('without a server nothing is known', async () => {
  const world = await dnsWorld([]);
  const lookup = await world.ended(world.resolver.lookup(DOMAIN, TYPE.MX));
  assert.equal(lookupInShort(lookup), 'failure unreachable');
});
