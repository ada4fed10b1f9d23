// SMTP-BANNER: a mail host greets with 220 and its whole name.
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, unknownReply, type Verdict } from '../../verdict.ts';
import { answerTo, quoted, untold } from './answer.ts';
import { isStarred } from './banner-pix.ts';
import { firstWord, isHostWord } from './host-word.ts';
import { judgeEach, type Talk, whereText } from './reachable.ts';

export const smtpBanner: Rule = {
  id: 'SMTP-BANNER',
  title: 'Every mail host greets with 220 and its name',
  severity: 'warning',
  why:
    'The greeting is how a sender knows that it reached a mail server, and which. A host that ' +
    'greets with 521 takes no mail from anybody. A greeting without a whole name makes loops ' +
    'hard to see, and some filters mistrust the host.',
  wrong: '220 localhost ESMTP',
  right: '220 mail.example.com ESMTP',
  remedy:
    'Set the host name of the mail server to its whole name, the one that its address resolves ' +
    'to (Postfix: myhostname; Exim: primary_hostname).',
  sources: ['RFC 5321 §3.1', 'RFC 5321 §4.2', 'RFC 7504 §3'],
  judge: (about) => judgeEach(about, verdictOn),
};

const NO_SERVICE = /no smtp service|(?:do(?:es)?|will) not accept (?:e-?)?mail/i;

function verdictOn(talk: Talk): Verdict {
  const { subject, dialogue, id } = talk;
  const answer = answerTo(dialogue, 'greeting');
  if (answer.kind === 'untold') return untold(talk, answer);
  const { reply } = answer;
  const details = { actor: 'mail-host', evidence: [id] } as const;
  if (answer.kind === 'no') {
    // RFC 7504 §3: 521 is about the host. 554 may as well be about whoever asks.
    const isNoService = reply.code === 521 || NO_SERVICE.test(reply.lines.join(' '));
    if (!isNoService) return unknownReply(subject, 'it may refuse this machine only', reply, [id]);
    const says = `${whereText(talk)} greets with ${quoted(reply)}: it takes no mail`;
    return finding(subject, says, { ...details, severity: 'error' });
  }
  if (isStarred(reply)) return notApplicable(subject, 'the greeting is masked: SMTP-BANNER-PIX');
  if (reply.code !== 220) {
    return finding(subject, `${whereText(talk)} greets with ${quoted(reply)}, not 220`, details);
  }
  const word = firstWord(reply);
  if (isHostWord(word)) return pass(subject);
  const says =
    word === ''
      ? `${whereText(talk)} greets without a name`
      : `${whereText(talk)} greets as "${word}", which is no whole host name`;
  return finding(subject, says, {
    ...details,
    mend: { kind: 'setting', text: 'set the host name of the mail server to its whole name' },
  });
}
