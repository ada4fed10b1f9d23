// The rules about DKIM keys, as tables of scenes.
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import type { Rule } from '../../../../src/checks/rule.ts';
import { DKIM_RULES } from '../../../../src/checks/rules/dkim/family.ts';
import { granularity } from '../../../../src/checks/rules/dkim/g.ts';
import { keySize } from '../../../../src/checks/rules/dkim/keysize.ts';
import { present } from '../../../../src/checks/rules/dkim/present.ts';
import { revoked } from '../../../../src/checks/rules/dkim/revoked.ts';
import { selector } from '../../../../src/checks/rules/dkim/selector.ts';
import { sha1 } from '../../../../src/checks/rules/dkim/sha1.ts';
import { syntax } from '../../../../src/checks/rules/dkim/syntax.ts';
import { testFlag } from '../../../../src/checks/rules/dkim/test.ts';
import { txtLine } from '../../../../src/policies/tag-list.ts';
import { failure, judged, outcomes, type Scene, told } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';

/** A key of this length whose modulus is made up: nobody looks for its factors. */
function rsa(bits: number): string {
  const n = Buffer.alloc(bits / 8, 0xc5).toString('base64url');
  return createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' })
    .export({ type: 'spki', format: 'der' })
    .toString('base64');
}

const GOOD = rsa(2048);
const KEYS = { 512: rsa(512), 1024: rsa(1024), 2048: GOOD, 4608: rsa(4608) } as const;
const ED = generateKeyPairSync('ed25519')
  .publicKey.export({ type: 'spki', format: 'der' })
  .subarray(-32)
  .toString('base64');

const record = (text: string, name = 's1'): string =>
  txtLine(nameOf(`${name}._domainkey.example.com`), text);

/** example.com with these records, and s1 declared. */
const withRecords = (...lines: readonly string[]): Scene => ({
  zones: { 'example.com': lines.join('\n') },
  about: { declared: { selectors: ['s1'], senders: [] } },
});
const withKey = (text: string): Scene => withRecords(record(text));

const S1 = 's1._domainkey.example.com';
const FAILS: Scene = { ...withRecords(), lookups: { [`${S1} TXT`]: failure() } };
const NONE_DECLARED: Scene = { zones: { 'example.com': record(`p=${GOOD}`) } };

type Row = readonly [rule: Rule, what: string, scene: Scene, expected: readonly string[]];

const TABLE: readonly Row[] = [
  [present, 'names below', withKey(`p=${GOOD}`), ['pass _domainkey.example.com']],
  [present, 'nothing below', { zones: { 'example.com': '' } }, ['info _domainkey.example.com']],
  [
    present,
    'denied, although a key is below',
    {
      ...withKey(`p=${GOOD}`),
      lookups: {
        '_domainkey.example.com TXT': {
          kind: 'no-name',
          ttlSeconds: 300,
          secure: false,
          aliases: [],
        },
      },
    },
    ['warning _domainkey.example.com'],
  ],
  [
    present,
    'a failure',
    { zones: { 'example.com': '' }, lookups: { '_domainkey.example.com TXT': failure() } },
    ['unknown _domainkey.example.com'],
  ],
  [selector, 'a key', withKey(`p=${GOOD}`), [`pass ${S1}`]],
  [selector, 'no such name', withRecords(), [`error ${S1}`]],
  [selector, 'a name without TXT', withRecords(`${S1}. A 192.0.2.1`), [`error ${S1}`]],
  [
    selector,
    'a key behind an alias',
    withRecords(`${S1}. CNAME k.example.com.`, `k TXT "p=${'A'.repeat(20)}"`),
    [`pass ${S1}`],
  ],
  [
    selector,
    'a selector with dots, and one that is no name',
    {
      zones: { 'example.com': record(`p=${GOOD}`, 'a.b') },
      about: { declared: { selectors: ['a.b', 'a..b'], senders: [] } },
    },
    ['error a..b', 'pass a.b._domainkey.example.com'],
  ],
  [
    selector,
    'no selector that is a name',
    { zones: { 'example.com': '' }, about: { declared: { selectors: ['a..b'], senders: [] } } },
    ['error a..b'],
  ],
  [syntax, 'a key', withKey(`v=DKIM1; p=${GOOD}`), [`pass ${S1}`]],
  [
    syntax,
    'a key in short strings',
    withRecords(`${S1}. TXT "v=DKIM1; p=" "${GOOD.slice(0, 200)}" "${GOOD.slice(200)}"`),
    [`pass ${S1}`],
  ],
  [syntax, 'a withdrawn key', withKey('v=DKIM1; p='), [`pass ${S1}`]],
  [syntax, 'a key for TLS reports alone', withKey(`s=tlsrpt; p=${GOOD}`), [`pass ${S1}`]],
  [syntax, 'a key for something else', withKey(`s=other; p=${GOOD}`), [`error ${S1}`]],
  [syntax, 'no key', withKey('v=DKIM1; k=rsa'), [`error ${S1}`]],
  [syntax, 'two records', withRecords(record(`p=${GOOD}`), record('p=')), [`error ${S1}`]],
  [syntax, 'no record', withRecords(), [`not-applicable ${S1}`]],
  [keySize, '512 bits', withKey(`p=${KEYS[512]}`), [`error ${S1}`]],
  [keySize, '1024 bits', withKey(`p=${KEYS[1024]}`), [`warning ${S1}`]],
  [keySize, '2048 bits', withKey(`p=${KEYS[2048]}`), [`pass ${S1}`]],
  [keySize, '4608 bits', withKey(`p=${KEYS[4608]}`), [`warning ${S1}`]],
  [keySize, 'Ed25519', withKey(`k=ed25519; p=${ED}`), [`pass ${S1}`]],
  [keySize, 'a withdrawn key', withKey('p='), [`not-applicable ${S1}`]],
  [keySize, 'a key that cannot be read', withKey('p=AAAA'), [`not-applicable ${S1}`]],
  [keySize, 'no record', withRecords(), [`not-applicable ${S1}`]],
  [revoked, 'a key', withKey(`p=${GOOD}`), [`pass ${S1}`]],
  [revoked, 'an empty one', withKey('v=DKIM1; p='), [`info ${S1}`]],
  [testFlag, 'no flags', withKey(`p=${GOOD}`), [`pass ${S1}`]],
  [testFlag, 'another flag', withKey(`t=s; p=${GOOD}`), [`pass ${S1}`]],
  [testFlag, 'the flag y', withKey(`t=y:s; p=${GOOD}`), [`warning ${S1}`]],
  [sha1, 'any hash', withKey(`p=${GOOD}`), [`pass ${S1}`]],
  [sha1, 'both hashes', withKey(`h=sha1:sha256; p=${GOOD}`), [`pass ${S1}`]],
  [sha1, 'SHA-1 alone', withKey(`h=sha1; p=${GOOD}`), [`error ${S1}`]],
  [granularity, 'no g', withKey(`p=${GOOD}`), [`pass ${S1}`]],
  [granularity, 'an empty g', withKey(`g=; p=${GOOD}`), [`warning ${S1}`]],
  [granularity, 'g for all', withKey(`g=*; p=${GOOD}`), [`info ${S1}`]],
];

for (const [rule, what, scene, expected] of TABLE) {
  test(`${rule.id}: ${what}`, () => assert.deepEqual(outcomes(rule, scene), expected));
}

for (const rule of DKIM_RULES.filter((each) => each !== present)) {
  test(`${rule.id} says nothing of keys that are not declared`, () => {
    assert.deepEqual(outcomes(rule, NONE_DECLARED), ['not-applicable example.com']);
  });
  test(`${rule.id} does not take a failure for a fault`, () => {
    assert.deepEqual(outcomes(rule, FAILS), [`unknown ${S1}`]);
  });
}

test('each selector is judged once, on its own', () => {
  const scene: Scene = {
    zones: { 'example.com': record(`p=${GOOD}`) },
    about: { declared: { selectors: ['s1', 's2', 's1'], senders: [] } },
  };
  assert.deepEqual(outcomes(selector, scene), [`pass ${S1}`, 'error s2._domainkey.example.com']);
});

test('DKIM-SYNTAX names the place, and a backslash that was kept', () => {
  const scene = withRecords(`${S1}. TXT "v=DKIM1\\\\; p=${GOOD.slice(0, 40)}"`);
  assert.deepEqual(told(syntax, scene), [
    `error ${S1}: at character 3: the version is "DKIM1\\" and not "DKIM1"; a backslash stands ` +
      'before a semicolon, which zone text may want and the record not',
  ]);
});

test('DKIM-TEST gives the record to paste, and when it will show', () => {
  const [verdict] = judged(testFlag, withKey(`v=DKIM1; t=y:s; p=${KEYS[512]}`));
  assert.ok(verdict?.outcome === 'finding');
  assert.deepEqual(verdict.mend, {
    kind: 'record',
    text: `${S1}. TXT "v=DKIM1; t=s; p=${KEYS[512]}"`,
  });
  assert.equal(verdict.shows, 3_600_000);
});
