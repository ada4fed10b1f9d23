// Zone text cut into entries: what each kind of text becomes, and where each fault stands.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { zoneEntries } from '../../src/dns/zone-tokens.ts';

/** Entries as words joined by `|` (quoted ones in quotes), faults as `line:column because`. */
const shown = (text: string): string[] =>
  Array.from(zoneEntries(text), (item) =>
    item.kind === 'fault'
      ? `${item.line}:${item.column} ${item.because}`
      : (item.ownerOmitted ? '_|' : '') +
        item.tokens.map(({ text, quoted }) => (quoted ? `"${text}"` : text)).join('|'),
  );

const unclosed = 'the "(" is not closed';

const TABLE: readonly (readonly [what: string, text: string, entries: readonly string[]])[] = [
  ['nothing', '', []],
  ['only blanks, comments and empty lines', ' \t\n;x\n\r\n  ; y', []],
  ['words', 'a 60 IN A 192.0.2.1', ['a|60|IN|A|192.0.2.1']],
  ['lines of every ending', 'a b\nc d\r\ne f', ['a|b', 'c|d', 'e|f']],
  ['an owner left out', '  NS ns', ['_|NS|ns']],
  ['a comment right after a word', 'a b;c "d (', ['a|b']],
  ['quotes', 'a TXT "b ; (c)" "" d', ['a|TXT|"b ; (c)"|""|d']],
  ['quotes without a blank between', 'a"b""c"d', ['a|"b"|"c"|d']],
  ['escapes, kept', 'a\\.b \\"c "d\\"e" \\; \\032 \\( ', ['a\\.b|\\"c|"d\\"e"|\\;|\\032|\\(']],
  ['parentheses', 'a ( b ; one )\n\tc\n) d\ne', ['a|b|c|d', 'e']],
  ['parentheses within a line, without blanks', 'a(b)c', ['a|b|c']],
  ['a byte order mark', '\uFEFFa b', ['a|b']],
  ['a closing parenthesis alone', 'a b)\nc', ['1:4 a ")" with no "(" before it', 'c']],
  ['a parenthesis never closed', 'a (b\nc', [`1:3 ${unclosed}`, 'c']],
  ['one within another', 'a (b\nc (d)', [`1:3 ${unclosed} before the next one, in line 2`, 'c|d']],
  ['a quote never closed', 'a "b\nc', ['1:3 the quote is not closed on its line', 'c']],
  ['the same in parentheses', 'a ( "b\n c )\nd', ['1:5 the quote is not closed on its line', 'd']],
  ['a backslash at the end', 'a b\\\nc', ['1:4 a backslash with nothing after it', 'c']],
  ['a NUL', 'a b\0c\nd', ['1:4 the character U+0000 cannot stand in zone text', 'd']],
  ['a no-break space', 'a\u00a0b', ['1:2 the character U+00A0 cannot stand in zone text']],
];

for (const [what, text, entries] of TABLE) {
  test(`zone text: ${what}`, () => assert.deepEqual(shown(text), entries));
}

test('each word has its line and column, counted from 1', () => {
  const [entry] = zoneEntries('\n\n  a (\n "b"\n)');
  assert.ok(entry?.kind === 'entry');
  assert.deepEqual(
    entry.tokens.map(({ line, column }) => [line, column]),
    [
      [3, 3],
      [4, 2],
    ],
  );
});

test('any text ends, without a throw, with places inside it', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab"\\();\n\r\t \0é'), maxLength: 60 });
  fc.assert(
    fc.property(text, (of) => {
      const lines = of.split('\n');
      for (const item of zoneEntries(of)) {
        const places = item.kind === 'fault' ? [item] : item.tokens;
        assert.ok(places.length > 0);
        for (const { line, column } of places) {
          assert.ok(column >= 1 && column <= (lines[line - 1]?.length ?? -1) + 1);
        }
      }
    }),
  );
});

test('time is linear in hostile text', () => {
  for (const piece of ['(\n', '( ;)\n', '"\n', ')\n', '(a "\n', '\\\n', '( "\n)\n']) {
    assert.ok([...zoneEntries(piece.repeat(50_000))].length >= 25_000, JSON.stringify(piece));
  }
});
