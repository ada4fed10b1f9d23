// RR-AGREE: do all name servers give the same mail records?
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rrAgree } from '../../../../src/checks/rules/delegation/rr-agree.ts';
import { judged, type Scene } from '../../../support/scene.ts';
import { CANNOT_ASK, table, WITHOUT_WALK } from './rule-table.ts';

const TOP = '@ NS ns1\n@ NS ns2\nns1 A 192.0.2.53\nns2 A 198.51.100.53\n';
const MAIL = '@ MX 10 mail\nmail A 192.0.2.10';

/** ns2 has other text. */
const differing = (one: string, other: string, more: Partial<Scene> = {}): Scene => ({
  zones: { 'example.com': `${TOP}${one}` },
  servers: { 'ns2.example.com': { zone: `${TOP}${other}` } },
  ...more,
});

table(rrAgree, [
  [
    'equal records pass; of those that are nowhere nothing is said',
    differing(MAIL, MAIL),
    ['pass example.com MX', 'pass mail.example.com A'],
  ],
  [
    'TTL, order and the case of names are no difference',
    differing(
      '@ 60 MX 10 mail\n@ 60 MX 20 b\nmail A 192.0.2.10\nb A 192.0.2.11',
      '@ 90 MX 20 B\n@ 90 MX 10 MAIL\nmail A 192.0.2.10\nb A 192.0.2.11',
    ),
    ['pass example.com MX', 'pass mail.example.com A', 'pass b.example.com A'],
  ],
  [
    'another MX record is an error, and it is said who has what',
    differing(MAIL, '@ MX 10 old\nmail A 192.0.2.10'),
    'error example.com MX: example.com MX differs: ' +
      'ns1.example.com (192.0.2.53) gave 10 mail.example.com.; ' +
      'ns2.example.com (198.51.100.53) gave 10 old.example.com.',
  ],
  [
    'a record that one has and the other has not is a difference',
    differing(`${MAIL}\n_dmarc TXT "v=DMARC1; p=none"`, MAIL),
    'warning _dmarc.example.com TXT: _dmarc.example.com TXT differs: ' +
      'ns1.example.com (192.0.2.53) gave "v=DMARC1; p=none"; ' +
      'ns2.example.com (198.51.100.53) gave no such record',
  ],
  [
    'policies, CAA, addresses and TLSA are compared as well, and SPF by a rule of its own',
    differing(
      `${MAIL}\n@ TXT "v=spf1 mx -all"\n@ CAA 0 issue "ca.example.net"\n` +
        '_mta-sts TXT "v=STSv1; id=1"\n_smtp._tls TXT "v=TLSRPTv1; rua=mailto:t@example.com"\n' +
        `_25._tcp.mail TLSA 3 1 1 ${'00'.repeat(32)}`,
      '@ MX 10 mail\nmail A 192.0.2.11',
    ),
    [
      'pass example.com MX',
      'warning _mta-sts.example.com TXT',
      'warning _smtp._tls.example.com TXT',
      'warning example.com CAA',
      'warning mail.example.com A',
      'warning _25._tcp.mail.example.com TLSA',
    ],
  ],
  [
    'keys of selectors that were declared are compared',
    differing(
      `${MAIL}\ns1._domainkey TXT "v=DKIM1; p=aa"`,
      `${MAIL}\ns1._domainkey TXT "v=DKIM1; p=bb"`,
      {
        about: { declared: { selectors: ['s1'], senders: [] } },
      },
    ),
    ['pass example.com MX', 'warning s1._domainkey.example.com TXT', 'pass mail.example.com A'],
  ],
  [
    'an alias is not the same as data',
    differing(`${MAIL}\n_dmarc CNAME d.example.net.`, `${MAIL}\n_dmarc TXT "v=DMARC1; p=none"`),
    'warning _dmarc.example.com TXT: _dmarc.example.com TXT differs: ' +
      'ns1.example.com (192.0.2.53) gave the alias d.example.net.; ' +
      'ns2.example.com (198.51.100.53) gave "v=DMARC1; p=none"',
  ],
  [
    'a server that gives no answer disagrees with nobody',
    { ...differing(MAIL, MAIL), servers: { 'ns2.example.com': 'servfail' } },
    ['unknown example.com MX', 'unknown mail.example.com A'],
  ],
  [
    'where nobody answers it is unknown',
    {
      ...differing(MAIL, MAIL),
      servers: { 'ns1.example.com': 'timeout', 'ns2.example.com': 'refused' },
    },
    'unknown example.com MX: no name server gave an answer for MX of example.com',
  ],
  [
    'one server at one address has nobody to disagree with',
    { zones: { 'example.com': `@ NS ns1\nns1 A 192.0.2.53\n${MAIL}` } },
    ['not-applicable example.com MX', 'not-applicable mail.example.com A'],
  ],
  [
    'an exchange in a zone of others may have a pool of addresses',
    {
      zones: {
        'example.com': `${TOP}@ MX 10 mx.example.net.`,
        'example.net': '@ NS a\n@ NS b\na A 192.0.2.1\nb A 192.0.2.2\nmx A 192.0.2.10',
      },
      servers: {
        'b.example.net': { zone: '@ NS a\n@ NS b\na A 192.0.2.1\nb A 192.0.2.2\nmx A 192.0.2.11' },
      },
    },
    ['pass example.com MX', 'info mx.example.net A'],
  ],
  [
    'an implicit exchange is compared by its addresses',
    differing('@ A 192.0.2.10', '@ A 192.0.2.11'),
    ['pass example.com MX', 'warning example.com A'],
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

test('RR-AGREE takes answers that were cut off from TCP', () => {
  const records = '@ MX 10 mail\n@ MX 20 b\nmail A 192.0.2.10\nb A 192.0.2.11';
  const scene: Scene = {
    zones: { 'example.com': `${TOP}${records}` },
    servers: {
      'ns2.example.com': ({ by }, good) =>
        by === 'udp' ? { ...good, truncated: true, answers: good.answers.slice(0, 1) } : good,
    },
  };
  const [mx] = judged(rrAgree, scene);
  assert.deepEqual(mx, {
    outcome: 'pass',
    subject: { kind: 'name', name: 'example.com MX' },
    says: 'the same at 2 servers',
    evidence: ['A3.1', 'A14.2'],
  });
});

test('RR-AGREE says when a change will be seen, by the longest TTL', () => {
  const [mx] = judged(rrAgree, differing('@ 60 MX 10 mail', '@ 7200 MX 20 mail'));
  assert.equal(mx?.outcome === 'finding' && mx.shows, 7_200_000);
});
