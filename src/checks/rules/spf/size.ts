// SPF-SIZE: the record, and the answer that it comes in, are small.

import { labelsOf, type Name } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass } from '../../verdict.ts';
import { shownAfter } from '../txt-record.ts';
import { publishedSpf, settingMend, withoutTexts } from './published-spf.ts';

/** RFC 7208 §3.4. */
const RECORD_BYTES_MAX = 450;
/** What servers and resolvers send over UDP today; with more the question is asked again by TCP. */
const ANSWER_BYTES_MAX = 1_232;

export const size: Rule = {
  id: 'SPF-SIZE',
  title: 'The SPF record and the answer that holds it are small',
  severity: 'warning',
  why:
    'An answer that does not fit into one packet is cut off, and the question is asked again ' +
    'over TCP; behind some firewalls that never arrives, and SPF ends with a temporary error. ' +
    'All TXT records of the domain travel in the same answer.',
  wrong: 'example.com.  TXT "v=spf1 ip4:192.0.2.1 ip4:192.0.2.3 … -all"   ; 700 characters',
  right: 'example.com.  TXT "v=spf1 ip4:192.0.2.0/28 -all"',
  remedy:
    'Put neighbouring addresses together into networks, move a part into an included record of ' +
    'your own, and delete TXT records that once proved something to a service.',
  sources: ['RFC 7208 §3.3', 'RFC 7208 §3.4'],
  *judge(about) {
    const published = yield* publishedSpf(about);
    const without = withoutTexts(published);
    if (without) return [without];
    const { id, found, texts, records } = published;
    if (records.length === 0) return [notApplicable(THE_DOMAIN, 'the domain has no SPF record')];
    const longest = Math.max(...records.map(({ length }) => length));
    const answer = answerBytes(about.domain, texts);
    const sizes = `the record has ${longest} bytes, the answer with all TXT records ${answer}`;
    if (longest <= RECORD_BYTES_MAX && answer <= ANSWER_BYTES_MAX) {
      return [pass(THE_DOMAIN, sizes, [id])];
    }
    const limits = `at most ${RECORD_BYTES_MAX} and ${ANSWER_BYTES_MAX} are sure to arrive`;
    return [
      finding(THE_DOMAIN, `${sizes}; ${limits}`, {
        actor: 'domain',
        ...settingMend('Shorten the SPF record, or delete TXT records that are not needed.'),
        ...shownAfter(found),
        evidence: [id],
      }),
    ];
  },
};

/** RFC 1035 §4.1: header, question, and records whose names are compressed; RFC 6891: OPT. */
function answerBytes(domain: Name, texts: readonly string[]): number {
  const name = labelsOf(domain).reduce((sum, label) => sum + label.length + 1, 1);
  const records = texts.map(({ length }) => 12 + length + Math.max(1, Math.ceil(length / 255)));
  return records.reduce((sum, bytes) => sum + bytes, 12 + name + 4 + 11);
}
