// TLS before certificates: offered, working, not demanded, and of a version that holds. What is
// promised by MTA-STS or DANE makes a missing STARTTLS an error.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from '../../../../src/checks/fact.ts';
import type { Rule } from '../../../../src/checks/rule.ts';
import { tlsHandshake } from '../../../../src/checks/rules/smtp/tls-handshake.ts';
import { tlsNotRequired } from '../../../../src/checks/rules/smtp/tls-not-required.ts';
import { tlsOffered } from '../../../../src/checks/rules/smtp/tls-offered.ts';
import { tlsVersion } from '../../../../src/checks/rules/smtp/tls-version.ts';
import { outcomes, type Scene, told } from '../../../support/scene.ts';
import type { HostPlan } from '../../../support/scene-dialogue.ts';
import { shown } from '../../../support/scene-tls.ts';
import { stsPage } from '../../../support/sts-page.ts';

const ZONE = '@ MX 10 mail\nmail A 192.0.2.10\n';
const scene = (plan: HostPlan, zone = '', more: Partial<Scene> = {}): Scene => ({
  zones: { 'example.com': `${ZONE}${zone}` },
  hosts: { 'mail.example.com': plan },
  ...more,
});

const NO_TLS: HostPlan = { replies: { ehlo: '250-mail.example.com\n250 SIZE 1000' } };
const STS = '_mta-sts TXT "v=STSv1; id=1;"\n';
const TLSA = `_25._tcp.mail TLSA 3 1 1 ${'ab'.repeat(32)}\n`;
const PAGES: Record<string, Page> = stsPage('enforce');
const WELL_IN_CLEAR: HostPlan['clear'] = {
  connect: { kind: 'connected', tookMs: 1 },
  steps: [{ name: 'ehlo', sent: 'EHLO', atMs: 1, tookMs: 1, reply: { code: 250, lines: ['m'] } }],
};
const broken = (because: string, clear?: HostPlan['clear']): HostPlan => ({
  tls: { kind: 'failed', because },
  ...(clear && { clear }),
});
const starttls = (text: string): HostPlan => ({ replies: { starttls: text } });
const inClear = (text: string): HostPlan => ({
  replies: { 'clear-mail': text },
  tls: shown(),
});

type Row = readonly [rule: Rule, what: string, scene: Scene, expected: string];

const TABLE: readonly Row[] = [
  [tlsOffered, 'STARTTLS', scene({ tls: shown() }), 'pass'],
  [tlsOffered, 'STARTTLS that fails is offered', scene(broken('no shared cipher')), 'pass'],
  [tlsOffered, 'none', scene(NO_TLS), 'warning'],
  [tlsOffered, 'none under MTA-STS enforce', scene(NO_TLS, STS, { pages: PAGES }), 'error'],
  [
    tlsOffered,
    'none under MTA-STS testing',
    scene(NO_TLS, STS, { pages: stsPage('testing') }),
    'warning',
  ],
  [tlsOffered, 'none while the policy cannot be fetched', scene(NO_TLS, STS), 'warning'],
  [
    tlsOffered,
    'none beside proven TLSA',
    scene(NO_TLS, TLSA, { secure: ['example.com'] }),
    'error',
  ],
  [tlsOffered, 'none beside TLSA that nobody proves', scene(NO_TLS, TLSA), 'warning'],
  [
    tlsOffered,
    'hidden by a firewall that may be ours',
    scene({ replies: { ehlo: '250-mail.example.com\n250 XXXXXXXA' } }),
    'unknown',
  ],
  [tlsOffered, 'sent away', scene({ replies: { greeting: '421 4.7.0 Later' } }), 'unknown'],
  [tlsOffered, 'greylisted EHLO', scene({ replies: { ehlo: '450 4.7.1 Later' } }), 'unknown'],
  [tlsOffered, 'a dislike of us', scene({ replies: { ehlo: '550 5.7.1 Go away' } }), 'unknown'],
  [tlsOffered, 'HELO only', scene({ replies: { ehlo: '502 5.5.1 No' } }), 'warning'],

  [tlsHandshake, 'a handshake', scene({ tls: shown() }), 'pass'],
  [tlsHandshake, 'none offered', scene(NO_TLS), 'not-applicable'],
  [tlsHandshake, 'a TLS alert', scene(broken('sslv3 alert handshake failure')), 'error'],
  [tlsHandshake, 'a break that may be the network', scene(broken('connection reset')), 'unknown'],
  [
    tlsHandshake,
    'a break, while all is well without TLS',
    scene(broken('connection reset', WELL_IN_CLEAR)),
    'error',
  ],
  [
    tlsHandshake,
    'a break, after which nobody is let in',
    scene(
      broken('connection reset', {
        connect: { kind: 'failed', failure: 'refused', because: 'refused', tookMs: 1 },
        steps: [],
      }),
    ),
    'unknown',
  ],
  [tlsHandshake, 'a refusal of STARTTLS', scene(starttls('502 5.5.1 No')), 'error'],
  [tlsHandshake, '454, not now', scene(starttls('454 4.7.0 TLS not available')), 'unknown'],
  [tlsHandshake, 'too many', scene(starttls('421 4.7.0 Too many sessions')), 'unknown'],
  [tlsHandshake, 'silence', scene(starttls('')), 'unknown'],

  [tlsNotRequired, 'mail in clear', scene({ tls: shown() }), 'pass'],
  [tlsNotRequired, '530', scene(inClear('530 5.7.0 Must issue STARTTLS first')), 'notice'],
  [tlsNotRequired, 'another code', scene(inClear('554 5.7.1 Encryption required')), 'notice'],
  [tlsNotRequired, 'a dislike of <>', scene(inClear('550 5.1.0 No sender')), 'unknown'],
  [tlsNotRequired, 'not now', scene(inClear('451 4.7.1 Greylisted')), 'unknown'],
  [tlsNotRequired, 'no STARTTLS', scene(NO_TLS), 'not-applicable'],

  [tlsVersion, 'TLS 1.3', scene({ tls: shown() }), 'pass'],
  [
    tlsVersion,
    'TLS 1.2',
    scene({ tls: shown({ protocol: 'TLSv1.2', cipher: 'ECDHE-RSA-AES256-GCM-SHA384' }) }),
    'pass',
  ],
  [
    tlsVersion,
    'TLS 1.1',
    scene({ tls: shown({ protocol: 'TLSv1.1', cipher: 'ECDHE-RSA-AES256-SHA' }) }),
    'warning',
  ],
  [
    tlsVersion,
    'triple DES',
    scene({ tls: shown({ protocol: 'TLSv1.2', cipher: 'ECDHE-RSA-DES-CBC3-SHA' }) }),
    'warning',
  ],
  [
    tlsVersion,
    'a cipher without a proof of who it is',
    scene({ tls: shown({ protocol: 'TLSv1.2', cipher: 'AECDH-AES256-SHA' }) }),
    'warning',
  ],
  [tlsVersion, 'none', scene(NO_TLS), 'not-applicable'],
  [tlsVersion, 'one that failed', scene(broken('no shared cipher')), 'unknown'],
];

for (const [rule, what, where, expected] of TABLE) {
  test(`${rule.id}: ${what} is ${expected}`, () => {
    assert.deepEqual(outcomes(rule, where), [`${expected} mail.example.com 192.0.2.10`]);
  });
}

test('TLS-OFFERED says who demands what is missing', () => {
  assert.deepEqual(told(tlsOffered, scene(NO_TLS, STS, { pages: PAGES })), [
    'error mail.example.com 192.0.2.10: mail.example.com at 192.0.2.10 offers no STARTTLS, but the MTA-STS policy (mode enforce) demands it',
  ]);
});

test('TLS-HANDSHAKE quotes OpenSSL', () => {
  assert.deepEqual(told(tlsHandshake, scene(broken('no shared cipher'))), [
    'error mail.example.com 192.0.2.10: mail.example.com at 192.0.2.10 offers STARTTLS, but it fails (no shared cipher)',
  ]);
});
