// RR-AGREE: all name servers give the same records, of everything that mail needs.

import { sameName } from '../../../dns/name.ts';
import type { ResourceRecord } from '../../../dns/packet.ts';
import { dataKey, printData } from '../../../dns/records/registry.ts';
import { TYPE } from '../../../dns/types.ts';
import type { AnswersFact } from '../../fact.ts';
import type { Rule } from '../../rule.ts';
import { type Severity, unknown, type Verdict } from '../../verdict.ts';
import { agreeing, differing, groupsIn } from './agreement.ts';
import { type MailQuestion, mailQuestions, questionSubject, questionText } from './mail-records.ts';
import { servedZone } from './served-zone.ts';
import { wholeAnswers, whyNone } from './server-answers.ts';

export const rrAgree: Rule = {
  id: 'RR-AGREE',
  title: 'All name servers give the same mail records',
  severity: 'warning',
  why:
    'A sender asks one name server, by chance. Where one of them still has the old MX records, ' +
    'part of the mail goes to the old host; where one has another SPF or DKIM record, part of ' +
    'the mail of the domain fails its checks. Nobody can repeat the fault, since the next ' +
    'lookup goes elsewhere.',
  wrong:
    '$ dig @ns1.example.com example.com MX   ; 10 mail.example.com.\n' +
    '$ dig @ns2.example.com example.com MX   ; 10 old.example.net.',
  right:
    '$ dig @ns1.example.com example.com MX   ; 10 mail.example.com.\n' +
    '$ dig @ns2.example.com example.com MX   ; 10 mail.example.com.',
  remedy:
    'See why the server that stayed behind does not follow: its transfers (serial, NOTIFY, ' +
    'TSIG), or a second DNS host where the change was not made.',
  sources: ['RFC 1034 §4.3.5', 'RFC 1912 §2.8'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const all = yield* mailQuestions(about, served.zone);
    // Of the texts at the domain itself mail needs the SPF record alone: SPF-NS-AGREE.
    const questions = all.filter(
      ({ name, type }) => !(type === TYPE.TXT && sameName(name, about.domain)),
    );
    const facts = yield* wholeAnswers(questions);
    return questions.flatMap((question, at) => {
      const fact = facts[at];
      return (fact && agreement(question, fact)) ?? [];
    });
  },
};

/** Nothing where no server has such records; of MX that is told all the same. */
function agreement(question: MailQuestion, fact: AnswersFact): Verdict | undefined {
  const subject = questionSubject(question);
  const groups = groupsIn(fact, { keyOf: keysOf, wordsFor });
  const [first, ...others] = groups;
  const isMx = question.type === TYPE.MX;
  if (!first) return isMx ? unknown(subject, whyNone(question, fact), [fact.id]) : undefined;
  if (others.length === 0) {
    return first.what === NOTHING && !isMx ? undefined : agreeing(subject, first, fact);
  }
  const what = `${questionText(question)} differs`;
  const actor = question.isOwn ? 'dns-host' : 'other';
  return differing({ subject, what, severity: severityOf(question), actor }, groups);
}

/**
 * Large mail hosts give each asker other addresses of a pool, on purpose: of hosts in zones of
 * others that is no fault.
 */
function severityOf({ type, isOwn }: MailQuestion): Severity {
  if (type === TYPE.MX) return 'error';
  return !isOwn && (type === TYPE.A || type === TYPE.AAAA) ? 'info' : 'warning';
}

const NOTHING = 'no such record';
const SHOWN_MAX = 5;

const keysOf = (records: readonly ResourceRecord[]): string =>
  [...new Set(records.map(keyOf))].sort().join('\n');

/** TTLs are no part of what a record says; an alias is told from data. */
const keyOf = ({ data, type }: ResourceRecord): string => `${type} ${dataKey(data, type)}`;

function wordsFor(records: readonly ResourceRecord[]): string {
  if (records.length === 0) return NOTHING;
  const texts = [...new Set(records.map(textOf))].sort();
  const left = texts.length - SHOWN_MAX;
  return left > 0 ? `${texts.slice(0, SHOWN_MAX).join(', ')} and ${left} more` : texts.join(', ');
}

const textOf = ({ data, type }: ResourceRecord): string =>
  type === TYPE.CNAME ? `the alias ${printData(data, type)}` : printData(data, type);
