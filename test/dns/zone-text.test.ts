// Zone text to zones: what may be left out, what is refused and where, what is included.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printData } from '../../src/dns/records/registry.ts';
import { typeText } from '../../src/dns/types.ts';
import { recordsOf } from '../../src/dns/zone-build.ts';
import { readZone, type ZoneSource } from '../../src/dns/zone-text.ts';
import { APEX, toldOf, zoneFrom } from '../support/zones.ts';

/** The records after the top ones, as `name ttl type data`. */
const recordsIn = (text: string, more = {}): string[] =>
  [...recordsOf(zoneFrom(APEX + text, undefined, more))]
    .map(
      ({ name, ttlSeconds, type, data }) =>
        `${name} ${ttlSeconds} ${typeText(type)} ${printData(data, type)}`,
    )
    .slice(2);

const A = '192.0.2.1';

const GOOD: readonly (readonly [what: string, text: string, records: readonly string[]])[] = [
  ['class, then TTL', `a IN 60 A ${A}`, [`a.example.com. 60 A ${A}`]],
  ['TTL, then class', `a 60 IN A ${A}`, [`a.example.com. 60 A ${A}`]],
  ['everything in small letters', `a 60 in a ${A}`, [`a.example.com. 60 A ${A}`]],
  ['class and type by number', `a 60 CLASS1 TYPE1 ${A}`, [`a.example.com. 60 A ${A}`]],
  ['an owner that is a type', `mx 60 A ${A}`, [`mx.example.com. 60 A ${A}`]],
  ['an owner that is a number', `7 60 A ${A}`, [`7.example.com. 60 A ${A}`]],
  ['units of time', `a 1w2d3h4m5s A ${A}`, [`a.example.com. 788645 A ${A}`]],
  ['no TTL: that of the record before', `a A ${A}`, [`a.example.com. 3600 A ${A}`]],
  ['no TTL, with $TTL', `$TTL 1h30m\na A ${A}`, [`a.example.com. 5400 A ${A}`]],
  [
    '$TTL goes before the TTL of the last',
    `$TTL 9\na 7 A ${A}\nb A ${A}`,
    [`a.example.com. 7 A ${A}`, `b.example.com. 9 A ${A}`],
  ],
  [
    'owner left out',
    `a 60 A ${A}\n AAAA 2001:db8::1`,
    [`a.example.com. 60 A ${A}`, 'a.example.com. 60 AAAA 2001:db8::1'],
  ],
  ['the origin', '@ 60 MX 10 @', ['example.com. 60 MX 10 example.com.']],
  [
    '$ORIGIN, relative and back',
    `$ORIGIN sub\na 60 A ${A}\n$ORIGIN example.com.\nb 60 A ${A}`,
    [`a.sub.example.com. 60 A ${A}`, `b.example.com. 60 A ${A}`],
  ],
  ['the root as target: null MX', '@ 60 MX 0 .', ['example.com. 60 MX 0 .']],
  ['escapes in names', `a\\.b\\032c 60 A ${A}`, [`a\\.b\\032c.example.com. 60 A ${A}`]],
  ['a wildcard', `* 60 A ${A}`, [`*.example.com. 60 A ${A}`]],
  [
    'several strings',
    'a 60 TXT "a b" c "" "\\"" \\100',
    ['a.example.com. 60 TXT "a b" "c" "" "\\"" "d"'],
  ],
  [
    'letters of other scripts in a string',
    'a 60 TXT "ü" "\\195\\188"',
    ['a.example.com. 60 TXT "\\195\\188" "\\195\\188"'],
  ],
  [
    'a record over several lines',
    'a 60 TXT ( ; one\n "x" ; two\n "y"\n)',
    ['a.example.com. 60 TXT "x" "y"'],
  ],
  [
    'an unknown type (RFC 3597)',
    'a 60 TYPE65280 \\# 4 0A00 00 01',
    ['a.example.com. 60 TYPE65280 \\# 4 0A000001'],
  ],
  ['no bytes of it', 'a 60 TYPE65280 \\# 0', ['a.example.com. 60 TYPE65280 \\# 0']],
  ['a known type in that form', 'a 60 A \\# 4 C0000201', [`a.example.com. 60 A ${A}`]],
  [
    'a service',
    '_x._tcp 60 SRV 1 2 25 host.example.net.',
    ['_x._tcp.example.com. 60 SRV 1 2 25 host.example.net.'],
  ],
];

for (const [what, text, records] of GOOD) {
  test(`zone text: ${what}`, () => assert.deepEqual(recordsIn(text), records));
}

const host = 'a host, not an address';

/** Line 3 is the first after the top records. */
const BAD: readonly (readonly [text: string, told: readonly string[]])[] = [
  ['@ MX 70000 mail', ['3:6 the preference 70000 is out of range (0 to 65535)']],
  ['@ MX mail 10', ['3:6 mail is no number for the preference']],
  ['@ MX 10', ['3:6 the record ends where a name is expected']],
  ['@ MX 10 a b', ['3:11 b is more than the record needs']],
  ['@ MX 10 "a"', ['3:9 the name "a" must not be in quotes']],
  ['@ MX 10 a..b', ['3:9 the name a..b has an empty label']],
  [
    '@ MX 10 192.0.2.1',
    [`3:1 the MX record of example.com. names 192.0.2.1: it must be the name of ${host}`],
  ],
  [
    '@ MX 10 192.0.2.1.',
    [`3:1 the MX record of example.com. names 192.0.2.1: it must be the name of ${host}`],
  ],
  [
    '@ MX 10 2001:db8::1',
    [`3:1 the MX record of example.com. names 2001:db8::1: it must be the name of ${host}`],
  ],
  ['a A 192.0.2.256', ['3:5 192.0.2.256 is no IPv4 address']],
  ['a A 2001:db8::1', ['3:5 2001:db8::1 is no IPv4 address: it belongs in an AAAA record']],
  ['a AAAA 192.0.2.1', ['3:8 192.0.2.1 is no IPv6 address: it belongs in an A record']],
  ['a 1x A 192.0.2.1', ['3:3 1x is no TTL (seconds, or as 1h30m, up to 2147483647 s)']],
  [
    'a 2147483648 A 192.0.2.1',
    ['3:3 2147483648 is no TTL (seconds, or as 1h30m, up to 2147483647 s)'],
  ],
  ['a CH A 192.0.2.1', ['3:3 class CH is not served here: write IN or nothing']],
  ['a ANY x', ['3:3 ANY is no type that a zone can hold']],
  [
    'a FOO x',
    ['3:3 there is no record type FOO (unknown ones are written as TYPE65280 \\# 2 abcd)'],
  ],
  ['a', ['3:1 the record ends after a: it has no type and no data']],
  ['a 60 IN', ['3:6 the record ends after IN: it has no type and no data']],
  ['a TYPE65280 \\# 3 abcd', ['3:18 \\# announces 3 bytes, and 2 follow']],
  ['a TXT "\\300"', ['3:7 \\\\300 is no byte: write \\000 to \\255']],
  ['a.example.org. A 192.0.2.1', ['3:1 a.example.org. is not in the zone example.com.']],
  ['$TTL', ['3:1 $TTL needs a value behind it']],
  ['$TTL x', ['3:6 x is no TTL (seconds, or as 1h30m)']],
  ['$ORIGIN a b', ['3:11 b is more than $ORIGIN takes']],
  ['$FOO', ['3:1 there is no directive $FOO']],
  ['$GENERATE 1-9 a$ A 192.0.2.$', ['3:1 $GENERATE is not supported: write the records out']],
  ['$INCLUDE x', ['3:10 x cannot be included: $INCLUDE is not allowed here']],
  // The records of an unreadable owner are passed over: one mistake, one fault.
  ['a..b A 192.0.2.1\n AAAA 2001:db8::1', ['3:1 the name a..b has an empty label']],
  [
    'a A 1\nb A 2\nc ( A\n 3 )',
    ['3:5 1', '4:5 2', '6:2 3'].map((of) => `${of} is no IPv4 address`),
  ],
];

for (const [text, told] of BAD) {
  test(`zone text refused: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(toldOf(APEX + text), told);
  });
}

test('a string of more than 255 bytes is refused, one of 255 is taken', () => {
  assert.equal(recordsIn(`a TXT ${'x'.repeat(255)}`).length, 1);
  assert.match(toldOf(`${APEX}a TXT ${'x'.repeat(256)}`)[0] ?? '', /^3:7 a string of 256 bytes/);
});

test('without TTL anywhere, the SOA minimum is taken, before the SOA record too', () => {
  const zone = zoneFrom('a A 192.0.2.1\n@ SOA ns host 1 2 3 4 77\n@ NS ns.example.net.');
  assert.deepEqual(
    [...recordsOf(zone)].map(({ ttlSeconds }) => ttlSeconds),
    [77, 77, 77],
  );
});

test('$ORIGIN goes before the name of the file; without either, relative names are refused', () => {
  const soa = 'SOA ns host 1 2 3 4 5\n@ NS ns.example.net.';
  assert.equal(zoneFrom(`$ORIGIN example.org.\n@ ${soa}`).origin, 'example.org.');
  assert.equal(
    zoneFrom(`$ORIGIN .\nexample.org ${soa.replace('@', 'example.org')}`).origin,
    'example.org.',
  );
  assert.deepEqual(toldOf(`example.org. ${soa.replace('@', 'example.org.')}`), [
    '1:1 its SOA record says that the zone is example.org., its file says example.com.',
  ]);
  const read = readZone({ file: 'f', text: `@ ${soa}` }, {});
  assert.ok(read.kind === 'faults');
  assert.equal(
    read.faults[0]?.because,
    '@ is relative, and there is no $ORIGIN that it belongs to',
  );
});

const files: Readonly<Record<string, string>> = {
  'hosts.inc': 'a 60 A 192.0.2.1\n$ORIGIN deep\nb 60 A 192.0.2.2\n',
  'blank.inc': ' 60 TXT "x"\n',
  'bad.inc': '\na A x\n',
  'loop.inc': '$INCLUDE loop.inc',
};

const include = (path: string): ZoneSource | { because: string } => {
  const text = files[path];
  return text === undefined ? { because: 'no such file' } : { file: path, text };
};

test('an included file has its own origin and owner, and leaves ours alone', () => {
  const text = 'c 60 A 192.0.2.3\n$INCLUDE hosts.inc sub\n 60 TXT "mine"\nd 60 A 192.0.2.4';
  assert.deepEqual(recordsIn(text, { include }), [
    'c.example.com. 60 A 192.0.2.3',
    'c.example.com. 60 TXT "mine"',
    'a.sub.example.com. 60 A 192.0.2.1',
    'b.deep.sub.example.com. 60 A 192.0.2.2',
    'd.example.com. 60 A 192.0.2.4',
  ]);
});

test('an included file goes on with the owner of ours, and the path may be in quotes', () => {
  assert.deepEqual(recordsIn('c 60 A 192.0.2.3\n$INCLUDE "blank.inc"', { include }), [
    'c.example.com. 60 A 192.0.2.3',
    'c.example.com. 60 TXT "x"',
  ]);
});

test('faults name the included file; what cannot be included says why', () => {
  const text = '$INCLUDE bad.inc\n$INCLUDE none.inc';
  assert.deepEqual(toldOf(APEX + text, { include }), [
    'bad.inc:2:5 x is no IPv4 address',
    '4:10 none.inc cannot be included: no such file',
  ]);
});

test('a file that includes itself ends at the tenth level', () => {
  assert.deepEqual(toldOf(`${APEX}$INCLUDE loop.inc`, { include }), [
    'loop.inc:1:10 files are included more than 10 deep',
  ]);
});

test('size, records and faults have limits', () => {
  const text = `${APEX}a A 192.0.2.1\nb A x\nc A x\nd A x\n`;
  assert.deepEqual(toldOf(text, { limits: { charactersMax: 100 } }), [
    '1:1 the zone is longer than 100 characters',
  ]);
  assert.deepEqual(toldOf(text, { limits: { recordsMax: 2 } }), [
    '3:1 the zone has more than 2 records',
  ]);
  assert.deepEqual(toldOf(text, { limits: { faultsMax: 2 } }), [
    '4:5 x is no IPv4 address',
    '5:5 x is no IPv4 address',
    '5:5 there are 2 faults or more: reading stopped here',
  ]);
});
