// DMARC-SPACE: blanks before the record, which then does not begin as one.

import { trimBlanks } from '../../../policies/tag-list.ts';
import type { Rule } from '../../rule.ts';
import { finding, isVerdict, pass } from '../../verdict.ts';
import { shownAfter, txtMend } from '../txt-record.ts';
import { ownTexts } from './record.ts';

export const space: Rule = {
  id: 'DMARC-SPACE',
  title: 'The DMARC record begins without a blank',
  severity: 'error',
  why:
    'A record is one only if v=DMARC1 stands at its very beginning. Receivers that read the ' +
    'standard to the letter do not see a record that begins with a blank.',
  wrong: '_dmarc.example.com.  TXT " v=DMARC1; p=reject"',
  right: '_dmarc.example.com.  TXT "v=DMARC1; p=reject"',
  remedy:
    'Delete the blanks before v=DMARC1; they come in with a text that was copied from a page.',
  sources: ['RFC 9989 §4.8', 'RFC 9989 §4.10'],
  *judge(about) {
    const own = yield* ownTexts(about);
    if (isVerdict(own)) return [own];
    const { subject, name, fact, spaced } = own;
    const [text] = spaced;
    if (text === undefined) return [pass(subject, undefined, [fact.id])];
    return [
      finding(subject, 'a blank stands before v=DMARC1', {
        actor: 'domain',
        ...txtMend(name, trimBlanks(text)),
        ...shownAfter(fact.lookup),
        evidence: [fact.id],
      }),
    ];
  },
};
