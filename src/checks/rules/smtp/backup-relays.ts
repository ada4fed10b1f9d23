// BACKUP-RELAYS: a host that stands by takes mail of the domain.
import { hostText } from '../../../dns/name.ts';
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { type Answer, answerTo, isPolicyRefusal, isRelayDenied, quoted, untold } from './answer.ts';
import { byRank, ranksOf } from './ranks.ts';
import { reached, type Talk, verdictsOn, whereText } from './reachable.ts';

export const backupRelays: Rule = {
  id: 'BACKUP-RELAYS',
  title: 'Every backup takes mail of the domain',
  severity: 'error',
  why:
    'While the best exchange is down senders go to the backup. If that one knows nothing of the ' +
    'domain it refuses for good, and mail that would only have waited is returned: worse than ' +
    'no backup at all.',
  wrong:
    'example.com. MX 20 backup.example.net.\nRCPT TO:<postmaster@example.com>\n' +
    '554 5.7.1 Relay access denied',
  right: 'RCPT TO:<postmaster@example.com>\n250 2.1.5 Ok',
  remedy:
    'Enter the domain at the backup as one that it relays for (Postfix: relay_domains), or ' +
    'remove its MX record.',
  sources: ['RFC 5321 §5.1', 'RFC 5321 §3.6.2'],
  *judge(about) {
    const ranks = yield* ranksOf(about);
    const found = yield* reached(about);
    if (found.kind === 'nowhere') return [found.verdict];
    const { primaries, backups } = byRank(found.talks, ranks);
    if (backups.length === 0) return [notApplicable(THE_DOMAIN, 'the domain has no backup')];
    const isTaken = primaries.some((talk) => answerFrom(talk).kind === 'yes');
    return verdictsOn({ ...found, talks: backups }, (talk) => verdictOn(talk, about, isTaken));
  },
};

const answerFrom = ({ dialogue }: Talk): Answer => answerTo(dialogue, 'postmaster');

function verdictOn(talk: Talk, about: About, isTaken: boolean): Verdict {
  const { subject, id } = talk;
  const answer = answerFrom(talk);
  if (answer.kind === 'untold') return untold(talk, answer);
  if (answer.kind === 'yes') return pass(subject, undefined, [id]);
  const { reply } = answer;
  if (!isRelayDenied(reply) && !isPolicyRefusal(reply)) return pass(subject, undefined, [id]);
  if (!isRelayDenied(reply) && !isTaken) {
    return untold(talk, { kind: 'untold', because: 'it refuses, and so may the best', reply });
  }
  const domain = hostText(about.domain);
  const where = whereText(talk);
  const says = `${where} is a backup of ${domain}, and refuses its mail: ${quoted(reply)}`;
  return finding(subject, says, {
    actor: 'mail-host',
    mend: { kind: 'setting', text: `relay mail for ${domain} to the best exchange` },
    evidence: [id],
  });
}
