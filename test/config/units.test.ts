// Lengths of time and sizes as an operator writes them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDuration, parseSize } from '../../src/config/units.ts';

const DURATIONS: readonly (readonly [string, number | undefined])[] = [
  ['30s', 30_000],
  ['5min', 300_000],
  ['4h', 14_400_000],
  ['5d', 432_000_000],
  ['250ms', 250],
  ['0s', 0],
  ['5 min', 300_000],
  ['5', undefined],
  ['5m', undefined],
  ['-5s', undefined],
  ['5.5h', undefined],
  ['5  h', undefined],
  ['s', undefined],
  ['', undefined],
  ['367d', undefined],
  ['5toString', undefined],
];

test('durations', () => {
  for (const [text, ms] of DURATIONS) assert.equal(parseDuration(text), ms, text);
});

const SIZES: readonly (readonly [string, number | undefined])[] = [
  ['25MB', 26_214_400],
  ['512 KB', 524_288],
  ['1GB', 1_073_741_824],
  ['900B', 900],
  ['25', undefined],
  ['25mb', undefined],
  ['999999999999GB', undefined],
];

test('sizes', () => {
  for (const [text, bytes] of SIZES) assert.equal(parseSize(text), bytes, text);
});

test('any text is a length, a size, or nothing', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const value of [parseDuration(text), parseSize(text)]) {
        assert.ok(value === undefined || Number.isSafeInteger(value));
      }
    }),
  );
});
