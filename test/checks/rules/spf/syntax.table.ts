// SPF-SYNTAX: faults with their place, terms without effect, and texts that are no SPF record.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syntax } from '../../../../src/checks/rules/spf/syntax.ts';
import { failure, outcomes, type Scene, told } from '../../../support/scene.ts';

const txt = (...texts: readonly string[]): Scene => ({
  zones: { 'example.com': texts.map((text) => `@ TXT "${text}"`).join('\n') },
});

const GOOD: readonly string[] = [
  'v=spf1 -all',
  'v=spf1 a mx/24 ptr ip4:192.0.2.0/24 ip6:2001:db8::/32 include:example.net ~all',
  'v=spf1 redirect=_spf.example.net',
  'v=spf1 mx -all exp=why.example.com note=%{d}',
  'v=spf1  mx   -all ',
];

for (const text of GOOD) {
  test(`SPF-SYNTAX: "${text}" passes`, () => {
    assert.deepEqual(outcomes(syntax, txt(text)), ['pass example.com']);
  });
}

const TOLD: readonly (readonly [text: string, told: string])[] = [
  [
    'v=spf1 ip4:192.0.2 -all',
    'error example.com: character 12, "192.0.2": this is no IPv4 address',
  ],
  [
    'v=spf1 mx -all ip4:192.0.2.1',
    'warning example.com: character 16, "ip4:192.0.2.1": it stands after -all and has no effect',
  ],
  [
    'v=spf1 redirect=a.example.net ~all',
    'warning example.com: character 8, "redirect=a.example.net": it stands beside ~all and has no effect',
  ],
  [
    'v=spf1 ip4=192.0.2.1 -all',
    'warning example.com: character 8, "ip4=192.0.2.1": with = it is a modifier that nobody knows and has no effect; ip4: is meant, it seems',
  ],
  [
    'v=spf1 mx v=spf1 a -all',
    'warning example.com: character 11, "v=spf1": a second version has no effect',
  ],
  [
    ' v=spf1 -all',
    'error example.com: " v=spf1 -all" does not begin with v=spf1 and a space, so it is no SPF record',
  ],
];

for (const [text, expected] of TOLD) {
  test(`SPF-SYNTAX: "${text}" is told`, () => {
    assert.deepEqual(told(syntax, txt(text)), [expected]);
  });
}

test('SPF-SYNTAX: all faults of a record are one finding, an error if one of them is', () => {
  assert.deepEqual(told(syntax, txt('v=spf1 -all mx a:x')), [
    'error example.com: character 18, "x": a domain name of two labels or more was expected; ' +
      'character 13, "mx": it stands after -all and has no effect',
  ]);
});

test('SPF-SYNTAX: a text beside a good record is only in the way', () => {
  assert.deepEqual(outcomes(syntax, txt('v=spf1 -all', 'v=spf1; mx -all')), [
    'warning example.com',
  ]);
});

test('SPF-SYNTAX: every one of several records is looked at', () => {
  assert.deepEqual(outcomes(syntax, txt('v=spf1 -all', 'v=spf1 foo')), ['error example.com']);
});

test('SPF-SYNTAX: a fault in an included record is told of that domain', () => {
  const zones = {
    'example.com': '@ TXT "v=spf1 include:example.net -all"',
    'example.net': '@ TXT "v=spf1 ip4:x foo -all"',
  };
  assert.deepEqual(outcomes(syntax, { zones }), ['pass example.com', 'error example.net']);
  assert.deepEqual(told(syntax, { zones }), [
    'error example.net: the SPF record of example.net, to which this one leads, has a fault: ' +
      '"ip4:x": this is no IPv4 address; "foo": there is no mechanism foo',
  ]);
});

test('SPF-SYNTAX: without a record there is nothing to read', () => {
  assert.deepEqual(outcomes(syntax, txt('hello')), ['not-applicable example.com']);
});

test('SPF-SYNTAX: a lookup that fails is unknown', () => {
  const lookups = { 'example.com TXT': failure() };
  assert.deepEqual(outcomes(syntax, { ...txt('x'), lookups }), ['unknown example.com']);
});
