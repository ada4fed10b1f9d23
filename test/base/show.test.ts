// Hostile text is shown and does nothing: no byte of it reaches a terminal that is not printable.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { showBytes, showJson, showOctets, showText } from '../../src/base/show.ts';

const ROWS: readonly (readonly [what: string, text: string, shown: string])[] = [
  ['plain text', '250 Ok, "quoted" & <so>', '250 Ok, "quoted" & <so>'],
  ['letters of other scripts', 'Grüße 你好', 'Grüße 你好'],
  ['an emoji', '📬', '📬'],
  ['a line break', 'a\r\nb', 'a\\x0d\\x0ab'],
  ['a tab', 'a\tb', 'a\\x09b'],
  ['a colour', '\u001b[31m', '\\x1b[31m'],
  ['NUL and DEL', '\0\u007f', '\\x00\\x7f'],
  ['controls of C1', '\u009b', '\\xc2\\x9b'],
  ['text that runs backwards', '\u202eevil', '\\xe2\\x80\\xaeevil'],
  ['what has no width', 'a\u200bb\ufeff', 'a\\xe2\\x80\\x8bb\\xef\\xbb\\xbf'],
  ['line and paragraph separators', '\u2028\u2029', '\\xe2\\x80\\xa8\\xe2\\x80\\xa9'],
  ['characters that are nobody’s', '\ue000\u0378', '\\xee\\x80\\x80\\xcd\\xb8'],
  ['half a character', '\ud800', '\\xef\\xbf\\xbd'],
  ['a backslash of theirs', 'a\\x0a', 'a\\\\x0a'],
];

describe('text', () => {
  for (const [what, text, shown] of ROWS) {
    it(what, () => assert.equal(showText(text), shown));
  }
});

describe('bytes', () => {
  const BYTES: readonly (readonly [what: string, bytes: readonly number[], shown: string])[] = [
    ['none', [], ''],
    ['UTF-8', [0xc3, 0xbc], 'ü'],
    ['a byte that is no UTF-8', [0x61, 0xff, 0x62], 'a\\xffb'],
    ['Latin-1', [0x47, 0x72, 0xfc, 0xdf, 0x65], 'Gr\\xfc\\xdfe'],
    ['UTF-8 beside what is none: all of it', [0xc3, 0xbc, 0xff], '\\xc3\\xbc\\xff'],
    ['a line break beside it', [0x0a, 0xff], '\\x0a\\xff'],
    ['a byte order mark', [0xef, 0xbb, 0xbf], '\\xef\\xbb\\xbf'],
    ['an overlong slash', [0xc0, 0xaf], '\\xc0\\xaf'],
  ];
  for (const [what, bytes, shown] of BYTES) {
    it(what, () => assert.equal(showBytes(Uint8Array.from(bytes)), shown));
  }
});

describe('octets that are kept as latin1, as replies are', () => {
  const OCTETS: readonly (readonly [what: string, text: string, shown: string])[] = [
    ['ASCII', '250 Ok', '250 Ok'],
    ['UTF-8', '550 Gr\u00c3\u00bc\u00c3\u009fe', '550 Grüße'],
    ['a byte that is no UTF-8', '550 \u00ff', '550 \\xff'],
    ['an escape', '220 \u001b[2J', '220 \\x1b[2J'],
    ['text that was text before', '— 你好', '— 你好'],
  ];
  for (const [what, text, shown] of OCTETS) {
    it(what, () => assert.equal(showOctets(text), shown));
  }
});

/** Printable, and on one line. */
const HARMLESS = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]*$/u;

/** The bytes that were shown. */
function undo(shown: string): Buffer {
  const parts = shown.split(/(\\x[\da-f]{2}|\\\\)/);
  return Buffer.concat(
    parts.map((part) =>
      part.startsWith('\\x')
        ? Buffer.from(part.slice(2), 'hex')
        : Buffer.from(part === '\\\\' ? '\\' : part),
    ),
  );
}

describe('whatever comes', () => {
  it('is harmless when it is shown', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
    fc.assert(fc.property(texts, (text) => assert.match(showText(text), HARMLESS)));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.match(showBytes(bytes), HARMLESS)));
  });

  it('can be told apart: each byte is still known', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        assert.deepEqual([...undo(showBytes(bytes))], [...bytes]);
      }),
      { numRuns: 1_000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(undo(showText(text)).toString(), text);
      }),
    );
  });
});

describe('JSON', () => {
  it('is harmless, and means the same', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
    fc.assert(
      fc.property(texts, (text) => {
        const shown = showJson({ text });
        assert.match(shown, HARMLESS);
        assert.deepEqual(JSON.parse(shown), { text });
      }),
      { numRuns: 1_000 },
    );
  });
  it('may stand on several lines', () => {
    assert.equal(showJson({ a: '\u009b\u001b' }, 2), '{\n  "a": "\\u009b\\u001b"\n}');
  });
});
