// Macros: the examples of RFC 7208 §7.4, and what they leave open.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpAddress } from '../../src/base/ip.ts';
import { instantAt } from '../../src/base/time.ts';
import { expandMacro, parseMacro } from '../../src/policies/spf-macro.ts';
import { macroValues, policyDomain, targetName } from '../../src/policies/spf-names.ts';
import { nameOf } from '../support/zones.ts';

function expanded(text: string, ip = '192.0.2.3', local = 'strong-bad'): string {
  const parts = parseMacro(text, { in: 'explanation' });
  assert.ok(!('kind' in parts), JSON.stringify(parts));
  const scene = {
    ip: ip as IpAddress,
    local,
    senderDomain: 'email.example.com',
    helo: 'mx.example.org',
    now: instantAt(1_700_000_000_999),
  };
  const names = [nameOf('out.example.net'), nameOf('mail.email.example.com')];
  return expandMacro(parts, macroValues(scene, nameOf('email.example.com'), names));
}

const EXAMPLES: readonly (readonly [text: string, becomes: string])[] = [
  ['%{s}', 'strong-bad@email.example.com'],
  ['%{o}', 'email.example.com'],
  ['%{d}', 'email.example.com'],
  ['%{d4}', 'email.example.com'],
  ['%{d3}', 'email.example.com'],
  ['%{d2}', 'example.com'],
  ['%{d1}', 'com'],
  ['%{dr}', 'com.example.email'],
  ['%{d2r}', 'example.email'],
  ['%{l}', 'strong-bad'],
  ['%{l-}', 'strong.bad'],
  ['%{lr}', 'strong-bad'],
  ['%{lr-}', 'bad.strong'],
  ['%{l1r-}', 'strong'],
  ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
  ['%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com'],
  ['%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}', '3.2.0.192.in-addr.strong.lp._spf.example.com'],
  ['%{d2}.trusted-domains.example.net', 'example.com.trusted-domains.example.net'],
  ['%{p}', 'mail.email.example.com'],
  ['%{h} %{r} %{t}', 'mx.example.org unknown 1700000000'],
  ['%{S}%%%_%-', 'strong-bad%40email.example.com% %20'],
  ['%{D2R}', 'example.email'],
];

for (const [text, becomes] of EXAMPLES) {
  test(`${text} becomes ${becomes}`, () => {
    assert.equal(expanded(text), becomes);
  });
}

test('an IPv6 address is written as nibbles, and readable for explanations', () => {
  const nibbles = '1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2';
  const text = expanded('%{ir}.%{v}._spf.%{d2} %{c}', '2001:db8::cb01');
  assert.equal(text, `${nibbles}.ip6._spf.example.com 2001:db8::cb01`);
});

test('a capital escapes what a URL would misread, byte by byte', () => {
  assert.equal(expanded('%{L} %{l}', '192.0.2.3', 'a&b\u00e9'), 'a%26b%C3%A9 a&b\u00e9');
});

const TARGETS: readonly (readonly [text: string, name: string | undefined])[] = [
  ['example.com', 'example.com.'],
  ['example.com.', 'example.com.'],
  ['a b.example.com', 'a\\032b.example.com.'],
  ['a..b', undefined],
  ['', undefined],
  ['caf\u00e9.example.com', undefined],
  [`${'a'.repeat(64)}.example.com`, undefined],
  [`${'abcdefghi.'.repeat(30)}example.com`, `${'abcdefghi.'.repeat(24)}example.com.`],
];

for (const [text, name] of TARGETS) {
  test(`as the name to ask for, ${text.slice(0, 40)} is ${name?.slice(0, 40) ?? 'nothing'}`, () => {
    assert.equal(targetName(text), name);
  });
}

const DOMAINS: readonly (readonly [text: string, name: string | undefined])[] = [
  ['example.com', 'example.com.'],
  ['com', undefined],
  ['[192.0.2.1]', undefined],
  ['b\u00fccher.example', 'xn--bcher-kva.example.'],
  ['', undefined],
];

for (const [text, name] of DOMAINS) {
  test(`as the domain of a policy, "${text}" is ${name ?? 'nothing'}`, () => {
    assert.equal(policyDomain(text), name);
  });
}
