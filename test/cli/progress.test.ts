// The line at the bottom of a terminal, as the bytes that a terminal gets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressLine } from '../../src/cli/progress.ts';

const EMPTY = '\r\u001b[K';

function lineOn(columns: number | undefined) {
  const written: string[] = [];
  const line = progressLine({ write: (text) => void written.push(text) }, () => columns);
  return { line, written };
}

test('each text replaces the one before, and the last is taken away', () => {
  const { line, written } = lineOn(80);
  line.show('1 of 2');
  line.show('1 of 2');
  line.show('2 of 2');
  line.clear();
  line.clear();
  assert.deepEqual(written, [`${EMPTY}1 of 2`, `${EMPTY}2 of 2`, EMPTY]);
});

test('a text that was cleared is shown again', () => {
  const { line, written } = lineOn(80);
  line.show('1 of 2');
  line.clear();
  line.show('1 of 2');
  assert.equal(written.length, 3);
});

test('what is wider than the terminal is cut before the last column, by columns', () => {
  const { line, written } = lineOn(6);
  line.show('abcdefgh');
  line.show('中文中文');
  assert.deepEqual(written, [`${EMPTY}abcde`, `${EMPTY}中文`]);
});

test('without a terminal nothing is written', () => {
  const { line, written } = lineOn(undefined);
  line.show('1 of 2');
  line.clear();
  assert.deepEqual(written, []);
});
