// What changed between two looks: findings that came, got worse, went, or are out of sight, records
// that are others, and a policy whose id is not.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IpAddress } from '../../../src/base/ip.ts';
import type { Page } from '../../../src/checks/fact.ts';
import type { Observation } from '../../../src/checks/observation.ts';
import { compare } from '../../../src/checks/report/compare.ts';
import { printComparison } from '../../../src/checks/report/compare-text.ts';
import { viewOf } from '../../../src/checks/report/form.ts';
import { exchange, THE_DOMAIN } from '../../../src/checks/subject.ts';
import {
  finding,
  notApplicable,
  pass,
  type Severity,
  skipped,
  unknown,
  type Verdict,
} from '../../../src/checks/verdict.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import { observationWith, reportWith } from '../../support/report-scenes.ts';
import { failure, type Scene } from '../../support/scene.ts';
import { observationOf } from '../../support/scene-observation.ts';
import { nameOf } from '../../support/zones.ts';

const MAIL = exchange(nameOf('mail.example.com'));
const BACKUP = exchange(nameOf('backup.example.com'));
const found = (severity: Severity = 'warning', says = 'it is so'): Verdict =>
  finding(MAIL, says, { actor: 'domain', severity });

type Changed = readonly [what: string, before: Verdict[], now: Verdict[], expected: object];

describe('a finding', () => {
  const rows: readonly Changed[] = [
    ['that is new came', [pass(MAIL)], [found()], { came: ['warning'] }],
    ['of something new came', [], [found()], { came: ['warning'] }],
    ['that was unknown came', [unknown(MAIL, 'no')], [found()], { came: ['warning'] }],
    ['that is worse came', [found('notice')], [found('error')], { came: ['error was notice'] }],
    ['that is better is no change', [found('error')], [found('notice')], {}],
    ['that says it otherwise is no change', [found()], [found('warning', 'other')], {}],
    ['that passes now went', [found()], [pass(MAIL)], { went: ['warning'] }],
    ['that does not apply went', [found()], [notApplicable(MAIL, 'x')], { went: ['warning'] }],
    ['of something that is gone went', [found()], [pass(THE_DOMAIN)], { went: ['warning'] }],
    ['that is unknown now is out of sight', [found()], [unknown(MAIL, 'no')], { lost: ['no'] }],
    [
      'of a rule that cannot tell anything is out of sight',
      [found()],
      [unknown(THE_DOMAIN, 'no DNS')],
      { lost: ['no DNS'] },
    ],
    [
      'of a rule that nobody agreed to is out of sight',
      [found()],
      [skipped(THE_DOMAIN, 'no consent')],
      { lost: ['no consent'] },
    ],
    [
      'that passes went, whatever is unknown of others',
      [found()],
      [pass(MAIL), unknown(BACKUP, 'no')],
      { went: ['warning'] },
    ],
  ];
  for (const [what, before, now, expected] of rows) {
    test(what, () => {
      const report = (verdicts: readonly Verdict[]) =>
        reportWith(observationWith(), ['R-ONE', 'info', ...verdicts]);
      const { came, went, lostSight, records } = compare(report(before), report(now));
      assert.deepEqual(
        {
          came: came.map(({ severity, was }) => (was ? `${severity} was ${was}` : severity)),
          went: went.map(({ severity }) => severity),
          lost: lostSight.map(({ because }) => because),
          records,
        },
        { came: [], went: [], lost: [], records: [], ...expected },
      );
    });
  }

  test('of another rule is another finding', () => {
    const before = reportWith(observationWith(), ['R-ONE', 'info', found()]);
    const now = reportWith(observationWith(), ['R-TWO', 'info', found()]);
    const { came, went } = compare(before, now);
    assert.deepEqual([came[0]?.rule.id, went[0]?.rule.id], ['R-TWO', 'R-ONE']);
  });

  test('that is worst is told first', () => {
    const now = reportWith(
      observationWith(),
      ['R-ONE', 'info', found('notice')],
      ['R-TWO', 'info', found('critical')],
    );
    const { came } = compare(reportWith(observationWith()), now);
    assert.deepEqual(
      came.map(({ severity }) => severity),
      ['critical', 'notice'],
    );
  });
});

const zone = (text: string, more: Partial<Scene> = {}): Observation =>
  observationOf({ zones: { 'example.com': `${text}\nmail A 192.0.2.10` }, ...more });

const recordsOf = (before: Observation, now: Observation): readonly string[] =>
  compare(reportWith(before), reportWith(now)).records.map(
    (change) => `${change.name} ${change.type}: ${change.before} > ${change.now}`,
  );

describe('records', () => {
  const ONE = zone('@ MX 10 mail');
  const rows: readonly (readonly [string, Observation, Observation, readonly string[]])[] = [
    [
      'are told when they change',
      ONE,
      zone('@ MX 20 mail'),
      ['example.com MX: 10 mail.example.com. > 20 mail.example.com.'],
    ],
    [
      'are told when they come',
      ONE,
      zone('@ MX 10 mail\n@ TXT "v=spf1 -all"'),
      ['example.com TXT:  > "v=spf1 -all"'],
    ],
    [
      'are told when they go',
      zone('@ MX 10 mail\n@ TXT "v=spf1 -all"'),
      ONE,
      ['example.com TXT: "v=spf1 -all" > '],
    ],
    [
      'are the same in another order',
      zone('@ MX 10 mail\n@ MX 20 b'),
      zone('@ MX 20 b\n@ MX 10 mail'),
      [],
    ],
    [
      'are not told where they are not known',
      ONE,
      zone('@ MX 10 mail', { lookups: { 'example.com TXT': failure() } }),
      [],
    ],
    [
      'of the start of authority are not told',
      ONE,
      zone('@ SOA ns1 hostmaster 2 7200 3600 1209600 300\n@ MX 10 mail'),
      [],
    ],
  ];
  for (const [what, before, now, expected] of rows) {
    test(what, () => assert.deepEqual(recordsOf(before, now), expected));
  }
});

describe('STS-ID-STALE', () => {
  const policy = (mode: string, id: string, status = 200): Observation => {
    const body = `version: STSv1\nmode: ${mode}\nmx: mail.example.com\nmax_age: 604800\n`;
    const page: Page = {
      kind: 'answered',
      address: '192.0.2.80' as IpAddress,
      status,
      headers: { 'content-type': 'text/plain' },
      body: Buffer.from(body),
      isCut: false,
    };
    return zone(`@ MX 10 mail\n_mta-sts TXT "v=STSv1; id=${id}"\nmta-sts A 192.0.2.80`, {
      pages: { 'https://mta-sts.example.com/.well-known/mta-sts.txt': page },
    });
  };
  const ENFORCE = policy('enforce', '1');
  const rows: readonly (readonly [what: string, now: Observation, stale: boolean])[] = [
    ['the same policy and id', ENFORCE, false],
    ['another policy under the same id', policy('testing', '1'), true],
    ['another policy and another id', policy('testing', '2'), false],
    ['the same policy under another id', policy('enforce', '2'), false],
    ['the same policy written otherwise', policy('enforce ', '1'), false],
    ['a policy that cannot be fetched', policy('testing', '1', 500), false],
    ['a policy that cannot be read', policy('whatever', '1'), false],
    ['no policy any more', zone('@ MX 10 mail'), false],
  ];
  for (const [what, now, stale] of rows) {
    test(`${what}: ${stale ? 'told' : 'not told'}`, () => {
      const { came } = compare(reportWith(ENFORCE), reportWith(now));
      assert.deepEqual(
        came.map(({ rule, severity }) => `${rule.id} ${severity}`),
        stale ? ['STS-ID-STALE error'] : [],
      );
    });
  }

  test('gives a record with a new id to paste', () => {
    const [told] = compare(reportWith(ENFORCE), reportWith(policy('none', '1'))).came;
    assert.equal(told?.subject, '_mta-sts.example.com');
    assert.equal(
      told?.verdict.mend?.text,
      '_mta-sts.example.com. TXT "v=STSv1; id=20260601120000Z"',
    );
    assert.equal(told?.verdict.evidence.length, 2);
  });
});

describe('as text', () => {
  const marks = makeStyle(false);

  test('everything that changed has its list', () => {
    const before = reportWith(
      zone('@ MX 10 mail'),
      ['R-ONE', 'notice', finding(MAIL, 'was a little wrong', { actor: 'domain' })],
      ['R-TWO', 'warning', finding(MAIL, 'was wrong', { actor: 'domain' })],
      ['R-THREE', 'warning', finding(BACKUP, 'is wrong', { actor: 'domain' })],
    );
    const now = reportWith(
      zone('@ MX 10 mail\n@ MX 20 back\\027up'),
      ['R-ONE', 'error', finding(MAIL, 'is very wrong', { actor: 'domain' })],
      ['R-TWO', 'warning', pass(MAIL)],
      ['R-THREE', 'warning', unknown(BACKUP, 'no \u001b answer')],
    );
    assert.deepEqual(printComparison({ before, now }, compare(before, now), marks).split('\n'), [
      'example.com, seen 2026-06-01 12:00:00Z',
      '  from checker.example.net (IPv4, IPv6)',
      '  since 2026-06-01 12:00:00Z',
      '',
      'came, or got worse',
      '  ✗ error    R-ONE  mail.example.com, was notice',
      '      is very wrong',
      '      for whoever runs the domain · RFC 5321 §5.1',
      '',
      'gone',
      '  ✓ R-TWO  mail.example.com',
      '      it was: was wrong',
      '',
      'cannot be told any more',
      '  ? R-THREE  backup.example.com',
      '      no \\x1b answer',
      '',
      'records that are others now',
      '  example.com MX',
      '    + 20 back\\027up.example.com.',
      '',
    ]);
  });

  test('nothing changed is said in so many words', () => {
    const { report } = viewOf(zone('@ MX 10 mail'));
    const text = printComparison({ before: report, now: report }, compare(report, report), marks);
    assert.match(text, /\n\nnothing changed\n$/);
  });
});
