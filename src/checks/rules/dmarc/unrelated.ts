// DMARC-UNRELATED: other TXT records at the name that is for DMARC.

import type { Rule } from '../../rule.ts';
import { finding, isVerdict, pass } from '../../verdict.ts';
import { shownAfter } from '../txt-record.ts';
import { ownTexts } from './record.ts';

export const unrelated: Rule = {
  id: 'DMARC-UNRELATED',
  title: 'Nothing but DMARC stands at _dmarc',
  severity: 'warning',
  why:
    'The name is for one record. Receivers pass over others, but some readers stumble over them, ' +
    'and they are most often a sign that a record was put at the wrong name, or that a wildcard ' +
    'answers for names that nobody thought of.',
  wrong: '_dmarc.example.com.  TXT "v=spf1 -all"',
  right: '_dmarc.example.com.  TXT "v=DMARC1; p=reject"',
  remedy: 'Delete the other records, or give the wildcard an exception by publishing DMARC.',
  sources: ['RFC 9989 §4.10', 'RFC 8552 §1.1'],
  *judge(about) {
    const own = yield* ownTexts(about);
    if (isVerdict(own)) return [own];
    const { subject, fact, unrelated: others } = own;
    const [first] = others;
    if (first === undefined) return [pass(subject, undefined, [fact.id])];
    const more = others.length > 1 ? ` and ${others.length - 1} more` : '';
    return [
      finding(subject, `a record that is not DMARC stands there: "${shortened(first)}"${more}`, {
        actor: 'domain',
        ...shownAfter(fact.lookup),
        evidence: [fact.id],
      }),
    ];
  },
};

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
