// Mail made of what a user gives to `send`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { completeMessage, composePlain } from '../../src/message/compose.ts';
import { NOON } from '../support/api-parts.ts';

const OPTIONS = {
  from: 'ann@example.org',
  to: ['bob@example.com', 'cy@example.com'],
  now: NOON,
  messageId: 'id@box.example',
};

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const complete = (given: string): string =>
  text(completeMessage(Buffer.from(given, 'latin1'), OPTIONS));

const DATE = 'Date: Sat, 31 Jan 2026 14:00:00 +0000\r\n';
const FROM = 'From: <ann@example.org>\r\n';
const ID = 'Message-ID: <id@box.example>\r\n';

test('a plain text becomes a mail', () => {
  const mail = composePlain({ subject: 'Hello', body: 'one\ntwo' }, OPTIONS);
  assert.equal(
    text(mail),
    `${DATE}${FROM}${ID}To: <bob@example.com>,\r\n <cy@example.com>\r\nSubject: Hello\r\n` +
      'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n' +
      'Content-Transfer-Encoding: 7bit\r\n\r\none\r\ntwo\r\n',
  );
});

test('other letters are encoded, in the subject and in the body', () => {
  const mail = text(composePlain({ subject: 'Grüße', body: 'schön' }, OPTIONS));
  assert.match(mail, /^Subject: =\?utf-8\?B\?R3LDvMOfZQ==\?=\r$/m);
  assert.match(mail, /Encoding: base64\r\n\r\nc2Now7ZuDQo=\r\n$/);
});

test('nothing that a user gives begins a field of its own', () => {
  const evil = { ...OPTIONS, from: 'a@b\r\nBcc: x', to: ['c@d>\nX: y', 'e@f.example'] };
  const mail = text(composePlain({ subject: 'a\r\nBcc: all', body: '' }, evil));
  assert.match(mail, /^Subject: a Bcc: all\r$/m);
  assert.match(mail, /^To: <e@f\.example>\r$/m);
  assert.doesNotMatch(mail, /^(?:Bcc|X):/m);
});

/** What is given, and the mail that it becomes. */
const GIVEN: readonly (readonly [string, string])[] = [
  ['Subject: x\n\nbody\n', `${DATE}${FROM}${ID}Subject: x\r\n\r\nbody\r\n`],
  ['From: me\r\nDate: now\r\n\r\n\xff', `${ID}From: me\r\nDate: now\r\n\r\n\xff\r\n`],
  ['date: x\nFROM: y\nmessage-id: z\n\n', 'date: x\r\nFROM: y\r\nmessage-id: z\r\n\r\n'],
  ['To: x\n\nDate: in the body', `${DATE}${FROM}${ID}To: x\r\n\r\nDate: in the body\r\n`],
  ['just text', `${DATE}${FROM}${ID}\r\njust text\r\n`],
  ['\njust text\r', `${DATE}${FROM}${ID}\r\njust text\r\n`],
  ['', `${DATE}${FROM}${ID}\r\n`],
  ['Subject: only', `${DATE}${FROM}${ID}Subject: only\r\n`],
];

test('a mail gets the fields that it lacks, and CRLF', () => {
  for (const [given, mail] of GIVEN) assert.equal(complete(given), mail, JSON.stringify(given));
});

test('what is sent has clean line ends and ends with one', () => {
  const piece = fc.constantFrom('\r', '\n', 'Date:', 'x', ' ', '\u00ff', ': ');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const given = pieces.join('');
      const plain = composePlain({ subject: given, body: given }, OPTIONS);
      for (const mail of [complete(given), text(plain)]) {
        assert.doesNotMatch(mail, /[^\r]\n|\r(?!\n)/);
        assert.ok(mail.endsWith('\r\n'));
      }
    }),
  );
});
