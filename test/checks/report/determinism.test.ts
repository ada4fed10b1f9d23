// The same observation gives the same report, to the byte: judged twice, printed twice, saved and
// read between.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drillJson } from '../../../src/checks/drill/drill-json.ts';
import { printDrill } from '../../../src/checks/drill/drill-text.ts';
import { drillOf } from '../../../src/checks/drill/observed.ts';
import { conclude, FactBook } from '../../../src/checks/fact-book.ts';
import {
  isObservation,
  type Observation,
  printObservation,
  readObservation,
} from '../../../src/checks/observation.ts';
import { compare, isSame } from '../../../src/checks/report/compare.ts';
import { type Form, viewOf } from '../../../src/checks/report/form.ts';
import { reportJson } from '../../../src/checks/report/json.ts';
import { junitForm } from '../../../src/checks/report/junit.ts';
import { markdownForm } from '../../../src/checks/report/markdown.ts';
import { printMatrix } from '../../../src/checks/report/matrix-text.ts';
import { sarifForm } from '../../../src/checks/report/sarif.ts';
import { printSpfTree } from '../../../src/checks/report/spf-tree.ts';
import { printReport } from '../../../src/checks/report/text.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import { SCENES } from '../../support/report-scenes.ts';
import { observationOf } from '../../support/scene-observation.ts';

const marks = makeStyle(true);

function printed(observation: Observation): Readonly<Record<string, string>> {
  const view = viewOf(observation);
  const by = (form: Form): string => form.begin() + form.one(view) + form.end();
  const drill = conclude(drillOf(observation.about), new FactBook(observation.facts));
  return {
    text: printReport(view.report, { marks, all: true, pictures: [] }),
    matrix: view.matrix ? printMatrix(view.matrix, marks) : '',
    spf: view.spf ? printSpfTree(view.spf) : '',
    json: JSON.stringify(reportJson(view)),
    junit: by(junitForm('warning')),
    sarif: by(sarifForm({ version: '1.2.3', locate: () => undefined })),
    markdown: by(markdownForm),
    drill: drill.kind === 'value' ? printDrill(drill.value, marks) : '',
    drillJson: drill.kind === 'value' ? JSON.stringify(drillJson(drill.value)) : '',
  };
}

/** Only names of forms are compared by `deepEqual`: it takes minutes to tell long texts apart. */
function assertSame(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): void {
  const differing = Object.keys(one).filter((form) => one[form] !== other[form]);
  assert.deepEqual(differing, []);
}

describe('the same observation', () => {
  for (const [name, scene] of Object.entries(SCENES)) {
    test(`gives the same bytes in every form: ${name}`, () => {
      const observation = observationOf(scene);
      const first = printed(observation);
      assertSame(printed(observation), first);
      const read = readObservation(printObservation(observation));
      assert.ok(isObservation(read));
      assertSame(printed(read), first);
    });

    test(`has not changed since itself: ${name}`, () => {
      const { report } = viewOf(observationOf(scene));
      assert.ok(isSame(compare(report, report)));
    });

    test(`holds all that its pictures and a drill need: ${name}`, () => {
      const { matrix, spf, drill } = printed(observationOf(scene));
      assert.ok(spf !== '' && drill !== '');
      const hasExchanges = name !== 'NO_MAIL' && name !== 'UNSEEN';
      assert.equal(matrix !== '', hasExchanges);
    });

    test(`is judged by every rule, and none fails: ${name}`, () => {
      const { report } = viewOf(observationOf(scene));
      const reasons = report.unknown.map(({ verdict }) => verdict.because);
      assert.deepEqual(
        reasons.filter((because) => /the rule itself failed|does not say/.test(because)),
        [],
      );
    });
  }

  test('judged in another order of its facts says the same', () => {
    const observation = observationOf(SCENES.BROKEN);
    const turned = { ...observation, facts: observation.facts.toReversed() };
    assertSame(printed(turned), printed(observation));
  });
});
