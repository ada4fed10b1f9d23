// RCPT-NULL-SENDER: every mail host takes mail without a sender, which is what bounces are.
import type { Rule } from '../../rule.ts';
import { finding, pass, type Verdict } from '../../verdict.ts';
import { answerTo, quoted, untold } from './answer.ts';
import { judgeEach, type Talk, whereText } from './reachable.ts';

export const rcptNullSender: Rule = {
  id: 'RCPT-NULL-SENDER',
  title: 'Every mail host takes mail from <>',
  severity: 'error',
  why:
    'Bounces, delay notices and receipts come from the null sender, <>. A domain that refuses it ' +
    'never learns that its own mail was not delivered, and some servers refuse mail from it.',
  wrong: 'MAIL FROM:<>\n550 5.1.0 Sender required',
  right: 'MAIL FROM:<>\n250 2.1.0 Ok',
  remedy: 'Take the rule out that refuses empty senders; filter what comes with it by its content.',
  sources: ['RFC 5321 §4.5.5', 'RFC 5321 §6.1'],
  judge: (about) => judgeEach(about, verdictOn),
};

function verdictOn(talk: Talk): Verdict {
  const { subject, dialogue, id } = talk;
  const answer = answerTo(dialogue, 'mail');
  if (answer.kind === 'untold') return untold(talk, answer);
  if (answer.kind === 'yes') return pass(subject, undefined, [id]);
  const says = `${whereText(talk)} refuses MAIL FROM:<> with ${quoted(answer.reply)}`;
  return finding(subject, says, {
    actor: 'mail-host',
    mend: { kind: 'setting', text: 'take mail from the null sender, <>' },
    evidence: [id],
  });
}
