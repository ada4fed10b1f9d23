// Replies out of bytes: of one line or many, with and without enhanced codes, or no replies at all.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromLatin1 } from '../../src/base/bytes.ts';
import { type ReadReply, ReplyReader } from '../../src/smtp/reply-reader.ts';

function read(pieces: readonly string[]): readonly ReadReply[] {
  const reader = new ReplyReader();
  const found: ReadReply[] = [];
  for (const piece of pieces) {
    reader.push(fromLatin1(piece));
    for (let next = reader.next(); next; next = reader.next()) {
      found.push(next);
      if (next.kind === 'broken') return found;
    }
  }
  return found;
}

const yes = (code: number, lines: readonly string[], enhanced?: string): ReadReply => ({
  kind: 'reply',
  reply: enhanced === undefined ? { code, lines } : { code, enhanced, lines },
});
const NOT_SMTP: ReadReply = { kind: 'broken', because: 'the answer is not SMTP' };

const CASES: readonly (readonly [name: string, bytes: string, replies: readonly ReadReply[]])[] = [
  ['one line', '250 Ok\r\n', [yes(250, ['Ok'])]],
  ['a bare LF', '250 Ok\n', [yes(250, ['Ok'])]],
  ['no text', '250\r\n', [yes(250, [''])]],
  ['an empty text', '250 \r\n', [yes(250, [''])]],
  ['several lines', '250-a\r\n250-\r\n250 c\r\n', [yes(250, ['a', '', 'c'])]],
  ['a last line without text', '250-a\r\n250\r\n', [yes(250, ['a', ''])]],
  ['codes that differ', '250-a\r\n550 b\r\n', [yes(550, ['a', 'b'])]],
  ['two replies', '250 a\r\n354 b\r\n', [yes(250, ['a']), yes(354, ['b'])]],
  ['an enhanced code', '550 5.1.1 No such user\r\n', [yes(550, ['No such user'], '5.1.1')]],
  ['one on each line', '550-5.7.1 a\r\n550 5.7.1 b\r\n', [yes(550, ['a', 'b'], '5.7.1')]],
  ['one alone', '250 2.0.0\r\n', [yes(250, [''], '2.0.0')]],
  ['one of another class', '550 2.1.1 odd\r\n', [yes(550, ['2.1.1 odd'])]],
  ['an address that looks like one', '550 5.1.1.9 odd\r\n', [yes(550, ['5.1.1.9 odd'])]],
  ['octets above 127', '550 \xe9\xff\r\n', [yes(550, ['\xe9\xff'])]],
  ['a CR within', '550 a\rb\r\n', [yes(550, ['a\rb'])]],
  ['NUL', '550 a\0b\r\n', [yes(550, ['a\0b'])]],
  ['nothing yet', '250 Ok', []],
  ['not all yet', '250-Ok\r\n', []],
  ['no code', 'hello\r\n', [NOT_SMTP]],
  ['an empty line', '\r\n', [NOT_SMTP]],
  ['a code of four digits', '2500 Ok\r\n', [NOT_SMTP]],
  ['a code below 200', '150 Ok\r\n', [NOT_SMTP]],
  ['a code above 599', '600 Ok\r\n', [NOT_SMTP]],
  ['another separator', '250+Ok\r\n', [NOT_SMTP]],
  ['a good one before a bad one', '250 Ok\r\nwhat\r\n', [yes(250, ['Ok']), NOT_SMTP]],
];

describe('reply reader', () => {
  for (const [name, bytes, replies] of CASES) {
    it(name, () => assert.deepEqual(read([bytes]), replies));
  }

  it('reads the same however the bytes are cut', () => {
    for (const [name, bytes, replies] of CASES) {
      for (let place = 0; place <= bytes.length; place += 1) {
        const pieces = [bytes.slice(0, place), bytes.slice(place)];
        assert.deepEqual(read(pieces), replies, `${name}, cut at ${place}`);
      }
      assert.deepEqual(read([...bytes]), replies, `${name}, byte by byte`);
    }
  });

  it('cuts a line at 2 KB, and stays in step', () => {
    const [first, second] = read([`250 ${'x'.repeat(5_000)}\r\n250 b\r\n`]);
    assert.deepEqual(first, yes(250, ['x'.repeat(2_044)]));
    assert.deepEqual(second, yes(250, ['b']));
  });

  it('keeps 16 KB of text of one reply', () => {
    const [only] = read([`${`250-${'x'.repeat(1_000)}\r\n`.repeat(50)}250 end\r\n`, '']);
    assert.equal(only?.kind === 'reply' && only.reply.lines.length, 16);
  });

  it('gives up after 100 lines, and reads nothing more', () => {
    assert.equal(read(['250-x\r\n'.repeat(99), '250 x\r\n'])[0]?.kind, 'reply');
    const reader = new ReplyReader();
    reader.push(fromLatin1('250-x\r\n'.repeat(101)));
    const broken = { kind: 'broken', because: 'an answer of more than 100 lines' };
    assert.deepEqual(reader.next(), broken);
    reader.push(fromLatin1('250 x\r\n'));
    assert.deepEqual(reader.next(), broken);
  });

  it('knows whether anything is left', () => {
    for (const [bytes, isEmpty] of [
      ['', true],
      ['220 go\r\n', true],
      ['220 go\r\n2', false],
      ['220 go\r\n\r\n', false],
      ['220 go\r\n250-x\r\n', false],
    ] as const) {
      const reader = new ReplyReader();
      reader.push(fromLatin1(bytes));
      reader.next();
      assert.equal(reader.isEmpty, isEmpty, JSON.stringify(bytes));
    }
  });

  it('never throws, and holds little', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (pieces) => {
        const reader = new ReplyReader();
        for (const piece of pieces) {
          reader.push(piece);
          let read = reader.next();
          while (read?.kind === 'reply') read = reader.next();
        }
      }),
    );
  });
});
