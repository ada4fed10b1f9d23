// What a lookup from the root brings, whatever zones and servers are like, and whose word it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds } from '../../src/base/time.ts';
import type { TypeCode } from '../../src/dns/packet.ts';
import { TYPE } from '../../src/dns/types.ts';
import type { WalkerOptions } from '../../src/resolver/walker.ts';
import { lookupInShort } from '../support/dns-world.ts';
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

const MAIL = `@ MX 10 mail
mail A 198.51.100.25
`;

/** The two servers of example.test, which may behave in different ways. */
const servers = (zone: string, first?: Behaviour, second = first): WalkPlan => {
  const zones = { 'example.test.': `${TOP}${zone}` };
  return {
    '198.51.100.1 2001:db8::1': { zones, ...(first && { behaves: first }) },
    '198.51.100.2': { zones, ...(second && { behaves: second }) },
  };
};

const example = (zone: string, first?: Behaviour, second = first): WalkPlan =>
  internet(EXAMPLE, servers(zone, first, second));

/** One host, at 203.0.113.N, with other zones. */
const other = (last: number, zones: Readonly<Record<string, string>>): WalkPlan => ({
  [`203.0.113.${last}`]: { zones },
});

async function walked(world: WalkWorld, name: string, type: TypeCode): Promise<string> {
  const { lookup, zone } = await world.ended(world.walker.lookup(nameOf(name), type));
  return `${lookupInShort(lookup)}${zone === undefined ? '' : ` in ${zone}`}`;
}

/** Records, `records A.test.`, and the zone that had the last word. */
async function found(plan: WalkPlan, name: string, type: TypeCode = TYPE.MX): Promise<string> {
  return walked(await walkWorld(plan), name, type);
}

const because = async (plan: WalkPlan, name: string): Promise<string> => {
  const world = await walkWorld(plan);
  const { lookup } = await world.ended(world.walker.lookup(nameOf(name), TYPE.MX));
  return lookup.kind === 'failure' ? lookup.because : lookup.kind;
};

const silent: Behaviour = () => 'silence';
const refused: Behaviour = (_, good) => refusing(good);
const failing: Behaviour = (_, good) => refusing(good, 2);
const withoutAuthority: Behaviour = (_, good) => ({ ...good, authoritative: false });

const DELEGATED = `${EXAMPLE}other NS ns.other
ns.other A 203.0.113.1
`;
const OTHER_TOP = '@ NS ns\nns A 203.0.113.1\n';

const PLANS: readonly (readonly [string, WalkPlan, string, TypeCode, string])[] = [
  [
    'records at the top of a zone',
    example(MAIL),
    'example.test',
    TYPE.MX,
    'records 10 mail.example.test. ttl 300 in example.test.',
  ],
  [
    'records further down',
    example('a.b.c A 198.51.100.7'),
    'a.b.c.example.test',
    TYPE.A,
    'records 198.51.100.7 ttl 300 in example.test.',
  ],
  [
    'a name in another case',
    example(MAIL),
    'EXAMPLE.Test',
    TYPE.NS,
    'records NS NS ttl 300 in example.test.',
  ],
  ['no data', example(MAIL), 'example.test', TYPE.A, 'no-data ttl 300 in example.test.'],
  ['no name', example(MAIL), 'nowhere.example.test', TYPE.MX, 'no-name ttl 300 in example.test.'],
  [
    'no name, far down',
    example(MAIL),
    'x.y.z.example.test',
    TYPE.MX,
    'no-name ttl 300 in example.test.',
  ],
  ['no domain', example(MAIL), 'nowhere.test', TYPE.MX, 'no-name ttl 300 in test.'],
  ['no top-level domain', example(MAIL), 'nowhere.invalid', TYPE.MX, 'no-name ttl 300 in .'],
  [
    'a name of the top-level domain itself',
    example(MAIL),
    'a.nic.test',
    TYPE.A,
    'records 192.0.2.11 ttl 300 in test.',
  ],
  ['the root', example(MAIL), '.', TYPE.MX, 'no-data ttl 300 in .'],
  [
    'a wildcard',
    example('*.wild MX 5 mail'),
    'a.wild.example.test',
    TYPE.MX,
    'records 5 mail.example.test. ttl 300 in example.test.',
  ],
  [
    'an alias in the zone',
    example(`alias CNAME mail\n${MAIL}`),
    'alias.example.test',
    TYPE.A,
    'records 198.51.100.25 ttl 300 by mail.example.test. in example.test.',
  ],
  [
    'an alias that leads to another zone',
    internet(DELEGATED, {
      ...servers('alias CNAME host.other.test.'),
      ...other(1, { 'other.test.': `${OTHER_TOP}host A 203.0.113.7` }),
    }),
    'alias.example.test',
    TYPE.A,
    'records 203.0.113.7 ttl 300 by host.other.test. in other.test.',
  ],
  [
    'an alias whose end does not exist in another zone',
    internet(DELEGATED, {
      ...servers('alias CNAME gone.other.test.'),
      ...other(1, { 'other.test.': OTHER_TOP }),
    }),
    'alias.example.test',
    TYPE.A,
    'no-name ttl 300 by gone.other.test. in other.test.',
  ],
  [
    'aliases that lead back over two zones',
    internet(DELEGATED, {
      ...servers('alias CNAME alias.other.test.'),
      ...other(1, { 'other.test.': `${OTHER_TOP}alias CNAME alias.example.test.` }),
    }),
    'alias.example.test',
    TYPE.A,
    'failure alias-loop in other.test.',
  ],
  [
    'an alias to itself',
    example('alias CNAME alias'),
    'alias.example.test',
    TYPE.A,
    'failure alias-loop in example.test.',
  ],
  [
    'a zone below a zone on the same servers',
    {
      ...example(''),
      ...servers(''),
      '198.51.100.1 2001:db8::1': {
        zones: {
          'example.test.': `${TOP}sub NS ns1\n`,
          'sub.example.test.': '@ NS ns1.example.test.\n@ MX 10 a\nmail A 198.51.100.9',
        },
      },
      '198.51.100.2': {
        zones: {
          'example.test.': `${TOP}sub NS ns1\n`,
          'sub.example.test.': '@ NS ns1.example.test.\n@ MX 10 a\nmail A 198.51.100.9',
        },
      },
    },
    'mail.sub.example.test',
    TYPE.A,
    'records 198.51.100.9 ttl 300 in sub.example.test.',
  ],
  [
    'a zone delegated to a host of another zone, without glue',
    internet(
      DELEGATED.replace('example NS ns1.example\nexample NS ns2.example', 'example NS ns.other'),
      {
        '203.0.113.1': {
          zones: { 'example.test.': `@ NS ns.other.test.\n${MAIL}`, 'other.test.': OTHER_TOP },
        },
      },
    ),
    'example.test',
    TYPE.MX,
    'records 10 mail.example.test. ttl 300 in example.test.',
  ],
  [
    'a zone whose only host is in itself, without glue',
    internet('example NS ns1.example.test.\n', servers(MAIL)),
    'example.test',
    TYPE.MX,
    'failure unreachable in example.test.',
  ],
  [
    'the answer of the second server, where the first is silent',
    example(MAIL, silent, () => 'good'),
    'example.test',
    TYPE.MX,
    'records 10 mail.example.test. ttl 300 in example.test.',
  ],
  [
    'the answer of the second server, where the first refuses',
    example(MAIL, refused, () => 'good'),
    'example.test',
    TYPE.MX,
    'records 10 mail.example.test. ttl 300 in example.test.',
  ],
  [
    'the answer of the second server, where the first has no authority',
    example(MAIL, withoutAuthority, () => 'good'),
    'example.test',
    TYPE.MX,
    'records 10 mail.example.test. ttl 300 in example.test.',
  ],
  [
    'silence of all',
    example(MAIL, silent),
    'example.test',
    TYPE.MX,
    'failure timeout in example.test.',
  ],
  [
    'refusal by all',
    example(MAIL, refused),
    'example.test',
    TYPE.MX,
    'failure refused in example.test.',
  ],
  [
    'failure of all',
    example(MAIL, failing),
    'example.test',
    TYPE.MX,
    'failure servfail in example.test.',
  ],
  [
    'servers without authority',
    example(MAIL, withoutAuthority),
    'mail.example.test',
    TYPE.A,
    'failure refused in example.test.',
  ],
  [
    'the most telling of several failures',
    example(MAIL, silent, failing),
    'example.test',
    TYPE.MX,
    'failure servfail in example.test.',
  ],
  [
    'garbage',
    example(MAIL, () => Uint8Array.of(0, 0, 0x84, 0, 0, 1, 0)),
    'example.test',
    TYPE.MX,
    'failure malformed in example.test.',
  ],
  [
    'servers that do not know EDNS',
    example(MAIL, ({ packet }, good) => (packet.edns ? refusing(good, 1) : 'good')),
    'example.test',
    TYPE.MX,
    'records 10 mail.example.test. ttl 300 in example.test.',
  ],
  [
    'servers that deny a name with nothing but other names below it',
    example('a.b A 198.51.100.7', ({ key }, good) =>
      key.startsWith('b.example.test.') ? { ...good, rcode: 3 } : 'good',
    ),
    'a.b.example.test',
    TYPE.A,
    'records 198.51.100.7 ttl 300 in example.test.',
  ],
  [
    'servers that refuse to speak of NS records',
    example(MAIL, ({ key }, good) => (key.endsWith(' NS') ? refusing(good, 4) : 'good')),
    'mail.example.test',
    TYPE.A,
    'records 198.51.100.25 ttl 300 in example.test.',
  ],
  [
    'a referral with the bit of authority set, as it should not be',
    internet(EXAMPLE, {
      ...servers(MAIL),
      [ROOT_ADDRESS]: {
        ...(internet('')[ROOT_ADDRESS] as WalkPlan[string]),
        behaves: (_, good) => ({ ...good, authoritative: true }),
      },
    }),
    'example.test',
    TYPE.MX,
    'records 10 mail.example.test. ttl 300 in example.test.',
  ],
];

for (const [title, plan, name, type, expected] of PLANS) {
  test(`lookup: ${title}`, async () => {
    assert.equal(await found(plan, name, type), expected);
  });
}

test('what a server says of names outside its zone is not believed', async () => {
  const poisoned = `alias CNAME host.other.test.\n`;
  const both = {
    'example.test.': `${TOP}${poisoned}`,
    'other.test.': '@ NS ns.other.test.\nhost A 192.0.2.66',
  };
  const plan = internet(DELEGATED, {
    '198.51.100.1 2001:db8::1': { zones: both },
    '198.51.100.2': { zones: both },
    ...other(1, { 'other.test.': `${OTHER_TOP}host A 203.0.113.7` }),
  });
  assert.equal(
    await found(plan, 'alias.example.test', TYPE.A),
    'records 203.0.113.7 ttl 300 by host.other.test. in other.test.',
  );
});

test('a failure names each server and what it did', async () => {
  const said = await because(example(MAIL, silent, refused), 'example.test');
  assert.match(said, /ns1\.example\.test \(198\.51\.100\.1\) did not answer within 5 s/);
  assert.match(said, /ns1\.example\.test \(2001:db8::1\) did not answer within 5 s/);
  assert.match(said, /ns2\.example\.test \(198\.51\.100\.2\) answered REFUSED/);
});

test('a failure for want of an address names the hosts', async () => {
  assert.equal(
    await because(internet('example NS ns1.example.test.\n'), 'example.test'),
    'no public address is known of a name server of example.test (ns1.example.test)',
  );
});

test('the closest server is asked first, once it is known', async () => {
  const world = await walkWorld(example(`${MAIL}a A 192.0.2.1\nb A 192.0.2.2`));
  for (const [address, ms] of [
    ['198.51.100.1', 90],
    ['2001:db8::1', 80],
    ['198.51.100.2', 5],
  ] as const) {
    world.network.set(address, { kind: 'delay', length: milliseconds(ms) });
  }
  await world.ended(world.walker.askAll(nameOf('example.test'), TYPE.SOA, 'udp'));
  const before = world.asked.length;
  await world.ended(world.walker.lookup(nameOf('a.example.test'), TYPE.A));
  await world.ended(world.walker.lookup(nameOf('b.example.test'), TYPE.A));
  const asked = world.asked.slice(before);
  assert.equal(asked.length, 4);
  assert.ok(
    asked.every((each) => each.startsWith('198.51.100.2 ')),
    asked.join('\n'),
  );
});

test('an address without a route is not asked, nor one that is not public', async () => {
  const none = { ipv4: false, ipv6: false };
  const cases: readonly (readonly [Partial<WalkerOptions>, RegExp])[] = [
    [{ families: { ipv4: true, ipv6: false } }, /^(?!.*2001:db8)/],
    [{ global: ['192.0.2.0/24', '2001:db8::/32'] }, /^(?!.*198\.51\.100)/],
    [{ families: none }, /^$/],
  ];
  for (const [options, expected] of cases) {
    const world = await walkWorld(example(MAIL), options);
    await world.ended(world.walker.lookup(nameOf('example.test'), TYPE.MX));
    await world.ended(world.walker.askAll(nameOf('example.test'), TYPE.MX, 'udp'));
    assert.match(world.asked.join(' '), expected);
  }
});

test('servers with authority are not asked to ask others', async () => {
  const world = await walkWorld(example(MAIL));
  await world.ended(world.walker.lookup(nameOf('example.test'), TYPE.MX));
  assert.ok(world.queries.length >= 3);
  assert.ok(world.queries.every(({ packet }) => !packet.recursionDesired));
  assert.ok(world.queries.every(({ packet }) => packet.edns?.udpBytesMax === 1_232));
});

test('a question is asked once, however often and at once its answer is wanted', async () => {
  const world = await walkWorld(example(MAIL));
  const names = ['example.test', 'EXAMPLE.test', 'mail.example.test', 'example.test'].map(nameOf);
  const lookups = names.map((name) => world.walker.lookup(name, TYPE.MX));
  await world.ended(Promise.all(lookups));
  await world.ended(world.walker.lookup(nameOf('Example.test'), TYPE.MX));
  assert.equal(new Set(world.asked).size, world.asked.length, world.asked.join('\n'));
  assert.equal(world.asked.filter((each) => each.endsWith(' test. NS')).length, 1);
});

test('a truncated answer is fetched by TCP', async () => {
  const many = Array.from({ length: 100 }, (_, at) => `big A 198.51.100.${at + 100}`).join('\n');
  const world = await walkWorld(example(many));
  const { lookup } = await world.ended(world.walker.lookup(nameOf('big.example.test'), TYPE.A));
  assert.equal(lookup.kind === 'records' && lookup.records.length, 100);
  assert.ok(world.asked.some((each) => each.endsWith('big.example.test. A tcp')));
});

/** One server with every zone and no root, which refuses what it does not serve. */
const ONE: WalkPlan = {
  [ROOT_ADDRESS]: {
    zones: {
      'example.test.': `@ NS ns\nns A ${ROOT_ADDRESS}\n${MAIL}alias CNAME mail.other.test.`,
      'other.test.': '@ NS ns.nowhere.invalid.\nmail A 192.0.2.7\na.b.c TXT "x"',
    },
  },
};

const IN_ONE: readonly (readonly [string, TypeCode, string])[] = [
  ['example.test', TYPE.MX, 'records 10 mail.example.test. ttl 300 in example.test.'],
  ['mail.example.test', TYPE.A, 'records 198.51.100.25 ttl 300 in example.test.'],
  ['gone.example.test', TYPE.A, 'no-name ttl 300 in example.test.'],
  ['mail.other.test', TYPE.A, 'records 192.0.2.7 ttl 300 in other.test.'],
  ['a.b.c.other.test', TYPE.TXT, 'records TXT ttl 300 in other.test.'],
  ['alias.example.test', TYPE.A, 'records 192.0.2.7 ttl 300 by mail.other.test. in other.test.'],
  ['elsewhere.test', TYPE.A, 'failure refused in .'],
];

for (const [name, type, expected] of IN_ONE) {
  test(`in a world of one server: ${name}`, async () => {
    assert.equal(await found(ONE, name, type), expected);
  });
}
