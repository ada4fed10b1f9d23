// SMTP-RATELIMIT: was this check slowed down or sent away for how often it asked? Then what is
// missing is unknown, and no fault of the host.
import type { Rule } from '../../rule.ts';
import { pass, unknown, unknownReply, type Verdict } from '../../verdict.ts';
import { isTooOften, stepsOf } from './answer.ts';
import { reached, type Talk, untried } from './reachable.ts';

export const smtpRatelimit: Rule = {
  id: 'SMTP-RATELIMIT',
  title: 'No mail host sent this check away',
  severity: 'info',
  why:
    'A host that limits how often strangers connect answers 421, whoever asks. A check that ' +
    'takes this for a fault reports what is not there.',
  wrong: '421 4.7.0 Too many connections from 198.51.100.7',
  right: '220 mail.example.com ESMTP',
  remedy: 'Nothing: try again later, and not from several places at once.',
  sources: ['RFC 5321 §3.8', 'RFC 5321 §4.2.2'],
  *judge(about) {
    const found = yield* reached(about);
    return found.kind === 'nowhere' ? [found.verdict] : found.talks.map(verdictOn);
  },
};

function verdictOn(talk: Talk): Verdict {
  const { subject, dialogue, obstacle, id } = talk;
  if (obstacle) return untried(talk);
  const replies = stepsOf(dialogue).flatMap(({ reply }) => (reply ? [reply] : []));
  const limited = replies.find(isTooOften);
  if (limited) return unknownReply(subject, 'it sent this check away', limited, [id]);
  const { clear } = dialogue;
  if (clear && clear.connect.kind !== 'connected') {
    return unknown(subject, `no second connection: ${clear.connect.because}`, [id]);
  }
  return pass(subject);
}
