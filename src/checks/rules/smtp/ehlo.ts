// SMTP-EHLO: a mail host answers EHLO, and says its name.
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, unknownReply, type Verdict } from '../../verdict.ts';
import { answerTo, isNotKnown, quoted, stepOf, untold } from './answer.ts';
import { firstWord, isHostWord } from './host-word.ts';
import { judgeEach, type Talk, whereText } from './reachable.ts';

export const smtpEhlo: Rule = {
  id: 'SMTP-EHLO',
  title: 'Every mail host answers EHLO with its name',
  severity: 'warning',
  why:
    'Everything newer than 1993 hangs on EHLO: TLS, sizes, delivery reports, eight-bit text. A ' +
    'host that knows only HELO has none of it.',
  wrong: 'EHLO sender.example.net\n502 Command not implemented',
  right: 'EHLO sender.example.net\n250-mail.example.com\n250 STARTTLS',
  remedy:
    'Switch EHLO on (some filters and firewalls before a mail server switch it off), and set the ' +
    'host name of the server to its whole name.',
  sources: ['RFC 5321 §3.2', 'RFC 5321 §4.1.1.1', 'RFC 5321 §2.2.1'],
  judge: (about) => judgeEach(about, verdictOn),
};

function verdictOn(talk: Talk): Verdict {
  const { subject, dialogue, id } = talk;
  const answer = answerTo(dialogue, 'ehlo');
  if (answer.kind === 'untold') return untold(talk, answer);
  const { reply } = answer;
  const details = { actor: 'mail-host', evidence: [id] } as const;
  if (answer.kind === 'no') {
    if (!isNotKnown(reply)) {
      return unknownReply(subject, 'it may refuse the name of this machine', reply, [id]);
    }
    const fallback = answerTo(dialogue, 'helo').kind === 'yes' ? 'HELO works' : 'HELO fails too';
    const says = `${whereText(talk)} refuses EHLO (${quoted(reply)}); ${fallback}`;
    return finding(subject, says, details);
  }
  const word = firstWord(reply);
  if (isHostWord(word)) return pass(subject);
  const greeting = stepOf(dialogue, 'greeting')?.reply;
  if (greeting && firstWord(greeting) === word) {
    return notApplicable(subject, 'it greets by the same name: SMTP-BANNER');
  }
  const says = `${whereText(talk)} answers EHLO as "${word}", which is no whole host name`;
  return finding(subject, says, {
    ...details,
    mend: { kind: 'setting', text: 'set the host name of the mail server to its whole name' },
  });
}
