// The size of a value is about that of its JSON text, and never so little that a limit on it could
// be got round.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sizeOf } from '../../src/base/size.ts';

const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, member) =>
    member instanceof Uint8Array ? { $bytes: Buffer.from(member).toString('base64') } : member,
  );

const leaf = fc.oneof(
  fc.string({ unit: 'binary-ascii' }),
  fc.uint8Array(),
  fc.integer({ min: 0, max: 99_999_999 }),
  fc.boolean(),
  fc.constant(null),
);

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string({ unit: 'grapheme-ascii' }).filter(isPlain), tie('value'), {
      maxKeys: 5,
    }),
  ),
})).value;

function isPlain(key: string): boolean {
  return /^[a-z0-9]*$/i.test(key);
}

test('it is no less than the JSON text, and not much more', () => {
  fc.assert(
    fc.property(values, (value) => {
      const { length } = jsonOf(value);
      const size = sizeOf(value);
      assert.ok(size >= length, `${size} for ${length}`);
      assert.ok(size <= 64 + 8 * length, `${size} for ${length}`);
    }),
  );
});

test('characters that are escaped count for what they become', () => {
  assert.ok(sizeOf('\u0000'.repeat(1_000)) >= 6_000);
  assert.ok(sizeOf({ reply: ['"'.repeat(1_000)] }) >= 2_000);
});
