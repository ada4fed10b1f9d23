// Which zone a name is in, what each server of the zone above says of it, and who serves it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds } from '../../src/base/time.ts';
import type { Delegation, NameServer, Referral } from '../../src/dns/authority.ts';
import type { Lookup } from '../../src/dns/lookup.ts';
import { hostText } from '../../src/dns/name.ts';
import { TYPE } from '../../src/dns/types.ts';
import {
  type Behaviour,
  EXAMPLE,
  internet,
  ROOT_ADDRESS,
  refusing,
  TOP,
  type WalkPlan,
  walkWorld,
} from '../support/walk-world.ts';
import { nameOf } from '../support/zones.ts';

const servers = (zone: string, behaves?: Behaviour): WalkPlan => ({
  '198.51.100.1 2001:db8::1 198.51.100.2': {
    zones: { 'example.test.': zone },
    ...(behaves && { behaves }),
  },
});

type ZoneDelegation = Extract<Delegation, { readonly kind: 'zone' }>;

async function delegationOf(plan: WalkPlan, name = 'example.test'): Promise<ZoneDelegation> {
  const world = await walkWorld(plan);
  const delegation = await world.ended(world.walker.delegation(nameOf(name)));
  assert.ok(delegation.kind === 'zone', JSON.stringify(delegation));
  return delegation;
}

const lookedUp = (lookup: Lookup<string>): string =>
  lookup.kind === 'records'
    ? lookup.records.join(',')
    : lookup.kind === 'failure'
      ? lookup.failure
      : '-';

/** `ns1.example.test PC glue 198.51.100.1: 198.51.100.1 2001:db8::1`; P by parent, C by child. */
function serverInShort({ host, byParent, byChild, glue, ipv4, ipv6 }: NameServer): string {
  const by = `${byParent ? 'P' : ''}${byChild ? 'C' : ''}`;
  const beside = glue.length > 0 ? ` glue ${glue.join(',')}` : '';
  return `${hostText(host)} ${by}${beside}: ${lookedUp(ipv4)} ${lookedUp(ipv6)}`;
}

function referralInShort({ server, kind, hosts, because }: Referral): string {
  const where = `${hostText(server.host)} ${server.address} ${kind}`;
  return [where, ...hosts.map(hostText), ...(because === undefined ? [] : [because])].join(' ');
}

const shortly = ({ zone, parent, referrals, servers: all }: ZoneDelegation) => ({
  zone,
  parent,
  referrals: referrals.map(referralInShort).sort(),
  servers: all.map(serverInShort),
});

const WELL = {
  zone: 'example.test.',
  parent: 'test.',
  referrals: [
    'a.nic.test 192.0.2.11 referral ns1.example.test ns2.example.test',
    'b.nic.test 192.0.2.12 referral ns1.example.test ns2.example.test',
  ],
  servers: [
    'ns1.example.test PC glue 198.51.100.1,2001:db8::1: 198.51.100.1 2001:db8::1',
    'ns2.example.test PC glue 198.51.100.2: 198.51.100.2 -',
  ],
};

for (const name of ['example.test', 'mail.example.test', 'a.b.c.example.test', 'EXAMPLE.test']) {
  test(`${name} is in example.test`, async () => {
    assert.deepEqual(shortly(await delegationOf(internet(EXAMPLE, servers(TOP)), name)), WELL);
  });
}

test('a top-level domain is delegated by the root, whose servers are known by name', async () => {
  const expected = {
    zone: 'test.',
    parent: '.',
    referrals: [`a.root-servers ${ROOT_ADDRESS} referral a.nic.test b.nic.test`],
    servers: [
      'a.nic.test PC glue 192.0.2.11: 192.0.2.11 -',
      'b.nic.test PC glue 192.0.2.12: 192.0.2.12 -',
    ],
  };
  for (const name of ['test', 'nic.test', 'nowhere.test']) {
    assert.deepEqual(shortly(await delegationOf(internet(''), name)), expected);
  }
});

test('the root is delegated by nobody', async () => {
  for (const name of ['.', 'nowhere']) {
    const { zone, parent, referrals, servers: all } = await delegationOf(internet(''), name);
    assert.deepEqual([zone, parent, referrals], ['.', undefined, []]);
    assert.deepEqual(
      all.map(({ host }) => host),
      ['a.root-servers.'],
    );
  }
});

test('what the zone above and the zone itself say may differ', async () => {
  const top = '@ NS ns2\n@ NS ns3\nns1 A 198.51.100.99\nns2 A 198.51.100.2\nns3 A 198.51.100.3\n';
  const { servers: all } = shortly(await delegationOf(internet(EXAMPLE, servers(top))));
  assert.deepEqual(all, [
    'ns1.example.test P glue 198.51.100.1,2001:db8::1: 198.51.100.99 -',
    'ns2.example.test PC glue 198.51.100.2: 198.51.100.2 -',
    'ns3.example.test C: 198.51.100.3 -',
  ]);
});

test('servers of the zone above may differ', async () => {
  const top = '@ NS a.nic\n@ NS b.nic\na.nic A 192.0.2.11\nb.nic A 192.0.2.12\n';
  const plan = internet('', {
    '192.0.2.11 192.0.2.12': { zones: { 'test.': `${top}${EXAMPLE}` } },
    ...servers(`${TOP}@ NS ns3\nns3 A 198.51.100.2`),
  });
  const differing: WalkPlan = {
    ...plan,
    '192.0.2.11 192.0.2.12': {
      zones: { 'test.': `${top}${EXAMPLE}` },
      behaves: ({ key }, good) => (key.startsWith('example.test.') ? refusing(good) : 'good'),
    },
  };
  const refusals = await walkWorld(differing);
  const failed = await refusals.ended(refusals.walker.delegation(nameOf('example.test')));
  assert.deepEqual(failed.kind === 'failure' && [failed.failure, failed.at], ['refused', 'test.']);
  assert.match(
    failed.kind === 'failure' ? failed.because : '',
    /[ab]\.nic\.test \(192\.0\.2\.1[12]\) answered REFUSED; .* answered REFUSED/,
  );

  const { '192.0.2.11 192.0.2.12': _, ...rest } = plan;
  const apart = await delegationOf({
    ...rest,
    '192.0.2.11': { zones: { 'test.': `${top}${EXAMPLE}` } },
    '192.0.2.12': { zones: { 'test.': `${top}${EXAMPLE}example NS ns3.example` } },
  });
  const told = shortly(apart);
  assert.deepEqual(told.referrals, [
    'a.nic.test 192.0.2.11 referral ns1.example.test ns2.example.test',
    'b.nic.test 192.0.2.12 referral ns1.example.test ns2.example.test ns3.example.test',
  ]);
  assert.ok(told.servers.includes('ns3.example.test PC: 198.51.100.2 -'), told.servers.join());
});

/** What the second server of `test` does, and what its referral is then. */
const SECOND: readonly (readonly [string, Behaviour, string])[] = [
  ['refuses', (_, good) => refusing(good), 'failure answered REFUSED'],
  ['fails', (_, good) => refusing(good, 2), 'failure answered SERVFAIL'],
  ['is silent', () => 'silence', 'failure did not answer within 5 s'],
  [
    'denies the name',
    (_, good) => ({ ...good, rcode: 3, authoritative: true, authority: [] }),
    'no-name',
  ],
  ['has no data', (_, good) => ({ ...good, authoritative: true, authority: [] }), 'no-data'],
  [
    'denies without authority',
    (_, good) => ({ ...good, rcode: 3, authority: [] }),
    'failure answered without authority for the zone',
  ],
  ['sends garbage', () => Uint8Array.of(0, 0, 0x84), 'failure sent a packet that cannot be read'],
  [
    'points upward',
    (_, good) => ({
      ...good,
      authority: good.authority.map((record) => ({ ...record, name: nameOf('.') })),
    }),
    'failure pointed to other servers instead of answering',
  ],
  [
    'puts the delegation into the answer',
    (_, good) => ({ ...good, answers: good.authority, authority: [] }),
    'referral ns1.example.test ns2.example.test',
  ],
];

for (const [title, behaves, expected] of SECOND) {
  test(`a server of the zone above that ${title}`, async () => {
    const top = '@ NS a.nic\n@ NS b.nic\na.nic A 192.0.2.11\nb.nic A 192.0.2.12\n';
    const { '192.0.2.11 192.0.2.12': _, ...rest } = internet('', servers(TOP));
    const zones = { 'test.': `${top}${EXAMPLE}` };
    const told = shortly(
      await delegationOf({
        ...rest,
        '192.0.2.11': { zones },
        '192.0.2.12': {
          zones,
          behaves: (query, good) =>
            query.key === 'example.test. NS' ? behaves(query, good) : 'good',
        },
      }),
    );
    assert.deepEqual(told.referrals, [WELL.referrals[0], `b.nic.test 192.0.2.12 ${expected}`]);
    assert.deepEqual(told.servers, WELL.servers);
  });
}

test('a server of both zones gives the list of the lower one', async () => {
  const top = `@ NS a.nic\na.nic A 192.0.2.11\n`;
  const plan: WalkPlan = {
    [ROOT_ADDRESS]: {
      zones: { '.': `@ NS ns.test.\ntest. NS a.nic.test.\na.nic.test. A 192.0.2.11` },
    },
    '192.0.2.11': {
      zones: {
        'test.': `${top}example NS a.nic\n`,
        'example.test.': '@ NS a.nic.test.\n@ NS b.nic.test.\nsub NS a.nic.test.',
        'sub.example.test.': '@ NS a.nic.test.\na.b MX 10 mail',
      },
    },
  };
  assert.deepEqual(shortly(await delegationOf(plan)), {
    zone: 'example.test.',
    parent: 'test.',
    referrals: ['a.nic.test 192.0.2.11 authoritative a.nic.test b.nic.test'],
    servers: ['a.nic.test PC: 192.0.2.11 -', 'b.nic.test PC: - -'],
  });
  for (const name of ['sub.example.test', 'a.b.sub.example.test', 'b.sub.example.test']) {
    const { zone, parent } = await delegationOf(plan, name);
    assert.deepEqual([zone, parent], ['sub.example.test.', 'example.test.'], name);
  }
});

test('a zone behind names that are no zones, and one that its own parent hides', async () => {
  const plan = internet(`${EXAMPLE}deep.down.below NS ns1.example\nco NS a.nic\nco NS b.nic\n`, {
    ...servers(TOP),
    '192.0.2.11 192.0.2.12': {
      zones: {
        'test.': `@ NS a.nic\n@ NS b.nic\na.nic A 192.0.2.11\nb.nic A 192.0.2.12
${EXAMPLE}deep.down.below NS ns1.example\nco NS a.nic\nco NS b.nic`,
        'co.test.': '@ NS a.nic.test.\n@ NS b.nic.test.\nfirm NS ns1.example.test.',
      },
    },
  });
  const far = await delegationOf(plan, 'deep.down.below.test');
  assert.deepEqual([far.zone, far.parent], ['deep.down.below.test.', 'test.']);
  const hidden = await delegationOf(plan, 'firm.co.test');
  assert.deepEqual([hidden.zone, hidden.parent], ['firm.co.test.', 'co.test.']);
});

test('a zone whose servers are all silent is a zone all the same', async () => {
  const told = shortly(
    await delegationOf(
      internet(
        EXAMPLE,
        servers(TOP, () => 'silence'),
      ),
    ),
  );
  assert.deepEqual(told.referrals, WELL.referrals);
  assert.deepEqual(told.servers, [
    'ns1.example.test P glue 198.51.100.1,2001:db8::1: timeout timeout',
    'ns2.example.test P glue 198.51.100.2: timeout timeout',
  ]);
});

test('what is below a zone whose servers are silent is not known', async () => {
  const world = await walkWorld(
    internet(
      EXAMPLE,
      servers(TOP, () => 'silence'),
    ),
  );
  const delegation = await world.ended(world.walker.delegation(nameOf('mail.example.test')));
  assert.equal(delegation.kind === 'failure' && delegation.failure, 'timeout');
  assert.equal(delegation.kind === 'failure' && delegation.at, 'example.test.');
});

test('without a root server nothing is known', async () => {
  const world = await walkWorld({});
  const delegation = await world.ended(world.walker.delegation(nameOf('example.test')));
  assert.equal(delegation.kind === 'failure' && delegation.at, '.');
  assert.equal(delegation.kind === 'failure' && delegation.failure, 'timeout');
});

test('glue counts only for hosts below the zone above', async () => {
  const plan = internet('example NS ns.other.invalid.\n', {
    '192.0.2.11 192.0.2.12': {
      zones: {
        'test.':
          '@ NS a.nic\n@ NS b.nic\na.nic A 192.0.2.11\nb.nic A 192.0.2.12\nexample NS ns.other.invalid.',
      },
      behaves: (_, good) => ({
        ...good,
        additional: [
          {
            name: nameOf('ns.other.invalid'),
            type: TYPE.A,
            class: 1,
            ttlSeconds: 60,
            data: { kind: 'A', address: '203.0.113.66' as never },
          },
        ],
      }),
    },
    '203.0.113.66': { zones: { 'example.test.': '@ NS ns.other.invalid.\n' } },
  });
  const world = await walkWorld(plan);
  const delegation = await world.ended(world.walker.delegation(nameOf('example.test')));
  assert.ok(delegation.kind === 'zone');
  assert.deepEqual(delegation.servers.map(serverInShort), ['ns.other.invalid P: - -']);
  assert.ok(world.asked.every((each) => !each.startsWith('203.0.113.66')));
});

/** Each server is 20 ms away. */
async function timed(knows: readonly string[]): Promise<string> {
  const world = await walkWorld(internet(EXAMPLE, servers(TOP)));
  for (const address of [
    '192.0.2.1',
    '192.0.2.11',
    '192.0.2.12',
    '198.51.100.1',
    '198.51.100.2',
    '2001:db8::1',
  ]) {
    world.network.set(address, { kind: 'delay', length: milliseconds(20) });
  }
  for (const name of knows) await world.ended(world.walker.delegation(nameOf(name)));
  return world.timed(world.walker.delegation(nameOf('example.test')));
}

test('a delegation takes three round trips, and two where the zone above is known', async () => {
  assert.equal(await timed([]), '60 ms');
  assert.equal(await timed(['nic.test']), '40 ms');
});

test('in a world of one server, zones are told apart, and have the root above them', async () => {
  const plan: WalkPlan = {
    [ROOT_ADDRESS]: {
      zones: {
        'example.test.': `@ NS ns\nns A ${ROOT_ADDRESS}\na.b MX 10 mail`,
        'sub.example.test.': '@ NS ns.example.test.',
      },
    },
  };
  for (const name of ['example.test', 'a.b.example.test', 'nowhere.example.test']) {
    assert.deepEqual(shortly(await delegationOf(plan, name)), {
      zone: 'example.test.',
      parent: '.',
      referrals: [`. ${ROOT_ADDRESS} authoritative ns.example.test`],
      servers: [`ns.example.test PC glue ${ROOT_ADDRESS}: ${ROOT_ADDRESS} -`],
    });
  }
  const { zone, parent } = await delegationOf(plan, 'sub.example.test');
  assert.deepEqual([zone, parent], ['sub.example.test.', 'example.test.']);
});
