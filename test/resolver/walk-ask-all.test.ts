// The same question to every server of a zone: where it goes, and what is brought back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, seconds } from '../../src/base/time.ts';
import type { RawAnswer } from '../../src/dns/authority.ts';
import { RCODE } from '../../src/dns/packet.ts';
import { TYPE } from '../../src/dns/types.ts';
import { decode } from '../../src/dns/wire.ts';
import type { WalkerOptions } from '../../src/resolver/walker.ts';
import {
  type Behaviour,
  EXAMPLE,
  internet,
  ROOT_ADDRESS,
  refusing,
  TOP,
  type WalkPlan,
  type WalkWorld,
  walkWorld,
} from '../support/walk-world.ts';
import { nameOf } from '../support/zones.ts';

const MAIL = '@ MX 10 mail\nmail A 198.51.100.25\n';

/** All addresses of the zone are one machine, which does this at the second one. */
function example(zone: string, second: Behaviour = () => 'good', parent = EXAMPLE): WalkPlan {
  const zones = { 'example.test.': zone };
  return internet(parent, {
    '198.51.100.1 2001:db8::1': { zones },
    '198.51.100.2': { zones, behaves: second },
  });
}

interface Asked {
  readonly world: WalkWorld;
  readonly answers: readonly RawAnswer[];
  readonly because: string | undefined;
}

async function askAll(
  plan: WalkPlan,
  { name = 'example.test', type = TYPE.MX as number, by = 'udp' as 'udp' | 'tcp' } = {},
  options: Partial<WalkerOptions> = {},
): Promise<Asked> {
  const world = await walkWorld(plan, options);
  const { answers, because } = await world.ended(world.walker.askAll(nameOf(name), type, by));
  return { world, answers, because };
}

/** `ns1.example.test. 198.51.100.1 udp NOERROR 1`, with the number of answers. */
function shortly({ server, by, ending }: RawAnswer): string {
  const where = `${server.host} ${server.address} ${by}`;
  if (ending.kind === 'failure') return `${where} ${ending.failure}: ${ending.because}`;
  const { rcode, answers } = decode(ending.bytes);
  const word = Object.entries(RCODE).find(([, code]) => code === rcode)?.[0];
  return `${where} ${word} ${answers.length}${ending.edns ? '' : ' without EDNS'}`;
}

const FIRST = [
  'ns1.example.test. 198.51.100.1 udp NOERROR 1',
  'ns1.example.test. 2001:db8::1 udp NOERROR 1',
];

const SECOND: readonly (readonly [string, Behaviour, string])[] = [
  ['answers', () => 'good', 'udp NOERROR 1'],
  ['refuses', (_, good) => refusing(good), 'udp REFUSED 0'],
  ['has another version', (_, good) => ({ ...good, answers: [] }), 'udp NOERROR 0'],
  ['is silent', () => 'silence', 'udp timeout: did not answer within 5 s'],
  [
    'sends garbage',
    () => Uint8Array.of(0, 0, 0x84),
    'udp malformed: sent a packet that cannot be read',
  ],
  [
    'does not know EDNS',
    ({ packet }, good) => (packet.edns ? refusing(good, RCODE.FORMERR) : 'good'),
    'udp NOERROR 1 without EDNS',
  ],
  [
    'knows another version of EDNS',
    ({ packet }, good) => (packet.edns ? refusing(good, RCODE.BADVERS) : 'good'),
    'udp NOERROR 1 without EDNS',
  ],
  [
    'cuts what it sends by UDP',
    ({ by }, good) => ({ ...good, truncated: by === 'udp' }),
    'tcp NOERROR 1',
  ],
  [
    'cuts what it sends by TCP as well',
    (_, good) => ({ ...good, truncated: true }),
    'tcp malformed: sent a truncated answer by TCP',
  ],
  [
    'cuts what it sends by UDP, and is silent by TCP',
    ({ by }, good) => (by === 'udp' ? { ...good, truncated: true } : 'silence'),
    'tcp timeout: did not answer within 2 s',
  ],
];

for (const [title, behaves, expected] of SECOND) {
  test(`one of two servers ${title}`, async () => {
    const only: Behaviour = (query, good) =>
      query.key === 'example.test. MX' ? behaves(query, good) : 'good';
    const { answers } = await askAll(example(`${TOP}${MAIL}`, only));
    assert.deepEqual(answers.map(shortly), [
      ...FIRST,
      `ns2.example.test. 198.51.100.2 ${expected}`,
    ]);
  });
}

test('an answer that got lost is asked for again', async () => {
  let count = 0;
  const once: Behaviour = ({ key }) => {
    if (key !== 'example.test. MX') return 'good';
    count += 1;
    return count === 1 ? 'silence' : 'good';
  };
  const { answers } = await askAll(example(`${TOP}${MAIL}`, once));
  assert.equal(answers[2] && shortly(answers[2]), 'ns2.example.test. 198.51.100.2 udp NOERROR 1');
  assert.equal(answers[2]?.tookMs, 2_000);
});

test('by TCP from the first', async () => {
  const { world, answers } = await askAll(example(`${TOP}${MAIL}`), { by: 'tcp' });
  assert.deepEqual(
    answers.map(shortly),
    [...FIRST, 'ns2.example.test. 198.51.100.2 udp NOERROR 1'].map((each) =>
      each.replace('udp', 'tcp'),
    ),
  );
  assert.ok(world.asked.every((each) => !each.endsWith('example.test. MX')));
});

test('a server that is not there, by UDP and by TCP', async () => {
  const parent = EXAMPLE.replace('198.51.100.2', '198.51.100.3');
  const top = TOP.replace('198.51.100.2', '198.51.100.3');
  for (const [by, expected] of [
    ['udp', /^ns2\.example\.test\. 198\.51\.100\.3 udp unreachable: could not be asked/],
    ['tcp', /^ns2\.example\.test\. 198\.51\.100\.3 tcp unreachable: could not be asked by TCP/],
  ] as const) {
    const world = await walkWorld(example(`${top}${MAIL}`, undefined, parent));
    world.network.host(['198.51.100.3']);
    const asking = world.walker.askAll(nameOf('example.test'), TYPE.MX, by);
    const { answers } = await world.ended(asking);
    assert.match(answers.map(shortly)[2] ?? '', expected);
  }
});

test('every address is asked: beside the delegation, of the zone itself, of hosts only one names', async () => {
  const top = '@ NS ns1\n@ NS ns3\nns1 A 198.51.100.9\nns3 A 198.51.100.1\n';
  const { answers } = await askAll(example(`${top}${MAIL}`));
  assert.deepEqual(
    answers.map(({ server }) => `${server.host} ${server.address}`),
    [
      'ns1.example.test. 198.51.100.1',
      'ns1.example.test. 2001:db8::1',
      'ns1.example.test. 198.51.100.9',
      'ns2.example.test. 198.51.100.2',
      'ns3.example.test. 198.51.100.1',
    ],
  );
});

test('addresses that are not dialled are shown with the reason', async () => {
  const top = `${TOP}@ NS inner\ninner A 10.0.0.1\ninner AAAA fd00::1\n${MAIL}`;
  const { world, answers } = await askAll(
    example(top),
    {},
    { families: { ipv4: true, ipv6: false } },
  );
  assert.deepEqual(answers.map(shortly), [
    FIRST[0],
    'ns1.example.test. 2001:db8::1 udp unreachable: no IPv6 route here',
    'ns2.example.test. 198.51.100.2 udp NOERROR 1',
    'inner.example.test. 10.0.0.1 udp unreachable: 10.0.0.1 is no public address: private use (RFC 1918)',
    'inner.example.test. fd00::1 udp unreachable: fd00::1 is no public address: unique local (RFC 4193)',
  ]);
  assert.ok(world.asked.every((each) => !/^(?:10\.|fd|2001)/.test(each)));
});

test('glue to a private address is not dialled', async () => {
  const parent = 'example NS ns1.example\nns1.example A 127.0.0.1\n';
  const world = await walkWorld(internet(parent));
  const neighbour = world.network.host(['127.0.0.1']);
  let packets = 0;
  const at = { address: '127.0.0.1' as never, port: 53 };
  await neighbour.udp(at, {}, { failed() {}, received: () => (packets += 1) });
  const { answers } = await world.ended(
    world.walker.askAll(nameOf('example.test'), TYPE.MX, 'udp'),
  );
  assert.deepEqual(answers.map(shortly), [
    'ns1.example.test. 127.0.0.1 udp unreachable: 127.0.0.1 is no public address: loopback (RFC 1122)',
  ]);
  assert.equal(packets, 0);
});

test('an answer has its time, its question, and its bytes as they came', async () => {
  const sent: Uint8Array[] = [];
  const plan = example(`${TOP}${MAIL}`);
  const world = await walkWorld(plan);
  world.network.set('2001:db8::1', { kind: 'delay', length: seconds(1) });
  const { answers } = await world.ended(
    world.walker.askAll(nameOf('Mail.example.test'), TYPE.A, 'udp'),
  );
  for (const answer of answers) {
    assert.equal(answer.name, 'Mail.example.test.');
    assert.equal(answer.type, TYPE.A);
    assert.ok(between(answer.at, world.clock.now()) >= answer.tookMs);
    assert.ok(answer.ending.kind === 'response');
    assert.equal(answer.ending.bytes.constructor, Uint8Array);
    assert.equal(decode(answer.ending.bytes).questions[0]?.type, TYPE.A);
    sent.push(answer.ending.bytes);
  }
  assert.deepEqual(
    answers.map(({ tookMs }) => tookMs),
    [0, 1_000, 0],
  );
});

test('where no server is known there is a reason', async () => {
  const nobody = await askAll(internet('example NS ns1.example\n'));
  assert.deepEqual(nobody.answers, []);
  assert.equal(nobody.because, 'no name server of example.test has an address');
  const lost = await askAll({ [ROOT_ADDRESS]: { zones: {} } });
  assert.deepEqual(lost.answers, []);
  assert.equal(lost.because, `no server of . answered: ${ROOT_ADDRESS} answered REFUSED`);
});

test('the servers of a top-level domain, and of the root', async () => {
  const tld = await askAll(internet(''), { name: 'test', type: TYPE.SOA });
  assert.deepEqual(tld.answers.map(shortly), [
    'a.nic.test. 192.0.2.11 udp NOERROR 1',
    'b.nic.test. 192.0.2.12 udp NOERROR 1',
  ]);
  const root = await askAll(internet(''), { name: '.', type: TYPE.SOA });
  assert.deepEqual(root.answers.map(shortly), [`a.root-servers. ${ROOT_ADDRESS} udp NOERROR 1`]);
});

test('the root is asked where the configuration says, all others at the port of the world', async () => {
  const world = await walkWorld(internet(EXAMPLE));
  const walker = world.newWalker({ dnsPort: 5_302 });
  await world.ended(walker.askAll(nameOf('.'), TYPE.SOA, 'tcp'));
  await world.ended(walker.askAll(nameOf('test'), TYPE.SOA, 'tcp'));
  const ports = world.network.dialled.map(({ to }) => `${to.address} ${to.port}`);
  assert.deepEqual(ports, [`${ROOT_ADDRESS} 53`, '192.0.2.11 5302', '192.0.2.12 5302']);
});
