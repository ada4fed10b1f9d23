// What a watch tells, look by look. A week with the real rules is in `test/flow/watch.test.ts`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { after, hours, type Instant } from '../../../src/base/time.ts';
import { reportOf } from '../../../src/checks/report.ts';
import type { Rule } from '../../../src/checks/rule.ts';
import { THE_DOMAIN } from '../../../src/checks/subject.ts';
import {
  finding,
  pass,
  type Severity,
  unknown,
  type Verdict,
} from '../../../src/checks/verdict.ts';
import type { Notice } from '../../../src/checks/watch/notice.ts';
import { printNotices } from '../../../src/checks/watch/notice-text.ts';
import { NEW_STATE } from '../../../src/checks/watch/state.ts';
import { stepWatch } from '../../../src/checks/watch/step.ts';
import { aboutOf, SCENE_NOW } from '../../support/scene.ts';

const RULE: Rule = {
  id: 'TEST-RULE',
  title: 'It works',
  severity: 'error',
  why: '',
  wrong: '',
  right: '',
  remedy: '',
  sources: [],
  judge: () => {
    throw new Error('the verdicts are made by hand');
  },
};

const found = (severity: Severity): Verdict =>
  finding(THE_DOMAIN, 'a bad \u001b[31mthing', { severity, actor: 'domain' });

/** What one look sees. */
const LOOKS: Readonly<Record<string, readonly Verdict[]>> = {
  e: [found('error')],
  c: [found('critical')],
  w: [found('warning')],
  n: [found('notice')],
  ok: [pass(THE_DOMAIN)],
  '?': [unknown(THE_DOMAIN, 'it said 421')],
  // Nothing at all is seen: every rule is silent.
  dark: [],
};

const reportAt = (look: string, now: Instant) => {
  const about = aboutOf({ now });
  const observation = {
    format: 'fingerpost-observation-1',
    program: '1',
    about,
    endedAt: now,
    facts: [],
  } as const;
  return reportOf(observation, [{ rule: RULE, verdicts: LOOKS[look] ?? [] }]);
};

/** Looks an hour apart, and the notices as `LOOK:kind`, counted from 1. */
function tellings(looks: string): { readonly told: string; readonly notices: readonly Notice[] } {
  let state = NEW_STATE;
  const told: string[] = [];
  const notices: Notice[] = [];
  for (const [at, look] of looks.split(' ').entries()) {
    const report = reportAt(look, after(SCENE_NOW, hours(at)));
    const step = stepWatch(state, report, { leastSeverity: 'warning' });
    state = step.state;
    notices.push(...step.notices);
    told.push(...step.notices.map(({ kind }) => `${at + 1}:${kind}`));
  }
  return { told: told.join(' '), notices };
}

const TABLE: readonly (readonly [what: string, looks: string, told: string])[] = [
  ['what is well is not told', 'ok ok ok', ''],
  ['what is found once is not told', 'ok e ok ok', ''],
  ['what is found twice is told once', 'ok e e e e', '3:broken'],
  ['it is told from the first look on, too', 'e e', '2:broken'],
  ['well once is not recovered', 'e e ok e e', '2:broken'],
  ['well twice is', 'e e ok ok ok', '2:broken 4:recovered'],
  ['unknown tells nothing, whatever was before', '? ? ? ok ?', ''],
  ['unknown does not count as well', 'e e ? ? ? e', '2:broken'],
  ['nor as found', 'e ? e ok', '3:broken'],
  ['worse is told when it is seen twice', 'w w e w e e', '2:broken 6:worse'],
  ['better, and still not well, is not told', 'c c e e w w', '2:broken'],
  ['what is below the least severity is well', 'n n n', ''],
  ['and so ends what was above it', 'e e n n', '2:broken 4:recovered'],
  ['a look that saw nothing changes nothing', 'e dark dark e dark ok ok', '4:broken 7:recovered'],
  ['what comes and goes is told once', 'e ok e ok e ok e ok e ok e', '7:flapping'],
  ['and told when it stays', 'e ok e ok e ok e e e e e e e', '7:flapping 12:broken'],
];

for (const [what, looks, expected] of TABLE) {
  test(`a watch: ${what}`, () => assert.equal(tellings(looks).told, expected));
}

test('a watch: a day of quiet ends what came and went', () => {
  const looks = `e ok e ok e ok e ${Array.from({ length: 26 }, () => 'ok').join(' ')}`;
  assert.equal(tellings(looks).told, '7:flapping 31:recovered');
});

test('a notice says what, since when and for how long, and shows foreign text safely', () => {
  const { notices } = tellings('e e ok ok');
  const [broken, recovered] = notices.map((notice) => printNotices('example.com', [notice]));
  assert.equal(broken?.subject, '[example.com] broken: TEST-RULE example.com');
  assert.match(broken?.body ?? '', /a bad \\x1b\[31mthing\n {2}since 2026-06-01 12:00:00Z/);
  assert.equal(recovered?.subject, '[example.com] recovered: TEST-RULE example.com');
  assert.match(recovered?.body ?? '', /for 3 h/);
});
