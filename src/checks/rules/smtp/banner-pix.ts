// SMTP-BANNER-PIX: nothing on the way writes over what the mail host says.
import { isPositive, type Reply } from '../../../smtp/reply.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass, type Verdict } from '../../verdict.ts';
import { answerTo, quoted, stepOf, untold } from './answer.ts';
import { announcedIn, isMasked } from './extensions.ts';
import { judgeEach, type Talk, whereText } from './reachable.ts';

export const smtpBannerPix: Rule = {
  id: 'SMTP-BANNER-PIX',
  title: 'No firewall writes over what mail hosts say',
  severity: 'warning',
  why:
    'Some firewalls "fix up" SMTP: they replace the greeting by stars, and extensions that they ' +
    'do not know by X. STARTTLS is gone then, mail travels in clear, and long or unusual ' +
    'commands break in ways that nobody can explain.',
  wrong: '220 ****************************\n250-XXXXXXXA',
  right: '220 mail.example.com ESMTP\n250-STARTTLS',
  remedy:
    'Switch off the SMTP inspection of the firewall before the mail host (Cisco: "no inspect ' +
    'esmtp", formerly "no fixup protocol smtp"). If only this machine sees it, look at its own.',
  sources: ['RFC 5321 §4.2', 'RFC 3207 §6'],
  judge: (about) => judgeEach(about, verdictOn),
};

/** More stars than anybody greets with. */
export const isStarred = ({ lines }: Reply): boolean => /\*{4}/.test(lines[0] ?? '');

function verdictOn(talk: Talk): Verdict {
  const { subject, dialogue, id } = talk;
  const greeting = answerTo(dialogue, 'greeting');
  if (greeting.kind === 'untold') return untold(talk, greeting);
  const ehlo = stepOf(dialogue, 'ehlo')?.reply;
  const keywords = ehlo && isPositive(ehlo) ? [...announcedIn(ehlo).keys()] : [];
  const masked = keywords.filter(isMasked);
  const seen = [
    ...(isStarred(greeting.reply) ? [`greets with ${quoted(greeting.reply)}`] : []),
    ...(masked.length > 0 ? [`announces ${masked.join(', ')}`] : []),
  ];
  if (seen.length === 0) return pass(subject);
  const says = `${whereText(talk)} ${seen.join(' and ')}: something on the way rewrites SMTP`;
  return finding(subject, says, { actor: 'mail-host', evidence: [id] });
}
