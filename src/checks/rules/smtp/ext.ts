// SMTP-EXT: which extensions a mail host announces. Not one of them is a duty; a difference between
// hosts is the matter of MX-PARITY.
import type { Rule } from '../../rule.ts';
import { pass, type Verdict } from '../../verdict.ts';
import { answerTo, untold } from './answer.ts';
import { announced } from './extensions.ts';
import { judgeEach, type Talk } from './reachable.ts';

export const smtpExt: Rule = {
  id: 'SMTP-EXT',
  title: 'Which extensions mail hosts announce',
  severity: 'info',
  why:
    'What a host announces decides what senders may use: how large a message may be (SIZE), ' +
    'eight-bit text (8BITMIME), addresses beyond ASCII (SMTPUTF8), delivery reports (DSN), ' +
    'fewer round trips (PIPELINING, CHUNKING).',
  wrong: '250 mail.example.com',
  right: '250-mail.example.com\n250-PIPELINING\n250-SIZE 52428800\n250-8BITMIME\n250 STARTTLS',
  remedy: 'Nothing. Announce what the server can do, and the same on every exchange.',
  sources: ['RFC 1870 §4', 'RFC 2920 §3', 'RFC 6152 §2', 'RFC 6531 §3.1', 'RFC 3461 §3'],
  judge: (about) => judgeEach(about, verdictOn),
};

function verdictOn(talk: Talk): Verdict {
  const found = announced(talk.dialogue);
  if (!found) {
    const answer = answerTo(talk.dialogue, 'ehlo');
    if (answer.kind === 'untold') return untold(talk, answer);
    return untold(talk, { kind: 'untold', because: 'it refuses EHLO', reply: answer.reply });
  }
  const texts = [...found].map(([keyword, rest]) => (rest === '' ? keyword : `${keyword} ${rest}`));
  const says = texts.length === 0 ? 'announces no extension' : `announces ${texts.join(', ')}`;
  return pass(talk.subject, says, [talk.id]);
}
