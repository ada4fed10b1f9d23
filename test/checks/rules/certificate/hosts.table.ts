// Certificates of a host as a whole: the same at each of its addresses, and of an authority that its
// CAA records permit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caaMx } from '../../../../src/checks/rules/certificate/caa-mx.ts';
import { certPerAddr } from '../../../../src/checks/rules/certificate/per-addr.ts';
import type { TlsSeen } from '../../../../src/smtp/probe.ts';
import { failure, judged, outcomes, type Scene, told } from '../../../support/scene.ts';
import { inDays, shown } from '../../../support/scene-tls.ts';

const DUAL = '@ MX 10 mail\nmail A 192.0.2.10\nmail AAAA 2001:db8::10\n';
const [V4, V6] = ['mail.example.com 192.0.2.10', 'mail.example.com 2001:db8::10'];

const dual = (first: TlsSeen, second: TlsSeen): Scene => ({
  zones: { 'example.com': DUAL },
  hosts: { [V4]: { tls: first }, [V6]: { tls: second } },
});

const ONE = shown();
const OVER = shown({ notBefore: inDays(-100), because: 'CERT_HAS_EXPIRED' });

const PER_ADDRESS: readonly (readonly [what: string, scene: Scene, expected: string])[] = [
  ['the same twice passes', dual(ONE, ONE), 'pass mail.example.com'],
  ['one that expired beside one that did not', dual(ONE, OVER), 'warning mail.example.com'],
  ['two that are both well are only said', dual(ONE, shown()), 'info mail.example.com'],
  [
    'one that was not shown is no difference',
    dual(ONE, { kind: 'failed', because: 'connection reset' }),
    'unknown mail.example.com',
  ],
  [
    'one address has nothing to differ from',
    { zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' } },
    'not-applicable example.com',
  ],
];

for (const [what, where, expected] of PER_ADDRESS) {
  test(`CERT-PER-ADDR: ${what}`, () => {
    assert.deepEqual(outcomes(certPerAddr, where), [expected]);
  });
}

test('CERT-PER-ADDR says which address shows which', () => {
  assert.deepEqual(told(certPerAddr, dual(ONE, OVER)), [
    'warning mail.example.com: mail.example.com shows 2 certificates: 192.0.2.10 valid, until 2026-07-31; 2001:db8::10 not valid, until 2026-05-22',
  ]);
});

const caa = (records: string, tls: TlsSeen = ONE, more: Partial<Scene> = {}): Scene => ({
  zones: { 'example.com': `@ MX 10 mail\nmail A 192.0.2.10\n${records}` },
  hosts: { 'mail.example.com': { tls } },
  ...more,
});
const WILD = shown({ names: ['*.example.com'] });

const CAA: readonly (readonly [what: string, scene: Scene, expected: string])[] = [
  ['without records everybody may issue', caa(''), 'pass mail.example.com'],
  [
    'the authority in use is named',
    caa('mail CAA 0 issue "letsencrypt.org"'),
    'pass mail.example.com',
  ],
  [
    'with parameters too',
    caa('mail CAA 0 issue "letsencrypt.org; validationmethods=dns-01"'),
    'pass mail.example.com',
  ],
  ['in capitals too', caa('mail CAA 0 ISSUE "LetsEncrypt.ORG"'), 'pass mail.example.com'],
  [
    'among others',
    caa('@ CAA 0 issue "a.test"\n@ CAA 0 issue "letsencrypt.org"'),
    'pass mail.example.com',
  ],
  ['another is named', caa('mail CAA 0 issue "ca.example.net"'), 'warning mail.example.com'],
  ['another is named above', caa('@ CAA 0 issue "ca.example.net"'), 'warning mail.example.com'],
  [
    'the closest records count alone',
    caa('mail CAA 0 issue "letsencrypt.org"\n@ CAA 0 issue "ca.example.net"'),
    'pass mail.example.com',
  ],
  ['nobody is named', caa('mail CAA 0 issue ";"'), 'warning mail.example.com'],
  [
    'records that limit nobody',
    caa('mail CAA 0 iodef "mailto:a@example.com"'),
    'pass mail.example.com',
  ],
  [
    'a wildcard is sought above the host',
    caa('mail CAA 0 issue "ca.example.net"', WILD),
    'pass mail.example.com',
  ],
  [
    'a wildcard obeys issuewild',
    caa('@ CAA 0 issue "letsencrypt.org"\n@ CAA 0 issuewild "ca.example.net"', WILD),
    'warning mail.example.com',
  ],
  [
    'others do not',
    caa('@ CAA 0 issue "letsencrypt.org"\n@ CAA 0 issuewild "ca.example.net"'),
    'pass mail.example.com',
  ],
  [
    'an issuer of whom nothing is known is not judged',
    caa('mail CAA 0 issue "letsencrypt.org"', shown({ organization: 'Some Authority' })),
    'not-applicable mail.example.com',
  ],
  [
    'nor a certificate that signed itself',
    caa('mail CAA 0 issue ";"', shown({ isSelfSigned: true })),
    'not-applicable mail.example.com',
  ],
  [
    'nor one for another name',
    caa('mail CAA 0 issue ";"', shown({ names: ['www.example.com'] })),
    'not-applicable mail.example.com',
  ],
  [
    'a lookup that fails before any record is found is unknown',
    caa('@ CAA 0 issue ";"', ONE, { lookups: { 'mail.example.com CAA': failure() } }),
    'unknown mail.example.com',
  ],
  [
    'one above it does not matter',
    caa('mail CAA 0 issue "letsencrypt.org"', ONE, {
      lookups: { 'example.com CAA': failure() },
    }),
    'pass mail.example.com',
  ],
  [
    'without TLS there is no certificate',
    {
      zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10\nmail CAA 0 issue ";"' },
      hosts: { 'mail.example.com': { replies: { ehlo: '250 mail.example.com' } } },
    },
    'not-applicable example.com',
  ],
];

for (const [what, where, expected] of CAA) {
  test(`CAA-MX: ${what}`, () => {
    assert.deepEqual(outcomes(caaMx, where), [expected]);
  });
}

test('CAA-MX says who is permitted, what to add, and when it breaks', () => {
  const where = caa('mail 600 CAA 0 issue "ca.example.net"');
  assert.deepEqual(told(caaMx, where), [
    "warning mail.example.com: the CAA records of mail.example.com permit ca.example.net, but the certificate is of Let's Encrypt",
  ]);
  const [verdict] = judged(caaMx, where);
  assert.ok(verdict?.outcome === 'finding');
  assert.deepEqual(verdict.mend, {
    kind: 'record',
    text: 'mail.example.com. CAA 0 issue "letsencrypt.org"',
  });
  assert.equal(verdict.shows, 600_000);
  assert.equal(verdict.breaksAt, inDays(60).getTime());
});
