// VRFY-EXPN: mail hosts do not tell strangers who has a mailbox.
import type { Rule } from '../../rule.ts';
import { finding, pass, type Verdict } from '../../verdict.ts';
import { answerTo, quoted, untold } from './answer.ts';
import { judgeEach, type Talk, whereText } from './reachable.ts';

export const vrfyExpn: Rule = {
  id: 'VRFY-EXPN',
  title: 'No mail host tells strangers who has a mailbox',
  severity: 'info',
  why:
    'VRFY and EXPN say whether a mailbox exists and who is on a list. Nobody needs them today ' +
    'but collectors of addresses. (Only VRFY is asked; whoever answers it mostly answers EXPN.)',
  wrong: 'VRFY postmaster\n250 2.1.5 <postmaster@example.com>',
  right: 'VRFY postmaster\n252 2.5.2 Cannot VRFY user, but will accept the message',
  remedy: 'Switch VRFY and EXPN off (Postfix: disable_vrfy_command = yes).',
  sources: ['RFC 5321 §3.5.3', 'RFC 5321 §7.3'],
  needs: 'recipients',
  judge: (about) => judgeEach(about, verdictOn),
};

function verdictOn(talk: Talk): Verdict {
  const { subject, dialogue, id } = talk;
  const answer = answerTo(dialogue, 'vrfy');
  if (answer.kind === 'untold') return untold(talk, answer);
  // RFC 5321 §3.5.3: 252 says neither yes nor no.
  const tells = answer.kind === 'yes' && [250, 251].includes(answer.reply.code);
  if (!tells) return pass(subject);
  const says = `${whereText(talk)} answers VRFY postmaster with ${quoted(answer.reply)}`;
  return finding(subject, says, { actor: 'mail-host', evidence: [id] });
}
