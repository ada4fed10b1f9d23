// The manual's pages about rules are those that the rules make, and the rules are fit to be pages.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { indexOf, pageOf } from '../../src/checks/report/page.ts';
import { RULES } from '../../src/checks/rules/all.ts';
import { ROOT, read } from '../support/source-rules.ts';

const FOLDER = 'docs/checks';

test('every rule has its page, and there is no page beside (npm run check-pages writes them)', () => {
  const files = RULES.map(({ id }) => `${id.toLowerCase()}.md`);
  assert.deepEqual(readdirSync(join(ROOT, FOLDER)).sort(), ['README.md', ...files].sort());
  for (const rule of RULES) {
    assert.equal(read(`${FOLDER}/${rule.id.toLowerCase()}.md`), pageOf(rule), rule.id);
  }
  assert.equal(read(`${FOLDER}/README.md`), indexOf(RULES));
});

test('no two rules share an id', () => {
  const ids = RULES.map(({ id }) => id);
  assert.deepEqual(ids, [...new Set(ids)]);
});

test('a rule says why, shows a wrong and a right example, and names its source', () => {
  for (const { id, title, why, wrong, right, remedy, sources } of RULES) {
    assert.match(id, /^[A-Z0-9]+(?:-[A-Z0-9]+)*$/);
    assert.doesNotMatch(title, /\.$/, `${id}: a title has no full stop`);
    for (const text of [why, remedy]) {
      assert.ok(text.length >= 40 && /[.:)`]$/.test(text), `${id}: ${text}`);
    }
    assert.ok(wrong.length > 0 && right.length > 0 && wrong !== right, id);
    assert.ok(sources.length > 0, `${id} names no source`);
  }
});

test('a rule stands in a file that is named like it, with its family or without', () => {
  const folders = readdirSync(join(ROOT, 'src/checks/rules'), { withFileTypes: true });
  const files = new Set(
    folders
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => readdirSync(join(ROOT, 'src/checks/rules', name))),
  );
  for (const { id } of RULES) {
    const whole = `${id.toLowerCase()}.ts`;
    const short = whole.slice(whole.indexOf('-') + 1);
    assert.ok(files.has(whole) || files.has(short), id);
  }
});
