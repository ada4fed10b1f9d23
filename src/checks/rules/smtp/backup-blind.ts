// BACKUP-BLIND: a backup refuses the mailboxes that the best exchange refuses.
import { hostText } from '../../../dns/name.ts';
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { answerTo, quoted, untold } from './answer.ts';
import { byRank, ranksOf } from './ranks.ts';
import { reached, type Talk, verdictsOn, whereText } from './reachable.ts';

export const backupBlind: Rule = {
  id: 'BACKUP-BLIND',
  title: 'Every backup knows which mailboxes there are',
  severity: 'warning',
  why:
    'Spammers write to the backup first, since it often takes everything. What the best exchange ' +
    'then refuses, the backup must bounce to forged senders: backscatter, until the backup ' +
    'stands on block lists and its real mail is refused.',
  wrong: 'mail.example.com:   550 5.1.1 No such user\nbackup.example.net: 250 2.1.5 Ok',
  right: 'mail.example.com:   550 5.1.1 No such user\nbackup.example.net: 550 5.1.1 No such user',
  remedy:
    'Give the backup the list of recipients (Postfix: relay_recipient_maps), or let it ask the ' +
    'best exchange and keep the answers (address verification).',
  sources: ['RFC 5321 §3.6.2', 'RFC 5321 §6.2'],
  needs: 'recipients',
  *judge(about) {
    const ranks = yield* ranksOf(about);
    const found = yield* reached(about);
    if (found.kind === 'nowhere') return [found.verdict];
    const { primaries, backups } = byRank(found.talks, ranks);
    if (backups.length === 0) return [notApplicable(THE_DOMAIN, 'the domain has no backup')];
    const answers = primaries.map(({ dialogue }) => answerTo(dialogue, 'unknown'));
    const refusal = answers.find(({ kind }) => kind === 'no');
    const isTaken = answers.some(({ kind }) => kind === 'yes');
    return verdictsOn({ ...found, talks: backups }, (talk) => {
      if (isTaken) return notApplicable(talk.subject, 'the best exchange takes every local part');
      if (refusal?.kind === 'no') return verdictOn(talk, about, quoted(refusal.reply));
      return unknown(talk.subject, 'what the best exchange refuses is not known', [talk.id]);
    });
  },
};

function verdictOn(talk: Talk, about: About, refusal: string): Verdict {
  const { subject, dialogue, id } = talk;
  const answer = answerTo(dialogue, 'unknown');
  if (answer.kind === 'untold') return untold(talk, answer);
  if (answer.kind === 'no') return pass(subject, undefined, [id]);
  const address = `${about.unknownRecipient}@${hostText(about.domain)}`;
  const where = whereText(talk);
  const says = `${where} takes <${address}>, which the best exchange refuses (${refusal})`;
  return finding(subject, says, {
    actor: 'mail-host',
    mend: { kind: 'setting', text: 'give the backup the list of recipients' },
    evidence: [id],
  });
}
