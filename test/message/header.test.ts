// Header fields as they come, folded, hostile or endless.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromLatin1 } from '../../src/base/bytes.ts';
import {
  countReceived,
  fieldOf,
  HEADER_BYTES_MAX,
  HEADER_FIELDS_MAX,
  has8bit,
  messageIdOf,
  readHeader,
} from '../../src/message/header.ts';

const read = (text: string) => readHeader(fromLatin1(text));
const shown = (text: string) => read(text).fields.map(({ name, raw }) => `${name}|${raw}`);

describe('header', () => {
  const CASES: readonly (readonly [text: string, fields: readonly string[], bodyAt: number])[] = [
    ['A: b\r\nC: d\r\n\r\nE: f\r\n', ['A| b', 'C| d'], 14],
    ['A: b\nC: d\n\nE: f\n', ['A| b', 'C| d'], 11],
    ['A: b', ['A| b'], 4],
    ['A:\r\n\r\n', ['A|'], 6],
    ['A: b\r\n c\r\n\td\r\n\r\n', ['A| b\r\n c\r\n\td'], 16],
    ['A: b\r\n \r\nC: d\r\n', ['A| b\r\n ', 'C| d'], 15],
    ['A : b\r\n\r\n', ['A| b'], 9],
    ['', [], 0],
    ['\r\nA: b\r\n', [], 2],
    ['no field\r\nA: b\r\n', [], 0],
    ['A: b\r\nno field\r\nC: d\r\n', ['A| b'], 6],
    [' A: b\r\n', [], 0],
    [': b\r\n', [], 0],
    ['\xe9: b\r\n', [], 0],
    ['A: \xe9\0\r\n\r\n', ['A| \xe9\0'], 9],
  ];
  for (const [text, fields, bodyAt] of CASES) {
    it(JSON.stringify(text), () => {
      assert.deepEqual(shown(text), fields);
      assert.equal(read(text).sizeBytes, bodyAt);
      assert.equal(read(text).isWhole, true);
    });
  }

  it('finds fields by name, whatever the case, the topmost first, unfolded', () => {
    const header = read('X: 1\r\nSubject: a\r\n b\r\nSUBJECT: c\r\n\r\n');
    assert.equal(fieldOf(header, 'subject'), 'a b');
    assert.equal(fieldOf(header, 'Subject'), 'a b');
    assert.equal(header.byName.get('subject')?.length, 2);
    assert.equal(fieldOf(header, 'date'), undefined);
  });

  it('names of the language are names like any other', () => {
    const header = read('__proto__: a\r\nconstructor: b\r\n\r\n');
    assert.equal(fieldOf(header, '__proto__'), 'a');
    assert.equal(fieldOf(header, 'constructor'), 'b');
    assert.equal(fieldOf(header, 'toString'), undefined);
  });

  it('counts Received', () => {
    assert.equal(countReceived(read('A: b\r\n\r\n')), 0);
    assert.equal(countReceived(read('Received: a\r\nreceived: b\r\n\r\nReceived: c\r\n')), 2);
  });

  it('reads a Message-ID', () => {
    for (const [field, id] of [
      ['<a@b>', 'a@b'],
      ['\r\n <a@b>', 'a@b'],
      ['a@b', 'a@b'],
      ['(why) <a@b> c', 'a@b'],
      ['', undefined],
      ['<>', '<>'],
    ] as const) {
      assert.equal(messageIdOf(read(`Message-ID: ${field}\r\n\r\n`)), id);
    }
    assert.equal(messageIdOf(read('A: b\r\n\r\n')), undefined);
  });

  it('stops at its limits', () => {
    const many = read('A: b\r\n'.repeat(HEADER_FIELDS_MAX + 10));
    assert.equal(many.fields.length, HEADER_FIELDS_MAX);
    assert.equal(many.isWhole, false);
    const long = read(`A: ${'x'.repeat(HEADER_BYTES_MAX)}\r\nB: c\r\n\r\n`);
    assert.equal(long.fields.length, 1);
    assert.equal(long.isWhole, false);
    const small = readHeader(fromLatin1('A: b\r\nC: d\r\n\r\n'), 8);
    assert.deepEqual([small.fields.length, small.isWhole], [2, false]);
    assert.equal(readHeader(fromLatin1('A: b\r\n\r\nbody'), 8).isWhole, true);
  });

  it('reads a header of nothing but folds', () => {
    const text = `A: b\r\n${' \r\n'.repeat(HEADER_BYTES_MAX / 3 - 10)}\r\n`;
    assert.deepEqual([read(text).fields.length, read(text).sizeBytes], [1, text.length]);
  });

  it('never throws', () => {
    const unit = fc.constantFrom('a', ':', ' ', '\t', '\r', '\n', '\r\n', '\xe9', '\0');
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        const { sizeBytes, fields } = read(text);
        assert.ok(sizeBytes <= text.length);
        for (const { name, raw } of fields) assert.ok(text.includes(name) && text.includes(raw));
      }),
    );
  });
});

describe('has8bit', () => {
  it('sees a high octet wherever it stands, in any slice', () => {
    const memory = new Uint8Array(64).fill(0x7f);
    for (let start = 0; start < 8; start += 1) {
      for (let length = 0; length < 24; length += 1) {
        const slice = memory.subarray(start, start + length);
        assert.equal(has8bit(slice), false);
        for (let place = 0; place < length; place += 1) {
          slice[place] = 0x80;
          assert.equal(has8bit(slice), true, `${place} of ${length} from ${start}`);
          slice[place] = 0x7f;
        }
      }
    }
  });

  it('sees nothing beyond a slice', () => {
    const memory = new Uint8Array(16).fill(0xff);
    memory.fill(0x20, 3, 12);
    assert.equal(has8bit(memory.subarray(3, 12)), false);
  });
});
