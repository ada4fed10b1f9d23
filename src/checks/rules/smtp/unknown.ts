// RCPT-UNKNOWN: a mailbox that does not exist is refused while the sender is still there.
import { hostText } from '../../../dns/name.ts';
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, pass, unknown, type Verdict } from '../../verdict.ts';
import { answerTo, untold } from './answer.ts';
import { byRank, ranksOf } from './ranks.ts';
import { reached, type Talk, verdictsOn, whereText } from './reachable.ts';

export const rcptUnknown: Rule = {
  id: 'RCPT-UNKNOWN',
  title: 'The best exchange refuses mailboxes that do not exist',
  severity: 'warning',
  why:
    'What was taken and cannot be delivered must be bounced, to a sender who is forged more ' +
    'often than not: backscatter, and a reason to stand on block lists. A typing error is told ' +
    'at once only where it is refused at once.',
  wrong: 'RCPT TO:<nobody-5f2c@example.com>\n250 2.1.5 Ok',
  right: 'RCPT TO:<nobody-5f2c@example.com>\n550 5.1.1 No such user',
  remedy:
    'Have the mail server know its recipients and refuse others at RCPT (Postfix: ' +
    'local_recipient_maps, relay_recipient_maps). Declare a catch-all if every name is taken on ' +
    'purpose.',
  sources: ['RFC 5321 §3.3', 'RFC 5321 §6.2'],
  needs: 'recipients',
  *judge(about) {
    const ranks = yield* ranksOf(about);
    const found = yield* reached(about);
    if (found.kind === 'nowhere') return [found.verdict];
    // Those that stand by are the matter of BACKUP-BLIND.
    const { primaries } = byRank(found.talks, ranks);
    if (primaries.length > 0) {
      return verdictsOn({ ...found, talks: primaries }, (talk) => verdictOn(talk, about));
    }
    return [unknown(THE_DOMAIN, 'no address of the best exchange is known')];
  },
};

function verdictOn(talk: Talk, about: About): Verdict {
  const { subject, dialogue, id } = talk;
  const answer = answerTo(dialogue, 'unknown');
  if (answer.kind === 'untold') return untold(talk, answer);
  if (answer.kind === 'no') return pass(subject, undefined, [id]);
  const address = `${about.unknownRecipient}@${hostText(about.domain)}`;
  const where = whereText(talk);
  if (about.declared.catchAll) {
    const says = `${where} takes <${address}> at RCPT, as the declared catch-all wants it`;
    return finding(subject, says, { severity: 'info', actor: 'mail-host', evidence: [id] });
  }
  const says = `${where} takes <${address}> at RCPT, which nobody has (some refuse after DATA)`;
  return finding(subject, says, {
    actor: 'mail-host',
    mend: { kind: 'setting', text: 'refuse recipients that do not exist at RCPT, with 550 5.1.1' },
    evidence: [id],
  });
}
