// Every record type: its text, its bytes and its data are one thing in three forms.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type IpAddress, ipFromBytes } from '../../src/base/ip.ts';
import type { Name } from '../../src/dns/name.ts';
import { FieldFault } from '../../src/dns/records/codec.ts';
import type { RecordData } from '../../src/dns/records/record-data.ts';
import {
  codecFor,
  codecOf,
  dataKey,
  parseData,
  printData,
  sameData,
} from '../../src/dns/records/registry.ts';
import { classCode, classText, TYPE, typeCode, typeText } from '../../src/dns/types.ts';
import { WireError, WireReader } from '../../src/dns/wire-reader.ts';
import { WireWriter } from '../../src/dns/wire-writer.ts';
import { TokenFields } from '../../src/dns/zone-fields.ts';
import { zoneEntries } from '../../src/dns/zone-tokens.ts';

const ORIGIN = 'example.com.' as Name;
const name = (text: string): Name => text as Name;
const ip = (text: string): IpAddress => text as IpAddress;
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const toHex = (some: Uint8Array): string => Buffer.from(some).toString('hex');

function parse(type: number, text: string): RecordData {
  const entry = zoneEntries(`x ${text}`).next().value;
  if (entry?.kind !== 'entry') throw new Error(`no words in ${text}`);
  return parseData(type, new TokenFields(entry.tokens, 1, ORIGIN));
}

function write(type: number, data: RecordData): string {
  const writer = new WireWriter();
  codecOf(data, type).write(writer, data);
  return toHex(writer.finish());
}

function read(type: number, hex: string): RecordData {
  const all = fromHex(hex);
  const reader = new WireReader(all);
  const data = codecFor(type).read(reader, all.length);
  assert.equal(reader.at, all.length);
  return data;
}

const EXAMPLE_COM = '076578616d706c6503636f6d00';

interface Row {
  readonly type: number;
  readonly text: string;
  /** Where it is not as it was written. */
  readonly printed?: string;
  readonly hex: string;
  readonly data: RecordData;
}

const ROWS: readonly Row[] = [
  {
    type: TYPE.CAA,
    text: '0 issue "ca.example; policy=ev"',
    hex: '0005697373756563612e6578616d706c653b20706f6c6963793d6576',
    data: { kind: 'CAA', flags: 0, tag: 'issue', value: bytes('ca.example; policy=ev') },
  },
  {
    type: TYPE.CAA,
    text: '128 iodef mailto:security@example.com',
    printed: '128 iodef "mailto:security@example.com"',
    hex: '8005696f6465666d61696c746f3a7365637572697479406578616d706c652e636f6d',
    data: { kind: 'CAA', flags: 128, tag: 'iodef', value: bytes('mailto:security@example.com') },
  },
  {
    type: TYPE.CAA,
    text: '0 issue ""',
    hex: '00056973737565',
    data: { kind: 'CAA', flags: 0, tag: 'issue', value: bytes('') },
  },
  {
    type: TYPE.TLSA,
    text: '3 1 1 00ff 10ab',
    printed: '3 1 1 00FF10AB',
    hex: '03010100ff10ab',
    data: { kind: 'TLSA', usage: 3, selector: 1, matching: 1, bytes: fromHex('00ff10ab') },
  },
  {
    type: TYPE.A,
    text: '192.0.2.1',
    hex: 'c0000201',
    data: { kind: 'A', address: ip('192.0.2.1') },
  },
  {
    type: TYPE.A,
    text: '255.0.10.100',
    hex: 'ff000a64',
    data: { kind: 'A', address: ip('255.0.10.100') },
  },
  {
    type: TYPE.AAAA,
    text: '2001:DB8:0:0:0:0:0:1',
    printed: '2001:db8::1',
    hex: '20010db8000000000000000000000001',
    data: { kind: 'AAAA', address: ip('2001:db8::1') },
  },
  {
    type: TYPE.AAAA,
    text: '::ffff:192.0.2.1',
    hex: '00000000000000000000ffffc0000201',
    data: { kind: 'AAAA', address: ip('::ffff:192.0.2.1') },
  },
  {
    type: TYPE.NS,
    text: 'ns1',
    printed: 'ns1.example.com.',
    hex: `036e7331${EXAMPLE_COM}`,
    data: { kind: 'NS', host: name('ns1.example.com.') },
  },
  {
    type: TYPE.CNAME,
    text: '@',
    printed: 'example.com.',
    hex: EXAMPLE_COM,
    data: { kind: 'CNAME', target: name('example.com.') },
  },
  {
    type: TYPE.PTR,
    text: 'Mail.Example.com.',
    hex: '044d61696c074578616d706c6503636f6d00',
    data: { kind: 'PTR', target: name('Mail.Example.com.') },
  },
  {
    type: TYPE.MX,
    text: '10 mail',
    printed: '10 mail.example.com.',
    hex: `000a046d61696c${EXAMPLE_COM}`,
    data: { kind: 'MX', preference: 10, exchange: name('mail.example.com.') },
  },
  {
    type: TYPE.MX,
    text: '0 .',
    hex: '000000',
    data: { kind: 'MX', preference: 0, exchange: name('.') },
  },
  {
    type: TYPE.SOA,
    text: 'ns a\\.b ( 4294967295 1h 15m 2w 300 )',
    printed: 'ns.example.com. a\\.b.example.com. 4294967295 3600 900 1209600 300',
    // Names are compressed within the data, as from the start of a packet.
    hex: `026e73${EXAMPLE_COM}03612e62c003ffffffff00000e1000000384001275000000012c`,
    data: {
      kind: 'SOA',
      primary: name('ns.example.com.'),
      contact: name('a\\.b.example.com.'),
      serial: 4_294_967_295,
      refreshSeconds: 3_600,
      retrySeconds: 900,
      expireSeconds: 1_209_600,
      negativeTtlSeconds: 300,
    },
  },
  {
    type: TYPE.SRV,
    text: '1 65535 587 mail',
    printed: '1 65535 587 mail.example.com.',
    hex: `0001ffff024b046d61696c${EXAMPLE_COM}`,
    data: {
      kind: 'SRV',
      priority: 1,
      weight: 65_535,
      port: 587,
      target: name('mail.example.com.'),
    },
  },
  {
    type: TYPE.TXT,
    text: 'v=spf1 "a \\"b\\"\\\\" "" \\000\\255',
    printed: '"v=spf1" "a \\"b\\"\\\\" "" "\\000\\255"',
    hex: '06763d737066310661202262225c000200ff',
    data: { kind: 'TXT', strings: [bytes('v=spf1'), bytes('a "b"\\'), bytes(''), bytes('\0\xff')] },
  },
  {
    type: 65_280,
    text: '\\# 4 C0 0002 01',
    printed: '\\# 4 C0000201',
    hex: 'c0000201',
    data: { kind: 'unknown', bytes: fromHex('c0000201') },
  },
  { type: 65_280, text: '\\# 0', hex: '', data: { kind: 'unknown', bytes: bytes('') } },
];

test('each type is read from text and written back', () => {
  for (const { type, text, printed = text, data } of ROWS) {
    assert.deepEqual(parse(type, text), data, text);
    assert.equal(printData(data, type), printed);
    assert.deepEqual(parse(type, printed), data, printed);
  }
});

test('each type is read from bytes and written back', () => {
  for (const { type, text, hex, data } of ROWS) {
    assert.equal(write(type, data), hex, text);
    if (type !== TYPE.SOA) assert.deepEqual(read(type, hex), data, text);
  }
});

test('every type may be written as bytes in zone text', () => {
  for (const { type, text, hex, data } of ROWS) {
    if (type === TYPE.SOA) continue;
    assert.deepEqual(parse(type, `\\# ${hex.length / 2} ${hex}`), data, text);
  }
});

const FAULTS: readonly (readonly [type: number, text: string, because: RegExp])[] = [
  [TYPE.A, '192.0.2.256', /IPv4/],
  [TYPE.A, '192.0.2.1 192.0.2.2', /more than the record needs/],
  [TYPE.A, '\\# 3 C00002', /not 4 bytes/],
  [TYPE.A, '\\# 5 C000020100', /not 4 bytes/],
  [TYPE.AAAA, '192.0.2.1', /IPv6/],
  [TYPE.AAAA, '\\# 4 C0000201', /not 16 bytes/],
  [TYPE.NS, '', /ends where a name is expected/],
  [TYPE.NS, '\\# 2 0161', /too early/],
  [TYPE.NS, '\\# 2 0000', /after the last field/],
  [TYPE.MX, '65536 mail', /the preference/],
  [TYPE.MX, 'mail', /preference/],
  [TYPE.MX, '\\# 4 000AC000', /compression/],
  [TYPE.SOA, '\\# 4 00 C000 00', /compression/],
  [TYPE.SOA, 'ns a 4294967296 1 1 1 1', /the serial/],
  [TYPE.SRV, '1 1 65536 a', /the port/],
  [TYPE.TXT, '', /ends where/],
  [TYPE.TXT, '\\# 0', /without a string/],
  [TYPE.TXT, '\\# 2 0261', /too early/],
  [65_280, 'abc', /RFC 3597/],
  [65_280, '\\# 4 C00002', /announces 4 bytes, and 3 follow/],
  [65_280, '\\# 1 C', /pairs/],
  [65_280, '\\# 1 XY', /pairs/],
  [65_280, '\\# 65536 00', /number of bytes/],
];

test('text that is no data of the type says why', () => {
  for (const [type, text, because] of FAULTS) {
    assert.throws(
      () => parse(type, text),
      (error) => {
        assert.ok(error instanceof FieldFault, `${text}: ${error}`);
        assert.match(error.because, because, text);
        return true;
      },
    );
  }
});

test('every name within data is compared without regard to case, and nothing else is', () => {
  const same: readonly (readonly [number, string, string])[] = [
    [TYPE.NS, 'NS1', 'ns1'],
    [TYPE.CNAME, 'A', 'a'],
    [TYPE.PTR, 'A', 'a'],
    [TYPE.MX, '10 MAIL', '10 mail.EXAMPLE.com.'],
    [TYPE.SRV, '1 2 3 A', '1 2 3 a'],
    [TYPE.SOA, 'A B 1 2 3 4 5', 'a b 1 2 3 4 5'],
    [TYPE.TXT, 'ab', '"ab"'],
    [TYPE.A, '192.0.2.1', '\\# 4 c0000201'],
  ];
  for (const [type, one, other] of same) {
    assert.equal(sameData(parse(type, one), parse(type, other), type), true, one);
  }
  const different: readonly (readonly [number, string, string])[] = [
    [TYPE.TXT, 'ab', 'AB'],
    [TYPE.TXT, '"a" "b"', '"ab"'],
    [TYPE.TXT, '"a\\" \\"b"', '"a" "b"'],
    [TYPE.MX, '10 a', '20 a'],
    [TYPE.A, '192.0.2.1', '192.0.2.2'],
  ];
  for (const [type, one, other] of different) {
    assert.notEqual(dataKey(parse(type, one), type), dataKey(parse(type, other), type), one);
  }
});

test('data of one kind in a record of another type is a mistake of ours', () => {
  const data: RecordData = { kind: 'NS', host: ORIGIN };
  assert.throws(() => codecOf(data, TYPE.MX), TypeError);
  assert.equal(codecOf({ kind: 'unknown', bytes: bytes('') }, TYPE.MX).kind, 'unknown');
});

test('every IPv6 address goes into bytes and comes back', () => {
  const mostlyZero = fc.array(fc.constantFrom(0, 0, 0, 1, 0xff), { minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(mostlyZero, (some) => {
      const address = ipFromBytes(Uint8Array.from(some));
      assert.equal(write(TYPE.AAAA, { kind: 'AAAA', address }), toHex(Uint8Array.from(some)));
    }),
    { numRuns: 500 },
  );
});

test('a string that has no room in a TXT record is never cut in silence', () => {
  const data: RecordData = { kind: 'TXT', strings: [new Uint8Array(256)] };
  assert.throws(() => write(TYPE.TXT, data), RangeError);
});

test('bytes of a wrong length are no address', () => {
  assert.throws(() => read(TYPE.A, 'c00002'), WireError);
  assert.throws(() => read(TYPE.AAAA, 'c0000201'), WireError);
});

test('types and classes have a mnemonic or a number', () => {
  assert.equal(typeCode('mx'), 15);
  assert.equal(typeCode('TYPE15'), 15);
  assert.equal(typeCode('type65535'), 65_535);
  for (const text of ['TYPE65536', 'TYPE', 'TYPE-1', 'TYPE1x', '', 'constructor', '15']) {
    assert.equal(typeCode(text), undefined, text);
  }
  assert.equal(typeText(28), 'AAAA');
  assert.equal(typeText(65_280), 'TYPE65280');
  for (const [text, code] of Object.entries(TYPE)) {
    assert.equal(typeCode(text), code);
    assert.equal(typeText(code), text);
  }
  assert.equal(classCode('in'), 1);
  assert.equal(classCode('CLASS254'), 254);
  assert.equal(classCode('XX'), undefined);
  assert.equal(classText(3), 'CH');
  assert.equal(classText(5), 'CLASS5');
});
