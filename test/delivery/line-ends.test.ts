// CRLF becomes LF, and nothing else changes.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import { crlfToLf } from '../../src/delivery/line-ends.ts';

describe('line ends at rest', () => {
  const ROWS: readonly (readonly [text: string, rest: string])[] = [
    ['', ''],
    ['a\r\nb\r\n', 'a\nb\n'],
    ['\r\n\r\n', '\n\n'],
    ['a\rb\r', 'a\rb\r'],
    ['a\nb', 'a\nb'],
    ['\r\r\n', '\r\n'],
    ['\n\r', '\n\r'],
  ];
  for (const [text, rest] of ROWS) {
    it(JSON.stringify(text), () => assert.equal(latin1(crlfToLf(fromLatin1(text))), rest));
  }

  it('whatever the bytes are, and wherever they lie in memory', () => {
    const bytes = fc.array(fc.constantFrom(0, 10, 13, 65, 255), { maxLength: 30 });
    fc.assert(
      fc.property(bytes, (given) => {
        const view = Uint8Array.from([13, ...given, 10]).subarray(1, -1);
        assert.equal(latin1(crlfToLf(view)), latin1(view).replaceAll('\r\n', '\n'));
        assert.deepEqual([...view], given, 'what was given stays');
      }),
      { numRuns: 1_000 },
    );
  });
});
