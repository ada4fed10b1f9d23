// Columns on a terminal, against what terminals show.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cutTo, padTo, widthOf, wrapTo } from '../../src/base/width.ts';

describe('the width of a text', () => {
  const rows: readonly (readonly [text: string, columns: number])[] = [
    ['', 0],
    ['mail', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['中文', 4],
    ['ア', 2],
    ['ｱ', 1],
    ['한국', 4],
    ['\u1112\u1161\u11ab', 2],
    ['（）', 4],
    ['〇', 2],
    ['𠀀', 2],
    ['⌚', 2],
    ['✓ ✗ · → ╌▶●', 11],
    ['😀', 2],
    ['🇨🇳', 2],
    ['कि', 2],
  ];
  for (const [text, columns] of rows) {
    test(`${JSON.stringify(text)} takes ${columns}`, () => assert.equal(widthOf(text), columns));
  }
});

test('padding fills up to the column, and never cuts', () => {
  assert.equal(padTo('中', 4), '中  ');
  assert.equal(padTo('mail', 2), 'mail');
});

const words = fc.array(fc.constantFrom('a', 'mail', '中文', 'e\u0301', '😀', 'example.com'));

test('a cut text is a beginning that fits, and the longest such', () => {
  fc.assert(
    fc.property(words, fc.nat(40), (list, columns) => {
      const text = list.join(' ');
      const cut = cutTo(text, columns);
      assert.ok(text.startsWith(cut) && widthOf(cut) <= columns);
      const next = [...text.slice(cut.length)][0];
      assert.ok(next === undefined || widthOf(cut + next) > columns);
    }),
  );
});

test('wrapped lines fit but for single words, and lose nothing', () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 40 }), (list, columns) => {
      const lines = wrapTo(list.join(' '), columns);
      assert.equal(lines.join(' '), list.join(' '));
      for (const line of lines) assert.ok(widthOf(line) <= columns || !line.includes(' '), line);
    }),
  );
});
