// RCPT-PUBLISHED: every address that the domain publishes for itself takes mail, at every exchange.
import { hostText } from '../../../dns/name.ts';
import { type Published, publishedAddresses } from '../../published.ts';
import type { Rule } from '../../rule.ts';
import { named } from '../../subject.ts';
import {
  finding,
  notApplicable,
  pass,
  unknown,
  unknownReply,
  type Verdict,
} from '../../verdict.ts';
import { type Answer, answerOf, isRelayDenied, quoted, stepsOf } from './answer.ts';
import { reached, type Talk, whereText } from './reachable.ts';

export const rcptPublished: Rule = {
  id: 'RCPT-PUBLISHED',
  title: 'Every address that the domain publishes takes mail',
  severity: 'warning',
  why:
    'The SOA record, DMARC, TLS-RPT and CAA name addresses to which reports and complaints go, ' +
    'and abuse and hostmaster are expected at every domain. Where one is refused, reports are ' +
    'lost and nobody notices.',
  wrong:
    '_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"\n' +
    'RCPT TO:<dmarc@example.com>\n550 5.1.1 No such user',
  right: 'RCPT TO:<dmarc@example.com>\n250 2.1.5 Ok',
  remedy: 'Make the mailbox or an alias for it, or publish an address that somebody reads.',
  sources: ['RFC 2142 §4', 'RFC 2142 §7', 'RFC 9990', 'RFC 8460 §3'],
  needs: 'recipients',
  *judge(about) {
    const published = yield* publishedAddresses(about);
    const found = yield* reached(about);
    if (found.kind === 'nowhere') return [found.verdict];
    return published.map((each) => verdictOn(each, found.talks));
  },
};

/** The roles that RFC 2142 expects, which the domain itself did not name. */
const isRole = ({ where }: Published): boolean => where === 'RFC 2142';

function verdictOn(each: Published, talks: readonly Talk[]): Verdict {
  const subject = named(each.address);
  const answers = talks.map((talk) => ({ talk, answer: answerFrom(talk, each.address) }));
  const refusals = answers.flatMap(({ talk, answer }) =>
    answer.kind === 'no' ? [{ talk, reply: answer.reply }] : [],
  );
  const [first] = refusals;
  if (first) {
    const where = refusals.map(({ talk }) => whereText(talk)).join(' and ');
    const origin = isRole(each) ? 'expected at every domain' : `published in ${each.where}`;
    const says = `${each.address}, ${origin}, is refused by ${where}: ${quoted(first.reply)}`;
    return finding(subject, says, {
      severity: isRole(each) ? 'notice' : 'warning',
      actor: 'domain',
      mend: { kind: 'setting', text: `make a mailbox or an alias ${each.address}` },
      evidence: refusals.map(({ talk }) => talk.id),
    });
  }
  return unrefused(each, answers);
}

function unrefused(
  { address }: Published,
  answers: readonly { readonly talk: Talk; readonly answer: Answer }[],
): Verdict {
  const subject = named(address);
  const relevant = answers.filter(({ answer }) => !isElsewhere(answer));
  if (relevant.length === 0) return notApplicable(subject, 'no mail host takes mail of the domain');
  const found = relevant.find(({ answer }) => answer.kind === 'untold');
  if (found?.answer.kind !== 'untold') return pass(subject);
  const { talk, answer } = found;
  const because = `not told by ${hostText(talk.host)}: ${answer.because}`;
  return answer.reply
    ? unknownReply(subject, because, answer.reply, [talk.id])
    : unknown(subject, because, [talk.id]);
}

const isElsewhere = (answer: Answer): boolean =>
  answer.kind === 'untold' && answer.reply !== undefined && isRelayDenied(answer.reply);

function answerFrom({ dialogue, obstacle }: Talk, address: string): Answer {
  if (obstacle) return { kind: 'untold', because: obstacle.because };
  const wanted = address.toLowerCase();
  const asked = stepsOf(dialogue).filter(
    ({ name, recipient }) => name === 'published' && recipient?.toLowerCase() === wanted,
  );
  const answer = answerOf(dialogue, asked.find(({ reply }) => reply) ?? asked[0]);
  // A host that relays nothing for the domain says nothing about its mailboxes.
  return answer.kind === 'no' && isRelayDenied(answer.reply)
    ? { kind: 'untold', because: 'it takes no mail of the domain', reply: answer.reply }
    : answer;
}
