// DMARC-RUA and DMARC-EXTERNAL, as tables of scenes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../../../src/checks/rule.ts';
import { external } from '../../../../src/checks/rules/dmarc/external.ts';
import { rua } from '../../../../src/checks/rules/dmarc/rua.ts';
import { failure, judged, outcomes, type Scene, told } from '../../../support/scene.ts';

const OWN = '_dmarc.example.com';
const MAIL = '@ MX 10 mail\nmail A 192.0.2.10\n';

/** example.com whose record asks for reports there, with other zones beside it. */
const reportsTo = (list: string, zones: Scene['zones'] = {}): Scene => ({
  zones: {
    'example.com': `${MAIL}_dmarc TXT "v=DMARC1; p=none; rua=${list}"`,
    ...zones,
  },
});
const ELSEWHERE = 'mailto:in@reports.example.net';
const PERMISSION = 'example.com._report._dmarc.reports';

type Row = readonly [rule: Rule, what: string, scene: Scene, expected: readonly string[]];

const TABLE: readonly Row[] = [
  [
    rua,
    'a mailbox at the domain',
    reportsTo('mailto:d@example.com'),
    [`pass ${OWN}`, 'pass d@example.com'],
  ],
  [
    rua,
    'no rua',
    { zones: { 'example.com': `${MAIL}_dmarc TXT "v=DMARC1; p=none"` } },
    [`warning ${OWN}`],
  ],
  [rua, 'no record', { zones: { 'example.com': MAIL } }, ['not-applicable example.com']],
  [rua, 'an address without mailto:', reportsTo('d@example.com'), [`error ${OWN}`]],
  [rua, 'a page alone', reportsTo('https://example.com/dmarc'), [`warning ${OWN}`]],
  [
    rua,
    'three addresses',
    reportsTo('mailto:a@example.com,mailto:b@example.com,mailto:c@example.com'),
    [`warning ${OWN}`, 'pass a@example.com', 'pass b@example.com', 'pass c@example.com'],
  ],
  [
    rua,
    'a domain that does not exist',
    reportsTo('mailto:d@gone.example.com'),
    [`pass ${OWN}`, 'warning d@gone.example.com'],
  ],
  [
    rua,
    'a domain that takes no mail',
    reportsTo('mailto:d@example.net', { 'example.net': '@ MX 0 .' }),
    [`pass ${OWN}`, 'warning d@example.net'],
  ],
  [
    rua,
    'a domain with an address and no MX',
    reportsTo('mailto:d@mail.example.com'),
    [`pass ${OWN}`, 'info d@mail.example.com'],
  ],
  [
    rua,
    'a domain with neither',
    reportsTo('mailto:d@example.net', { 'example.net': '@ TXT "x"' }),
    [`pass ${OWN}`, 'warning d@example.net'],
  ],
  [
    rua,
    'a domain that cannot be looked up',
    { ...reportsTo(ELSEWHERE), lookups: { 'reports.example.net MX': failure() } },
    [`pass ${OWN}`, 'unknown in@reports.example.net'],
  ],
  [
    rua,
    'addresses that cannot be looked up',
    {
      ...reportsTo('mailto:d@example.net', { 'example.net': '' }),
      lookups: { 'example.net AAAA': failure() },
    },
    [`pass ${OWN}`, 'unknown d@example.net'],
  ],
  [external, 'at the domain', reportsTo('mailto:d@example.com'), ['pass example.com']],
  [external, 'below the domain', reportsTo('mailto:d@in.example.com'), ['pass in.example.com']],
  [
    external,
    'outside, and allowed',
    reportsTo(ELSEWHERE, { 'example.net': `${PERMISSION} TXT "v=DMARC1"` }),
    ['pass reports.example.net'],
  ],
  [
    external,
    'outside, and allowed for all',
    reportsTo(ELSEWHERE, { 'example.net': '*._report._dmarc.reports TXT "v=DMARC1;"' }),
    ['pass reports.example.net'],
  ],
  [external, 'outside', reportsTo(ELSEWHERE), ['error reports.example.net']],
  [
    external,
    'outside, with another record there',
    reportsTo(ELSEWHERE, { 'example.net': `${PERMISSION} TXT "yes"` }),
    ['error reports.example.net'],
  ],
  [
    external,
    'outside, and not to be told',
    {
      ...reportsTo(ELSEWHERE),
      lookups: { [`${PERMISSION}.example.net TXT`]: failure() },
    },
    ['unknown reports.example.net'],
  ],
  [
    external,
    'failure reports outside',
    {
      zones: {
        'example.com': `${MAIL}_dmarc TXT "v=DMARC1; p=none; ruf=${ELSEWHERE}"`,
      },
    },
    ['error reports.example.net'],
  ],
  [
    external,
    'several hosts, each on its own',
    reportsTo(`mailto:d@example.com,${ELSEWHERE}`),
    ['pass example.com', 'error reports.example.net'],
  ],
  [
    external,
    'no address',
    { zones: { 'example.com': `${MAIL}_dmarc TXT "v=DMARC1; p=none"` } },
    [`not-applicable ${OWN}`],
  ],
];

for (const [rule, what, scene, expected] of TABLE) {
  test(`${rule.id}: ${what}`, () => assert.deepEqual(outcomes(rule, scene), expected));
}

test('DMARC-EXTERNAL gives the record that the other side must publish', () => {
  const [verdict] = judged(external, reportsTo(ELSEWHERE));
  assert.ok(verdict?.outcome === 'finding');
  assert.equal(verdict.actor, 'other');
  assert.equal(verdict.mend?.text, `${PERMISSION}.example.net. TXT "v=DMARC1"`);
});

test('DMARC-RUA says why an address is none', () => {
  assert.deepEqual(told(rua, reportsTo('d@example.com')), [
    `error ${OWN}: "d@example.com": it lacks "mailto:" before the address`,
  ]);
});
