// The MX matrix: a row for each exchange at each address, and in each cell the worst that the rules
// of its column said of that place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Judgement } from '../../src/checks/judge.ts';
import {
  type CellState,
  MATRIX_COLUMNS,
  type MatrixColumn,
  type MatrixRow,
  matrixOf,
} from '../../src/checks/matrix.ts';
import type { Rule } from '../../src/checks/rule.ts';
import { CERTIFICATE_RULES } from '../../src/checks/rules/certificate/family.ts';
import { daneMatch } from '../../src/checks/rules/dane/dane-match.ts';
import { SMTP_RULES } from '../../src/checks/rules/smtp/family.ts';
import { stsCert } from '../../src/checks/rules/transport/sts-cert.ts';
import { stsMxMatch } from '../../src/checks/rules/transport/sts-mx-match.ts';
import { THE_DOMAIN } from '../../src/checks/subject.ts';
import { skipped } from '../../src/checks/verdict.ts';
import { aboutOf, failure, judged, ran, type Scene } from '../support/scene.ts';
import { shown } from '../support/scene-tls.ts';
import { stsPage } from '../support/sts-page.ts';

const RULES: readonly Rule[] = [
  ...SMTP_RULES,
  ...CERTIFICATE_RULES,
  daneMatch,
  stsCert,
  stsMxMatch,
];

/** Rules that need consent are skipped without it, as `judge` does. */
function judgementsOn(scene: Scene): readonly Judgement[] {
  const { mayAskRecipients } = aboutOf(scene.about);
  return RULES.map((rule) => {
    const isSkipped = rule.needs === 'recipients' && !mayAskRecipients;
    const verdicts = isSkipped ? [skipped(THE_DOMAIN, 'nobody agreed')] : judged(rule, scene);
    return { rule, verdicts };
  });
}

const rowsOf = (scene: Scene): readonly MatrixRow[] =>
  ran(matrixOf(aboutOf(scene.about), judgementsOn(scene)), scene).rows;

const SHAPES: Readonly<Record<CellState, string>> = {
  good: '+',
  bad: '!',
  poor: '-',
  unknown: '?',
  none: '.',
};

/** `10 mail.example.com. 192.0.2.10 +++++++..+++.`: a sign for each column. */
const drawn = (scene: Scene): readonly string[] =>
  rowsOf(scene).map(({ preference, host, address, cells }) => {
    const signs = MATRIX_COLUMNS.map((column) => SHAPES[cells[column].state]).join('');
    return `${preference ?? '-'} ${host} ${address ?? '-'} ${signs}`;
  });

const ZONE = '@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 192.0.2.20\n';
const WELL = { tls: shown() };
const WELL_BACKUP = { tls: shown({ names: ['backup.example.com'] }) };
const HOSTS = { 'mail.example.com': WELL, 'backup.example.com': WELL_BACKUP };
const MAIL = '10 mail.example.com. 192.0.2.10';
const BACKUP = '20 backup.example.com. 192.0.2.20';

const TABLE: readonly (readonly [what: string, scene: Scene, expected: readonly string[]])[] = [
  [
    'where all is well, without DANE and MTA-STS',
    { zones: { 'example.com': ZONE }, hosts: HOSTS },
    [`${MAIL} ++++++..+++.`, `${BACKUP} ++++++..+++.`],
  ],
  [
    'without consent nobody asked for an unknown user',
    { zones: { 'example.com': ZONE }, hosts: HOSTS, about: { mayAskRecipients: false } },
    [`${MAIL} ++++++..++..`, `${BACKUP} ++++++..++..`],
  ],
  [
    'a host that is down is bad where it is told, and unknown in the rest',
    {
      zones: { 'example.com': ZONE },
      hosts: {
        ...HOSTS,
        'mail.example.com': {
          connect: { kind: 'failed', failure: 'timeout', because: 'silence', tookMs: 1 },
        },
      },
    },
    [`${MAIL} +!????..???.`, `${BACKUP} ++++++..++?.`],
  ],
  [
    'one that sent us away is unknown, not bad',
    {
      zones: { 'example.com': ZONE },
      hosts: { ...HOSTS, 'backup.example.com': { replies: { greeting: '421 4.7.0 Later' } } },
    },
    [`${MAIL} ++++++..+++.`, `${BACKUP} ++????..???.`],
  ],
  [
    'a host without address has a row',
    { zones: { 'example.com': `${ZONE}@ MX 30 gone` }, hosts: HOSTS },
    [`${MAIL} ++++++..+++.`, `${BACKUP} ++++++..+++.`, '30 gone.example.com. - !...........'],
  ],
  [
    'and one whose addresses could not be looked up',
    {
      zones: { 'example.com': ZONE },
      hosts: HOSTS,
      lookups: { 'backup.example.com A': failure(), 'backup.example.com AAAA': failure() },
    },
    [`${MAIL} ++++++..+++.`, '20 backup.example.com. - ?...........'],
  ],
  [
    'MTA-STS is judged for each host',
    {
      zones: { 'example.com': `${ZONE}_mta-sts TXT "v=STSv1; id=1;"` },
      hosts: HOSTS,
      pages: stsPage('enforce'),
    },
    [`${MAIL} ++++++.++++.`, `${BACKUP} ++++++.!+++.`],
  ],
  [
    'DANE too',
    {
      zones: { 'example.com': `${ZONE}_25._tcp.mail TLSA 3 1 1 ${'ab'.repeat(32)}` },
      hosts: HOSTS,
      secure: ['example.com'],
    },
    [`${MAIL} ++++++!.+++.`, `${BACKUP} ++++++..+++.`],
  ],
  [
    'what could be better is poor',
    {
      zones: { 'example.com': ZONE },
      hosts: {
        'mail.example.com': { tls: shown({ names: ['www.example.com'], because: 'ALTNAME' }) },
        'backup.example.com': { ...WELL_BACKUP, replies: { unknown: '250 2.1.5 Ok' } },
      },
    },
    [`${MAIL} +++++-..+++.`, `${BACKUP} ++++++..++-.`],
  ],
  [
    'a domain without MX records is its own exchange',
    {
      zones: { 'example.com': '@ A 192.0.2.10' },
      hosts: { 'example.com': { tls: shown({ names: ['example.com'] }) } },
    },
    ['- example.com. 192.0.2.10 ++++++..+++.'],
  ],
  ['one that takes no mail has no row', { zones: { 'example.com': '@ MX 0 .' } }, []],
];

for (const [what, scene, expected] of TABLE) {
  test(`the matrix: ${what}`, () => {
    assert.deepEqual(drawn(scene), expected);
  });
}

const words = (scene: Scene, column: MatrixColumn): readonly string[] =>
  rowsOf(scene).map(({ cells }) => cells[column].word);

test('a cell says in a word what is there', () => {
  const scene: Scene = {
    zones: { 'example.com': `${ZONE}@ MX 30 gone` },
    hosts: {
      'mail.example.com': { tls: shown({ names: ['www.example.com'], because: 'ALTNAME' }) },
      'backup.example.com': { replies: { ehlo: '250 backup.example.com', postmaster: '550 No' } },
    },
  };
  assert.deepEqual(words(scene, 'resolve'), ['IPv4', 'IPv4', 'no such name']);
  assert.deepEqual(words(scene, 'greeting'), ['220', '220', '']);
  assert.deepEqual(words(scene, 'starttls'), ['TLSv1.3', 'not offered', '']);
  assert.deepEqual(words(scene, 'certificate'), ['other name', 'does not apply', '']);
  assert.deepEqual(words(scene, 'postmaster'), ['taken', 'refused', '']);
  assert.deepEqual(words(scene, 'unknownUser'), ['refused', 'refused', '']);
});

test('a backup that relays nothing for the domain is bad, not beside the point', () => {
  const replies = { postmaster: '554 5.7.1 Relay access denied' };
  const scene = { zones: { 'example.com': ZONE }, hosts: { 'backup.example.com': { replies } } };
  assert.deepEqual(words(scene, 'postmaster'), ['taken', 'no relay']);
});

test('what was not told shows the code of the reply, and a failed connection how it failed', () => {
  const scene: Scene = {
    zones: { 'example.com': ZONE },
    hosts: {
      'mail.example.com': { replies: { postmaster: '450 4.2.0 Greylisted' } },
      'backup.example.com': {
        connect: { kind: 'failed', failure: 'refused', because: 'refused', tookMs: 1 },
      },
    },
  };
  assert.deepEqual(words(scene, 'postmaster'), ['450', 'not known']);
  assert.deepEqual(words(scene, 'connect'), ['connected', 'refused']);
});

test('a row and its cells name the facts behind them', () => {
  const scene: Scene = { zones: { 'example.com': ZONE }, hosts: HOSTS };
  const [row] = rowsOf(scene);
  assert.match(row?.evidence ?? '', /^D\d+$/);
  assert.match(row?.cells.certificate.evidence ?? '', /^D\d+$/);
});
