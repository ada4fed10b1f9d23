// The report as a value: which list a finding is in, whether it can be relied on, and what the
// command ends with.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IpAddress } from '../../../src/base/ip.ts';
import { instantAt } from '../../../src/base/time.ts';
import type { RecordedFact } from '../../../src/checks/fact.ts';
import type { Observation } from '../../../src/checks/observation.ts';
import { exitOf, type Report, troublesIn } from '../../../src/checks/report.ts';
import { THE_DOMAIN } from '../../../src/checks/subject.ts';
import {
  finding,
  pass,
  SEVERITIES,
  type Severity,
  skipped,
  unknown,
  type Verdict,
} from '../../../src/checks/verdict.ts';
import { observationWith, reportWith } from '../../support/report-scenes.ts';
import { aboutOf, SCENE_NOW } from '../../support/scene.ts';
import { dialogueOf } from '../../support/scene-dialogue.ts';
import { nameOf } from '../../support/zones.ts';

const found = (severity: Severity, days?: number): Verdict =>
  finding(THE_DOMAIN, 'it is so', {
    actor: 'domain',
    severity,
    ...(days !== undefined && { breaksAt: instantAt(SCENE_NOW + days * 86_400_000) }),
  });

const WELL = pass(THE_DOMAIN);
const UNKNOWN = unknown(THE_DOMAIN, 'no answer');

const reportOf = (...verdicts: readonly Verdict[]): Report =>
  reportWith(observationWith(), ['R-ONE', 'notice', ...verdicts]);

test('a finding is in the list of its severity, or of its date', () => {
  const report = reportOf(
    found('info'),
    found('warning', 9),
    found('warning'),
    found('error'),
    found('notice', 2),
    found('critical', 1),
    found('notice'),
    WELL,
  );
  const of = (list: Report['lost']): readonly string[] =>
    list.map(
      ({ severity, verdict }) => severity + (verdict.breaksAt === undefined ? '' : ' dated'),
    );
  assert.deepEqual(of(report.lost), ['critical dated']);
  assert.deepEqual(of(report.willBreak), ['error', 'notice dated', 'warning dated']);
  assert.deepEqual(of(report.better), ['warning', 'notice', 'info']);
});

test('the severity of the rule is that of findings that name none', () => {
  const verdict = finding(THE_DOMAIN, 'it is so', { actor: 'domain' });
  assert.equal(reportWith(observationWith(), ['R-ONE', 'critical', verdict]).lost.length, 1);
});

const walkless: Observation = {
  ...observationWith(),
  about: {
    ...aboutOf(),
    self: { ...aboutOf().self, walk: { ok: false, because: 'no root answered' } },
  },
};

const egress = (open?: boolean): RecordedFact => ({
  kind: 'egress',
  id: 'E1',
  want: { kind: 'egress' },
  at: SCENE_NOW,
  tookMs: 1,
  because: 'port 25 is closed',
  ...(open !== undefined && { open }),
});

const place = {
  host: nameOf('mail.example.com'),
  address: '192.0.2.10' as IpAddress,
  recipients: [],
};
const spoken: RecordedFact = {
  kind: 'dialogue',
  id: 'S1',
  want: { kind: 'dialogue', ...place },
  at: SCENE_NOW,
  tookMs: 1,
  dialogue: dialogueOf({ ...place, host: 'mail.example.com' }, {}, aboutOf()),
};

describe('a report cannot be relied on', () => {
  const rows: readonly (readonly [string, Observation, Verdict, readonly string[]])[] = [
    ['not so', observationWith([egress(true)]), WELL, []],
    [
      'where nobody can tell whether port 25 is closed',
      observationWith([egress()]),
      WELL,
      ['mail hosts can perhaps not be reached from here: port 25 is closed'],
    ],
    ['but can where a mail host was reached', observationWith([egress(false), spoken]), WELL, []],
    [
      'where port 25 is closed',
      observationWith([egress(false)]),
      WELL,
      ['mail hosts cannot be reached from here: port 25 is closed'],
    ],
    [
      'where name servers cannot be asked',
      walkless,
      WELL,
      ['name servers cannot be asked from here: no root answered'],
    ],
    ['where nothing answered', observationWith(), UNKNOWN, ['nothing answered']],
  ];
  for (const [what, observation, verdict, troubles] of rows) {
    test(what, () => {
      const report = reportWith(observation, ['R-ONE', 'error', verdict]);
      assert.deepEqual(troublesIn(report), troubles);
    });
  }
});

describe('the exit code', () => {
  const rows: readonly (readonly [
    what: string,
    verdicts: readonly Verdict[],
    failOn: Severity,
    code: number,
  ])[] = [
    ['all is well', [WELL], 'error', 0],
    ['nothing is worse than a warning', [found('warning'), WELL], 'error', 0],
    ['a warning counts where it is asked for', [found('warning'), WELL], 'warning', 1],
    ['what is worse than asked for counts too', [found('warning')], 'info', 1],
    ['an info counts where it is asked for', [found('info')], 'info', 1],
    ['what is less than asked for does not', [found('notice')], 'warning', 0],
    ['a dated warning is no error', [found('warning', 1)], 'error', 0],
    ['errors', [found('error'), WELL], 'error', 2],
    ['mail is lost', [found('critical')], 'error', 2],
    ['an error is one, whatever is asked for', [found('error')], 'critical', 2],
    ['what could not be tested never counts', [UNKNOWN, WELL], 'info', 0],
    ['nor does what nobody agreed to', [skipped(THE_DOMAIN, 'no consent'), WELL], 'info', 0],
    ['nothing answered', [UNKNOWN], 'error', 3],
    ['nothing was judged', [], 'error', 3],
  ];
  for (const [what, verdicts, failOn, code] of rows) {
    test(`${code}: ${what} (--fail-on ${failOn})`, () => {
      assert.equal(exitOf(reportOf(...verdicts), failOn), code);
    });
  }

  const blind = (verdict: Verdict): Report => reportWith(walkless, ['R-ONE', 'error', verdict]);
  for (const severity of SEVERITIES) {
    const isError = severity === 'critical' || severity === 'error';
    test(`${severity} and a machine that sees little: ${isError ? 2 : 3}`, () => {
      assert.equal(exitOf(blind(found(severity)), 'info'), isError ? 2 : 3);
    });
  }
});
