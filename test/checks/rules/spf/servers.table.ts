// SPF-SIZE and SPF-NS-AGREE: how the record comes from the name servers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nsAgree } from '../../../../src/checks/rules/spf/ns-agree.ts';
import { size } from '../../../../src/checks/rules/spf/size.ts';
import { failure, outcomes, type Scene, told } from '../../../support/scene.ts';

const txt = (...texts: readonly string[]): Scene => ({
  zones: { 'example.com': texts.map((text) => `@ TXT ${stringsOf(text)}`).join('\n') },
});
const stringsOf = (text: string): string =>
  (text.match(/.{1,250}/g) ?? ['']).map((each) => `"${each}"`).join(' ');

const spfOf = (bytes: number): string => `v=spf1 x=${'a'.repeat(bytes - 14)} -all`;

const SIZES: readonly (readonly [what: string, scene: Scene, expected: string])[] = [
  ['a short record passes', txt('v=spf1 -all'), 'pass example.com'],
  ['one of 450 bytes in two strings passes', txt(spfOf(450)), 'pass example.com'],
  ['one of 451 does not', txt(spfOf(451)), 'warning example.com'],
  [
    'a few other texts do no harm',
    txt('v=spf1 -all', 'b'.repeat(500), 'c'.repeat(500)),
    'pass example.com',
  ],
  [
    'so many that the answer is cut do',
    txt('v=spf1 -all', 'b'.repeat(600), 'c'.repeat(600)),
    'warning example.com',
  ],
  ['a domain without SPF has no size', txt('b'.repeat(2_000)), 'not-applicable example.com'],
  [
    'a lookup that fails is unknown',
    { ...txt(''), lookups: { 'example.com TXT': failure() } },
    'unknown example.com',
  ],
];

for (const [what, scene, expected] of SIZES) {
  test(`SPF-SIZE: ${what}`, () => {
    assert.deepEqual(outcomes(size, scene), [expected]);
  });
}

test('SPF-SIZE tells both sizes', () => {
  assert.deepEqual(told(size, txt(spfOf(451))), [
    'warning example.com: the record has 451 bytes, the answer with all TXT records 505; at most 450 and 1232 are sure to arrive',
  ]);
});

const GOOD = '@ TXT "v=spf1 mx -all"\n@ TXT "other"';
const at = (servers: NonNullable<Scene['servers']>, text = GOOD): Scene => ({
  zones: { 'example.com': text },
  servers,
});

const AGREE: readonly (readonly [what: string, scene: Scene, expected: string])[] = [
  ['the same everywhere passes', at({}), 'pass example.com'],
  [
    'another record at one is found',
    at({ 'ns2.example.com': { zone: '@ TXT "v=spf1 a -all"' } }),
    'warning example.com',
  ],
  [
    'no record at one is found',
    at({ 'ns2.example.com': { zone: '@ TXT "other"' } }),
    'warning example.com',
  ],
  [
    'other texts may differ',
    at({ 'ns2.example.com': { zone: '@ TXT "v=spf1 mx -all"' } }),
    'pass example.com',
  ],
  [
    'strings may be cut otherwise',
    at({ 'ns2.example.com': { zone: '@ TXT "v=spf1" " mx -all"' } }),
    'pass example.com',
  ],
  [
    'a server that is silent says nothing',
    at({ 'ns2.example.com': 'timeout' }),
    'pass example.com',
  ],
  ['nor does one that refuses', at({ 'ns2.example.com': 'refused' }), 'pass example.com'],
  [
    'one answer alone cannot differ',
    at({ 'ns2.example.com': 'timeout', 'ns1.example.com 2001:db8::53': 'timeout' }),
    'unknown example.com',
  ],
  [
    'no answer is unknown',
    at({ 'ns1.example.com': 'timeout', 'ns2.example.com': 'servfail' }),
    'unknown example.com',
  ],
  ['no SPF record anywhere is no difference', at({}, ''), 'not-applicable example.com'],
];

for (const [what, scene, expected] of AGREE) {
  test(`SPF-NS-AGREE: ${what}`, () => {
    assert.deepEqual(outcomes(nsAgree, scene), [expected]);
  });
}

test('SPF-NS-AGREE: an answer that was cut off is taken from TCP', () => {
  const scene = at({
    'ns2.example.com': ({ by }, good) =>
      by === 'udp' ? { ...good, truncated: true, answers: [] } : good,
  });
  assert.deepEqual(outcomes(nsAgree, scene), ['pass example.com']);
});

test('SPF-NS-AGREE tells who says what', () => {
  const scene = at({ 'ns2.example.com 192.0.2.54': { zone: '@ TXT "v=spf1 a -all"' } });
  assert.deepEqual(told(nsAgree, scene), [
    'warning example.com: the SPF record differs: ns1.example.com (192.0.2.53), ' +
      'ns1.example.com (2001:db8::53) and ns2.example.com (2001:db8::54) gave "v=spf1 mx -all"; ' +
      'ns2.example.com (192.0.2.54) gave "v=spf1 a -all"',
  ]);
});
