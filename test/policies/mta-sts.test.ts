// MTA-STS records, policies and patterns (RFC 8461) as tables and properties.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  matchesStsPattern,
  parseStsPolicy,
  parseStsRecord,
  printStsPolicy,
  STS_MAX_AGE_SECONDS,
  type StsPolicy,
} from '../../src/policies/mta-sts.ts';
import { nameOf } from '../support/zones.ts';

/** Any text that a record or a page can hold. */
const octets = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1'));

const RECORDS: readonly (readonly [text: string, expected: string])[] = [
  ['v=STSv1; id=20260601', 'id 20260601'],
  ['v=STSv1;id=a1;', 'id a1'],
  ['v=STSv1 ; id=a1 ; more=x ;', 'id a1'],
  ['v=STSv1; id=first; id=second', 'id first'],
  [`v=STSv1; id=${'a'.repeat(32)}`, `id ${'a'.repeat(32)}`],
  [
    `v=STSv1; id=${'a'.repeat(33)}`,
    `10: the id "${'a'.repeat(33)}" is not 1 to 32 letters and digits`,
  ],
  ['v=STSv1; id=2026-06-01', '10: the id "2026-06-01" is not 1 to 32 letters and digits'],
  ['v=STSv1; id=', '10: "id=" is no field such as id=1'],
  ['v=STSv1; id = 1', '10: "id = 1" is no field such as id=1'],
  ['v=STSv1;', '9: it has no id'],
  ['v=STSv1', '8: it has no id'],
  ['v=STSv1; id=1;; x=1', '15: "" is no field such as id=1'],
  ['v=stsv1; id=1', '1: it does not begin with "v=STSv1;"'],
  [' v=STSv1; id=1', '1: it does not begin with "v=STSv1;"'],
  ['v=STSv12; id=1', '1: it does not begin with "v=STSv1;"'],
];

for (const [text, expected] of RECORDS) {
  test(`the MTA-STS record ${JSON.stringify(text)}`, () => {
    const read = parseStsRecord(text);
    const told = read.kind === 'sts-record' ? `id ${read.id}` : `${read.at}: ${read.because}`;
    assert.equal(told, expected);
  });
}

const GOOD =
  'version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n';

test('a policy with CRLF, with LF, and without an end is the same', () => {
  const expected: StsPolicy = {
    kind: 'sts-policy',
    version: 'STSv1',
    mode: 'enforce',
    maxAgeSeconds: 604_800,
    patterns: ['mail.example.com', '*.example.net'],
    remarks: [],
  };
  const texts = [GOOD, GOOD.replaceAll('\r\n', '\n'), GOOD.trimEnd(), `${GOOD}\r\n\r\n`];
  for (const text of texts) assert.deepEqual(parseStsPolicy(text), expected);
});

const lines = (changes: Readonly<Record<string, string>>): string => {
  const base = { version: 'STSv1', mode: 'testing', mx: 'mail.example.com', max_age: '86400' };
  return Object.entries({ ...base, ...changes })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
};

const POLICIES: readonly (readonly [what: string, text: string, expected: string])[] = [
  ['fields nobody knows', lines({ x: 'a: b' }), 'testing'],
  ['no exchanges in mode none', lines({ mode: 'none', mx: '' }), 'none'],
  ['the longest age', lines({ max_age: '31557600' }), 'testing'],
  ['an age of nothing', lines({ max_age: '0' }), 'testing'],
  [
    'a longer age',
    lines({ max_age: '31557601' }),
    '4 max_age is 31557601, and 31557600 is the most',
  ],
  ['no number', lines({ max_age: '1d' }), '4 max_age is "1d" and not a number of seconds'],
  ['another version', lines({ version: 'STSv2' }), '1 the version is "STSv2" and not "STSv1"'],
  [
    'another mode',
    lines({ mode: 'report' }),
    '2 the mode is "report" and not enforce, testing or none',
  ],
  ['no mode', lines({ mode: '' }), '0 it has no mode'],
  ['no exchanges', lines({ mx: '' }), '0 it names no mx'],
  [
    'a pattern of the middle',
    lines({ mx: 'mail.*.example.com' }),
    '3 "mail.*.example.com" is no name of a host',
  ],
  [
    'a pattern of a part',
    lines({ mx: 'm*.example.com' }),
    '3 "m*.example.com" is no name of a host',
  ],
  ['an address', lines({ mx: 'a@example.com' }), '3 "a@example.com" is no name of a host'],
  [
    'a dot at the end',
    lines({ mx: 'mail.example.com.' }),
    '3 "mail.example.com." is no name of a host',
  ],
  [
    'a page',
    '<html>',
    '1 "<html>" is no field such as "mode: testing"; 0 it has no version; 0 it has no mode; 0 it has no max_age',
  ],
  ['nothing', '', '0 it has no version; 0 it has no mode; 0 it has no max_age; 0 it names no mx'],
  [
    'a twin',
    lines({ x: '1\nmode: enforce' }),
    'testing, 6 mode stands there twice, and the first counts',
  ],
  [
    'a twin pattern',
    lines({ x: '1\nmx: MAIL.example.com' }),
    'testing, 6 MAIL.example.com stands there twice',
  ],
  ['an empty line', lines({ x: '1\n\ny: 2' }), 'testing, 6 the line is empty'],
];

for (const [what, text, expected] of POLICIES) {
  test(`a policy with ${what}`, () => {
    const read = parseStsPolicy(text);
    const told =
      read.kind === 'sts-policy'
        ? [read.mode, ...read.remarks.map(({ line, because }) => `${line} ${because}`)].join(', ')
        : read.faults.map(({ line, because }) => `${line} ${because}`).join('; ');
    assert.equal(told, expected);
  });
}

const MATCHES: readonly (readonly [host: string, pattern: string, matches: boolean])[] = [
  ['mail.example.com', 'mail.example.com', true],
  ['MAIL.example.com', 'mail.EXAMPLE.com', true],
  ['mail.example.com', 'example.com', false],
  // RFC 8461 §4.1.
  ['mail.example.com', '*.example.com', true],
  ['example.com', '*.example.com', false],
  ['foo.bar.example.com', '*.example.com', false],
  ['mailexample.com', '*.example.com', false],
];

for (const [host, pattern, matches] of MATCHES) {
  test(`${pattern} ${matches ? 'matches' : 'does not match'} ${host}`, () => {
    assert.equal(matchesStsPattern(nameOf(host), pattern), matches);
  });
}

test('any text is a policy or has faults, and any record an id or a fault', () => {
  const field = fc.tuple(
    fc.constantFrom('version', 'mode', 'mx', 'max_age', 'x'),
    fc.oneof(fc.constantFrom('STSv1', 'enforce', '86400', '*.a'), octets),
  );
  const texts = fc.array(field).map((fields) => fields.map((each) => each.join(':')).join('\n'));
  fc.assert(
    fc.property(fc.oneof(texts, octets), (text) => {
      const read = parseStsPolicy(text);
      if (read.kind === 'sts-policy-fault') assert.ok(read.faults.length > 0);
      else assert.ok(read.maxAgeSeconds <= STS_MAX_AGE_SECONDS);
      const record = parseStsRecord(`v=STSv1;${text}`);
      if (record.kind === 'sts-record') assert.match(record.id, /^[A-Za-z0-9]{1,32}$/);
      else assert.ok(record.at >= 1 && record.at <= text.length + 9);
    }),
  );
});

test('a policy that is printed is read back', () => {
  const pattern = fc.stringMatching(/^(\*\.)?[a-z]{1,9}\.example$/);
  fc.assert(
    fc.property(
      fc.record({
        version: fc.constant('STSv1' as const),
        mode: fc.constantFrom('enforce' as const, 'testing' as const),
        maxAgeSeconds: fc.nat(STS_MAX_AGE_SECONDS),
        patterns: fc.uniqueArray(pattern, { minLength: 1 }),
      }),
      (policy) => {
        const expected = { kind: 'sts-policy', ...policy, remarks: [] };
        assert.deepEqual(parseStsPolicy(printStsPolicy(policy)), expected);
      },
    ),
  );
});

test('blanks without end cost no more than other text', () => {
  const blanks = ' '.repeat(60_000);
  assert.equal(parseStsPolicy(`x:${blanks}y${blanks}z`).kind, 'sts-policy-fault');
});
