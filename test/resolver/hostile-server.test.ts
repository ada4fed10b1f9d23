// Servers that send anything at all: a lookup always ends, in time, in one of the four kinds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seconds } from '../../src/base/time.ts';
import type { Name } from '../../src/dns/name.ts';
import { CLASS_IN, type Packet } from '../../src/dns/packet.ts';
import { TYPE } from '../../src/dns/types.ts';
import { queryPacket, readReply } from '../../src/resolver/query-packet.ts';
import { readResponse, type Step } from '../../src/resolver/read-response.ts';
import { a, cname, mx, ns, soa } from '../support/dns-server.ts';
import { dnsWorld } from '../support/dns-world.ts';

const asked = { name: 'a.test.' as Name, type: TYPE.MX, class: CLASS_IN };
const query = queryPacket(asked, 0x1234, true);
const KINDS = new Set(['records', 'no-data', 'no-name', 'failure', 'alias']);

test('any bytes with the right id are a response, a failure or nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (tail) => {
      const ending = readReply(Uint8Array.of(0x12, 0x34, ...tail), query);
      if (ending?.kind !== 'response') return;
      assert.ok(KINDS.has(readResponse(asked, ending.packet, true).kind));
    }),
    { numRuns: 500 },
  );
});

/** Records that lead from the question to anywhere and back. */
const names = fc.constantFrom('a.test.', 'b.test.', 'A.TEST.', 'test.', '.');
const records = fc.oneof(
  fc.tuple(names, names, fc.nat(100)).map(([owner, to, ttl]) => cname(owner, to, ttl)),
  fc.tuple(names, fc.nat(9), fc.nat(100)).map(([owner, to, ttl]) => mx(owner, to, 'm.', ttl)),
  names.map((owner) => a(owner, '192.0.2.1')),
  names.map((owner) => ns(owner, 'ns.')),
  fc.tuple(names, fc.nat(100)).map(([owner, ttl]) => soa(owner, ttl)),
);
const packets: fc.Arbitrary<Packet> = fc
  .record({
    rcode: fc.constantFrom(0, 2, 3, 5, 17),
    answers: fc.array(records, { maxLength: 6 }),
    authority: fc.array(records, { maxLength: 3 }),
    authoritative: fc.boolean(),
    authenticData: fc.boolean(),
  })
  .map((said) => ({ ...query, isResponse: true, ...said }));

test('any records make a step that keeps the promises of a lookup', () => {
  fc.assert(
    fc.property(packets, (packet) => checkStep(readResponse(asked, packet, false), packet)),
    { numRuns: 1_000 },
  );
});

function checkStep(step: Step, packet: Packet): void {
  if (step.kind === 'failure') return assert.notEqual(step.because, '');
  assert.equal(step.secure, false);
  assert.ok(step.ttlSeconds >= 0 && step.ttlSeconds <= 86_400);
  assert.ok(packet.rcode === 0 || packet.rcode === 3);
  const passed = ['a.test.', ...step.aliases].map((name) => name.toLowerCase());
  assert.equal(new Set(passed).size, passed.length, 'no name is passed twice');
  if (step.kind === 'no-name') assert.equal(packet.rcode, 3);
  if (step.kind === 'alias') assert.ok(step.aliases.length > 0);
  if (step.kind !== 'records') return;
  assert.ok(step.records.length > 0);
  const owner = passed.at(-1);
  const owned = packet.answers.filter(
    ({ name, type }) => type === TYPE.MX && name.toLowerCase() === owner,
  );
  assert.deepEqual(
    step.records,
    owned.map(({ data }) => data),
  );
}

test('a server that sends garbage by UDP is left in time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
      const world = await dnsWorld([{ '*': { does: 'send', bytes } }]);
      const started = world.clock.now();
      const { kind } = await world.ended(world.resolver.lookup(asked.name, TYPE.MX));
      assert.ok(KINDS.has(kind));
      assert.ok(world.clock.now() - started <= seconds(10));
      assert.equal(world.clock.pending, 0);
    }),
    { numRuns: 50 },
  );
});

test('a server that sends anything by TCP is left in time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
      const world = await dnsWorld([{ '*': [{ does: 'truncate' }, { does: 'send', bytes }] }]);
      const { kind } = await world.ended(world.resolver.lookup(asked.name, TYPE.MX));
      assert.ok(KINDS.has(kind));
      assert.equal(world.clock.pending, 0);
      assert.equal(world.network.open, 0);
    }),
    { numRuns: 50 },
  );
});
