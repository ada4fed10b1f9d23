// DMARC records (RFC 9989 §4.7) and what they ask for, as tables; any text is read without a throw.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type DmarcRecord,
  isWeaker,
  parseDmarcRecord,
  policyInTest,
  statedPolicy,
} from '../../src/policies/dmarc.ts';

/** Any text that a TXT record can hold. */
const octets = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1'));

function recordOf(text: string): DmarcRecord {
  const record = parseDmarcRecord(text);
  assert.ok(record.kind === 'dmarc', text);
  return record;
}

for (const text of ['v=DMARC1', 'v=DMARC1;', 'V=DMARC1; p=none', 'v = DMARC1 ; p=none']) {
  test(`${JSON.stringify(text)} is a record`, () => {
    assert.deepEqual(recordOf(text).faults, []);
  });
}

for (const text of [
  '',
  ' v=DMARC1; p=none',
  'v=dmarc1; p=none',
  'v=DMARC12; p=none',
  'v=DMARC1 p=none',
  'p=none; v=DMARC1',
  'v=spf1 -all',
]) {
  test(`${JSON.stringify(text)} is none`, () => {
    assert.equal(parseDmarcRecord(text).kind, 'no-dmarc');
  });
}

test('a record with everything', () => {
  const text =
    'v=DMARC1; p=Reject; sp=quarantine; np=none; t=y; psd=n; adkim=s; aspf=r; fo=1:d; ' +
    'rua=mailto:a@example.com!10m, https://example.net/dmarc; ruf=mailto:f%2Cg@example.com';
  const { tags, aggregateReports, failureReports, ...rest } = recordOf(text);
  assert.equal(tags.length, 11);
  assert.deepEqual(rest, {
    kind: 'dmarc',
    policy: 'reject',
    subdomainPolicy: 'quarantine',
    nonexistentPolicy: 'none',
    isTesting: true,
    psd: 'n',
    dkimAlignment: 'strict',
    spfAlignment: 'relaxed',
    faults: [],
  });
  const uris = [...aggregateReports, ...failureReports].map(({ uri, size }) => [uri.kind, size]);
  assert.deepEqual(uris, [
    ['mailto', '10m'],
    ['https', undefined],
    // RFC 9989 §4.8: a comma within is encoded; it is none that a local part may have.
    ['uri-fault', undefined],
  ]);
});

const FAULTS: readonly (readonly [text: string, faults: readonly string[]])[] = [
  ['v=DMARC1; p=none; p=reject', ['syntax 19 the tag p stands there twice']],
  ['v=DMARC1; p=none; P=reject', ['syntax 19 the tag p stands there twice']],
  ['v=DMARC1; p=monitor', ['policy 13 p is "monitor" and not none, quarantine or reject']],
  [
    'v=DMARC1; p=none; adkim=x; t=1',
    ['value 25 adkim is "x" and none of r, s', 'value 30 t is "1" and none of n, y'],
  ],
  [
    'v=DMARC1; p=none; fo=2',
    ['value 22 fo is "2" and not made of 0, 1, d and s with ":" between them'],
  ],
  ['v=DMARC1; p=none; foo=2', ['unknown-tag 19 "foo" is no tag of DMARC']],
  ['v=DMARC1; p=none; pct=50; ri=3600; rf=afrf', []],
  ['v=DMARC1; p=none rua=x', ['policy 13 p is "none rua=x" and not none, quarantine or reject']],
  ['v=DMARC1; p=none;; t=n', ['syntax 18 there is no tag where one is expected']],
];

for (const [text, faults] of FAULTS) {
  test(`the faults of ${text}`, () => {
    const told = recordOf(text).faults.map(({ kind, at, because }) => `${kind} ${at} ${because}`);
    assert.deepEqual(told, faults);
  });
}

const URIS: readonly (readonly [text: string, expected: string])[] = [
  ['mailto:dmarc@example.com', 'mailto dmarc@example.com example.com.'],
  ['MAILTO:dmarc@example.com?subject=x', 'mailto dmarc@example.com example.com.'],
  ['mailto:a%2Bb@example.com', 'mailto a+b@example.com example.com.'],
  ['mailto:a@[192.0.2.1]', 'mailto a@[192.0.2.1] undefined'],
  ['https://reports.example.net/in', 'https reports.example.net.'],
  ['ftp://example.net/x', 'other ftp'],
  ['dmarc@example.com', 'fault it lacks "mailto:" before the address'],
  ['example.com', 'fault it is no URI'],
  ['mailto:dmarc', 'fault there is no @ in it'],
  ['mailto:a b@example.com', 'fault it has a character that no URI may have'],
  ['https://', 'fault it is no URL'],
  ['', 'fault it is empty'],
];

for (const [text, expected] of URIS) {
  test(`reports to ${JSON.stringify(text)}`, () => {
    const [report] = recordOf(`v=DMARC1; rua=${text}`).aggregateReports;
    assert.ok(report);
    const { uri } = report;
    const told =
      uri.kind === 'mailto'
        ? `mailto ${uri.address.text} ${uri.host}`
        : uri.kind === 'https'
          ? `https ${uri.host}`
          : uri.kind === 'other'
            ? `other ${uri.scheme}`
            : `fault ${uri.because}`;
    assert.equal(told, expected);
  });
}

const STATED: readonly (readonly [text: string, own: string, below: string, missing: string])[] = [
  ['p=reject', 'reject', 'reject', 'reject'],
  ['p=reject; sp=none', 'reject', 'none', 'none'],
  ['p=none; sp=quarantine; np=reject', 'none', 'quarantine', 'reject'],
  ['p=none; np=reject', 'none', 'none', 'reject'],
  // RFC 9989 §4.10.1.
  ['sp=reject', 'undefined', 'undefined', 'undefined'],
  ['rua=mailto:a@example.com', 'none', 'none', 'none'],
  ['p=reject; sp=no', 'undefined', 'undefined', 'undefined'],
  ['p=reject; sp=no; rua=mailto:a@example.com', 'none', 'none', 'none'],
  ['rua=a@example.com', 'undefined', 'undefined', 'undefined'],
];

for (const [text, ...expected] of STATED) {
  test(`what ${text} asks for the domain, names below it, and names that do not exist`, () => {
    const record = recordOf(`v=DMARC1; ${text}`);
    const asked = [
      { isSubdomain: false, exists: true },
      { isSubdomain: true, exists: true },
      { isSubdomain: true, exists: false },
    ].map((sender) => String(statedPolicy(record, sender)));
    assert.deepEqual(asked, expected);
  });
}

test('in test mode one level less is asked, and levels have an order', () => {
  assert.deepEqual((['reject', 'quarantine', 'none'] as const).map(policyInTest), [
    'quarantine',
    'none',
    'none',
  ]);
  assert.ok(isWeaker('none', 'quarantine') && isWeaker('quarantine', 'reject'));
  assert.ok(!isWeaker('reject', 'reject'));
});

test('any text is read, and every fault is within it', () => {
  const tag = fc.tuple(
    fc.constantFrom('p', 'sp', 'np', 't', 'psd', 'rua', 'ruf', 'fo', 'adkim', 'x'),
    fc.oneof(fc.constantFrom('none', 'y', 'mailto:a@b.example!1m,'), octets),
  );
  const texts = fc
    .array(tag)
    .map((tags) => `v=DMARC1;${tags.map((each) => each.join('=')).join(';')}`);
  fc.assert(
    fc.property(fc.oneof(texts, octets), (text) => {
      const read = parseDmarcRecord(text);
      if (text.startsWith('v=DMARC1;')) assert.equal(read.kind, 'dmarc');
      for (const { at } of read.kind === 'dmarc' ? read.faults : []) {
        assert.ok(at >= 1 && at <= text.length + 1);
      }
    }),
  );
});
