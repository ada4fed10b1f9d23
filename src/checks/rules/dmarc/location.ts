// DMARC-LOCATION: a DMARC record at the domain itself, where nobody looks for it.

import { hostText } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { isDmarcText } from '../../../policies/dmarc.ts';
import { textsOf } from '../../../policies/tag-list.ts';
import { lookup } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, isVerdict, pass, unknown } from '../../verdict.ts';
import { shownAfter, txtMend } from '../txt-record.ts';
import { ownTexts } from './record.ts';

export const location: Rule = {
  id: 'DMARC-LOCATION',
  title: 'No DMARC record stands at the domain itself',
  severity: 'error',
  why:
    'Receivers look for the record at _dmarc below the domain, and nowhere else. One that stands ' +
    'at the domain itself protects nobody, though it looks in every editor as if it did.',
  wrong: 'example.com.         TXT "v=DMARC1; p=reject"',
  right: '_dmarc.example.com.  TXT "v=DMARC1; p=reject"',
  remedy:
    'Move the record to the name _dmarc. Many editors want only "_dmarc" there and put the ' +
    'domain behind it by themselves.',
  sources: ['RFC 9989 §4.5'],
  *judge(about) {
    const { id, lookup: known } = yield* lookup(about.domain, TYPE.TXT);
    if (known.kind === 'failure') return [unknown(THE_DOMAIN, known.because, [id])];
    const text = textsOf(known).find(isDmarcText);
    if (text === undefined) return [pass(THE_DOMAIN, undefined, [id])];
    const own = yield* ownTexts(about);
    const isDouble = !isVerdict(own) && own.records.length > 0;
    const says = `a DMARC record stands at ${hostText(about.domain)}, where nobody looks for it`;
    return [
      finding(THE_DOMAIN, isDouble ? `${says}; the one at _dmarc counts` : says, {
        severity: isDouble ? 'warning' : 'error',
        actor: 'domain',
        ...(!isDouble && !isVerdict(own) && txtMend(own.name, text)),
        ...shownAfter(known),
        evidence: [id],
      }),
    ];
  },
};
