// SPF-ALL, SPF-NESTED-PLUSALL, SPF-PTR-MECH, SPF-OVERBROAD, SPF-NOMAIL: what the record allows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpAddress } from '../../../../src/base/ip.ts';
import type { Rule } from '../../../../src/checks/rule.ts';
import { all } from '../../../../src/checks/rules/spf/all.ts';
import { nestedPlusall } from '../../../../src/checks/rules/spf/nested-plusall.ts';
import { nomail } from '../../../../src/checks/rules/spf/nomail.ts';
import { overbroad } from '../../../../src/checks/rules/spf/overbroad.ts';
import { ptrMech } from '../../../../src/checks/rules/spf/ptr-mech.ts';
import { failure, judged, outcomes, type Scene, told } from '../../../support/scene.ts';

const spf = (terms: string, rest = ''): Scene => ({
  zones: { 'example.com': `@ TXT "v=spf1 ${terms}"\n${rest}` },
});
const late = (terms: string, rest = ''): Scene => ({
  ...spf(terms, rest),
  lookups: { 'late.example.com TXT': failure(), 'late.example.com A': failure() },
});
const NULL = '@ MX 0 .';

type Row = readonly [rule: Rule, what: string, scene: Scene, expected: readonly string[]];

const TABLE: readonly Row[] = [
  [all, '-all passes', spf('mx -all'), ['pass example.com']],
  [all, '~all passes as well', spf('mx ~all'), ['pass example.com']],
  [all, '?all says nothing', spf('mx ?all'), ['warning example.com']],
  [all, 'no all says nothing', spf('mx'), ['warning example.com']],
  [all, 'an empty record says nothing', spf(''), ['warning example.com']],
  [all, '+all lets everybody send', spf('mx +all'), ['error example.com']],
  [all, 'all alone is +all', spf('mx all'), ['error example.com']],
  [
    all,
    'a redirect ends as its record does',
    spf('redirect=x.example.com', 'x TXT "v=spf1 -all"'),
    ['pass example.com'],
  ],
  [
    all,
    'a redirect to +all lets everybody send',
    spf('redirect=x.example.com', 'x TXT "v=spf1 +all"'),
    ['error example.com'],
  ],
  [
    all,
    'a redirect that is not known is unknown',
    late('redirect=late.example.com'),
    ['unknown example.com'],
  ],
  [
    all,
    'a domain without SPF has no end',
    { zones: { 'example.com': '' } },
    ['not-applicable example.com'],
  ],

  [nestedPlusall, 'no include', spf('mx -all'), ['not-applicable example.com']],
  [
    nestedPlusall,
    'an include with an end passes',
    spf('include:x.example.com', 'x TXT "v=spf1 a ?all"'),
    ['pass example.com'],
  ],
  [
    nestedPlusall,
    'one with +all does not',
    spf('include:x.example.com -all', 'x TXT "v=spf1 +all"'),
    ['warning x.example.com'],
  ],
  [
    nestedPlusall,
    'nor one that redirects there',
    spf('include:x.example.com', 'x TXT "v=spf1 redirect=y.example.com"\ny TXT "v=spf1 all"'),
    ['warning x.example.com'],
  ],
  [
    nestedPlusall,
    'nor one that includes it',
    spf('include:x.example.com', 'x TXT "v=spf1 include:y.example.com"\ny TXT "v=spf1 all"'),
    ['warning y.example.com'],
  ],
  [
    nestedPlusall,
    'an include that is not pass lets nobody send',
    spf('?include:x.example.com -all', 'x TXT "v=spf1 +all"'),
    ['pass example.com'],
  ],
  [
    nestedPlusall,
    'an include that is not known is unknown',
    late('include:late.example.com'),
    ['unknown example.com'],
  ],

  [ptrMech, 'without ptr it passes', spf('a mx -all'), ['pass example.com']],
  [ptrMech, 'ptr is found', spf('ptr -all'), ['warning example.com']],
  [ptrMech, 'the macro p is found', spf('exists:%{p}.x.example.com -all'), ['warning example.com']],
  [ptrMech, 'ptr after all is never used', spf('-all ptr'), ['pass example.com']],
  [
    ptrMech,
    'ptr of another record is told of that',
    spf('include:x.example.com', 'x TXT "v=spf1 ptr:example.com"'),
    ['pass example.com', 'warning x.example.com'],
  ],

  [
    overbroad,
    'a few addresses pass',
    spf('ip4:192.0.2.0/24 ip6:2001:db8::/48 -all'),
    ['pass example.com'],
  ],
  [
    overbroad,
    'many large networks of services pass',
    spf('ip4:192.0.0.0/13 ip4:198.51.0.0/15 -all'),
    ['pass example.com'],
  ],
  [overbroad, 'a /8 is told', spf('ip4:203.0.113.0/8 -all'), ['notice example.com']],
  [
    overbroad,
    'an IPv6 network larger than that of a provider is told',
    spf('ip6:2001:db8::/31 -all'),
    ['notice example.com'],
  ],
  [
    overbroad,
    'what is neutral lets nobody send',
    spf('?ip4:203.0.113.0/8 -all'),
    ['pass example.com'],
  ],
  [overbroad, '+all is left to SPF-ALL', spf('+all'), ['not-applicable example.com']],
  [
    overbroad,
    'a host that is not known is unknown',
    late('a:late.example.com'),
    ['unknown example.com'],
  ],

  [
    nomail,
    'a domain that takes mail may send',
    spf('mx -all', '@ MX 10 mail'),
    ['not-applicable example.com'],
  ],
  [
    nomail,
    'a domain that takes none and sends none passes',
    spf('-all', NULL),
    ['pass example.com'],
  ],
  [
    nomail,
    'by a redirect too',
    spf('redirect=x.example.com', `${NULL}\nx TXT "v=spf1 -all"`),
    ['pass example.com'],
  ],
  [nomail, 'mx of null MX lets nobody send', spf('mx -all', NULL), ['pass example.com']],
  [nomail, 'no record is found', { zones: { 'example.com': NULL } }, ['warning example.com']],
  [nomail, '~all is not enough', spf('~all', NULL), ['warning example.com']],
  [
    nomail,
    'that somebody may send is for MX-NONE-BUT-SENDS',
    spf('ip4:192.0.2.1 -all', NULL),
    ['not-applicable example.com'],
  ],
  [
    nomail,
    'declared senders are on purpose',
    {
      ...spf('ip4:192.0.2.1 -all', NULL),
      about: { declared: { selectors: [], senders: ['192.0.2.1' as IpAddress] } },
    },
    ['not-applicable example.com'],
  ],
  [
    nomail,
    'a record that is not known is unknown',
    late('redirect=late.example.com', NULL),
    ['unknown example.com'],
  ],
  [
    nomail,
    'MX records that are not known are unknown',
    { ...spf('-all'), lookups: { 'example.com MX': failure() } },
    ['unknown example.com'],
  ],
];

for (const [rule, what, scene, expected] of TABLE) {
  test(`${rule.id}: ${what}`, () => {
    assert.deepEqual(outcomes(rule, scene), expected);
  });
}

const MENDS: readonly (readonly [terms: string, mended: string])[] = [
  ['mx +all exp=x.example.com', 'mx ~all exp=x.example.com'],
  ['ip4:192.0.2.1', 'ip4:192.0.2.1 ~all'],
  ['?all', '-all'],
];

for (const [terms, mended] of MENDS) {
  test(`SPF-ALL proposes "v=spf1 ${mended}" for "v=spf1 ${terms}"`, () => {
    const [found] = judged(all, spf(terms));
    assert.ok(found?.outcome === 'finding');
    assert.equal(found.mend?.text, `example.com. TXT "v=spf1 ${mended}"`);
  });
}

test('SPF-OVERBROAD names the largest networks', () => {
  assert.deepEqual(told(overbroad, spf('ip4:192.0.2.1 ip4:203.0.113.0/8 ip6:2001:db8::/64 -all')), [
    'notice example.com: 16777217 IPv4 and 1.8 × 10^19 IPv6 addresses may send, most of all by ip4:203.0.113.0/8',
  ]);
});

test('SPF-ALL says in whose record the end stands', () => {
  const scene = spf('redirect=x.example.com', 'x TXT "v=spf1 ?all"');
  assert.deepEqual(told(all, scene), [
    'warning example.com: the SPF record ends with ?all (in the record of x.example.com): nothing is said of other hosts',
  ]);
});
