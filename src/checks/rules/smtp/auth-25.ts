// SMTP-AUTH-25: the port that takes mail from other servers asks nobody to log in.
import type { Rule } from '../../rule.ts';
import { finding, pass, type Verdict } from '../../verdict.ts';
import { answerTo, untold } from './answer.ts';
import { announced, announcedInClear } from './extensions.ts';
import { judgeEach, type Talk, whereText } from './reachable.ts';

export const smtpAuth25: Rule = {
  id: 'SMTP-AUTH-25',
  title: 'No mail host offers a log-in on port 25',
  severity: 'notice',
  why:
    'Servers that deliver mail do not log in; whoever tries is a user at the wrong port, or ' +
    'guesses passwords. Before TLS the password could be read by everybody on the way.',
  wrong: '250-mail.example.com\n250-AUTH PLAIN LOGIN\n250 STARTTLS',
  right: '250-mail.example.com\n250 STARTTLS        ; AUTH on ports 465 and 587 only',
  remedy: 'Offer AUTH on the submission ports only; at the very least, only after STARTTLS.',
  sources: ['RFC 4954 §4', 'RFC 8314 §3', 'RFC 6409 §4.3'],
  judge: (about) => judgeEach(about, verdictOn),
};

function verdictOn(talk: Talk): Verdict {
  const { subject, dialogue, id } = talk;
  const inClear = announcedInClear(dialogue);
  if (!inClear) {
    const answer = answerTo(dialogue, 'ehlo');
    if (answer.kind === 'untold') return untold(talk, answer);
    return untold(talk, { kind: 'untold', because: 'it refuses EHLO', reply: answer.reply });
  }
  const where = inClear.has('AUTH')
    ? 'before TLS'
    : announced(dialogue)?.has('AUTH')
      ? 'after STARTTLS'
      : undefined;
  if (where === undefined) return pass(subject);
  const says = `${whereText(talk)} offers AUTH on port ${dialogue.port}, ${where}`;
  return finding(subject, says, { actor: 'mail-host', evidence: [id] });
}
