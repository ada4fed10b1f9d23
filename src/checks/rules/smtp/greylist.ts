// SMTP-GREYLIST: a host that lets strangers come twice. That is right, but what a probe wants to
// know of recipients stays unknown then; so it is said once, here.
import type { Reply } from '../../../smtp/reply.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass, type Verdict } from '../../verdict.ts';
import { answerTo, isGreylisting, isTooOften, quoted, stepOf, untold } from './answer.ts';
import { judgeEach, type Talk, whereText } from './reachable.ts';

export const smtpGreylist: Rule = {
  id: 'SMTP-GREYLIST',
  title: 'Whether mail hosts let strangers come twice',
  severity: 'info',
  why:
    'Greylisting puts the first message of every stranger off: senders of spam do not come back, ' +
    'mail servers do. It delays mail by some minutes, and by hours where a large sender comes ' +
    'back from another address each time.',
  wrong: 'RCPT TO:<postmaster@example.com>\n450 4.2.0 Greylisted, see you in 15 minutes',
  right: 'RCPT TO:<postmaster@example.com>\n250 2.1.5 Ok',
  remedy:
    'Nothing, if it is on purpose: but exempt postmaster, keep the delay at some minutes, and do ' +
    'the same at every exchange.',
  sources: ['RFC 6647 §5'],
  judge: (about) => judgeEach(about, verdictOn),
};

function verdictOn(talk: Talk): Verdict {
  const { subject, dialogue, id } = talk;
  const first = stepOf(dialogue, 'postmaster')?.reply ?? stepOf(dialogue, 'mail')?.reply;
  if (first && isPutOff(first)) {
    const how = isGreylisting(first) ? 'greylists' : 'puts the first recipient off';
    const says = `${whereText(talk)} ${how}: ${quoted(first)}`;
    return finding(subject, says, { actor: 'mail-host', evidence: [id] });
  }
  const answer = answerTo(dialogue, 'postmaster');
  return answer.kind === 'untold' ? untold(talk, answer) : pass(subject);
}

/** RFC 6647 §5: 450 and 451 are its codes; 4.3 is a system in trouble (RFC 3463 §3.4). */
function isPutOff(reply: Reply): boolean {
  if (isGreylisting(reply)) return true;
  const isInTrouble = reply.enhanced?.startsWith('4.3.') ?? false;
  return [450, 451].includes(reply.code) && !isInTrouble && !isTooOften(reply);
}
