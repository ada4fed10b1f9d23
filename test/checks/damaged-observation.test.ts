// Files are edited, cut and made up: whatever is done to a saved observation, it is refused, or every
// form of the report is printed from it. Nothing is thrown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drillJson } from '../../src/checks/drill/drill-json.ts';
import { printDrill } from '../../src/checks/drill/drill-text.ts';
import { drillOf } from '../../src/checks/drill/observed.ts';
import { conclude, FactBook } from '../../src/checks/fact-book.ts';
import {
  isObservation,
  type Observation,
  printObservation,
  readObservation,
} from '../../src/checks/observation.ts';
import { compare } from '../../src/checks/report/compare.ts';
import { printComparison } from '../../src/checks/report/compare-text.ts';
import { evidenceLines } from '../../src/checks/report/evidence.ts';
import { viewOf } from '../../src/checks/report/form.ts';
import { comparisonJson, reportJson } from '../../src/checks/report/json.ts';
import { junitForm } from '../../src/checks/report/junit.ts';
import { markdownForm } from '../../src/checks/report/markdown.ts';
import { printMatrix } from '../../src/checks/report/matrix-text.ts';
import { sarifForm } from '../../src/checks/report/sarif.ts';
import { printSpfTree } from '../../src/checks/report/spf-tree.ts';
import { printReport } from '../../src/checks/report/text.ts';
import { makeStyle } from '../../src/cli/style.ts';
import { BROKEN, GOOD } from '../support/report-scenes.ts';
import { observationOf } from '../support/scene-observation.ts';

const marks = makeStyle(false);

/** Every form that there is. */
function printAll(observation: Observation, earlier: Observation): string {
  const view = viewOf(observation);
  const { report, matrix, spf } = view;
  const before = viewOf(earlier).report;
  const changes = compare(before, report);
  const drill = conclude(drillOf(observation.about), new FactBook(observation.facts));
  const sarif = sarifForm({ version: '1', locate: () => undefined });
  return [
    printReport(report, { marks, all: true, pictures: [] }),
    matrix ? printMatrix(matrix, marks) : '',
    spf ? printSpfTree(spf) : '',
    JSON.stringify(reportJson(view)),
    junitForm('info').one(view),
    sarif.begin() + sarif.one(view) + sarif.end(),
    markdownForm.one(view),
    printComparison({ before, now: report }, changes, marks),
    JSON.stringify(comparisonJson(before, report, changes)),
    ...observation.facts.map(({ id }) => (evidenceLines(observation, id) ?? []).join('\n')),
    ...(drill.kind === 'value'
      ? [printDrill(drill.value, marks), JSON.stringify(drillJson(drill.value))]
      : []),
  ].join('\n');
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A way through a value: which member of each level, as a fraction. */
interface Damage {
  readonly way: readonly number[];
  readonly how: 'remove' | 'replace' | 'repeat';
  readonly by: Json;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  way: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 9 }),
  how: fc.constantFrom('remove', 'replace', 'replace', 'repeat'),
  by: fc.oneof(
    fc.constantFrom<Json>(
      ...[null, true, -1, 0, 1e300, 65_535, '', '.', 'a..b', '\u001b[2J', '192.0.2.1', '::1'],
      ...['example.com.', 'records', 'failure', 'lookup', 'MX', '__proto__', [], {}],
      ...[{ $bytes: 'AAECAw==' }, { $bytes: '!' }, { kind: 'failure' }, { kind: 'constructor' }],
    ),
    fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
  ),
});

/** The value with one member, found along the way, removed, replaced or repeated. */
function damaged(value: Json, { way, how, by }: Damage, level = 0): Json {
  if (typeof value !== 'object' || value === null) return how === 'replace' ? by : value;
  const keys = Object.keys(value);
  const at = Math.floor((way[level] ?? 0) * keys.length);
  const isHere = level === way.length - 1 || keys.length === 0;
  const changed = keys.flatMap((key, index): [string, Json][] => {
    const member = (value as Record<string, Json>)[key] ?? null;
    if (index !== at) return [[key, member]];
    if (!isHere) return [[key, damaged(member, { way, how, by }, level + 1)]];
    if (how === 'remove') return [];
    return how === 'replace'
      ? [[key, by]]
      : [
          [key, member],
          [`${key}0`, member],
        ];
  });
  return Array.isArray(value)
    ? changed.map(([, member]) => member)
    : (Object.fromEntries(changed) as Json);
}

for (const [name, scene] of Object.entries({ GOOD, BROKEN })) {
  test(`a damaged observation (${name}) is refused, or judged and printed`, () => {
    const whole = observationOf(scene);
    const saved = JSON.parse(printObservation(whole)) as Json;
    let printed = 0;
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
        const text = JSON.stringify(damages.reduce((value, each) => damaged(value, each), saved));
        const read = readObservation(text);
        if (!isObservation(read)) return assert.notEqual(read.because, '');
        printed += 1;
        assert.doesNotMatch(printAll(read, whole), /the rule itself failed/);
      }),
      { numRuns: 60 },
    );
    assert.ok(printed > 0, 'some damages are harmless');
  });
}

test('text that is no observation is refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue().map(String)), (text) => {
      assert.ok(!isObservation(readObservation(text)));
    }),
  );
});

test('a file that is cut is refused wherever it is', () => {
  const text = printObservation(observationOf(GOOD));
  fc.assert(
    fc.property(fc.nat(text.length - 1), (length) => {
      assert.ok(!isObservation(readObservation(text.slice(0, length))));
    }),
  );
});
