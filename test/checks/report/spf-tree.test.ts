// The tree of an SPF record as text: whole pictures, since its shape is what it is for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromDns } from '../../../src/checks/inquiry.ts';
import { printSpfTree } from '../../../src/checks/report/spf-tree.ts';
import { spfTree } from '../../../src/policies/spf-tree.ts';
import { failure, ran, type Scene } from '../../support/scene.ts';
import { nameOf } from '../../support/zones.ts';

/** Lines of the picture, with the bar of the margin taken off. */
const picture = (scene: Scene): readonly string[] =>
  printSpfTree(ran(fromDns(spfTree(nameOf('example.com'))), scene)).split('\n');

const PLAIN: Scene = {
  zones: {
    'example.com':
      '@ TXT "v=spf1 include:_spf.example.net mx -all"\n@ MX 10 mail\nmail A 192.0.2.1',
    'example.net': [
      '_spf TXT "v=spf1 a:out.example.net include:more.example.net ?all"',
      'out A 192.0.2.2',
      'more TXT "v=spf1 ip4:192.0.2.0/24"',
    ].join('\n'),
  },
};

test('each term stands below its record, with the lookups that it costs', () => {
  assert.deepEqual(picture(PLAIN), [
    'v=spf1 include:_spf.example.net mx -all  4 of 10 lookups, 0 of 2 void',
    '├─ include:_spf.example.net              3',
    '│  ├─ a:out.example.net                  1',
    '│  ├─ include:more.example.net           1',
    '│  │  └─ ip4:192.0.2.0/24',
    '│  └─ ?all',
    '├─ mx                                    1',
    '└─ -all',
  ]);
});

test('a fault has a caret under its place', () => {
  const scene = { zones: { 'example.com': '@ TXT "v=spf1 a ip4:192.0.2.300 -all"' } };
  assert.deepEqual(picture(scene), [
    'v=spf1 a ip4:192.0.2.300 -all  1 of 10 lookups, 1 of 2 void',
    '├─ a                           1, void',
    '├─ ip4:192.0.2.300',
    '│      ^^^^^^^^^^^ this is no IPv4 address',
    '└─ -all',
  ]);
});

test('what cannot be followed says why', () => {
  const terms = [
    'include:example.com',
    'include:gone.example.net',
    'include:text.example.net',
    'include:two.example.net',
    'include:late.example.net',
    'exists:%{i}.example.net',
    'include:a..b',
    '-all',
    'ip4:192.0.2.1',
  ];
  const zones = {
    'example.com': `@ TXT "v=spf1 ${terms.slice(0, 4).join(' ')} " "${terms.slice(4).join(' ')}"`,
    'example.net': 'text TXT "hello"\ntwo TXT "v=spf1 -all"\ntwo TXT "v=spf1 +all"',
  };
  const lookups = { 'late.example.net TXT': failure() };
  assert.deepEqual(picture({ zones, lookups }), [
    'v=spf1 include:example.com include:gone.example.net include…  at least 7 of 10 lookups, 0 of 2 void',
    '├─ include:example.com                                        1, a loop',
    '├─ include:gone.example.net                                   1, no such name',
    '├─ include:text.example.net                                   1, no SPF record',
    '├─ include:two.example.net                                    1, 2 SPF records',
    '├─ include:late.example.net                                   1, not known: did not answer within 5 s',
    '├─ exists:%{i}.example.net                                    1, depends on the message',
    '├─ include:a..b                                               1, no domain that can have a record',
    '├─ -all',
    '└─ ip4:192.0.2.1                                              never looked at: all comes first',
  ]);
});

test('a domain without a record is one line', () => {
  assert.deepEqual(picture({ zones: { 'example.com': '' } }), ['example.com  no SPF record']);
});

test('what a record says cannot forge the picture', () => {
  const scene = { zones: { 'example.com': '@ TXT "v=spf1 \\027[2Ja \\226\\128\\174 -all"' } };
  const shown = picture(scene).join('\n');
  assert.match(shown, /\\x1b\[2Ja/);
  assert.match(shown, /\\xe2\\x80\\xae/);
  assert.doesNotMatch(shown, /\p{Cc}(?<!\n)|\p{Cf}/u);
});
