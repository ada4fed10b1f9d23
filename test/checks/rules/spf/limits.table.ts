// SPF-LOOKUPS, SPF-VOID, SPF-MX10, SPF-PTR10, SPF-LOOP, SPF-DUP-INCLUDE, SPF-DEAD-INCLUDE: what
// receivers follow, and for how long.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpAddress } from '../../../../src/base/ip.ts';
import type { Rule } from '../../../../src/checks/rule.ts';
import { deadInclude } from '../../../../src/checks/rules/spf/dead-include.ts';
import { dupInclude } from '../../../../src/checks/rules/spf/dup-include.ts';
import { lookups } from '../../../../src/checks/rules/spf/lookups.ts';
import { loop } from '../../../../src/checks/rules/spf/loop.ts';
import { mx10 } from '../../../../src/checks/rules/spf/mx10.ts';
import { ptr10 } from '../../../../src/checks/rules/spf/ptr10.ts';
import { voids } from '../../../../src/checks/rules/spf/void.ts';
import { failure, judged, outcomes, type Scene, told } from '../../../support/scene.ts';

const spf = (terms: string, rest = '', others: Readonly<Record<string, string>> = {}): Scene => ({
  zones: { 'example.com': `@ TXT "v=spf1 ${terms}"\n${rest}`, ...others },
});

const HOST = '@ A 192.0.2.1';
const MAIL = '@ MX 10 mail\nmail A 192.0.2.1';
const INCLUDED = 'x TXT "v=spf1 ip4:192.0.2.1"\ny TXT "v=spf1 include:x.example.com"';
const times = (count: number, text: string): string =>
  Array.from({ length: count }, (_, at) => text.replaceAll('#', String(at))).join(' ');
const lines = (count: number, text: string): string =>
  Array.from({ length: count }, (_, at) => text.replaceAll('#', String(at))).join('\n');

const lateInclude = (terms: string, rest = ''): Scene => ({
  ...spf(terms, rest),
  lookups: { 'late.example.com TXT': failure() },
});
const lateHost = (terms: string): Scene => ({
  ...spf(terms),
  lookups: { 'late.example.com A': failure(), 'late.example.com MX': failure() },
});
const reverse = (count: number): Readonly<Record<string, string>> => ({
  '2.0.192.in-addr.arpa': lines(count, '10 PTR h#.example.com.'),
});
const senders = { declared: { selectors: [], senders: ['192.0.2.10' as IpAddress] } };

type Row = readonly [rule: Rule, what: string, scene: Scene, expected: readonly string[]];

const TABLE: readonly Row[] = [
  [lookups, 'none pass', spf('-all'), ['pass example.com']],
  [lookups, 'eight pass', spf(`${times(8, 'a')} -all`, HOST), ['pass example.com']],
  [lookups, 'nine are near', spf(`${times(9, 'a')} -all`, HOST), ['warning example.com']],
  [lookups, 'ten are near', spf(`${times(10, 'a')} -all`, HOST), ['warning example.com']],
  [lookups, 'eleven are too many', spf(`${times(11, 'a')} -all`, HOST), ['error example.com']],
  [
    lookups,
    'those after all do not count',
    spf(`-all ${times(11, 'a')}`, HOST),
    ['pass example.com'],
  ],
  [
    lookups,
    'a record that is not known is unknown',
    lateInclude('include:late.example.com -all'),
    ['unknown example.com'],
  ],
  [
    lookups,
    'too many are certain all the same',
    lateInclude(`${times(10, 'a')} include:late.example.com -all`, HOST),
    ['error example.com'],
  ],
  [
    lookups,
    'a host that is not known costs the same',
    lateHost('a:late.example.com -all'),
    ['pass example.com'],
  ],
  [
    lookups,
    'a domain without SPF has none',
    { zones: { 'example.com': '' } },
    ['not-applicable example.com'],
  ],
  [
    lookups,
    'of two records none counts',
    { zones: { 'example.com': '@ TXT "v=spf1 a"\n@ TXT "v=spf1 mx"' } },
    ['not-applicable example.com'],
  ],

  [voids, 'hosts that are there pass', spf('a mx -all', `${HOST}\n${MAIL}`), ['pass example.com']],
  [
    voids,
    'two that are not there pass',
    spf(`${times(2, 'a:h#.example.com')} -all`),
    ['pass example.com'],
  ],
  [voids, 'three do not', spf(`${times(3, 'a:h#.example.com')} -all`), ['error example.com']],
  [
    voids,
    'those of included records count',
    spf('a:h.example.com a:i.example.com include:x.example.com -all', 'x TXT "v=spf1 mx"'),
    ['error example.com'],
  ],
  [
    voids,
    'a host with IPv6 alone is there',
    spf(times(3, 'a:h.example.com'), 'h AAAA 2001:db8::1'),
    ['pass example.com'],
  ],
  [voids, 'null MX is an answer', spf(`${times(3, 'mx')} -all`, '@ MX 0 .'), ['pass example.com']],
  [
    voids,
    'a lookup that fails is unknown',
    lateHost('a:late.example.com -all'),
    ['unknown example.com'],
  ],

  [mx10, 'ten exchanges pass', spf('mx -all', lines(10, '@ MX 1# m#')), ['pass example.com']],
  [mx10, 'eleven do not', spf('mx -all', lines(11, '@ MX 1# m#')), ['error example.com']],
  [
    mx10,
    'eleven do no harm without mx',
    spf('a -all', lines(11, '@ MX 1# m#')),
    ['not-applicable example.com'],
  ],
  [mx10, 'nor after all', spf('-all mx', lines(11, '@ MX 1# m#')), ['not-applicable example.com']],
  [
    mx10,
    'a lookup that fails is unknown',
    lateHost('mx:late.example.com -all'),
    ['unknown example.com'],
  ],

  [ptr10, 'without ptr nobody asks', spf('mx -all', MAIL), ['not-applicable example.com']],
  [
    ptr10,
    'an address with ten names passes',
    { ...spf('ptr -all', '', reverse(10)), about: senders },
    ['pass 192.0.2.10'],
  ],
  [
    ptr10,
    'one with eleven does not',
    { ...spf('ptr -all', '', reverse(11)), about: senders },
    ['warning 192.0.2.10'],
  ],
  [
    ptr10,
    'the exchanges are asked where no sender is declared',
    spf('ptr -all', '@ MX 10 mail\nmail A 192.0.2.10', reverse(11)),
    ['warning 192.0.2.10'],
  ],
  [
    ptr10,
    'no address is known of a domain without mail',
    spf('ptr -all', '@ MX 0 .'),
    ['not-applicable example.com'],
  ],
  [
    ptr10,
    'a lookup that fails is unknown',
    { ...spf('ptr -all'), about: senders, lookups: { '10.2.0.192.in-addr.arpa PTR': failure() } },
    ['unknown 192.0.2.10'],
  ],

  [
    loop,
    'includes that end pass',
    spf('include:y.example.com -all', INCLUDED),
    ['pass example.com'],
  ],
  [loop, 'one of itself does not', spf('include:example.com -all'), ['error example.com']],
  [loop, 'a redirect to itself does not', spf('redirect=example.com'), ['error example.com']],
  [
    loop,
    'a way round does not',
    spf('include:x.example.com', 'x TXT "v=spf1 redirect=example.com"'),
    ['error example.com'],
  ],
  [loop, 'one that all hides is none', spf('-all include:example.com'), ['pass example.com']],
  [
    loop,
    'a record that is not known is unknown',
    lateInclude('include:late.example.com'),
    ['unknown example.com'],
  ],

  [dupInclude, 'no include', spf('mx -all', MAIL), ['not-applicable example.com']],
  [
    dupInclude,
    'two different ones pass',
    spf('include:x.example.com include:z.example.com', `${INCLUDED}\nz TXT "v=spf1 a"`),
    ['pass example.com'],
  ],
  [
    dupInclude,
    'the same twice is found',
    spf('include:x.example.com include:X.example.com', INCLUDED),
    ['warning example.com'],
  ],
  [
    dupInclude,
    'one that another brings is found',
    spf('include:x.example.com include:y.example.com', INCLUDED),
    ['warning example.com'],
  ],
  [
    dupInclude,
    'two that others bring are theirs to mend',
    spf(
      'include:y.example.com include:z.example.com',
      `${INCLUDED}\nz TXT "v=spf1 include:x.example.com"`,
    ),
    ['notice example.com'],
  ],

  [
    deadInclude,
    'includes with records pass',
    spf('include:y.example.com -all', INCLUDED),
    ['pass example.com'],
  ],
  [deadInclude, 'no include', spf('-all'), ['not-applicable example.com']],
  [
    deadInclude,
    'a name without a record is found',
    spf('include:example.net', '', { 'example.net': '@ TXT "x"' }),
    ['error example.net'],
  ],
  [
    deadInclude,
    'a name that is not there is found once',
    spf('include:gone.example.net include:gone.example.net'),
    ['error gone.example.net'],
  ],
  [deadInclude, 'a redirect too', spf('redirect=gone.example.net'), ['error gone.example.net']],
  [
    deadInclude,
    'and what an included record includes',
    spf('include:x.example.com', 'x TXT "v=spf1 include:gone.example.net"'),
    ['error gone.example.net'],
  ],
  [
    deadInclude,
    'and a target that is no name',
    spf('include:a..example.com'),
    ['error a..example.com'],
  ],
  [
    deadInclude,
    'one that depends on the message cannot be told',
    spf('include:%{l}.example.com -all'),
    ['pass example.com'],
  ],
  [
    deadInclude,
    'a lookup that fails is unknown',
    lateInclude('include:late.example.com'),
    ['unknown late.example.com'],
  ],
];

for (const [rule, what, scene, expected] of TABLE) {
  test(`${rule.id}: ${what}`, () => {
    assert.deepEqual(outcomes(rule, scene), expected);
  });
}

const mendOf = (rule: Rule, scene: Scene): string | undefined => {
  const found = judged(rule, scene).find(({ outcome }) => outcome === 'finding');
  return found?.outcome === 'finding' ? found.mend?.text : undefined;
};

test('SPF-LOOKUPS names what costs most, term by term', () => {
  const scene = spf(
    `${times(8, 'a')} include:y.example.com exists:%{i}.x.example.com -all`,
    `${HOST}\n${INCLUDED}`,
  );
  assert.deepEqual(told(lookups, scene), [
    'error example.com: the SPF record needs at least 11 of 10 lookups: a 1, a 1, a 1, a 1, a 1, a 1 and 4 more',
  ]);
});

test('SPF-VOID names the terms and whose they are', () => {
  const scene = spf(
    'a:h.example.com include:x.example.com -all',
    'x TXT "v=spf1 mx a:i.example.com"',
  );
  assert.deepEqual(told(voids, scene), [
    'error example.com: 3 terms look up what does not exist (2 at most): ' +
      'a:h.example.com, mx of x.example.com and a:i.example.com of x.example.com',
  ]);
});

test('SPF-DUP-INCLUDE keeps one term of each', () => {
  const both = spf('include:x.example.com mx include:x.example.com -all', INCLUDED);
  assert.equal(mendOf(dupInclude, both), 'example.com. TXT "v=spf1 include:x.example.com mx -all"');
  const brought = spf('include:x.example.com include:y.example.com -all', INCLUDED);
  assert.equal(mendOf(dupInclude, brought), 'example.com. TXT "v=spf1 include:y.example.com -all"');
});

test('SPF-DEAD-INCLUDE says what is missing, and proposes the record without it', () => {
  const scene = spf('include:gone.example.net mx -all', MAIL);
  assert.deepEqual(told(deadInclude, scene), [
    'error gone.example.net: include:gone.example.net leads to gone.example.net, which does not exist',
  ]);
  assert.equal(mendOf(deadInclude, scene), 'example.com. TXT "v=spf1 mx -all"');
});

test('SPF-LOOP says where it leads back', () => {
  const scene = spf('include:x.example.com -all', 'x TXT "v=spf1 include:x.example.com"');
  assert.deepEqual(told(loop, scene), [
    'error example.com: include:x.example.com of x.example.com leads back to x.example.com',
  ]);
});
