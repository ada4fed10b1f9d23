// RCPT-POSTMASTER: every mail host takes mail for the postmaster, with the domain and without.
import { hostText } from '../../../dns/name.ts';
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { answerTo, isPolicyRefusal, isRelayDenied, quoted, untold } from './answer.ts';
import { byRank, ranksOf } from './ranks.ts';
import { reached, type Talk, verdictsOn, whereText } from './reachable.ts';

export const rcptPostmaster: Rule = {
  id: 'RCPT-POSTMASTER',
  title: 'Every mail host takes mail for the postmaster',
  severity: 'error',
  why:
    'Whoever has trouble with the mail of a domain writes to postmaster; RFC 5321 allows no ' +
    'exception. Complaints that come back end on block lists instead.',
  wrong: 'RCPT TO:<postmaster@example.com>\n550 5.1.1 No such user',
  right: 'RCPT TO:<postmaster@example.com>\n250 2.1.5 Ok',
  remedy:
    'Add the mailbox or an alias postmaster for every domain, and have the server take ' +
    '<Postmaster> without a domain as its own.',
  sources: ['RFC 5321 §4.5.1', 'RFC 2142 §5'],
  *judge(about) {
    const ranks = yield* ranksOf(about);
    const found = yield* reached(about);
    const { primaries } = byRank(found.kind === 'talks' ? found.talks : [], ranks);
    const isTaken = primaries.some(
      ({ dialogue }) => answerTo(dialogue, 'postmaster').kind === 'yes',
    );
    return verdictsOn(found, (talk) => {
      const answer = answerTo(talk.dialogue, 'postmaster');
      if (answer.kind === 'no' && !ranks.isBest(talk.host)) {
        const isRelay = isRelayDenied(answer.reply) || (isTaken && isPolicyRefusal(answer.reply));
        if (isRelay) return notApplicable(talk.subject, 'it takes no mail at all: BACKUP-RELAYS');
      }
      return verdictOn(talk, about);
    });
  },
};

function verdictOn(talk: Talk, about: About): Verdict {
  const { subject, dialogue, id } = talk;
  const answer = answerTo(dialogue, 'postmaster');
  if (answer.kind === 'untold') return untold(talk, answer);
  const details = { actor: 'mail-host', evidence: [id] } as const;
  const address = `postmaster@${hostText(about.domain)}`;
  if (answer.kind === 'no') {
    const says = `${whereText(talk)} refuses <${address}> with ${quoted(answer.reply)}`;
    const mend = { kind: 'setting', text: `take mail for ${address}` } as const;
    return finding(subject, says, { ...details, mend });
  }
  // RFC 5321 §4.5.1: without a domain too. Few ever write so, so that little is lost by it.
  const bare = answerTo(dialogue, 'bare-postmaster');
  if (bare.kind !== 'no') return pass(subject, undefined, [id]);
  const where = whereText(talk);
  const says = `${where} takes <${address}>, but not <Postmaster>: ${quoted(bare.reply)}`;
  const mend = { kind: 'setting', text: 'take RCPT TO:<Postmaster> without a domain' } as const;
  return finding(subject, says, { ...details, severity: 'warning', mend });
}
