// Answers from our zones, case after case. Where a standard leaves a choice, the expected answer
// is the one that NSD 4.6 gives for the same zones.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CLASS_ANY } from '../../src/dns/packet.ts';
import type { Zones } from '../../src/dns/zone.ts';
import { ask, queryOf, zonesOf } from '../support/zone-queries.ts';
import { zoneFrom } from '../support/zones.ts';

type Table = readonly (readonly [question: string, ...reply: string[]])[];

function check(zones: Zones, table: Table): void {
  for (const [question, ...reply] of table) {
    test(question, () => assert.deepEqual(ask(zones, question), reply));
  }
}

const zone = zoneFrom(`$TTL 3600
@ SOA ns1 hostmaster 1 7200 3600 1209600 300
@ NS ns1
@ NS ns.far.net.
@ MX 10 mail
@ MX 20 backup
@ MX 30 mx.other.example.
@ TXT "v=spf1 -all"
ns1 A 192.0.2.1
mail A 192.0.2.25
mail AAAA 2001:db8::25
backup A 192.0.2.26
_smtp._tcp SRV 0 0 25 mail
mx-alias MX 5 www
mx-wild MX 5 x.wild
mx-sub MX 5 ns.sub
www CNAME mail
dangling CNAME nowhere
out CNAME www.example.org.
foreign CNAME www.other.example.
foreign-none CNAME none.other.example.
into-sub CNAME x.sub
loop1 CNAME loop2
loop2 CNAME loop1
*.spin CNAME a.spin
*.wild A 192.0.2.77
*.wc CNAME mail
ent.a.b TXT "x"
sub NS ns.sub
sub NS ns1
sub DS \\# 4 00010802
sub TXT "never seen"
ns.sub A 192.0.2.53
deep.sub NS ns.example.net.
child NS ns.child
ns.child A 192.0.2.56
any TXT "t"
any AAAA 2001:db8::9
any A 192.0.2.9
any2 TYPE35 \\# 0
any2 TXT "t"
any2 RRSIG \\# 0
any3 DNSKEY \\# 0`);
const child = zoneFrom(
  '@ 60 SOA ns h 1 2 3 4 500\n@ NS ns\nns A 192.0.2.56\nup CNAME mail.example.com.',
  'child.example.com.',
);
const other = zoneFrom(
  '@ 60 SOA ns h 1 2 3 4 30\n@ NS ns\nns A 192.0.2.66\nwww A 192.0.2.67',
  'other.example.',
);
const zones = zonesOf(zone, child, other);

const servers = ['< example.com. 3600 NS ns1.example.com.', '< example.com. 3600 NS ns.far.net.'];
const ns1 = '+ ns1.example.com. 3600 A 192.0.2.1';
const soa =
  '< example.com. 300 SOA ns1.example.com. hostmaster.example.com. 1 7200 3600 1209600 300';
const mail4 = 'mail.example.com. 3600 A 192.0.2.25';
const mail6 = 'mail.example.com. 3600 AAAA 2001:db8::25';
const referral = [
  '< sub.example.com. 3600 NS ns.sub.example.com.',
  '< sub.example.com. 3600 NS ns1.example.com.',
  '+ ns.sub.example.com. 3600 A 192.0.2.53',
  ns1,
];
const data = (answer: string, ...additional: string[]): string[] => [
  'NOERROR AA',
  `= ${answer}`,
  ...servers,
  ...additional,
];

describe('data, and what comes along', () => {
  check(zones, [
    [
      'example.com MX',
      'NOERROR AA',
      '= example.com. 3600 MX 10 mail.example.com.',
      '= example.com. 3600 MX 20 backup.example.com.',
      '= example.com. 3600 MX 30 mx.other.example.',
      ...servers,
      `+ ${mail4}`,
      '+ backup.example.com. 3600 A 192.0.2.26',
      ns1,
      `+ ${mail6}`,
    ],
    ['Example.COM TXT', ...data('Example.COM. 3600 TXT "v=spf1 -all"', ns1)],
    ['example.com NS', 'NOERROR AA', ...servers.map((of) => of.replace('<', '=')), ns1],
    ['ns1.example.com A', ...data('ns1.example.com. 3600 A 192.0.2.1')],
    [
      '_smtp._tcp.example.com SRV',
      ...data('_smtp._tcp.example.com. 3600 SRV 0 0 25 mail.example.com.'),
      `+ ${mail4}`,
      ns1,
      `+ ${mail6}`,
    ],
    ['mx-alias.example.com MX', ...data('mx-alias.example.com. 3600 MX 5 www.example.com.', ns1)],
    [
      'mx-wild.example.com MX',
      ...data('mx-wild.example.com. 3600 MX 5 x.wild.example.com.'),
      '+ x.wild.example.com. 3600 A 192.0.2.77',
      ns1,
    ],
    ['mx-sub.example.com MX', ...data('mx-sub.example.com. 3600 MX 5 ns.sub.example.com.', ns1)],
  ]);
});

describe('no data, no such name, not ours', () => {
  check(zones, [
    ['mail.example.com MX', 'NOERROR AA', soa],
    ['b.example.com TXT', 'NOERROR AA', soa],
    ['nope.b.example.com TXT', 'NXDOMAIN AA', soa],
    ['nope.example.com MX', 'NXDOMAIN AA', soa],
    ['wild.example.com A', 'NOERROR AA', soa],
    ['a.b.wild.example.com A', ...data('a.b.wild.example.com. 3600 A 192.0.2.77', ns1)],
    // The TTL of the SOA record, where it is less than the minimum (RFC 2308 §5).
    [
      'none.child.example.com A',
      'NXDOMAIN AA',
      '< child.example.com. 60 SOA ns.child.example.com. h.child.example.com. 1 2 3 4 500',
    ],
    ['example.org MX', 'REFUSED'],
    ['com NS', 'REFUSED'],
    ['. NS', 'REFUSED'],
  ]);
});

describe('aliases', () => {
  const alias = (name: string, target: string): string =>
    `= ${name}.example.com. 3600 CNAME ${target}`;
  const www = alias('www', 'mail.example.com.');
  check(zones, [
    ['www.example.com A', 'NOERROR AA', www, `= ${mail4}`, ...servers, ns1],
    ['www.example.com MX', 'NOERROR AA', www, soa],
    ['www.example.com CNAME', 'NOERROR AA', www, ...servers, ns1],
    ['dangling.example.com A', 'NXDOMAIN AA', alias('dangling', 'nowhere.example.com.'), soa],
    ['out.example.com A', 'NOERROR AA', alias('out', 'www.example.org.')],
    [
      'foreign.example.com A',
      'NOERROR AA',
      alias('foreign', 'www.other.example.'),
      '= www.other.example. 60 A 192.0.2.67',
      '< other.example. 60 NS ns.other.example.',
      '+ ns.other.example. 60 A 192.0.2.66',
    ],
    [
      'foreign-none.example.com A',
      'NXDOMAIN AA',
      alias('foreign-none', 'none.other.example.'),
      '< other.example. 30 SOA ns.other.example. h.other.example. 1 2 3 4 30',
    ],
    [
      'up.child.example.com AAAA',
      'NOERROR AA',
      '= up.child.example.com. 60 CNAME mail.example.com.',
      `= ${mail6}`,
      ...servers,
      ns1,
    ],
    ['into-sub.example.com A', 'NOERROR AA', alias('into-sub', 'x.sub.example.com.'), ...referral],
    [
      'a.b.wc.example.com A',
      'NOERROR AA',
      alias('a.b.wc', 'mail.example.com.'),
      `= ${mail4}`,
      ...servers,
      ns1,
    ],
    [
      'loop1.example.com A',
      'NOERROR AA',
      alias('loop1', 'loop2.example.com.'),
      alias('loop2', 'loop1.example.com.'),
    ],
    [
      'b.spin.example.com A',
      'NOERROR AA',
      alias('b.spin', 'a.spin.example.com.'),
      alias('a.spin', 'a.spin.example.com.'),
    ],
  ]);

  test('a chain is followed through 18 aliases and no further', () => {
    const chain = Array.from({ length: 25 }, (_, at) => `c${at} CNAME c${at + 1}`).join('\n');
    const long = zoneFrom(
      `@ 60 SOA ns h 1 2 3 4 5\n@ NS ns.example.net.\n${chain}\nc25 A 192.0.2.1`,
    );
    const counted = (from: number): number => ask(zonesOf(long), `c${from}.example.com A`).length;
    // The header, 17 aliases, the address, the name server.
    assert.equal(counted(8), 1 + 17 + 1 + 1);
    assert.equal(counted(7), 1 + 18);
    assert.equal(counted(0), 1 + 18);
  });
});

describe('delegations', () => {
  const childServers = '= child.example.com. 60 NS ns.child.example.com.';
  check(zones, [
    ['sub.example.com NS', 'NOERROR', ...referral],
    ['sub.example.com TXT', 'NOERROR', ...referral],
    ['sub.example.com ANY', 'NOERROR', ...referral],
    ['ns.sub.example.com A', 'NOERROR', ...referral],
    ['x.deep.sub.example.com A', 'NOERROR', ...referral],
    ['x.sub.example.com DS', 'NOERROR', ...referral],
    ['sub.example.com DS', 'NOERROR AA', '= sub.example.com. 3600 DS \\# 4 00010802'],
    // We serve the child too: it answers for itself, but for DS.
    ['child.example.com NS', 'NOERROR AA', childServers, '+ ns.child.example.com. 60 A 192.0.2.56'],
    ['child.example.com DS', 'NOERROR AA', soa],
    // The parent is somebody else's.
    [
      'other.example DS',
      'NOERROR AA',
      '< other.example. 30 SOA ns.other.example. h.other.example. 1 2 3 4 30',
    ],
  ]);
});

describe('ANY gets one RRset (RFC 8482)', () => {
  check(zones, [
    [
      'example.com ANY',
      'NOERROR AA',
      '= example.com. 3600 SOA ns1.example.com. hostmaster.example.com. 1 7200 3600 1209600 300',
    ],
    ['any.example.com ANY', 'NOERROR AA', '= any.example.com. 3600 AAAA 2001:db8::9'],
    ['any2.example.com ANY', 'NOERROR AA', '= any2.example.com. 3600 TXT "t"'],
    ['any3.example.com ANY', 'NOERROR AA', '= any3.example.com. 3600 DNSKEY \\# 0'],
    ['www.example.com ANY', 'NOERROR AA', '= www.example.com. 3600 CNAME mail.example.com.'],
    ['b.example.com ANY', 'NOERROR AA', soa],
    ['none.example.com ANY', 'NXDOMAIN AA', soa],
  ]);
});

test('class ANY gets data without AA, and nothing about the zone', () => {
  const inAny = (question: string): readonly string[] => {
    const [asked] = queryOf(question).questions;
    assert.ok(asked);
    return ask(zones, question, { questions: [{ ...asked, class: CLASS_ANY }] });
  };
  assert.deepEqual(inAny('mail.example.com A'), ['NOERROR', `= ${mail4}`]);
  assert.deepEqual(inAny('none.example.com A'), ['NXDOMAIN']);
});

test('the root zone has wildcards too', () => {
  const root = zoneFrom('@ 60 SOA ns h 1 2 3 4 5\n@ NS ns.net.\n* A 192.0.2.1', '.');
  assert.deepEqual(ask(zonesOf(root), 'a.b A'), [
    'NOERROR AA',
    '= a.b. 60 A 192.0.2.1',
    '< . 60 NS ns.net.',
    '+ ns.net. 60 A 192.0.2.1',
  ]);
});

/** Counts looks into a map and forbids every other use of it. */
class CountedMap<Value> extends Map<string, Value> {
  looks = 0;
  override get(key: string): Value | undefined {
    this.looks += 1;
    return super.get(key);
  }
  override [Symbol.iterator](): never {
    throw new Error('scanned');
  }
  override readonly forEach = this[Symbol.iterator];
  override readonly keys = this[Symbol.iterator];
  override readonly values = this[Symbol.iterator];
  override readonly entries = this[Symbol.iterator];
}

test('cost: a few looks into maps, however many zones and names there are', () => {
  const looksAmong = (count: number): number => {
    const nodes = new CountedMap(zone.nodes);
    const many = new CountedMap<typeof zone>(zonesOf({ ...zone, nodes }));
    for (let at = 0; at < count; at += 1) {
      many.set(`zone${at}.example.`, other);
      nodes.set(`host${at}.example.com.`, new Map());
    }
    ask(many, 'example.com MX');
    ask(many, 'a.b.c.d.e.f.g.example.com MX');
    return many.looks + nodes.looks;
  };
  const looks = looksAmong(0);
  assert.ok(looks < 60, `${looks} looks`);
  assert.equal(looksAmong(10_000), looks);
});
