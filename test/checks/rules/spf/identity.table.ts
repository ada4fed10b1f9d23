// SPF-HELO and SPF-COVERS-ME: whether what sends is what the records say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpAddress } from '../../../../src/base/ip.ts';
import { coversMe } from '../../../../src/checks/rules/spf/covers-me.ts';
import { helo } from '../../../../src/checks/rules/spf/helo.ts';
import { failure, judged, outcomes, type Scene, told } from '../../../support/scene.ts';

const zone = (text: string): Scene => ({ zones: { 'example.com': text } });
const MAIL = '@ MX 10 mail\nmail A 192.0.2.10\nmail AAAA 2001:db8::10';

const HELO: readonly (readonly [what: string, scene: Scene, expected: readonly string[]])[] = [
  [
    'a host with a record that covers it passes',
    zone(`${MAIL}\nmail TXT "v=spf1 a -all"`),
    ['pass mail.example.com'],
  ],
  ['a host without is told', zone(MAIL), ['info mail.example.com']],
  [
    'a record that leaves out an address is told',
    zone(`${MAIL}\nmail TXT "v=spf1 ip4:192.0.2.10 -all"`),
    ['info mail.example.com'],
  ],
  [
    'each host is told on its own',
    zone(`${MAIL}\n@ MX 20 other\nother A 192.0.2.11\nother TXT "v=spf1 a -all"`),
    ['info mail.example.com', 'pass other.example.com'],
  ],
  ['hosts of others are theirs', zone('@ MX 10 mail.example.net.'), ['not-applicable example.com']],
  ['a domain without mail has no host', zone('@ MX 0 .'), ['not-applicable example.com']],
  [
    'a lookup that fails is unknown',
    { ...zone(MAIL), lookups: { 'mail.example.com TXT': failure() } },
    ['unknown mail.example.com'],
  ],
  ['a host without addresses is unknown', zone('@ MX 10 mail'), ['unknown mail.example.com']],
];

for (const [what, scene, expected] of HELO) {
  test(`SPF-HELO: ${what}`, () => {
    assert.deepEqual(outcomes(helo, scene), expected);
  });
}

interface Sends {
  readonly terms?: string;
  readonly rest?: string;
  readonly reverse?: string;
  readonly lookups?: NonNullable<Scene['lookups']>;
  readonly senders?: readonly string[];
}

const sends = ({
  terms,
  rest = '',
  reverse,
  lookups = {},
  senders = ['192.0.2.10'],
}: Sends): Scene => ({
  zones: {
    'example.com': `${terms === undefined ? '' : `@ TXT "v=spf1 ${terms}"`}\n${rest}`,
    ...(reverse !== undefined && { '2.0.192.in-addr.arpa': reverse }),
  },
  lookups,
  about: { declared: { selectors: [], senders: senders as readonly IpAddress[] } },
});

const COVERS: readonly (readonly [what: string, scene: Scene, expected: readonly string[]])[] = [
  ['an address in the record passes', sends({ terms: 'ip4:192.0.2.10 -all' }), ['pass 192.0.2.10']],
  [
    'by mx as well',
    sends({ terms: 'mx -all', rest: MAIL, senders: ['192.0.2.10', '2001:db8::10'] }),
    ['pass 192.0.2.10', 'pass 2001:db8::10'],
  ],
  ['one that fails is found', sends({ terms: 'ip4:192.0.2.11 -all' }), ['error 192.0.2.10']],
  ['softfail is no pass', sends({ terms: 'ip4:192.0.2.11 ~all' }), ['error 192.0.2.10']],
  ['nor is neutral', sends({ terms: 'ip4:192.0.2.11' }), ['error 192.0.2.10']],
  [
    'an error in the record has rules of its own',
    sends({ terms: 'foo ip4:192.0.2.10 -all' }),
    ['not-applicable 192.0.2.10'],
  ],
  [
    'a record of the HELO name that fails is found',
    sends({
      terms: 'ip4:192.0.2.10 -all',
      reverse: '10 PTR mail.example.com.',
      rest: 'mail TXT "v=spf1 -all"',
    }),
    ['warning 192.0.2.10'],
  ],
  [
    'a HELO name without a record is none',
    sends({ terms: 'ip4:192.0.2.10 -all', reverse: '10 PTR mail.example.com.' }),
    ['pass 192.0.2.10'],
  ],
  [
    'with several names it is not known which is given',
    sends({
      terms: 'ip4:192.0.2.10 -all',
      reverse: '10 PTR mail.example.com.\n10 PTR x.example.com.',
      rest: 'mail TXT "v=spf1 -all"',
    }),
    ['pass 192.0.2.10'],
  ],
  ['nothing is declared', sends({ terms: '-all', senders: [] }), ['not-applicable example.com']],
  ['no SPF record is left to SPF-NONE', sends({}), ['not-applicable example.com']],
  [
    'a lookup that fails on the way is unknown',
    sends({ terms: 'a:late.example.com -all', lookups: { 'late.example.com A': failure() } }),
    ['unknown 192.0.2.10'],
  ],
  [
    'a lookup behind the term that matches is not needed',
    sends({
      terms: 'ip4:192.0.2.10 a:late.example.com -all',
      lookups: { 'late.example.com A': failure() },
    }),
    ['pass 192.0.2.10'],
  ],
  [
    'a record that is not known is unknown',
    sends({ terms: '-all', lookups: { 'example.com TXT': failure() } }),
    ['unknown example.com'],
  ],
];

for (const [what, scene, expected] of COVERS) {
  test(`SPF-COVERS-ME: ${what}`, () => {
    assert.deepEqual(outcomes(coversMe, scene), expected);
  });
}

test('SPF-COVERS-ME says why, and proposes the record with the address', () => {
  const scene = sends({
    terms: 'redirect=x.example.com',
    rest: 'x TXT "v=spf1 mx -all"',
    senders: ['2001:db8::7'],
  });
  assert.deepEqual(told(coversMe, scene), [
    'error 2001:db8::7: mail from 2001:db8::7 gets fail: -all of x.example.com matches 2001:db8::7',
  ]);
  const [found] = judged(coversMe, scene);
  assert.ok(found?.outcome === 'finding');
  assert.equal(
    found.mend?.text,
    'example.com. TXT "v=spf1 ip6:2001:db8::7 redirect=x.example.com"',
  );
});
