// The rules about the DMARC record itself, as tables of scenes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../../../src/checks/rule.ts';
import { DMARC_RULES } from '../../../../src/checks/rules/dmarc/family.ts';
import { location } from '../../../../src/checks/rules/dmarc/location.ts';
import { multi } from '../../../../src/checks/rules/dmarc/multi.ts';
import { none } from '../../../../src/checks/rules/dmarc/none.ts';
import { policy } from '../../../../src/checks/rules/dmarc/policy.ts';
import { removed } from '../../../../src/checks/rules/dmarc/removed.ts';
import { space } from '../../../../src/checks/rules/dmarc/space.ts';
import { syntax } from '../../../../src/checks/rules/dmarc/syntax.ts';
import { tree } from '../../../../src/checks/rules/dmarc/tree.ts';
import { unrelated } from '../../../../src/checks/rules/dmarc/unrelated.ts';
import { failure, judged, outcomes, type Scene, told } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';

const OWN = '_dmarc.example.com';
const RUA = 'rua=mailto:dmarc@example.com';
const MAIL = '@ MX 10 mail\nmail A 192.0.2.10\n';

const dmarc = (...texts: readonly string[]): Scene => ({
  zones: { 'example.com': MAIL + texts.map((text) => `_dmarc TXT "${text}"`).join('\n') },
});
/** The same, looked at from news.example.com, which has `own` at its _dmarc. */
const fromBelow = (text: string, own = ''): Scene => ({
  zones: { 'example.com': `_dmarc TXT "${text}"\nnews MX 10 news\nnews A 192.0.2.11\n${own}` },
  about: { domain: nameOf('news.example.com') },
});
const FAILS: Scene = { ...dmarc(), lookups: { [`${OWN} TXT`]: failure() } };
const SUFFIX: Scene = {
  zones: { 'example.com': MAIL, com: '_dmarc TXT "v=DMARC1; p=none; psd=y"' },
};

type Row = readonly [rule: Rule, what: string, scene: Scene, expected: readonly string[]];

const TABLE: readonly Row[] = [
  [none, 'a record', dmarc('v=DMARC1; p=none'), ['pass example.com']],
  [none, 'no record', dmarc(), ['error example.com']],
  [none, 'junk alone', dmarc('hello'), ['error example.com']],
  [none, 'a record of the domain above', fromBelow('v=DMARC1; p=none'), ['pass news.example.com']],
  [none, 'a record of the public suffix', SUFFIX, ['pass example.com']],
  [none, 'several records', dmarc('v=DMARC1', 'v=DMARC1; p=none'), ['not-applicable example.com']],
  [none, 'a record after a blank', dmarc(' v=DMARC1'), ['not-applicable example.com']],
  [none, 'a record that begins badly', dmarc('v=dmarc1; p=none'), ['not-applicable example.com']],
  [none, 'a failure', FAILS, ['unknown example.com']],
  [multi, 'one record', dmarc('v=DMARC1; p=none'), [`pass ${OWN}`]],
  [multi, 'one record beside junk', dmarc('v=DMARC1; p=none', 'junk'), [`pass ${OWN}`]],
  [multi, 'no record', dmarc(), [`pass ${OWN}`]],
  [multi, 'two records', dmarc('v=DMARC1; p=none', 'v=DMARC1; p=reject'), [`error ${OWN}`]],
  [
    multi,
    'two records above',
    fromBelow('v=DMARC1; p=none', '_dmarc TXT "v=DMARC1; p=reject"'),
    [`error ${OWN}`],
  ],
  [
    multi,
    'two records above one of its own',
    fromBelow('v=DMARC1', '_dmarc TXT "v=DMARC1; t=n"\n_dmarc.news TXT "v=DMARC1; p=none"'),
    ['pass _dmarc.news.example.com'],
  ],
  [location, 'at its place', dmarc('v=DMARC1; p=none'), ['pass example.com']],
  [
    location,
    'at the domain',
    { zones: { 'example.com': '@ TXT "v=DMARC1; p=none"' } },
    ['error example.com'],
  ],
  [
    location,
    'at both',
    { zones: { 'example.com': '@ TXT "v=DMARC1; p=none"\n_dmarc TXT "v=DMARC1; p=none"' } },
    ['warning example.com'],
  ],
  [
    location,
    'SPF at the domain',
    { zones: { 'example.com': '@ TXT "v=spf1 -all"' } },
    ['pass example.com'],
  ],
  [
    location,
    'a failure',
    { zones: { 'example.com': '' }, lookups: { 'example.com TXT': failure() } },
    ['unknown example.com'],
  ],
  [space, 'none', dmarc('v=DMARC1; p=none'), [`pass ${OWN}`]],
  [space, 'one before', dmarc(' v=DMARC1; p=none'), [`error ${OWN}`]],
  [space, 'within', dmarc('v = DMARC1 ; p = none'), [`pass ${OWN}`]],
  [unrelated, 'nothing', dmarc(), [`pass ${OWN}`]],
  [unrelated, 'DMARC alone', dmarc('v=DMARC1; p=none'), [`pass ${OWN}`]],
  [unrelated, 'SPF', dmarc('v=DMARC1; p=none', 'v=spf1 -all'), [`warning ${OWN}`]],
  [
    unrelated,
    'SPF of a wildcard',
    { zones: { 'example.com': '* TXT "v=spf1 -all"' } },
    [`warning ${OWN}`],
  ],
  [syntax, 'a good record', dmarc(`v=DMARC1; p=none; ${RUA}`), [`pass ${OWN}`]],
  [syntax, 'a good record without rua', dmarc('v=DMARC1; p=reject;'), [`pass ${OWN}`]],
  [syntax, 'a bad policy', dmarc('v=DMARC1; p=monitor'), [`error ${OWN}`]],
  [syntax, 'a tag twice', dmarc('v=DMARC1; p=none; p=none'), [`error ${OWN}`]],
  [syntax, 'no equals', dmarc('v=DMARC1; p=none; rua'), [`error ${OWN}`]],
  [syntax, 'an unknown tag', dmarc('v=DMARC1; p=none; x=1'), [`warning ${OWN}`]],
  [syntax, 'an odd alignment', dmarc('v=DMARC1; p=none; adkim=strict'), [`warning ${OWN}`]],
  [syntax, 'a bad ruf', dmarc('v=DMARC1; p=none; ruf=a@example.com'), [`warning ${OWN}`]],
  [syntax, 'a record in lower case', dmarc('v=dmarc1; p=none'), [`error ${OWN}`]],
  [syntax, 'a record in quotes', dmarc('\\"v=DMARC1; p=none\\"'), [`error ${OWN}`]],
  [syntax, 'removed tags', dmarc('v=DMARC1; p=none; pct=20'), [`pass ${OWN}`]],
  [syntax, 'no record', dmarc(), ['not-applicable example.com']],
  [syntax, 'a bad record above', fromBelow('v=DMARC1; p=monitor'), [`error ${OWN}`]],
  [syntax, 'the record of a public suffix', SUFFIX, ['not-applicable example.com']],
  [removed, 'nothing old', dmarc(`v=DMARC1; p=none; ${RUA}`), [`pass ${OWN}`]],
  [removed, 'a part of the mail', dmarc('v=DMARC1; p=reject; pct=10'), [`warning ${OWN}`]],
  [removed, 'all of the mail', dmarc('v=DMARC1; p=reject; pct=100'), [`info ${OWN}`]],
  [removed, 'ri and rf', dmarc('v=DMARC1; p=none; ri=86400; rf=afrf'), [`info ${OWN}`]],
  [removed, 'a size', dmarc(`v=DMARC1; p=none; ${RUA}!10m`), [`warning ${OWN}`]],
  [removed, 'p not second', dmarc(`v=DMARC1; ${RUA}; p=none`), [`info ${OWN}`]],
  [removed, 'no p, with rua', dmarc(`v=DMARC1; ${RUA}`), [`warning ${OWN}`]],
  [removed, 'no p and no rua', dmarc('v=DMARC1'), [`error ${OWN}`]],
  [policy, 'reject', dmarc('v=DMARC1; p=reject'), [`pass ${OWN}`]],
  [policy, 'quarantine', dmarc('v=DMARC1; p=quarantine'), [`pass ${OWN}`]],
  [policy, 'none', dmarc(`v=DMARC1; p=none; ${RUA}`), [`warning ${OWN}`]],
  [policy, 'a weaker sp', dmarc('v=DMARC1; p=reject; sp=none'), [`warning ${OWN}`]],
  [policy, 'a weaker np', dmarc('v=DMARC1; p=reject; np=quarantine'), [`warning ${OWN}`]],
  [
    policy,
    'a stronger sp and np',
    dmarc('v=DMARC1; p=quarantine; sp=reject; np=reject'),
    [`pass ${OWN}`],
  ],
  [policy, 'test mode', dmarc('v=DMARC1; p=quarantine; t=y'), [`warning ${OWN}`]],
  [policy, 'neither policy nor rua', dmarc('v=DMARC1'), [`not-applicable ${OWN}`]],
  [policy, 'inherited, with sp', fromBelow('v=DMARC1; p=reject; sp=none'), [`warning ${OWN}`]],
  [policy, 'inherited', fromBelow('v=DMARC1; p=reject; np=none'), [`pass ${OWN}`]],
  [
    policy,
    'a weaker sp below the organisation, where it does not count',
    fromBelow('v=DMARC1; p=reject', '_dmarc.news TXT "v=DMARC1; p=reject; sp=none"'),
    ['pass _dmarc.news.example.com'],
  ],
  [
    policy,
    'reject for a domain without mail',
    { zones: { 'example.com': '@ MX 0 .\n_dmarc TXT "v=DMARC1; p=reject"' } },
    [`pass ${OWN}`],
  ],
  [tree, 'its own', dmarc('v=DMARC1; p=none'), ['pass example.com']],
  [tree, 'inherited', fromBelow('v=DMARC1; p=none'), ['info news.example.com']],
  [tree, 'no record', dmarc(), ['not-applicable example.com']],
  [
    tree,
    'its own below an organisation',
    fromBelow('v=DMARC1; p=none', '_dmarc.news TXT "v=DMARC1; p=none"'),
    ['info news.example.com'],
  ],
  [
    tree,
    'a failure above',
    { ...dmarc('v=DMARC1; p=none'), lookups: { '_dmarc.com TXT': failure() } },
    ['unknown example.com'],
  ],
];

for (const [rule, what, scene, expected] of TABLE) {
  test(`${rule.id}: ${what}`, () => assert.deepEqual(outcomes(rule, scene), expected));
}

for (const rule of DMARC_RULES.filter((each) => each !== location)) {
  test(`${rule.id} does not take a failure for a fault`, () => {
    const [outcome = ''] = outcomes(rule, FAILS);
    assert.match(outcome, /^unknown /);
  });
}

/** What the first finding says, and what to paste. */
function first(rule: Rule, scene: Scene): readonly [string, string | undefined] {
  const verdict = judged(rule, scene).find(({ outcome }) => outcome === 'finding');
  assert.ok(verdict?.outcome === 'finding');
  return [verdict.says, verdict.mend?.text];
}

test('DMARC-NONE gives a record to paste, a strict one where no mail is taken', () => {
  assert.deepEqual(first(none, dmarc()), [
    'neither _dmarc.example.com nor any name above it has a DMARC record',
    '_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"',
  ]);
  const [, text] = first(none, { zones: { 'example.com': '@ MX 0 .' } });
  assert.equal(text, '_dmarc.example.com. TXT "v=DMARC1; p=reject"');
});

test('DMARC-SYNTAX tells every fault with its place, and what it costs', () => {
  const [says] = first(syntax, dmarc('v=DMARC1; p=monitor; x=1'));
  assert.equal(
    says,
    'at character 13: p is "monitor" and not none, quarantine or reject; at character 22: "x" is ' +
      'no tag of DMARC; receivers leave DMARC alone for this domain',
  );
});

test('DMARC-REMOVED gives the record without what was removed', () => {
  const text = `v=DMARC1; ${RUA}!10m,mailto:b@example.com!1G; pct=50; p=reject; sp=none`;
  const [, mend] = first(removed, dmarc(text));
  const expected = `v=DMARC1; p=reject; ${RUA},mailto:b@example.com; sp=none`;
  assert.equal(mend, `_dmarc.example.com. TXT "${expected}"`);
});

test('DMARC-SPACE and DMARC-LOCATION give the record as it should stand', () => {
  const [, spaced] = first(space, dmarc('  v=DMARC1; p=none'));
  assert.equal(spaced, '_dmarc.example.com. TXT "v=DMARC1; p=none"');
  const [, moved] = first(location, { zones: { 'example.com': '@ TXT "v=DMARC1; p=none"' } });
  assert.equal(moved, '_dmarc.example.com. TXT "v=DMARC1; p=none"');
});

test('DMARC-POLICY tells what test mode makes of the policy', () => {
  const scene = dmarc('v=DMARC1; p=reject; t=y');
  assert.deepEqual(told(policy, scene), [
    `warning ${OWN}: t=y asks for quarantine in place of reject`,
  ]);
});

test('DMARC-TREE names the record and the organisation', () => {
  assert.deepEqual(told(tree, fromBelow('v=DMARC1; p=none')), [
    'info news.example.com: the record at _dmarc.example.com applies; the organisational domain ' +
      'is example.com',
  ]);
});
