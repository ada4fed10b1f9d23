// The rules for a zone as a whole: what breaks each, and what does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLASS_IN, type ResourceRecord } from '../../src/dns/packet.ts';
import { TYPE } from '../../src/dns/types.ts';
import { recordsOf, zoneFromRecords } from '../../src/dns/zone-build.ts';
import { APEX, nameOf, toldOf, zoneFrom } from '../support/zones.ts';

const SOA = '@ 60 SOA ns hostmaster 1 2 3 4 5\n';
const NS = '@ 60 NS ns.example.net.\n';
const twice = "holds the zone's name twice: was the dot at its end forgotten?";

const addressless = 'which has no address in this zone';
const noAddress = 'it must be the name of a host, not an address';
const delegated = 'sub.example.com. is delegated to other name servers';

const WHOLE: readonly (readonly [what: string, text: string, told: readonly string[]])[] = [
  ['a good one', SOA + NS, []],
  ['nothing at all', '; empty\n', ['2:1 the zone has no SOA record']],
  ['no NS', SOA, ['1:1 example.com. has no NS record: nobody is named who serves the zone']],
  [
    'two SOA',
    `${SOA + NS}@ 60 SOA ns other 1 2 3 4 5`,
    ['3:1 example.com. has a second SOA record'],
  ],
  [
    'an SOA below',
    `${SOA + NS}a 60 SOA ns other 1 2 3 4 5`,
    ['3:1 a.example.com. has an SOA record, but the zone is example.com.'],
  ],
  [
    'the apex an alias',
    `${SOA + NS}@ 60 CNAME a.example.net.`,
    ['3:1 example.com. is an alias (CNAME) and has SOA, NS too'],
  ],
];

for (const [what, text, told] of WHOLE) {
  test(`a whole zone: ${what}`, () => assert.deepEqual(toldOf(text), told));
}

/** Line 3 is the first after the top records. */
const RULES: readonly (readonly [what: string, text: string, told: readonly string[]])[] = [
  [
    'an alias beside data',
    'a A 192.0.2.1\na CNAME b.example.net.\n',
    ['4:1 a.example.com. is an alias (CNAME) and has A too'],
  ],
  [
    'the name in other letters',
    'a A 192.0.2.1\nA CNAME b.example.net.\n',
    ['4:1 A.example.com. is an alias (CNAME) and has A too'],
  ],
  ['an alias with its signature', 'a CNAME b.example.net.\na RRSIG \\# 0\na NSEC \\# 0', []],
  [
    'an alias of two names',
    'a CNAME b.example.net.\na CNAME c.example.net.',
    ['4:1 a.example.com. has 2 CNAME records'],
  ],
  [
    'a record twice',
    'a A 192.0.2.1\nA 3600 IN A 192.0.2.1',
    ['4:1 this A record of A.example.com. is there already'],
  ],
  [
    'other letters in data',
    'a MX 5 B.example.net.\na MX 5 b.example.net.',
    ['4:1 this MX record of a.example.com. is there already'],
  ],
  [
    'two TTLs',
    'a 60 A 192.0.2.1\na 50 A 192.0.2.2',
    ['4:1 the A records of a.example.com. have TTLs of 60 and 50 s; the smaller is taken'],
  ],
  [
    'MX to an alias',
    '@ MX 5 a\na CNAME b.example.net.',
    ['3:1 the MX record of example.com. names a.example.com., which is an alias (CNAME)'],
  ],
  [
    'NS to an alias',
    '@ NS a\na CNAME b.example.net.',
    ['3:1 the NS record of example.com. names a.example.com., which is an alias (CNAME)'],
  ],
  [
    'SRV to an alias',
    's SRV 1 1 25 a\na CNAME b.example.net.',
    ['3:1 the SRV record of s.example.com. names a.example.com., which is an alias (CNAME)'],
  ],
  [
    'MX to an alias by wildcard',
    '@ MX 5 x.a\n*.a CNAME b.example.net.',
    ['3:1 the MX record of example.com. names x.a.example.com., which is an alias (CNAME)'],
  ],
  [
    'MX without address',
    '@ MX 5 a\n@ MX 6 b\na TXT "x"',
    [
      `3:1 the MX record of example.com. names a.example.com., ${addressless}`,
      `4:1 the MX record of example.com. names b.example.com., ${addressless}`,
    ],
  ],
  ['MX with an address by wildcard', '@ MX 5 x.a\n*.a AAAA 2001:db8::1', []],
  ['MX to somewhere else', '@ MX 5 mail.example.net.', []],
  ['MX into a delegated zone', '@ MX 5 mail.sub\nsub NS ns.example.net.', []],
  [
    'delegation without glue',
    'sub NS ns.sub',
    [`3:1 the NS record of sub.example.com. names ns.sub.example.com., ${addressless}`],
  ],
  ['delegation with glue', 'sub NS ns.sub\nns.sub A 192.0.2.1', []],
  ['servers in a sibling', 'sub NS ns.two\ntwo NS ns.example.net.', []],
  ['null MX', '@ MX 0 .', []],
  [
    'null MX with others',
    '@ MX 0 .\n@ MX 10 a.example.net.',
    ['3:1 example.com. says that it takes no mail (MX .) and names exchanges beside it'],
  ],
  [
    'an owner with the zone twice',
    'a.example.com A 192.0.2.1',
    [`3:1 a.example.com.example.com. ${twice}`],
  ],
  [
    'a target with the zone twice',
    '@ MX 5 mail.example.com',
    [`3:1 mail.example.com.example.com. ${twice}`],
  ],
  ['an alias of the zone twice', 'a CNAME example.com', [`3:1 example.com.example.com. ${twice}`]],
  [
    'NS to an address',
    '@ NS 192.0.2.1',
    [`3:1 the NS record of example.com. names 192.0.2.1: ${noAddress}`],
  ],
  [
    'an alias to an address',
    'a CNAME 192.0.2.1.',
    [`3:1 the CNAME record of a.example.com. names 192.0.2.1: ${noAddress}`],
  ],
  ['a host with such a name', '@ MX 5 192.0.2.1\n192.0.2.1 A 192.0.2.1', []],
  ['such a name elsewhere', '@ MX 5 192.0.2.1.rev.example.net.', []],
  [
    'data below a delegation',
    'sub NS ns.example.net.\nsub MX 5 a.example.net.\nx.sub TXT "x"',
    [
      `4:1 the MX record of sub.example.com. is never served: ${delegated}`,
      `5:1 the TXT record of x.sub.example.com. is never served: ${delegated}`,
    ],
  ],
  ['glue and DS at a delegation', 'sub NS a.sub\nsub DS \\# 0\na.sub A 192.0.2.1', []],
];

for (const [what, text, told] of RULES) {
  test(`a rule: ${what}`, () => assert.deepEqual(toldOf(APEX + text), told));
}

test('a name written wrongly is told with the name that was meant', () => {
  const records = [...recordsOf(zoneFrom(`${APEX}a.example.com A 192.0.2.1`))];
  const read = zoneFromRecords(records);
  assert.ok(read.kind === 'zone');
  assert.equal(read.warnings[0]?.mend, 'write a.example.com.');
});

test('of the same record twice one is kept, of two TTLs the smaller', () => {
  const zone = zoneFrom(`${APEX}a 60 A 192.0.2.1\na 50 A 192.0.2.1\na 40 A 192.0.2.2`);
  const set = zone.nodes.get('a.example.com.')?.get(TYPE.A);
  assert.equal(set?.data.length, 2);
  assert.equal(set?.ttlSeconds, 40);
});

test('names between are there, empty; nothing is above the origin', () => {
  const zone = zoneFrom(`${APEX}a.b.c A 192.0.2.1`);
  assert.deepEqual([...zone.nodes.keys()].sort(), [
    'a.b.c.example.com.',
    'b.c.example.com.',
    'c.example.com.',
    'example.com.',
  ]);
  assert.equal(zone.nodes.get('b.c.example.com.')?.size, 0);
});

test('records make the same zone in any order, and say which of them is wrong', () => {
  const zone = zoneFrom(`${APEX}a A 192.0.2.1\nb A 192.0.2.2`);
  const records = [...recordsOf(zone)];
  const read = zoneFromRecords(records.toReversed());
  assert.deepEqual(read, { kind: 'zone', zone, warnings: [] });
  const foreign: ResourceRecord = {
    name: nameOf('example.org.'),
    type: TYPE.TXT,
    class: CLASS_IN,
    ttlSeconds: 60,
    data: { kind: 'TXT', strings: [new Uint8Array()] },
  };
  const faulty = zoneFromRecords([...records, foreign], 'request');
  assert.ok(faulty.kind === 'faults');
  assert.deepEqual(
    faulty.faults.map(({ file, line, because }) => [file, line, because]),
    [['request', 5, 'example.org. is not in the zone example.com.']],
  );
});

test('an RRset of more than 100 records, a name of more than 100 types, is refused', () => {
  const many = (count: number, line: (at: number) => string): string =>
    APEX + Array.from({ length: count }, (_, at) => line(at)).join('\n');
  const addresses = (at: number): string => `a A 192.0.2.${at}`;
  const types = (at: number): string => `a TYPE${65_280 + at} \\# 0`;
  assert.deepEqual(toldOf(many(100, addresses)), []);
  assert.deepEqual(toldOf(many(102, addresses)), [
    '103:1 a.example.com. has more than 100 A records',
  ]);
  assert.deepEqual(toldOf(many(100, types)), []);
  assert.deepEqual(toldOf(many(102, types)), [
    '103:1 a.example.com. has records of more than 100 types',
  ]);
});
