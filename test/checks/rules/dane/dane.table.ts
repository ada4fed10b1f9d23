// The rules about DANE, as tables of scenes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daneMatch } from '../../../../src/checks/rules/dane/dane-match.ts';
import { daneNxproof } from '../../../../src/checks/rules/dane/dane-nxproof.ts';
import { danePresent } from '../../../../src/checks/rules/dane/dane-present.ts';
import { daneRollover } from '../../../../src/checks/rules/dane/dane-rollover.ts';
import { daneSecure } from '../../../../src/checks/rules/dane/dane-secure.ts';
import { daneStale } from '../../../../src/checks/rules/dane/dane-stale.ts';
import { daneUsage } from '../../../../src/checks/rules/dane/dane-usage.ts';
import type { Lookup } from '../../../../src/dns/lookup.ts';
import { failure, judged, type Scene } from '../../../support/scene.ts';
import { table } from '../delegation/rule-table.ts';
import {
  AUTHORITY,
  EXPIRED,
  FOR_OTHER,
  MAIL,
  OWN,
  STRANGER,
  showing,
  tlsaText,
} from './certificates.ts';
import { NOT_PROVED, PROVES_NOTHING } from './resolver-scenes.ts';

const PLACE = 'mail.example.com 192.0.2.10';
const SIGNED = { secure: ['example.com'] } as const;
const HOSTS = '@ MX 10 mail\nmail A 192.0.2.10\n';
const TWO_HOSTS = `${HOSTS}@ MX 20 backup\nbackup A 192.0.2.20\n`;
const good = tlsaText('3 1 1', MAIL);

/** mail.example.com with these TLSA records, in a signed zone. */
const withTlsa = (texts: readonly string[], more: Partial<Scene> = {}): Scene => ({
  zones: { 'example.com': HOSTS + texts.map((text) => `_25._tcp.mail ${text}\n`).join('') },
  hosts: { 'mail.example.com': { tls: showing(MAIL, AUTHORITY) } },
  ...SIGNED,
  ...more,
});

const showingInstead = (...chain: readonly Uint8Array[]): Partial<Scene> => ({
  hosts: { 'mail.example.com': { tls: showing(...chain) } },
});

const withoutTlsa = withTlsa([]);
const unsigned = (scene: Scene): Scene => ({ ...scene, secure: [] });
const noMail: Scene = { zones: { 'example.com': '@ MX 0 .' }, ...SIGNED };
const failing = (kind: 'bogus' | 'servfail'): Lookup<never> => ({
  kind: 'failure',
  failure: kind,
  because: 'answered SERVFAIL',
});
const TLSA_FAILS = (lookup: Lookup<never>): Partial<Scene> => ({
  resolved: { '_25._tcp.mail.example.com TLSA': lookup },
});

table(danePresent, [
  ['records at every exchange pass', withTlsa([good]), ['pass mail.example.com']],
  [
    'none anywhere is told',
    withoutTlsa,
    'info example.com: no exchange has TLSA records: senders that use DANE have nothing to check',
  ],
  [
    'one exchange without them is the way around',
    { zones: { 'example.com': `${TWO_HOSTS}_25._tcp.mail ${good}` }, ...SIGNED },
    'warning backup.example.com: backup.example.com has no TLSA record, and other exchanges have',
  ],
  [
    'a lookup that fails is unknown',
    withTlsa([], TLSA_FAILS(failure())),
    ['unknown mail.example.com'],
  ],
  ['a domain that takes no mail needs none', noMail, ['not-applicable example.com']],
  [
    'a resolver that proves nothing is no witness',
    { ...withTlsa([good]), ...PROVES_NOTHING },
    NOT_PROVED,
  ],
]);

const FOREIGN: Scene = {
  zones: {
    'example.com': '@ MX 10 mx.example.net.',
    'example.net': `mx A 192.0.2.30\n_25._tcp.mx ${good}`,
  },
  secure: ['example.net'],
};

table(daneSecure, [
  ['everything signed passes', withTlsa([good]), ['pass example.com', 'pass mail.example.com']],
  [
    'TLSA records that nobody believes are found',
    unsigned(withTlsa([good])),
    'notice example.com: the MX records are not signed, so the TLSA records of ' +
      'mail.example.com are of little use\n' +
      'error mail.example.com: mail.example.com has TLSA records, but DNSSEC does not prove ' +
      'the TLSA records and the addresses',
  ],
  [
    'so are those beside addresses that are not signed',
    { ...withTlsa([good]), secure: ['_tcp.mail.example.com'] },
    ['notice example.com', 'error mail.example.com'],
  ],
  [
    'an exchange of a provider is right, though the domain is not signed',
    FOREIGN,
    'notice example.com: the MX records are not signed, so the TLSA records of ' +
      'mx.example.net are of little use',
  ],
  [
    'without addresses it cannot be told',
    withTlsa([good], { resolved: { 'mail.example.com A': failure() } }),
    ['pass example.com', 'unknown mail.example.com'],
  ],
  [
    'nor without MX records',
    withTlsa([good], { resolved: { 'example.com MX': failure() } }),
    ['unknown example.com', 'pass mail.example.com'],
  ],
  ['without TLSA records there is nothing to prove', withoutTlsa, ['not-applicable example.com']],
  [
    'a resolver that proves nothing is no witness',
    { ...withTlsa([good]), ...PROVES_NOTHING },
    NOT_PROVED,
  ],
]);

table(daneNxproof, [
  ['records that are there pass', withTlsa([good]), ['pass mail.example.com']],
  ['so does a proof that there are none', withoutTlsa, ['pass mail.example.com']],
  [
    'a "no" that cannot be proved stops mail',
    withTlsa([], TLSA_FAILS(failing('bogus'))),
    'error mail.example.com: the lookup of the TLSA records of mail.example.com ' +
      'is not proved, though it must be: answered SERVFAIL',
  ],
  [
    'so does a server that fails',
    withTlsa([], TLSA_FAILS(failing('servfail'))),
    ['error mail.example.com'],
  ],
  [
    'silence may be our own trouble',
    withTlsa([], TLSA_FAILS(failure())),
    ['unknown mail.example.com'],
  ],
  [
    'where nothing is signed nobody asks',
    unsigned(withTlsa([], TLSA_FAILS(failing('servfail')))),
    ['not-applicable mail.example.com'],
  ],
  [
    'without addresses it cannot be told',
    withTlsa([], { ...TLSA_FAILS(failing('bogus')), lookups: { 'mail.example.com A': failure() } }),
    ['unknown mail.example.com'],
  ],
  ['a domain that takes no mail needs no proof', noMail, ['not-applicable example.com']],
  [
    'a resolver that proves nothing is no witness',
    { ...withoutTlsa, ...PROVES_NOTHING },
    NOT_PROVED,
  ],
]);

const EHLO_WITHOUT_TLS = '250-mail.example.com\n250 SIZE 1000';
const old = tlsaText('3 1 1', OWN);

table(daneMatch, [
  ['a record of the certificate passes', withTlsa([good]), [`pass ${PLACE}`]],
  ['one of several is enough', withTlsa([old, good]), [`pass ${PLACE}`]],
  ['one of the authority as well', withTlsa([tlsaText('2 1 1', AUTHORITY)]), [`pass ${PLACE}`]],
  [
    'an expired certificate is one, where the record is of the host',
    withTlsa([tlsaText('3 1 1', EXPIRED)], showingInstead(EXPIRED)),
    [`pass ${PLACE}`],
  ],
  [
    'records of old keys lose the mail',
    withTlsa([old]),
    `critical ${PLACE}: the TLSA record of mail.example.com does not fit the certificate ` +
      'at 192.0.2.10: it is not of the certificate that was shown',
  ],
  [
    'what is nearly right is told before what is all wrong',
    withTlsa([old, tlsaText('2 1 1', AUTHORITY)], showingInstead(FOR_OTHER, AUTHORITY)),
    `critical ${PLACE}: none of the TLSA records of mail.example.com fits the certificate ` +
      'at 192.0.2.10: the certificate is not for mail.example.com or example.com',
  ],
  [
    'while another exchange is left it is an error',
    {
      zones: { 'example.com': `${TWO_HOSTS}_25._tcp.mail ${old}` },
      hosts: { 'mail.example.com': { tls: showing(MAIL) } },
      ...SIGNED,
    },
    [`error ${PLACE}`],
  ],
  [
    'so it is while another address is right',
    {
      zones: { 'example.com': `${HOSTS}mail A 192.0.2.11\n_25._tcp.mail ${good}` },
      hosts: {
        [PLACE]: { tls: showing(OWN) },
        'mail.example.com 192.0.2.11': { tls: showing(MAIL) },
      },
      ...SIGNED,
    },
    [`error ${PLACE}`, 'pass mail.example.com 192.0.2.11'],
  ],
  [
    'no STARTTLS is told by the rule about that',
    withTlsa([good], { hosts: { 'mail.example.com': { replies: { ehlo: EHLO_WITHOUT_TLS } } } }),
    `not-applicable ${PLACE}: it offers no STARTTLS: TLS-OFFERED`,
  ],
  [
    'a host that asks to come later is unknown',
    withTlsa([good], {
      hosts: { 'mail.example.com': { replies: { greeting: '421 4.7.0 Busy' } } },
    }),
    `unknown ${PLACE}: it was not asked, after the greeting`,
  ],
  [
    'so is one where STARTTLS does not work now',
    withTlsa([good], {
      hosts: { 'mail.example.com': { replies: { starttls: '454 4.7.0 Later' } } },
    }),
    [`unknown ${PLACE}`],
  ],
  [
    'one whose handshake fails',
    withTlsa([good], {
      hosts: { 'mail.example.com': { tls: { kind: 'failed', because: 'reset' } } },
    }),
    `unknown ${PLACE}: TLS failed: reset`,
  ],
  [
    'and one that cannot be reached',
    withTlsa([good], {
      hosts: {
        'mail.example.com': {
          connect: { kind: 'failed', failure: 'timeout', because: 'no answer', tookMs: 1 },
        },
      },
    }),
    `unknown ${PLACE}: no connection: no answer`,
  ],
  [
    'records that nobody believes, or that are of no use, bind nobody',
    unsigned(withTlsa([old])),
    'not-applicable example.com: no exchange has TLSA records that are proved and of use',
  ],
  ['as usages of the web', withTlsa([tlsaText('1 1 1', OWN)]), ['not-applicable example.com']],
  [
    'a resolver that proves nothing is no witness',
    { ...withTlsa([good]), ...PROVES_NOTHING },
    NOT_PROVED,
  ],
]);

test('DANE-MATCH gives the record to publish, and when it is seen', () => {
  const [verdict] = judged(daneMatch, withTlsa([old]));
  assert.ok(verdict?.outcome === 'finding');
  const text = `_25._tcp.mail.example.com. ${good.replace(/[0-9a-f]+$/, (hex) => hex.toUpperCase())}`;
  assert.deepEqual(verdict.mend, { kind: 'record', text });
  assert.equal(verdict.shows, 3_600_000);
});

test('DANE-MATCH quotes the reply that kept it from TLS', () => {
  const hosts = { 'mail.example.com': { replies: { starttls: '454 4.7.0 Later' } } };
  const [verdict] = judged(daneMatch, withTlsa([good], { hosts }));
  assert.equal(verdict?.outcome === 'unknown' && verdict.reply, '454 4.7.0 Later');
});

table(daneUsage, [
  [
    '3 1 1 and 2 1 1 pass',
    withTlsa([good, tlsaText('2 1 1', AUTHORITY)]),
    ['pass mail.example.com'],
  ],
  [
    'so does the certificate of an authority',
    withTlsa([tlsaText('2 0 1', AUTHORITY)]),
    ['pass mail.example.com'],
  ],
  [
    'usages of the web are passed over',
    withTlsa([tlsaText('1 1 1', MAIL)]),
    'warning mail.example.com: TLSA of mail.example.com: 1 1 1: usage 1 (PKIX) is not used for mail',
  ],
  [
    'a whole certificate breaks at renewal',
    withTlsa([tlsaText('3 0 1', MAIL)]),
    'notice mail.example.com: TLSA of mail.example.com: 3 0 1: it is of the whole certificate ' +
      'and breaks when that is renewed',
  ],
  [
    'data without a digest are large',
    withTlsa([tlsaText('3 1 0', MAIL)]),
    ['notice mail.example.com'],
  ],
  [
    'a digest of another length fits nothing',
    withTlsa(['TLSA 3 1 1 00112233']),
    ['warning mail.example.com'],
  ],
  ['without TLSA records there is nothing to judge', withoutTlsa, ['not-applicable example.com']],
  [
    'a resolver that proves nothing is no witness',
    { ...withTlsa([good]), ...PROVES_NOTHING },
    NOT_PROVED,
  ],
]);

table(daneRollover, [
  ['two keys pass', withTlsa([good, old]), ['pass mail.example.com']],
  [
    'so do host and authority',
    withTlsa([good, tlsaText('2 1 1', AUTHORITY)]),
    ['pass mail.example.com'],
  ],
  [
    'one key leaves a gap',
    withTlsa([good]),
    'notice mail.example.com: the TLSA records of mail.example.com are of one key: ' +
      'a change of it leaves a gap',
  ],
  [
    'two digests of it as well',
    withTlsa([good, tlsaText('3 1 2', MAIL)]),
    ['notice mail.example.com'],
  ],
  [
    'a record of no use bridges nothing',
    withTlsa([good, tlsaText('1 1 1', OWN)]),
    ['notice mail.example.com'],
  ],
  ['without TLSA records there is nothing to judge', withoutTlsa, ['not-applicable example.com']],
  [
    'a resolver that proves nothing is no witness',
    { ...withTlsa([good]), ...PROVES_NOTHING },
    NOT_PROVED,
  ],
]);

const older = tlsaText('3 1 1', STRANGER);

table(daneStale, [
  ['records that fit pass', withTlsa([good]), ['pass mail.example.com']],
  ['so does one of the next key beside them', withTlsa([good, old]), ['pass mail.example.com']],
  [
    'and spare authorities',
    withTlsa([good, tlsaText('2 1 1', OWN), tlsaText('2 1 1', STRANGER)]),
    ['pass mail.example.com'],
  ],
  ['two that fit nothing are old ones', withTlsa([good, old, older]), ['notice mail.example.com']],
  [
    'where nothing fits it is for another rule',
    withTlsa([old, older]),
    ['not-applicable mail.example.com'],
  ],
  [
    'a record may be of an address that was not seen',
    {
      zones: {
        'example.com': `${HOSTS}mail A 192.0.2.11\n${[good, old, older].map((text) => `_25._tcp.mail ${text}\n`).join('')}`,
      },
      hosts: { [PLACE]: { tls: showing(MAIL) } },
      ...SIGNED,
    },
    ['unknown mail.example.com'],
  ],
  ['without TLSA records there is nothing to judge', withoutTlsa, ['not-applicable example.com']],
  [
    'a resolver that proves nothing is no witness',
    { ...withTlsa([good]), ...PROVES_NOTHING },
    NOT_PROVED,
  ],
]);
