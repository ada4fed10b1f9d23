// Mail addresses: what is one, what is none, and how each is written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { domainText, isAddressFault, parseAddress, printAddress } from '../../src/smtp/address.ts';
import { parseForwardPath, parsePath, parseReversePath, pathEnd } from '../../src/smtp/path.ts';

const local64 = 'l'.repeat(64);
const label63 = 'd'.repeat(63);

/** Input, local part, domain text, text. */
const ADDRESSES: readonly (readonly [string, string, string, string])[] = [
  ['user@example.com', 'user', 'example.com', 'user@example.com'],
  ['User@Example.COM', 'User', 'example.com', 'User@Example.COM'],
  ['a.b+c@example.com', 'a.b+c', 'example.com', 'a.b+c@example.com'],
  ["!#$%&'*+-/=?^_`{|}~@x.y", "!#$%&'*+-/=?^_`{|}~", 'x.y', "!#$%&'*+-/=?^_`{|}~@x.y"],
  ['"user"@example.com', 'user', 'example.com', 'user@example.com'],
  ['"a b"@example.com', 'a b', 'example.com', '"a b"@example.com'],
  ['"a@b"@example.com', 'a@b', 'example.com', '"a@b"@example.com'],
  ['".a"@example.com', '.a', 'example.com', '".a"@example.com'],
  ['"q\\"\\\\"@example.com', 'q"\\', 'example.com', '"q\\"\\\\"@example.com'],
  ['"\\u"@example.com', 'u', 'example.com', 'u@example.com'],
  ['user@localhost', 'user', 'localhost', 'user@localhost'],
  ['user@my_host.example', 'user', 'my_host.example', 'user@my_host.example'],
  ['user@xn--bcher-kva.example', 'user', 'xn--bcher-kva.example', 'user@xn--bcher-kva.example'],
  ['user@[192.0.2.1]', 'user', '[192.0.2.1]', 'user@[192.0.2.1]'],
  ['user@[ipv6:2001:DB8:0::1]', 'user', '[IPv6:2001:db8::1]', 'user@[IPv6:2001:db8::1]'],
  [`${local64}@example.com`, local64, 'example.com', `${local64}@example.com`],
  [`a@${label63}.com`, 'a', `${label63}.com`, `a@${label63}.com`],
];

test('addresses are understood', () => {
  for (const [given, local, domain, text] of ADDRESSES) {
    const parsed = parseAddress(given);
    assert.ok(!isAddressFault(parsed), given);
    assert.deepEqual([parsed.local, domainText(parsed.domain), parsed.text], [local, domain, text]);
  }
});

const NO_ADDRESSES: readonly (readonly [string, RegExp])[] = [
  ['', /no @/],
  ['user', /no @/],
  ['@example.com', /nothing before/],
  ['""@example.com', /nothing before/],
  ['user@', /nothing after/],
  ['a..b@example.com', /needs quotes/],
  ['.a@example.com', /needs quotes/],
  ['a.@example.com', /needs quotes/],
  ['a b@example.com', /needs quotes/],
  ['a@b@example.com', /needs quotes/],
  ['"a"b@example.com', /needs quotes/],
  ['"a"b"@example.com', /needs quotes/],
  ['"a\\"@example.com', /needs quotes/],
  ['a\u0000@example.com', /not printable/],
  ['"a\r\nb"@example.com', /not printable/],
  ['us\u00e9r@example.com', /not printable/],
  ['a@b\u00fccher.example', /ASCII/],
  ['a@exa mple.com', /no domain/],
  ['a@example.com\n', /ASCII/],
  ['a@-example.com', /no domain/],
  ['a@example-.com', /no domain/],
  ['a@example..com', /no domain/],
  ['a@.example.com', /no domain/],
  ['a@example.com.', /ends with a dot/],
  ['a@exa\\mple.com', /no domain/],
  ['a@192.0.2.1', /brackets/],
  ['a@[192.0.2.256]', /literal/],
  ['a@[2001:db8::1]', /literal/],
  ['a@[IPv6:192.0.2.1]', /literal/],
  ['a@[x-tag:y]', /literal/],
  ['a@[192.0.2.1', /literal/],
  ['a@[192.0.2.1].com', /literal/],
  [`${local64}l@example.com`, /longer than 64/],
  [`a@${label63}d.com`, /no domain/],
  [`a@${`${label63}.`.repeat(3)}${label63}`, /longer than 253/],
  [`abc@${`${label63}.`.repeat(3)}${'d'.repeat(60)}`, /longer than 254/],
];

test('what is no address says why', () => {
  for (const [given, because] of NO_ADDRESSES) {
    const parsed = parseAddress(given);
    assert.ok(isAddressFault(parsed), given);
    assert.match(parsed.because, because, given);
  }
});

test('a domain in Unicode is converted where that was asked for', () => {
  const parsed = parseAddress('a@b\u00fccher.example', { unicodeDomain: true });
  assert.ok(!isAddressFault(parsed));
  assert.equal(parsed.text, 'a@xn--bcher-kva.example');
  const odd = ['a@\u2028.example', 'a@b\u00fc cher.example', '\u00fc@example.com'];
  for (const text of odd) assert.ok(isAddressFault(parseAddress(text, { unicodeDomain: true })));
});

test('paths: angle brackets, source routes, nobody, postmaster', () => {
  const text = (path: ReturnType<typeof parseForwardPath>): string =>
    path === 'postmaster' ? '(postmaster)' : isAddressFault(path) ? '(fault)' : path.text;
  const table: readonly (readonly [string, string])[] = [
    ['<user@example.com>', 'user@example.com'],
    ['<@a.example,@b.example:user@example.com>', 'user@example.com'],
    ['<@a.example:"x y"@example.com>', '"x y"@example.com'],
    ['<PostMaster>', '(postmaster)'],
    ['<postmaster@example.com>', 'postmaster@example.com'],
    ['<@a.example>', '(fault)'],
    ['<@a.example;:user@example.com>', '(fault)'],
    ['user@example.com', '(fault)'],
    ['<user@example.com', '(fault)'],
    ['<<user@example.com>>', '(fault)'],
    ['<user>', '(fault)'],
    ['<>', '(fault)'],
  ];
  for (const [path, expected] of table) assert.equal(text(parseForwardPath(path)), expected, path);
  assert.equal(parseReversePath('<>'), 'null');
  assert.ok(isAddressFault(parseReversePath('<postmaster>')));
});

test('a path ends at the first > that is not quoted', () => {
  assert.equal(pathEnd('<a@b> SIZE=1>'), 5);
  assert.equal(pathEnd('<"a> \\">"@b> X'), 12);
  assert.equal(pathEnd('<"a@b>'), -1);
  assert.equal(pathEnd(''), -1);
});

test('property: any printable local part survives printing and parsing', () => {
  const printable = fc.string({
    unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 30,
  });
  const domain = parseAddress('a@example.com');
  assert.ok(!isAddressFault(domain));
  fc.assert(
    fc.property(printable, (local) => {
      const text = printAddress({ local, domain: domain.domain });
      const parsed = parsePath(`<${text}>`);
      assert.ok(!isAddressFault(parsed), text);
      assert.deepEqual([parsed.local, parsed.text], [local, text]);
    }),
  );
});

test('property: whatever comes in, only printable ASCII comes out', () => {
  const hostile = fc.string({
    unit: fc.constantFrom(...'a"\\@.[]<>: \r\n\0\u00e9\u20ac'),
    maxLength: 24,
  });
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: 'binary' })), (text) => {
      for (const given of [text, `"${text}"@example.com`, `a@${text}`]) {
        for (const parsed of [parseAddress(given), parseAddress(given, { unicodeDomain: true })]) {
          if (!isAddressFault(parsed)) assert.match(parsed.text, /^[ -~]+$/);
        }
      }
    }),
  );
});
