// SPF records as text: which texts are records, what they say, and where each fault is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isNearlySpf, isSpf, parseSpf, printSpf } from '../../src/policies/spf-record.ts';

const RECORDS: readonly (readonly [text: string, is: 'record' | 'nearly' | 'other'])[] = [
  ['v=spf1', 'record'],
  ['v=spf1 ', 'record'],
  ['v=spf1 -all', 'record'],
  ['V=SPF1 -ALL', 'record'],
  [' v=spf1 -all', 'nearly'],
  ['"v=spf1 -all"', 'nearly'],
  ['v=spf1; -all', 'nearly'],
  ['v=spf1\t-all', 'nearly'],
  ['v = spf1 -all', 'nearly'],
  ['v=spf 1 -all', 'nearly'],
  ['v=spf1-all', 'nearly'],
  ['v=spf10 -all', 'other'],
  ['v=spf2 -all', 'other'],
  ['spf2.0/pra -all', 'other'],
  ['we use v=spf1 here', 'other'],
  ['v=DMARC1; p=none', 'other'],
  ['', 'other'],
];

for (const [text, is] of RECORDS) {
  test(`as an SPF record ${JSON.stringify(text)} is: ${is}`, () => {
    assert.equal(isSpf(text) ? 'record' : isNearlySpf(text) ? 'nearly' : 'other', is);
  });
}

/** Faults as a person sees them: the record, carets under it, and the reason. */
function toldOf(text: string): readonly string[] {
  return parseSpf(text).faults.map(({ at, length, because }) => {
    assert.ok(at >= 6 && length > 0 && at + length <= Math.max(text.length, at + 1));
    return `${text.slice(at, at + length)} | ${because}`;
  });
}

const FAULTS: readonly (readonly [terms: string, ...told: string[]])[] = [
  ['ip4:192.0.2.1 -all'],
  ['ip4:192.0.2', '192.0.2 | this is no IPv4 address'],
  ['ip4:192.0.2.300 ?all', '192.0.2.300 | this is no IPv4 address'],
  ['ip4:192.0.2.01', '192.0.2.01 | this is no IPv4 address'],
  ['ip4:2001:db8::1', '2001:db8::1 | this address is of the other family and needs ip6:'],
  ['ip6:192.0.2.1', '192.0.2.1 | this address is of the other family and needs ip4:'],
  ['ip4:192.0.2.0/33', '/33 | a prefix length of IPv4 is a number from 0 to 32'],
  ['ip4:192.0.2.0/024', '/024 | a prefix length of IPv4 is a number from 0 to 32'],
  ['ip6:2001:db8::/129', '/129 | a prefix length of IPv6 is a number from 0 to 128'],
  ['ip4', 'ip4 | ip4 needs an address'],
  ['ipv4:192.0.2.1', 'ipv4:192.0.2.1 | there is no mechanism ipv4; ip4 is meant, it seems'],
  ['192.0.2.1/24', '192.0.2.1/24 | an address needs ip4: before it'],
  ['-all.', '-all. | there is no mechanism all.'],
  ['-all;', '; | nothing may follow all'],
  ['all:', ': | nothing may follow all'],
  ['include', 'include | include needs a domain'],
  ['~include:', ': | include needs a domain'],
  ['include:example', 'example | a domain name of two labels or more was expected'],
  ['include:example.com/24', 'example.com/24 | include takes no prefix length'],
  ['exists/24', '/24 | exists takes no prefix length'],
  ['a:192.0.2.1', '192.0.2.1 | this is an address and needs ip4:'],
  ['a:192.0.2.0/24', '192.0.2.0 | this is an address and needs ip4:'],
  ['a/33', '/33 | a prefix length is at most 32 for IPv4 and 128 for IPv6'],
  ['a//129', '//129 | a prefix length is at most 32 for IPv4 and 128 for IPv6'],
  ['a/24/64', '/24 | a prefix length is written /24 for IPv4, //64 for IPv6, or /24//64'],
  [
    'mx:example.com/',
    'example.com/ | a prefix length is written /24 for IPv4, //64 for IPv6, or /24//64',
  ],
  ['a;', '; | a colon was expected after a'],
  ['ptr/24', '/24 | ptr takes no prefix length'],
  ['a:example.c-', 'example.c- | this does not end as a domain name does'],
  ['a:example.123', 'example.123 | this does not end as a domain name does'],
  [
    'redirect:example.com',
    'redirect:example.com | there is no mechanism redirect; redirect= is meant, it seems',
  ],
  ['redirect=', '= | redirect needs a domain'],
  [
    'redirect=example.com redirect=example.org',
    'redirect=example.org | redirect stands in the record a second time',
  ],
  [
    'exp=example.com -all EXP=example.org',
    'EXP=example.org | exp stands in the record a second time',
  ],
  ['1up=foo', '1up=foo | this is neither a mechanism nor a modifier'],
  ['=all', '=all | this is neither a mechanism nor a modifier'],
  ['-', '- | this is neither a mechanism nor a modifier'],
  ['exists:%{x}.example.com', '%{x} | there is no macro letter x'],
  ['exists:%{c}.example.com', '%{c} | the macro c is for explanations only'],
  ['exists:%{d0}.example.com', '%{d0} | a macro cannot keep 0 parts'],
  [
    'exists:%{d.example.com',
    '%{d.example.com | a macro is a letter, a number, an r and delimiters in braces, as in %{d2}',
  ],
  ['exists:%d.example.com', '%d | a percent sign is followed by {, %, _ or -'],
  ['a:caf\xe9.example.com', '\xe9 | only visible ASCII characters may stand here'],
  ['note=%', '% | a percent sign is followed by {, %, _ or -'],
  ['ip4:x include: -all', 'x | this is no IPv4 address', ': | include needs a domain'],
];

for (const [terms, ...told] of FAULTS) {
  test(`v=spf1 ${terms}: ${told.length === 0 ? 'no fault' : told.join('; ')}`, () => {
    assert.deepEqual(toldOf(`v=spf1 ${terms}`), told);
  });
}

const GOOD: readonly (readonly [terms: string, printed?: string])[] = [
  ['-all'],
  ['+all', 'all'],
  ['A MX/24 ~All', 'a mx/24 ~all'],
  ['a:example.com/24//64 mx//64 a/0//0'],
  ['a:foo:bar/baz.example.com a:example.com.'],
  ['ip4:192.0.2.0/24 ip4:192.0.2.1/32', 'ip4:192.0.2.0/24 ip4:192.0.2.1'],
  ['ip6:2001:DB8:0::1 ip6:::ffff:192.0.2.1/96', 'ip6:2001:db8::1 ip6:::ffff:192.0.2.1/96'],
  ['exists:%{ir}.%{v}.%{L2r-+}.%{d} ptr ptr:example.com'],
  [
    'exists:%{d}%% a:%% a:x%_y%-z.example.com a:x%%20.example.com',
    'exists:%{d}%% a:%% a:x%_y%-z.example.com a:x%-.example.com',
  ],
  ['include:a..example.com redirect=%{d1r} exp=e.example.com moo.cow-x_y=a/b:c'],
  ['a   -all  ', 'a -all'],
];

for (const [terms, printed = terms] of GOOD) {
  test(`v=spf1 ${terms} is printed as ${printed}`, () => {
    const { terms: read, faults } = parseSpf(`v=spf1 ${terms}`);
    assert.deepEqual(faults, []);
    assert.equal(printSpf(read), `v=spf1 ${printed}`);
  });
}

/** What a term says, without where it stood. */
const meaning = (text: string) =>
  parseSpf(text).terms.map(({ at: _at, text: _text, ...meant }) => meant);

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const macro = fc
  .tuple(
    fc.constantFrom(...'slodipvhSLODIPVH'),
    fc.option(fc.integer({ min: 1, max: 128 }), { nil: '' }),
    fc.constantFrom('', 'r', 'R'),
    fc.stringMatching(/^[.\-+,/_=]{0,3}$/),
  )
  .map(([letter, keep, reverse, delimiters]) => `%{${letter}${keep}${reverse}${delimiters}}`);
const piece = fc.oneof(label, macro, fc.constantFrom('%%', '%_', '%-', '/', ':', '}', '_', '%%20'));
const domain = fc
  .tuple(
    fc.array(piece, { maxLength: 4 }),
    fc.oneof(
      fc.tuple(label).map(([it]) => `.${it}`),
      macro,
    ),
  )
  .map(([pieces, end]) => `${pieces.join('')}${end}`);
const bits = (max: number) => fc.integer({ min: 0, max });
const lengths = fc
  .tuple(fc.option(bits(32), { nil: undefined }), fc.option(bits(128), { nil: undefined }))
  .map(
    ([four, six]) =>
      `${four === undefined ? '' : `/${four}`}${six === undefined ? '' : `//${six}`}`,
  );
const mechanism = fc.oneof(
  fc.constant('all'),
  fc
    .tuple(fc.constantFrom('include', 'exists', 'ptr'), domain)
    .map(([kind, to]) => `${kind}:${to}`),
  fc
    .tuple(fc.constantFrom('a', 'mx'), fc.option(domain, { nil: '' }), lengths)
    .map(([kind, to, length]) => `${kind}${to === '' ? '' : `:${to}`}${length}`),
  fc.tuple(fc.ipV4(), bits(32)).map(([ip, length]) => `ip4:${ip}/${length}`),
  fc.tuple(fc.ipV6(), bits(128)).map(([ip, length]) => `ip6:${ip}/${length}`),
);
const directive = fc
  .tuple(fc.constantFrom('', '+', '-', '~', '?'), mechanism)
  .map(([sign, text]) => `${sign}${text}`);
const modifier = fc.tuple(label, domain).map(([name, value]) => `x-${name}=${value}`);
const record = fc
  .array(fc.oneof(directive, modifier), { maxLength: 8 })
  .map((terms) => ['v=spf1', ...terms].join(' '));

test('a record of the grammar has no fault, and is the same after it was printed', () => {
  fc.assert(
    fc.property(record, (text) => {
      const read = parseSpf(text);
      assert.deepEqual(read.faults, []);
      assert.deepEqual(meaning(printSpf(read.terms)), meaning(text));
    }),
  );
});

test('any text has terms and faults, each at its place, one for each word', () => {
  const odd = fc.string({ unit: fc.constantFrom(...'v=spf1 aimx4:./%{d}r-+~?\x00\xff') });
  fc.assert(
    fc.property(fc.oneof(odd, fc.string({ unit: 'binary-ascii' })), (tail) => {
      const text = `v=spf1 ${tail}`;
      const { terms, faults } = parseSpf(text);
      const words = text.split(' ').filter((word) => word !== '').length - 1;
      assert.equal(terms.length + faults.length, words);
      for (const term of terms) assert.ok(text.startsWith(term.text, term.at));
      for (const { at, length } of faults) assert.ok(at > 6 && length > 0 && at < text.length);
    }),
  );
});

test('a long record is read in no more than linear time, to its one fault', () => {
  for (const part of ['a', '%', '-', '/1', '.', '%{', '9', '}', 'a.']) {
    const { faults } = parseSpf(`v=spf1 a:${part.repeat(60_000)}!`);
    assert.equal(faults.length, 1, part);
  }
});
