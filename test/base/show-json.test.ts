// JSON that a terminal may show: the same value, and no character that a terminal obeys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { showJson } from '../../src/base/show.ts';

test('what a terminal obeys is escaped', () => {
  const hostile = '\u001b[2J \u009b31m \u007f \u202e \u2028 \u{e0041} é 漢 \\ "';
  assert.equal(
    showJson({ hostile }),
    String.raw`{"hostile":"\u001b[2J \u009b31m \u007f \u202e \u2028 \udb40\udc41 é 漢 \\ \""}`,
  );
  assert.equal(showJson([1], 2), '[\n  1\n]');
});

test('it is JSON of the same value, and holds nothing unprintable', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const text = showJson({ [value]: value });
      assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      assert.deepEqual(JSON.parse(text), { [value]: value });
    }),
  );
});
