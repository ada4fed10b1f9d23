// The probe of a round trip: what it says, and what is read back from it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import { instantAt } from '../../src/base/time.ts';
import { fieldOf, readHeader } from '../../src/message/header.ts';
import { composeProbe, type ProbeStamp, pathStamp, readProbe } from '../../src/message/probe.ts';

const STAMP: ProbeStamp = {
  run: '00ff',
  path: 'mail.example.com[2001:db8::1]',
  at: instantAt(Date.UTC(2026, 0, 31, 14)),
};

/** A code that is no secret: the length of the text. */
const sign = (text: string): string => `len${text.length}`;
const isSigned = (text: string, mac: string): boolean => mac === sign(text);

const compose = (stamp: ProbeStamp): string =>
  latin1(
    composeProbe({
      stamp,
      from: 'postmaster@tester.example.net',
      to: 'user@example.com',
      messageId: '1@tester.example.net',
      sign,
    }),
  );
const readBack = (text: string, run = '00ff') =>
  readProbe(readHeader(fromLatin1(text)), run, isSigned);

test('a probe is a mail that says what it is, and asks nobody to answer', () => {
  const text = compose(STAMP);
  const header = readHeader(fromLatin1(text));
  const field = (name: string) => fieldOf(header, name);
  assert.equal(field('Date'), 'Sat, 31 Jan 2026 14:00:00 +0000');
  assert.equal(field('From'), '<postmaster@tester.example.net>');
  assert.equal(field('To'), '<user@example.com>');
  assert.equal(field('Subject'), 'Fingerpost test: mail.example.com[2001:db8::1]');
  assert.equal(field('Message-ID'), '<1@tester.example.net>');
  assert.equal(field('Auto-Submitted'), 'auto-generated');
  assert.match(text, /\r\n\r\nThis is a test message of Fingerpost/);
  assert.match(compose({ ...STAMP, path: 'normal' }), /sent along the\r\nMX records/);
});

test('lines are short, ASCII, and end with CRLF, even for the longest host', () => {
  const path = pathStamp('a'.repeat(253), '2001:db8:1111:2222:3333:4444:5555:6666');
  const text = compose({ ...STAMP, path });
  assert.match(text, /^(?:[ -~\t]{0,998}\r\n)+$/);
  assert.deepEqual(readBack(text), { kind: 'genuine', stamp: { ...STAMP, path } });
});

test('a host name cannot write a parameter of its own', () => {
  assert.equal(pathStamp('a; mac=x\r\nBcc: b\u00e9', '192.0.2.1'), 'a??mac?x??Bcc:?b?[192.0.2.1]');
});

/** From the probe as it was made to what becomes of it. */
const READ: readonly (readonly [what: string, change: (text: string) => string, kind?: string])[] =
  [
    ['as it was made', (text) => text, 'genuine'],
    ['with Unix line ends', (text) => text.replaceAll('\r\n', '\n'), 'genuine'],
    ['folded anew', (text) => text.replaceAll(';\r\n\t', ';\r\n    '), 'genuine'],
    ['unfolded', (text) => text.replaceAll(';\r\n\t', '; '), 'genuine'],
    ['with its name in capitals', (text) => text.replace('X-Finger', 'X-FINGER'), 'genuine'],
    ['below a forged one', (text) => `${fieldIn(text).replace('len', 'x')}${text}`, 'genuine'],
    ['with another code', (text) => text.replace('mac=len', 'mac=x'), 'forged'],
    ['with another way', (text) => text.replace('path=mail', 'path=other.mail'), 'forged'],
    ['of another run', (text) => text.replace('run=00ff', 'run=00fe')],
    ['without a code', (text) => text.replace(/;\s+mac=\S+/, '')],
    ['of a later version', (text) => text.replace('v=1', 'v=2')],
    ['with no time', (text) => text.replace('2026-01-31T14', '2026-99-31T14')],
    ['any other mail', () => 'Subject: hello\r\n\r\n'],
  ];
const fieldIn = (text: string): string =>
  /X-Fingerpost-Probe:[\s\S]*?mac=\S+\r\n/.exec(text)?.[0] ?? '';

for (const [what, change, kind] of READ) {
  test(`a probe ${what} is ${kind ?? 'none'}`, () => {
    assert.equal(readBack(change(compose(STAMP)))?.kind, kind);
  });
}

test('no text makes the reader throw, and nothing is genuine without its code', () => {
  const claim = fc.string({ unit: 'binary', maxLength: 60 });
  fc.assert(
    fc.property(claim, claim, (start, end) => {
      const text = `X-Fingerpost-Probe: v=1; run=00ff; ${start}path=a[b]; at=${end}; mac=1\n\n`;
      assert.notEqual(readBack(text)?.kind, 'genuine');
    }),
  );
});
