// Whether a chain fits a TLSA record, as senders judge it; and the key inside a certificate.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Instant } from '../../../../src/base/time.ts';
import { publicKeyInfo } from '../../../../src/checks/rules/dane/spki.ts';
import {
  matchTlsa,
  recommendedTlsa,
  whyUnusable,
} from '../../../../src/checks/rules/dane/tlsa-match.ts';
import type { TlsaData } from '../../../../src/dns/records/record-data.ts';
import { SCENE_NOW } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';
import {
  AUTHORITY,
  associationOf,
  EXPIRED,
  FOR_DOMAIN,
  FOR_OTHER,
  keyOf,
  MAIL,
  OWN,
  STRANGER,
} from './certificates.ts';

function record(form: string, der: Uint8Array): TlsaData {
  const [usage = 0, selector = 0, matching = 0] = form.split(' ').map(Number);
  return { kind: 'TLSA', usage, selector, matching, bytes: associationOf(selector, matching, der) };
}

const NAMES = [nameOf('mail.example.com'), nameOf('example.com')];

const match = (given: TlsaData, chain: readonly Uint8Array[], now: Instant = SCENE_NOW): string => {
  const seen = matchTlsa(given, { chain, names: NAMES, now });
  return seen.kind === 'match' ? 'match' : seen.because;
};

const NOT_IT = 'it is not of the certificate that was shown';
const NO_WAY = 'it is of no certificate that issued the one that was shown';

const TABLE: readonly (readonly [
  what: string,
  given: TlsaData,
  chain: readonly Uint8Array[],
  expected: string,
])[] = [
  ...['3 0 0', '3 1 0', '3 0 1', '3 1 1', '3 0 2', '3 1 2'].map(
    (form) => [`${form} of the host`, record(form, MAIL), [MAIL], 'match'] as const,
  ),
  ['3 1 1 of another', record('3 1 1', OWN), [MAIL], NOT_IT],
  ['3 1 1 of the authority', record('3 1 1', AUTHORITY), [MAIL, AUTHORITY], NOT_IT],
  ['usage 3, whatever the name', record('3 1 1', FOR_OTHER), [FOR_OTHER], 'match'],
  ['usage 3, whatever the dates', record('3 1 1', EXPIRED), [EXPIRED], 'match'],
  ...['2 0 0', '2 1 0', '2 0 1', '2 1 1', '2 0 2', '2 1 2'].map(
    (form) =>
      [`${form} of the authority`, record(form, AUTHORITY), [MAIL, AUTHORITY], 'match'] as const,
  ),
  ['2 1 1 for the domain itself', record('2 1 1', AUTHORITY), [FOR_DOMAIN, AUTHORITY], 'match'],
  ['2 1 1, others between', record('2 1 1', AUTHORITY), [MAIL, OWN, AUTHORITY], 'match'],
  ['2 1 1, the authority not shown', record('2 1 1', AUTHORITY), [MAIL], NO_WAY],
  ['2 0 0, the authority not shown', record('2 0 0', AUTHORITY), [MAIL], 'match'],
  ['2 1 0, the authority not shown', record('2 1 0', AUTHORITY), [MAIL], 'match'],
  ['2 1 1 of another of its name', record('2 1 1', STRANGER), [MAIL, STRANGER], NO_WAY],
  ['2 1 0 of another of its name', record('2 1 0', STRANGER), [MAIL], NO_WAY],
  [
    '2 1 1 of the host itself',
    record('2 1 1', OWN),
    [OWN],
    'it is of the certificate itself, and usage 2 is for one that issued it',
  ],
  [
    '2 1 1, another name',
    record('2 1 1', AUTHORITY),
    [FOR_OTHER, AUTHORITY],
    'the certificate is not for mail.example.com or example.com',
  ],
  [
    '2 1 1, expired',
    record('2 1 1', AUTHORITY),
    [EXPIRED, AUTHORITY],
    'a certificate on the way is not valid now (until May 22 12:00:00 2026 GMT)',
  ],
  ['usage 1', record('1 1 1', MAIL), [MAIL], 'it is not of use for mail'],
  ['no certificate at all', record('3 1 1', MAIL), [], 'no certificate was shown'],
  [
    'bytes that are none',
    record('2 1 1', AUTHORITY),
    [Uint8Array.of(1, 2, 3)],
    'the certificate cannot be read',
  ],
  [
    'a chain with rubbish in it',
    record('2 1 1', AUTHORITY),
    [MAIL, Uint8Array.of(0x30), AUTHORITY],
    'match',
  ],
  ['2 0 0 of rubbish', { ...record('2 0 0', AUTHORITY), bytes: Uint8Array.of(1) }, [MAIL], NO_WAY],
  ['2 1 0 of rubbish', { ...record('2 1 0', AUTHORITY), bytes: Uint8Array.of(1) }, [MAIL], NO_WAY],
];

for (const [what, given, chain, expected] of TABLE) {
  test(`a TLSA record and a chain: ${what}`, () => assert.equal(match(given, chain), expected));
}

test('records that senders of mail pass over', () => {
  const data = (form: string, length: number): TlsaData => {
    const [usage = 0, selector = 0, matching = 0] = form.split(' ').map(Number);
    return { kind: 'TLSA', usage, selector, matching, bytes: new Uint8Array(length) };
  };
  assert.equal(whyUnusable(data('3 1 1', 32)), undefined);
  assert.equal(whyUnusable(data('2 0 2', 64)), undefined);
  assert.equal(whyUnusable(data('3 1 0', 91)), undefined);
  assert.equal(whyUnusable(data('0 1 1', 32)), 'usage 0 (PKIX) is not used for mail');
  assert.equal(whyUnusable(data('1 1 1', 32)), 'usage 1 (PKIX) is not used for mail');
  assert.equal(whyUnusable(data('4 1 1', 32)), 'usage 4 is not assigned');
  assert.equal(whyUnusable(data('3 2 1', 32)), 'selector 2 is not assigned');
  assert.equal(whyUnusable(data('3 1 3', 32)), 'matching type 3 is not assigned');
  assert.equal(
    whyUnusable(data('3 1 1', 20)),
    'a digest of 20 bytes, where matching type 1 has 32',
  );
});

test('the record that is recommended fits its certificate', () => {
  const made = recommendedTlsa(MAIL);
  assert.ok(made);
  assert.deepEqual([made.usage, made.selector, made.matching], [3, 1, 1]);
  assert.equal(match(made, [MAIL]), 'match');
  assert.equal(recommendedTlsa(Uint8Array.of(0x30, 0)), undefined);
});

test('the key of a certificate is cut out as it stands there', () => {
  for (const der of [MAIL, AUTHORITY, OWN]) {
    assert.deepEqual(publicKeyInfo(der), new Uint8Array(keyOf(der)));
  }
});

test('no bytes make the reader of certificates throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const key = publicKeyInfo(bytes);
      assert.ok(key === undefined || key.length <= bytes.length);
    }),
  );
  fc.assert(
    fc.property(fc.nat(MAIL.length - 1), fc.nat(255), (at, byte) => {
      const broken = MAIL.slice();
      broken[at] = byte;
      assert.ok((publicKeyInfo(broken)?.length ?? 0) < broken.length);
      matchTlsa(record('2 1 1', AUTHORITY), {
        chain: [broken, AUTHORITY],
        names: NAMES,
        now: SCENE_NOW,
      });
    }),
    { numRuns: 200 },
  );
});
