// Bodies on their way out: dots doubled, lines ended by CRLF, wherever the parts are cut.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { concat, fromLatin1, latin1 } from '../../src/base/bytes.ts';
import { DotStuffer } from '../../src/smtp/dot-stuffing.ts';

function stuffed(chunks: readonly string[]): string {
  const stuffer = new DotStuffer();
  const sent = chunks.map((chunk) => stuffer.stuff(fromLatin1(chunk)));
  return latin1(concat([...sent, stuffer.end()]));
}

const CASES: readonly (readonly [body: string, sent: string])[] = [
  ['', '.\r\n'],
  ['a\r\n', 'a\r\n.\r\n'],
  ['a', 'a\r\n.\r\n'],
  ['\r\n', '\r\n.\r\n'],
  ['.', '..\r\n.\r\n'],
  ['.\r\n', '..\r\n.\r\n'],
  ['a\r\n.\r\nb\r\n', 'a\r\n..\r\nb\r\n.\r\n'],
  ['a.\r\n.b.\r\n..c\r\n', 'a.\r\n..b.\r\n...c\r\n.\r\n'],
  ['a\nb\n', 'a\r\nb\r\n.\r\n'],
  ['a\rb\r', 'a\r\nb\r\n.\r\n'],
  ['a\n.\nb', 'a\r\n..\r\nb\r\n.\r\n'],
  ['a\r.\rb', 'a\r\n..\r\nb\r\n.\r\n'],
  ['a\r\r\nb', 'a\r\n\r\nb\r\n.\r\n'],
  ['a\n\r\nb', 'a\r\n\r\nb\r\n.\r\n'],
  ['a\n\rb', 'a\r\n\r\nb\r\n.\r\n'],
  ['a\r\n\r\n.\r\n', 'a\r\n\r\n..\r\n.\r\n'],
  ['a\r\r.\r\n', 'a\r\n\r\n..\r\n.\r\n'],
  ['\xff\x00.\r\n', '\xff\x00.\r\n.\r\n'],
];

describe('dot stuffing', () => {
  for (const [body, sent] of CASES) {
    it(JSON.stringify(body), () => {
      assert.equal(stuffed([body]), sent);
      for (let place = 0; place <= body.length; place += 1) {
        assert.equal(stuffed([body.slice(0, place), body.slice(place)]), sent, `cut at ${place}`);
      }
      assert.equal(stuffed([...body]), sent, 'byte by byte');
    });
  }

  it('a clean chunk is passed on as it is', () => {
    const chunk = fromLatin1(`${'line with a . in it\r\n'.repeat(100)}half a line`);
    assert.equal(new DotStuffer().stuff(chunk), chunk);
  });

  it('whatever goes in, only CRLF comes out, and the dot ends it once', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '.', '\r', '\n', '\r\n', '\r\n.\r\n') });
    fc.assert(
      fc.property(fc.array(text), (chunks) => {
        const sent = stuffed(chunks);
        assert.equal(stuffed([chunks.join('')]), sent);
        assert.doesNotMatch(sent, /\r(?!\n)|(?<!\r)\n/);
        assert.equal(`\r\n${sent}`.indexOf('\r\n.\r\n'), sent.length - 3);
        const received = sent.slice(0, -3).replace(/^\./gm, '');
        const wanted = chunks.join('').replace(/\r\n|\r|\n/g, '\r\n');
        assert.equal(received.replace(/\r\n$/, ''), wanted.replace(/\r\n$/, ''));
      }),
    );
  });
});
