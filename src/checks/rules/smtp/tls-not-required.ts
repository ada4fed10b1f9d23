// TLS-NOT-REQUIRED: a public mail host takes mail without TLS too.
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { answerOf, quoted, stepOf, untold } from './answer.ts';
import { judgeEach, type Talk, whereText } from './reachable.ts';
import { tlsStateOf } from './tls-state.ts';

export const tlsNotRequired: Rule = {
  id: 'TLS-NOT-REQUIRED',
  title: 'No mail host refuses mail because it comes without TLS',
  severity: 'notice',
  why:
    'RFC 3207 asks servers that are named by MX records to take mail without TLS as well: what ' +
    'cannot speak it, or not a version that the host likes, cannot write to the domain.',
  wrong: 'MAIL FROM:<>\n530 5.7.0 Must issue a STARTTLS command first',
  right: 'MAIL FROM:<>\n250 2.1.0 Ok',
  remedy:
    'Offer TLS without demanding it (Postfix: smtpd_tls_security_level = may). To have senders ' +
    'insist on TLS, publish an MTA-STS policy or TLSA records. If it is on purpose, leave it.',
  sources: ['RFC 3207 §4'],
  judge: (about) => judgeEach(about, verdictOn),
};

const WANTS_TLS = /starttls|\btls\b|encrypt|secure connection/i;

function verdictOn(talk: Talk): Verdict {
  const { subject, dialogue, id } = talk;
  const step = stepOf(dialogue, 'clear-mail');
  if (!step) {
    const state = tlsStateOf(talk);
    if (state.kind === 'untold') return untold(talk, state);
    return notApplicable(subject, 'it was not asked before TLS');
  }
  const answer = answerOf(dialogue, step);
  if (answer.kind === 'yes') return pass(subject);
  if (answer.kind === 'untold') return untold(talk, answer);
  const { reply } = answer;
  // RFC 3207 §4: 530 is the word for it; others say it in their text.
  const wantsTls = WANTS_TLS.test(reply.lines.join(' '));
  if (!wantsTls && !(reply.code === 530 && reply.enhanced === '5.7.0')) {
    return untold(talk, { kind: 'untold', because: 'it refuses MAIL FROM:<> before TLS', reply });
  }
  const says = `${whereText(talk)} takes no mail without TLS (${quoted(reply)})`;
  return finding(subject, says, { actor: 'mail-host', evidence: [id] });
}
