// Command lines out of bytes: cut anywhere, too long, or ended by the wrong byte.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromLatin1 } from '../../src/base/bytes.ts';
import { LineStream } from '../../src/smtp/line-stream.ts';
import { everySplit } from '../support/every-split.ts';

function linesOf(pieces: readonly Uint8Array[], lineBytesMax = 12): string[] {
  const stream = new LineStream(lineBytesMax);
  const lines: string[] = [];
  for (const piece of pieces) {
    stream.push(piece);
    for (let line = stream.line(); line !== undefined; line = stream.line()) {
      lines.push(typeof line === 'string' ? line : `(${line.because})`);
    }
  }
  return lines;
}

test('lines, in every split', () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ['NOOP\r\nQUIT\r\n', ['NOOP', 'QUIT']],
    ['\r\n', ['']],
    ['half', []],
    ['half\r', []],
    ['a\nb\r\n', ['(bare)', 'b']],
    ['\n\r\n', ['(bare)', '']],
    ['a\rb\r\nc\r\n', ['(bare)', 'c']],
    ['a\r\r\nc\r\n', ['(bare)', 'c']],
    ['1234567890\r\n', ['1234567890']],
    ['12345678901\r\nc\r\n', ['(too-long)', 'c']],
    ['1234567890123456789012345678901234567890\r\nc\r\n', ['(too-long)', 'c']],
    ['123456789\r012345\r\nc\r\n', ['(too-long)', 'c']],
    ['\xff\x00\r\n', ['\xff\x00']],
  ];
  for (const [text, expected] of table) {
    assert.deepEqual(everySplit(fromLatin1(text), linesOf), expected, JSON.stringify(text));
  }
});

test('a line without end is given up, whatever pieces it comes in, and not kept', () => {
  const piece = Buffer.alloc(1_000, 'x');
  const stream = new LineStream(512);
  let fault: unknown;
  let pieces = 0;
  while (fault === undefined && pieces < 100) {
    stream.push(piece);
    pieces += 1;
    fault = stream.line();
    assert.ok(stream.bufferedBytes <= 512);
  }
  assert.equal(pieces, 66);
  assert.deepEqual(fault, { kind: 'line-fault', because: 'endless' });
  const whole = Buffer.concat([Buffer.alloc(70_000, 'x'), Buffer.from('\r\n')]);
  assert.deepEqual(linesOf([whole], 512), ['(endless)']);
});

test('what is taken can be given back and read as lines', () => {
  const stream = new LineStream(512);
  stream.push(fromLatin1('body'));
  stream.push(fromLatin1('\r\n.\r\nQUIT\r\n'));
  const taken = stream.take();
  assert.equal(stream.bufferedBytes, 0);
  stream.putBack(taken.subarray(9));
  assert.equal(stream.line(), 'QUIT');
});
