// TTL-SANITY: TTLs are equal inside an RRset, and fit what is done with the records.
import { printDuration, seconds } from '../../../base/time.ts';
import { TYPE } from '../../../dns/types.ts';
import type { AnswersFact } from '../../fact.ts';
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { type MailQuestion, mailQuestions, questionSubject, questionText } from './mail-records.ts';
import { servedZone } from './served-zone.ts';
import { readingOf, wholeAnswers } from './server-answers.ts';
import { serverText } from './words.ts';

const MX_TTL_MIN_SECONDS = 60;
const MX_TTL_MAX_SECONDS = 604_800;

export const ttlSanity: Rule = {
  id: 'TTL-SANITY',
  title: 'The TTLs of mail records make sense',
  severity: 'warning',
  why:
    'Records of one name and type live and die together: where their TTLs differ, a resolver ' +
    'that does not know what to do may keep one MX record and lose the other. The TTL is also ' +
    'how long a change takes until everybody sees it, and how long mail is found while your name ' +
    'servers are down.',
  wrong: 'example.com.  3600 MX 10 mail.example.com.\nexample.com.  60   MX 20 backup.example.com.',
  right: 'example.com.  3600 MX 10 mail.example.com.\nexample.com.  3600 MX 20 backup.example.com.',
  remedy:
    'Give all records of one name and type the same TTL. For MX an hour to a day is usual; less ' +
    'before a move.',
  sources: ['RFC 2181 §5.2', 'RFC 1912 §2.2'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const all = yield* mailQuestions(about, served.zone);
    const questions = all.filter(({ isOwn }) => isOwn);
    const facts = yield* wholeAnswers(questions);
    const verdicts = questions.flatMap((question, at) => {
      const fact = facts[at];
      return (fact && judgeOne(question, fact)) ?? [];
    });
    if (verdicts.length > 0) return verdicts;
    return [notApplicable(served.subject, 'no name server gave a record that mail needs')];
  },
};

/** Nothing where there are no such records. */
function judgeOne(question: MailQuestion, fact: AnswersFact): Verdict | undefined {
  const sets = fact.answers.flatMap((answer) => {
    const reading = readingOf(answer);
    const records = reading.kind === 'answer' ? reading.records : [];
    const ttls = records.filter(({ type }) => type === question.type).map((it) => it.ttlSeconds);
    return ttls.length > 0 ? [{ id: answer.id, server: answer.server, ttls }] : [];
  });
  if (sets.length === 0) return undefined;
  const subject = questionSubject(question);
  const uneven = sets.find(({ ttls }) => new Set(ttls).size > 1);
  if (uneven) {
    const ttls = [...new Set(uneven.ttls)].join(', ');
    const says = `${questionText(question)} at ${serverText(uneven.server)} has the TTLs ${ttls} s`;
    return finding(subject, says, { actor: 'dns-host', evidence: [uneven.id] });
  }
  const longest = Math.max(...sets.flatMap(({ ttls }) => ttls));
  const time = longest === 0 ? '0 s' : printDuration(seconds(longest));
  const evidence = [fact.id];
  const details = { severity: 'info', actor: 'domain', shows: seconds(longest), evidence } as const;
  if (question.type === TYPE.MX && longest < MX_TTL_MIN_SECONDS) {
    const cost = 'every sender asks again and again, and none finds you while no name server is up';
    return finding(subject, `the MX records have a TTL of ${time}: ${cost}`, details);
  }
  if (question.type === TYPE.MX && longest > MX_TTL_MAX_SECONDS) {
    return finding(
      subject,
      `the MX records have a TTL of ${time}: so long a change takes`,
      details,
    );
  }
  return pass(subject, `a change is seen everywhere after ${time}`);
}
