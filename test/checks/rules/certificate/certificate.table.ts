// The rules about certificates, as tables of what a host shows, with and without somebody who demands
// that it proves the host. Nobody is alarmed by a certificate that nobody looks at.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../../../src/checks/rule.ts';
import { certAhead } from '../../../../src/checks/rules/certificate/ahead.ts';
import { certChain } from '../../../../src/checks/rules/certificate/chain.ts';
import { certExpiry } from '../../../../src/checks/rules/certificate/expiry.ts';
import { CERTIFICATE_RULES } from '../../../../src/checks/rules/certificate/family.ts';
import { certKey } from '../../../../src/checks/rules/certificate/key.ts';
import { certName } from '../../../../src/checks/rules/certificate/name.ts';
import { certSig } from '../../../../src/checks/rules/certificate/sig.ts';
import { certificate } from '../../../support/certificate.ts';
import { aboutOf, judged, outcomes, type Scene, told } from '../../../support/scene.ts';
import { inDays, type ShownOptions, shown } from '../../../support/scene-tls.ts';
import { stsPage } from '../../../support/sts-page.ts';

const ZONE = '@ MX 10 mail\nmail A 192.0.2.10\n';

/** Who demands what: nobody, an MTA-STS policy, or TLSA records of these usages. */
type Demanding = 'nobody' | 'testing' | 'enforce' | readonly number[];

function scene(options: ShownOptions, demanding: Demanding = 'nobody'): Scene {
  const hosts = { 'mail.example.com': { tls: shown(options) } };
  if (demanding === 'nobody') return { zones: { 'example.com': ZONE }, hosts };
  if (typeof demanding === 'string') {
    const zone = `${ZONE}_mta-sts TXT "v=STSv1; id=1;"`;
    return { zones: { 'example.com': zone }, hosts, pages: stsPage(demanding) };
  }
  const tlsa = demanding.map((usage) => `_25._tcp.mail TLSA ${usage} 1 1 ${'ab'.repeat(32)}`);
  const zone = `${ZONE}${tlsa.join('\n')}`;
  return { zones: { 'example.com': zone }, hosts, secure: ['example.com'] };
}

const OTHER: ShownOptions = { names: ['www.example.com'], because: 'ERR_TLS_CERT_ALTNAME_INVALID' };
const OVER: ShownOptions = { notBefore: inDays(-100), because: 'CERT_HAS_EXPIRED' };
const SELF: ShownOptions = { isSelfSigned: true, because: 'DEPTH_ZERO_SELF_SIGNED_CERT' };
const ALONE: ShownOptions = { because: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' };
const OLD_BETWEEN = certificate({
  names: ['Old'],
  notBefore: inDays(-400),
  by: { name: 'Root', key: certificate({ names: ['Root'] }).key },
}).cert;
const left = (days: number, life = 90): ShownOptions => ({
  notBefore: inDays(days - life),
  validDays: life,
});

type Row = readonly [rule: Rule, what: string, scene: Scene, expected: string];

const TABLE: readonly Row[] = [
  [certName, 'its name', scene({}), 'pass'],
  [certName, 'its name among others', scene({ names: ['a.example', 'mail.example.com'] }), 'pass'],
  [certName, 'a wildcard', scene({ names: ['*.example.com'] }), 'pass'],
  [certName, 'a wildcard of another level', scene({ names: ['*.mail.example.com'] }), 'info'],
  [certName, 'a wildcard within a label', scene({ names: ['m*.example.com'] }), 'info'],
  [certName, 'another name', scene(OTHER), 'info'],
  [certName, 'another name under testing', scene(OTHER, 'testing'), 'not-applicable'],
  [certName, 'another name under enforce', scene(OTHER, 'enforce'), 'not-applicable'],
  [certName, 'another name under DANE-TA', scene(OTHER, [2]), 'not-applicable'],
  [certName, 'another name under DANE-EE', scene(OTHER, [3]), 'info'],
  [certName, 'another name where either may match', scene(OTHER, [2, 3]), 'info'],

  [certChain, 'a trusted one', scene({}), 'pass'],
  [certChain, 'another name, which is another fault', scene(OTHER), 'pass'],
  [certChain, 'one that expired, which is another fault', scene(OVER), 'not-applicable'],
  [certChain, 'one that signed itself', scene(SELF), 'info'],
  [certChain, 'one that signed itself under enforce', scene(SELF, 'enforce'), 'not-applicable'],
  [certChain, 'one that signed itself under DANE', scene(SELF, [3]), 'not-applicable'],
  [certChain, 'an authority of its own under DANE', scene(SELF, [2]), 'not-applicable'],
  [certChain, 'one without its issuer', scene(ALONE), 'info'],
  [
    certChain,
    'one that has expired among the others',
    scene({ because: 'CERT_HAS_EXPIRED', behind: [OLD_BETWEEN] }),
    'info',
  ],

  [certExpiry, 'in date', scene({}), 'pass'],
  [certExpiry, 'expired', scene(OVER), 'warning'],
  [certExpiry, 'expired under enforce', scene(OVER, 'enforce'), 'not-applicable'],
  [certExpiry, 'expired under DANE-TA', scene(OVER, [2]), 'not-applicable'],
  [certExpiry, 'expired under DANE-EE', scene(OVER, [3]), 'warning'],
  [certExpiry, 'not yet valid', scene({ notBefore: inDays(1) }), 'warning'],

  [certAhead, '60 days', scene(left(60)), 'pass'],
  [certAhead, '15 days', scene(left(15)), 'pass'],
  [certAhead, '14 days', scene(left(14)), 'warning'],
  [certAhead, '4 days', scene(left(4)), 'warning'],
  [certAhead, '3 days', scene(left(3)), 'error'],
  [certAhead, 'no day more', scene(OVER), 'not-applicable'],
  [certAhead, '4 days of 6, and renewed each 3', scene(left(4, 6)), 'pass'],
  [certAhead, '1 day of 6', scene(left(1, 6)), 'warning'],
  [certAhead, '12 hours of 6 days', scene(left(0.5, 6)), 'error'],

  [certKey, 'P-256', scene({}), 'pass'],
  [certKey, 'RSA of 2048 bits', scene({ keyKind: 'RSA-2048' }), 'pass'],
  [certKey, 'RSA of 1024 bits', scene({ keyKind: 'RSA-1024' }), 'info'],
  [certKey, 'RSA of 1024 bits under enforce', scene({ keyKind: 'RSA-1024' }, 'enforce'), 'warning'],
  [
    certKey,
    'RSA of 1024 bits, refused for that under enforce',
    scene({ keyKind: 'RSA-1024', because: 'EE_KEY_TOO_SMALL' }, 'enforce'),
    'not-applicable',
  ],

  [certSig, 'SHA-256', scene({}), 'pass'],
  [certSig, 'SHA-1', scene({ hash: 'sha1' }), 'info'],
  [certSig, 'SHA-1 under enforce', scene({ hash: 'sha1' }, 'enforce'), 'warning'],
  [certSig, 'whatever, where it signed itself', scene(SELF), 'pass'],
];

for (const [rule, what, where, expected] of TABLE) {
  test(`${rule.id}: ${what} is ${expected}`, () => {
    assert.deepEqual(outcomes(rule, where), [`${expected} mail.example.com 192.0.2.10`]);
  });
}

test('TLSA records that the resolver cannot prove demand nothing', () => {
  const validates = { ok: false, because: 'the resolver proves nothing' };
  const about = { self: { ...aboutOf().self, validates } };
  assert.deepEqual(outcomes(certName, { ...scene(OTHER, [2]), about }), [
    'info mail.example.com 192.0.2.10',
  ]);
});

test('nothing is said of certificates that were not shown', () => {
  const zones = { 'example.com': ZONE };
  const without: readonly (readonly [Scene, string])[] = [
    [
      { zones, hosts: { 'mail.example.com': { replies: { ehlo: '250 mail.example.com' } } } },
      'not-applicable',
    ],
    [
      { zones, hosts: { 'mail.example.com': { replies: { greeting: '421 4.7.0 No' } } } },
      'unknown',
    ],
    [
      { zones, hosts: { 'mail.example.com': { tls: { kind: 'failed', because: 'timed out' } } } },
      'unknown',
    ],
    [
      { zones, hosts: { 'mail.example.com': { tls: { ...shown(), chain: [] } as never } } },
      'unknown',
    ],
    [
      {
        zones,
        hosts: {
          'mail.example.com': { tls: { ...shown(), chain: [Uint8Array.of(48, 3, 1)] } as never },
        },
      },
      'unknown',
    ],
  ];
  for (const [where, expected] of without) {
    for (const rule of CERTIFICATE_RULES.slice(0, 6)) {
      assert.deepEqual(outcomes(rule, where), [`${expected} mail.example.com 192.0.2.10`], rule.id);
    }
  }
});

test('the sentences say what was shown, who demands otherwise, and until when', () => {
  const where = 'mail.example.com 192.0.2.10: ';
  assert.deepEqual(told(certName, scene(OTHER)), [
    `info ${where}mail.example.com at 192.0.2.10 shows a certificate for other names (DNS:www.example.com); most senders deliver all the same`,
  ]);
  assert.deepEqual(told(certName, scene(OTHER, 'enforce')), [
    `not-applicable ${where}what senders ask of it is told by STS-CERT`,
  ]);
  assert.deepEqual(told(certKey, scene({ keyKind: 'RSA-1024' }, 'enforce')), [
    `warning ${where}the certificate of mail.example.com at 192.0.2.10 has a weak key (RSA, 1024 bits), which senders that go by the MTA-STS policy (mode enforce) may refuse`,
  ]);
  assert.deepEqual(told(certChain, scene(ALONE)), [
    `info ${where}mail.example.com at 192.0.2.10 shows a certificate that comes without that of its issuer, R11; most senders deliver all the same`,
  ]);
  assert.deepEqual(told(certChain, scene(SELF)), [
    `info ${where}mail.example.com at 192.0.2.10 shows a certificate that signed itself; most senders deliver all the same`,
  ]);
  assert.deepEqual(told(certExpiry, scene(OVER)), [
    `warning ${where}mail.example.com at 192.0.2.10 shows a certificate that expired on 2026-05-22, 10 d ago`,
  ]);
  assert.deepEqual(told(certAhead, scene(left(2))), [
    `error ${where}the certificate of mail.example.com at 192.0.2.10 ends on 2026-06-03 12:00 UTC (2 d left)`,
  ]);
});

test('CERT-AHEAD tells the instant at which it breaks', () => {
  const [verdict] = judged(certAhead, scene(left(2)));
  assert.equal(verdict?.outcome === 'finding' && verdict.breaksAt, inDays(2).getTime());
});
