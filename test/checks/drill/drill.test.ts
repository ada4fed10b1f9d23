// Drills as tables: what fails, where mail lands, after how long.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { printDuration } from '../../../src/base/time.ts';
import type { Drill, DrillRow } from '../../../src/checks/drill/drill.ts';
import { failureText } from '../../../src/checks/drill/failure.ts';
import { drillOf } from '../../../src/checks/drill/observed.ts';
import type { Delegation } from '../../../src/dns/authority.ts';
import { aboutOf, failure, ran, type Scene } from '../../support/scene.ts';
import { stsPage } from '../../support/sts-page.ts';
import { nameOf } from '../../support/zones.ts';

const rehearsed = (scene: Scene): Drill => ran(drillOf(aboutOf(scene.about)), scene);

function landingText({ landing, after }: DrillRow): string {
  const time = after === 0 ? 'at once' : `after ${printDuration(after)}`;
  switch (landing.kind) {
    case 'delivered':
    case 'kept':
      return `${landing.kind} ${landing.host.split('.')[0]} ${time}`;
    default:
      return landing.kind;
  }
}

/** Rows as `mail.example.com is down: kept backup after 30 s`. */
const rowsOf = (scene: Scene): readonly string[] =>
  rehearsed(scene).rows.map((row) => `${failureText(row.failure)}: ${landingText(row)}`);

const zone = (text: string): Scene['zones'] => ({ 'example.com': text });
const PAIR = zone('@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 198.51.100.20');
const refuses = {
  connect: { kind: 'failed', failure: 'refused', because: 'refused', tookMs: 1 },
} as const;
const silent = {
  connect: { kind: 'failed', failure: 'timeout', because: 'no answer', tookMs: 30_000 },
} as const;

const NAME_SERVERS = [
  'name server ns1.example.com is down: delivered mail after 2 s',
  'name server ns2.example.com is down: delivered mail after 2 s',
  'all name servers of example.com are down: waits',
];

const TABLE: readonly (readonly [what: string, scene: Scene, rows: readonly string[]])[] = [
  [
    'a primary and a backup',
    { zones: PAIR },
    [
      'nothing fails: delivered mail at once',
      'mail.example.com is down: kept backup after 30 s',
      'backup.example.com is down: delivered mail at once',
      ...NAME_SERVERS,
      'the certificate of mail.example.com has run out: delivered mail at once',
      'the certificate of backup.example.com has run out: delivered mail at once',
    ],
  ],
  [
    'one host',
    { zones: zone('@ MX 10 mail\nmail A 192.0.2.10') },
    [
      'nothing fails: delivered mail at once',
      'mail.example.com is down: waits',
      ...NAME_SERVERS,
      'the certificate of mail.example.com has run out: delivered mail at once',
    ],
  ],
  [
    'no MX: the domain is its own exchange',
    { zones: zone('@ A 192.0.2.10') },
    [
      'nothing fails: delivered example at once',
      'example.com is down: waits',
      ...NAME_SERVERS.map((row) => row.replace('mail', 'example')),
      'the certificate of example.com has run out: delivered example at once',
    ],
  ],
  [
    'equals: the worst order is told, and each is as good as the other',
    { zones: zone('@ MX 10 one\n@ MX 10 two\none A 192.0.2.10\ntwo A 198.51.100.20') },
    [
      'nothing fails: delivered one at once',
      'one.example.com is down: delivered two after 30 s',
      'two.example.com is down: delivered one after 30 s',
      ...NAME_SERVERS.map((row) => row.replace('mail', 'one')),
      'the certificate of one.example.com has run out: delivered one at once',
      'the certificate of two.example.com has run out: delivered one at once',
    ],
  ],
  [
    'a primary that is dead already, and says so',
    { zones: PAIR, hosts: { 'mail.example.com': refuses } },
    [
      'nothing fails: kept backup at once',
      'mail.example.com is down: kept backup at once',
      'backup.example.com is down: waits',
      ...NAME_SERVERS.map((row) => row.replace('delivered mail', 'kept backup')),
      'the certificate of mail.example.com has run out: kept backup at once',
      'the certificate of backup.example.com has run out: kept backup at once',
    ],
  ],
  [
    'a primary that is dead already, and silent',
    { zones: zone('@ MX 10 mail\nmail A 192.0.2.10'), hosts: { 'mail.example.com': silent } },
    [
      'nothing fails: waits',
      'mail.example.com is down: waits',
      ...NAME_SERVERS.map((row) => row.replace(/: delivered.*/, ': waits')),
      'the certificate of mail.example.com has run out: waits',
    ],
  ],
  [
    'a primary that has no address, so that the backup only keeps',
    { zones: zone('@ MX 10 gone\n@ MX 20 backup\nbackup A 192.0.2.20') },
    [
      'nothing fails: kept backup at once',
      'backup.example.com is down: waits',
      ...NAME_SERVERS.map((row) => row.replace('delivered mail', 'kept backup')),
      'the certificate of backup.example.com has run out: kept backup at once',
    ],
  ],
  [
    'both families: one without the other costs a wait',
    { zones: zone('@ MX 10 mail\nmail A 192.0.2.10\nmail AAAA 2001:db8::10') },
    [
      'nothing fails: delivered mail at once',
      'mail.example.com is down: waits',
      'IPv4 does not work: delivered mail after 30 s',
      'IPv6 does not work: delivered mail after 30 s',
      ...NAME_SERVERS,
      'the certificate of mail.example.com has run out: delivered mail at once',
    ],
  ],
  [
    'a backup that is the only one with IPv6',
    {
      zones: zone('@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup AAAA 2001:db8::20'),
    },
    [
      'nothing fails: delivered mail at once',
      'mail.example.com is down: kept backup after 30 s',
      'backup.example.com is down: delivered mail at once',
      'IPv4 does not work: kept backup after 30 s',
      'IPv6 does not work: delivered mail at once',
      ...NAME_SERVERS,
      'the certificate of mail.example.com has run out: delivered mail at once',
      'the certificate of backup.example.com has run out: delivered mail at once',
    ],
  ],
  [
    'two hosts in one network',
    { zones: zone('@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 192.0.2.20') },
    [
      'nothing fails: delivered mail at once',
      'mail.example.com is down: kept backup after 30 s',
      'backup.example.com is down: delivered mail at once',
      'the network 192.0.2.0/24 is cut off: waits',
      ...NAME_SERVERS,
      'the certificate of mail.example.com has run out: delivered mail at once',
      'the certificate of backup.example.com has run out: delivered mail at once',
    ],
  ],
  [
    'no mail at all',
    { zones: zone('@ MX 0 .') },
    [
      'nothing fails: refused',
      ...NAME_SERVERS.map((row) => row.replace(/: delivered.*/, ': refused')),
    ],
  ],
];

for (const [what, scene, rows] of TABLE) {
  test(`a drill of ${what}`, () => assert.deepEqual(rowsOf(scene), rows));
}

describe('a name server that is down', () => {
  const outside: Scene['zones'] = {
    'example.com':
      '@ NS ns.example.net.\n@ MX 10 mail.example.net.\n@ MX 20 backup\nbackup A 192.0.2.20',
    'example.net': '@ NS ns\nns A 192.0.2.54\nmail A 192.0.2.10',
  };

  test('is told once, whatever zones it serves; the only one takes all of them along', () => {
    const rows = rowsOf({ zones: outside }).filter((row) => row.includes('name server'));
    assert.deepEqual(rows, ['name server ns.example.net is down: waits']);
  });

  const apart: Scene['zones'] = {
    'example.com': '@ MX 10 mail.example.net.\n@ MX 20 backup\nbackup A 192.0.2.20',
    'example.net': '@ NS ns\nns A 192.0.2.60\nmail A 192.0.2.10',
  };

  test('of the zone of an exchange takes that exchange away', () => {
    const rows = rowsOf({ zones: apart }).filter((row) => row.includes('name server'));
    assert.deepEqual(rows, [
      'name server ns1.example.com is down: delivered mail after 2 s',
      'name server ns2.example.com is down: delivered mail after 2 s',
      'name server ns.example.net is down: kept backup after 2 s',
      'all name servers of example.com are down: waits',
    ]);
  });

  test('is not rehearsed where the walk did not get there', () => {
    const unseen: Delegation = {
      kind: 'failure',
      failure: 'timeout',
      at: nameOf('com'),
      because: 'nobody answered',
    };
    const names = ['example.com', 'mail.example.com', 'backup.example.com'];
    const delegations = Object.fromEntries(names.map((name) => [name, unseen]));
    const rows = rowsOf({ zones: PAIR, delegations });
    assert.ok(rows.length > 0 && rows.every((row) => !row.includes('name server')));
  });
});

describe('a certificate that runs out', () => {
  const rowOf = (scene: Scene): DrillRow | undefined =>
    rehearsed(scene).rows.find(({ failure: { kind } }) => kind === 'certificate');
  const TLSA =
    '_25._tcp.mail TLSA 3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
  const STS = '_mta-sts TXT "v=STSv1; id=1"\nmta-sts A 192.0.2.80';
  const withRecords = (records: string): Scene['zones'] =>
    zone(`${PAIR['example.com']}\n${records}`);

  const rows: readonly (readonly [what: string, scene: Scene, landing: string])[] = [
    ['nobody verifies', { zones: PAIR }, 'delivered mail at once'],
    ['DANE, proven', { zones: withRecords(TLSA), secure: ['example.com'] }, 'kept backup at once'],
    ['DANE, not proven', { zones: withRecords(TLSA) }, 'delivered mail at once'],
    [
      'MTA-STS enforced',
      { zones: withRecords(STS), pages: stsPage('enforce') },
      'kept backup at once',
    ],
    [
      'MTA-STS tried out',
      { zones: withRecords(STS), pages: stsPage('testing') },
      'delivered mail at once',
    ],
    [
      'a policy without a record',
      { zones: PAIR, pages: stsPage('enforce') },
      'delivered mail at once',
    ],
    ['a record without a policy', { zones: withRecords(STS) }, 'delivered mail at once'],
  ];
  for (const [what, scene, landing] of rows) {
    test(what, () => {
      const row = rowOf(scene);
      assert.ok(row);
      assert.equal(landingText(row), landing);
      assert.equal(
        row.lost,
        landing.startsWith('kept')
          ? 'nothing: backup.example.com keeps mail of senders that verify certificates, and gives up after about 5 days too'
          : 'nothing: no policy (DANE, MTA-STS enforce) makes senders verify it',
      );
    });
  }

  test('of the only host: mail of senders that verify waits', () => {
    const zones = zone(`@ MX 10 mail\nmail A 192.0.2.10\n${STS}`);
    const row = rowOf({ zones, pages: stsPage('enforce') });
    assert.equal(row?.landing.kind, 'waits');
    assert.match(row?.lost ?? '', /^nothing for about 5 days: mail of senders that verify certif/);
  });
});

test('what is lost is said: nothing, or who keeps it and how long', () => {
  const [usual, down] = rehearsed({ zones: PAIR }).rows;
  assert.equal(usual?.lost, 'nothing');
  assert.equal(
    down?.lost,
    'nothing: backup.example.com keeps mail, and gives up after about 5 days too',
  );
  const [refused] = rehearsed({ zones: zone('@ MX 0 .') }).rows;
  assert.match(refused?.lost ?? '', /^all mail: senders give up at once \(example\.com accepts no/);
});

test('a host that greets with 554 is passed over, one that defers is not', () => {
  const greeting = (text: string): Scene => ({
    zones: PAIR,
    hosts: { 'mail.example.com': { replies: { greeting: text } } },
  });
  assert.equal(rowsOf(greeting('554 no service'))[0], 'nothing fails: kept backup at once');
  assert.equal(rowsOf(greeting('450 later'))[0], 'nothing fails: delivered mail at once');
});

describe('a machine that cannot see', () => {
  const closed = { open: false, because: 'port 25 is closed' };

  test('takes nobody for dead, and says so', () => {
    const hosts = { 'mail.example.com': silent, 'backup.example.com': silent };
    const drill = rehearsed({ zones: PAIR, hosts, egress: closed });
    assert.equal(drill.rows[0]?.landing.kind, 'delivered');
    assert.deepEqual(drill.doubts, ['this machine reaches nobody on port 25 (port 25 is closed)']);
  });

  test('says that it could not ask name servers', () => {
    const { self } = aboutOf();
    const about = { self: { ...self, walk: { ok: false, because: 'no root answered' } } };
    const { doubts } = rehearsed({ zones: PAIR, about });
    assert.deepEqual(doubts, ['name servers cannot be asked from here: no root answered']);
  });

  test('tells that mail waits where the MX records are not known', () => {
    const [row] = rehearsed({ zones: PAIR, lookups: { 'example.com MX': failure() } }).rows;
    assert.equal(row?.landing.kind, 'waits');
  });
});

test('the arms are the exchanges, best first, each once with its best preference', () => {
  const zones = zone('@ MX 20 b\n@ MX 10 a\n@ MX 30 a\n@ MX 5 gone\na A 192.0.2.1\nb A 192.0.2.2');
  assert.deepEqual(rehearsed({ zones }).exchanges, [
    { host: 'gone.example.com', preference: 5 },
    { host: 'a.example.com', preference: 10 },
    { host: 'b.example.com', preference: 20 },
  ]);
});
