// Names: every way to write one gives the one text that it has here, and back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compareNames,
  hostText,
  isBelow,
  isName,
  labelEnd,
  labelsOf,
  type Name,
  nameFromHost,
  nameFromLabels,
  nameKey,
  parentOf,
  parseName,
  ROOT,
  sameName,
  toAscii,
} from '../../src/dns/name.ts';

/** Raw labels within the limits, of any bytes. */
const labels = fc
  .array(
    fc
      .uint8Array({ minLength: 1, maxLength: 20 })
      .map((bytes) => Buffer.from(bytes).toString('latin1')),
    { maxLength: 8 },
  )
  .map((some) => [...some]);

function name(text: string): Name {
  const parsed = parseName(text);
  if (typeof parsed !== 'string') throw new Error(`${text}: ${parsed.because}`);
  return parsed;
}

const ORIGIN = name('example.com.');

const PARSED: readonly (readonly [text: string, withOrigin: string, alone: string])[] = [
  ['.', '.', '.'],
  ['@', 'example.com.', '\\064.'],
  ['mail', 'mail.example.com.', 'mail.'],
  ['mail.', 'mail.', 'mail.'],
  ['Mail.Example.ORG', 'Mail.Example.ORG.example.com.', 'Mail.Example.ORG.'],
  ['_dmarc', '_dmarc.example.com.', '_dmarc.'],
  ['*', '*.example.com.', '*.'],
  ['a\\.b', 'a\\.b.example.com.', 'a\\.b.'],
  ['a\\\\.b', 'a\\\\.b.example.com.', 'a\\\\.b.'],
  ['a\\046b', 'a\\.b.example.com.', 'a\\.b.'],
  ['\\065\\x\\109', 'Axm.example.com.', 'Axm.'],
  ['\\000\\255', '\\000\\255.example.com.', '\\000\\255.'],
  [
    '\\"\\;\\(\\)\\@\\$',
    '\\034\\059\\040\\041\\064\\036.example.com.',
    '\\034\\059\\040\\041\\064\\036.',
  ],
  ['a b', 'a\\032b.example.com.', 'a\\032b.'],
  ['Bücher', 'xn--bcher-kva.example.com.', 'xn--bcher-kva.'],
];

test('a name is read from text, relative to an origin or alone', () => {
  for (const [text, withOrigin, alone] of PARSED) {
    assert.equal(parseName(text, ORIGIN), withOrigin, text);
    assert.equal(parseName(text), alone, text);
    assert.equal(isName(alone), true, alone);
  }
});

test('a relative name below the root gets no second dot', () => {
  assert.equal(parseName('com', ROOT), 'com.');
});

const FAULTS: readonly (readonly [text: string, because: RegExp])[] = [
  ['', /is empty/],
  ['..', /empty label/],
  ['.com', /empty label/],
  ['a..b', /empty label/],
  ['a\\', /backslash/],
  ['a\\25', /backslash/],
  ['a\\256', /backslash/],
  ['a\\2x5', /backslash/],
  [`${'a'.repeat(64)}.com`, /a label of 64 bytes/],
  [`${'a.'.repeat(128)}`, /257 bytes long/],
  ['ü/x', /ASCII characters/],
  ['ü\\.x', /ASCII characters/],
  ['xn--ü.com', /IDNA/],
  ['ü'.repeat(1_021), /far too long/],
  ['a．．ü', /empty label/],
  ['\u00ad.com', /empty label/],
  ['ü\ud800', /ASCII characters|IDNA/],
];

test('what is no name says why', () => {
  for (const [text, because] of FAULTS) {
    const parsed = parseName(text);
    if (typeof parsed === 'string') assert.fail(`${text} was read as ${parsed}`);
    assert.match(parsed.because, because, text);
    assert.equal(isName(text), false);
  }
});

test('the longest label and the longest name are names, one byte more is none', () => {
  const long = 'a'.repeat(63);
  const rest = 'b'.repeat(61);
  assert.equal(typeof parseName(`${long}.${long}.${long}.${rest}`), 'string');
  assert.equal(typeof parseName(`${long}.${long}.${long}.${rest}b`), 'object');
  assert.throws(() => nameFromLabels([`${long}a`]), RangeError);
  assert.throws(() => nameFromLabels(['a', '']), RangeError);
});

test('only the one text of a name is a name', () => {
  for (const text of ['mail', '\\065.', 'a b.', '', undefined, 5, null]) {
    assert.equal(isName(text), false, String(text));
  }
});

test('labels of any bytes go into a name and come back', () => {
  fc.assert(
    fc.property(labels, (raw) => {
      const made = nameFromLabels(raw);
      assert.deepEqual(labelsOf(made), raw);
      assert.equal(parseName(made), made);
      assert.match(made, /^[!-~]+$/);
    }),
  );
});

test('the parent of a name is the name without its first label', () => {
  fc.assert(
    fc.property(labels, (raw) => {
      const made = nameFromLabels(raw);
      const parent = raw.length === 0 ? undefined : nameFromLabels(raw.slice(1));
      assert.equal(parentOf(made), parent);
      if (raw.length > 0)
        assert.equal(nameFromLabels([raw[0] ?? '']), made.slice(0, labelEnd(made, 0) + 1));
    }),
  );
});

test('a name is below itself and what its labels end with, and nothing else', () => {
  fc.assert(
    fc.property(labels, labels, (above, below) => {
      const whole = nameFromLabels([...below, ...above].slice(-10));
      const ancestor = nameFromLabels(above);
      assert.equal(isBelow(whole, ancestor), true);
      assert.equal(isBelow(ancestor, whole), sameName(whole, ancestor));
    }),
  );
  const below = (of: string, ancestor: string): boolean => isBelow(name(of), name(ancestor));
  assert.equal(below('a.EXAMPLE.com', 'example.COM'), true);
  assert.equal(below('notexample.com', 'example.com'), false);
  assert.equal(below('a\\.example.com', 'example.com'), false);
  assert.equal(below('a\\\\.example.com', 'example.com'), true);
  assert.equal(below('a\\\\\\.example.com', 'example.com'), false);
  assert.equal(below('com', 'example.com'), false);
  assert.equal(below('example.com', '.'), true);
});

test('only ASCII letters are the same in both cases', () => {
  assert.equal(sameName(name('MAIL.example.'), name('mail.EXAMPLE.')), true);
  assert.equal(sameName(name('\\192.'), name('\\224.')), false);
  assert.equal(nameKey(name('M\\192')), 'm\\192.');
});

test('names are in canonical order', () => {
  // RFC 4034 §6.1.
  const ordered = [
    'example',
    'a.example',
    'yljkjljk.a.example',
    'Z.a.example',
    'zABC.a.EXAMPLE',
    'z.example',
    '\\001.z.example',
    '*.z.example',
    '\\200.z.example',
  ].map(name);
  for (const [at, one] of ordered.entries()) {
    for (const [other, two] of ordered.entries()) {
      assert.equal(Math.sign(compareNames(one, two)), Math.sign(at - other), `${one} ${two}`);
    }
  }
  assert.equal(compareNames(name('A.b'), name('a.B')), 0);
  assert.ok(compareNames(ROOT, name('a')) < 0);
});

const IDN: readonly (readonly [text: string, ascii: string])[] = [
  ['plain_ASCII%20 as it is', 'plain_ASCII%20 as it is'],
  ['Bücher.Example.', 'xn--bcher-kva.example.'],
  ['bu\u0308cher.example', 'xn--bcher-kva.example'],
  ['faß.de', 'xn--fa-hia.de'],
  ['_25._tcp.bücher.de', '_25._tcp.xn--bcher-kva.de'],
  ['*.例え.テスト', '*.xn--r8jz45g.xn--zckzah'],
  ['例え。テスト。', 'xn--r8jz45g.xn--zckzah.'],
  ['ü.1', 'xn--tda.1'],
  ['مثال.إختبار', 'xn--mgbh0fb.xn--kgbechtv'],
];

test('labels of other scripts become A-labels', () => {
  for (const [text, ascii] of IDN) assert.equal(toAscii(text), ascii, text);
});

test('no text at all makes the parser throw, and what it gives is a name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
      const parsed = parseName(text, ORIGIN);
      if (typeof parsed === 'string') assert.equal(isName(parsed), true);
    }),
    { numRuns: 500 },
  );
});

test('a host is written without a dot at the end, in lower case', () => {
  assert.equal(nameFromHost('Mail.Example.com'), 'Mail.Example.com.');
  for (const text of ['mail.example.com.', '.', '', 'a b', 'a\\.b', 'a*b', 'a..b']) {
    assert.equal(nameFromHost(text), undefined, text);
  }
  assert.equal(hostText(name('Mail.Example.com')), 'mail.example.com');
  assert.equal(hostText(ROOT), '.');
});
