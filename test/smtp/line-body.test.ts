// Bodies on their way in: only CRLF.CRLF ends one, and none of its look-alikes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import { BodyReader } from '../../src/smtp/body-reader.ts';
import { everySplit } from '../support/every-split.ts';

interface Read {
  /** Of a faulty message there is none that counts. */
  readonly content: string;
  readonly faulty: boolean;
  /** What followed the end; absent where it did not come. */
  readonly rest?: string;
}

function read(pieces: readonly Uint8Array[]): Read {
  const reader = new BodyReader();
  let content = '';
  for (const [index, piece] of pieces.entries()) {
    const part = reader.read(piece);
    content += latin1(part.content);
    if (!part.ended) {
      assert.equal(part.rest.length, 0);
      continue;
    }
    const faulty = reader.isFaulty;
    const rest = latin1(Buffer.concat([part.rest, ...pieces.slice(index + 1)]));
    return { content: faulty ? '' : content, faulty, rest };
  }
  return { content: reader.isFaulty ? '' : content, faulty: reader.isFaulty };
}

test('messages, in every split', () => {
  const table: readonly (readonly [string, Read])[] = [
    ['.\r\n', { content: '', faulty: false, rest: '' }],
    ['a\r\n.\r\nQUIT\r\n', { content: 'a\r\n', faulty: false, rest: 'QUIT\r\n' }],
    ['a\r\n\r\n.\r\n', { content: 'a\r\n\r\n', faulty: false, rest: '' }],
    ['..\r\n.\r\n', { content: '.\r\n', faulty: false, rest: '' }],
    ['.a\r\n..b\r\nc.\r\n.\r\n', { content: 'a\r\n.b\r\nc.\r\n', faulty: false, rest: '' }],
    ['a\r\n...\r\n.\r\n', { content: 'a\r\n..\r\n', faulty: false, rest: '' }],
    ['a\xff\0\r\n.\r\n.\r\n', { content: 'a\xff\0\r\n', faulty: false, rest: '.\r\n' }],
    ['a', { content: 'a', faulty: false }],
    ['a\r\n.', { content: 'a\r\n', faulty: false }],
    ['a\r\n.\r', { content: 'a\r\n', faulty: false }],
  ];
  for (const [text, expected] of table) {
    assert.deepEqual(everySplit(fromLatin1(text), read), expected, JSON.stringify(text));
  }
});

test('smuggling: nothing but CRLF.CRLF ends a message, and the rest is none of it', () => {
  const false_ends = [
    '\n.\n',
    '\n.\r\n',
    '\r.\r\n',
    '\r.\r',
    '\r\n.\n',
    '\r\n.\r',
    '\r\n.\r\r\n',
    '\r\n.\n\r\n',
    '\r\n\0.\r\n\r',
    '\n\r.\n\r',
    '\r\r\n.\r',
    '\r\r\n..\r\n',
  ];
  for (const end of false_ends) {
    const text = `a${end}MAIL FROM:<x@example.com>\r\n.\r\nQUIT\r\n`;
    const expected = { content: '', faulty: true, rest: 'QUIT\r\n' };
    assert.deepEqual(everySplit(fromLatin1(text), read), expected, JSON.stringify(end));
  }
});

test('a clean chunk is passed on as the slice that it is', () => {
  const reader = new BodyReader();
  const chunk = fromLatin1('Subject: a\r\n\r\nb\r\n');
  assert.equal(reader.read(chunk).content, chunk);
  const last = fromLatin1('c\r\n.\r\nQUIT\r\n');
  const { content, rest } = reader.read(last);
  assert.equal(content.buffer, last.buffer);
  assert.equal(latin1(content), 'c\r\n');
  assert.equal(latin1(rest), 'QUIT\r\n');
});

/** The same in the plainest way: all of it at once, by the words of the standard. */
function oracle(text: string): Read {
  const end = text.startsWith('.\r\n') ? -2 : text.indexOf('\r\n.\r\n');
  const lines = end === -1 ? text : text.slice(0, end + 2);
  const faulty = /\r(?!\n)|(?<!\r)\n/.test(lines);
  const content = faulty ? '' : lines.replace(/^\./, '').replace(/\r\n\./g, '\r\n');
  return { content, faulty, rest: text.slice(end + 5) };
}

test('property: any bytes, in any pieces, are read as the standard says', () => {
  const parts = fc.array(fc.constantFrom('a', '.', '\r\n', '\r\n', '\r', '\n', '\0'), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(parts, fc.integer({ min: 1, max: 5 }), (given, pieceBytes) => {
      const text = `${given.join('')}\r\n.\r\nREST`;
      const bytes = fromLatin1(text);
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        pieces.push(bytes.subarray(at, at + pieceBytes));
      }
      assert.deepEqual(read(pieces), oracle(text));
    }),
    { numRuns: 1_000 },
  );
});
