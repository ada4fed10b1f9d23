// SPF-NS-AGREE: every name server gives the same SPF record.

import type { ResourceRecord } from '../../../dns/packet.ts';
import { TYPE } from '../../../dns/types.ts';
import { isSpf, textsIn } from '../../../policies/spf-record.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { notApplicable, unknown } from '../../verdict.ts';
import { agreeing, differing, groupsIn } from '../delegation/agreement.ts';
import { wholeAnswers, whyNone } from '../delegation/server-answers.ts';
import { listText } from '../words.ts';

export const nsAgree: Rule = {
  id: 'SPF-NS-AGREE',
  title: 'Every name server gives the same SPF record',
  severity: 'warning',
  why:
    'A receiver asks one of the name servers, by chance. Where one has another SPF record, or ' +
    'none, part of the mail fails, and the next question shows nothing wrong.',
  wrong:
    '$ dig @ns1.example.com example.com TXT   ; "v=spf1 mx -all"\n' +
    '$ dig @ns2.example.com example.com TXT   ; "v=spf1 a -all"',
  right:
    '$ dig @ns1.example.com example.com TXT   ; "v=spf1 mx -all"\n' +
    '$ dig @ns2.example.com example.com TXT   ; "v=spf1 mx -all"',
  remedy: 'See why the server that stayed behind does not follow, or make the change there too.',
  sources: ['RFC 7208 §4.4', 'RFC 1034 §4.3.5'],
  *judge({ domain }) {
    const question = { name: domain, type: TYPE.TXT };
    const [fact] = yield* wholeAnswers([question]);
    if (!fact) return [unknown(THE_DOMAIN, 'no name server was asked')];
    const groups = groupsIn(fact, { keyOf: wordsFor, wordsFor });
    const [first, ...others] = groups;
    if (!first) return [unknown(THE_DOMAIN, whyNone(question, fact), [fact.id])];
    if (others.length > 0) {
      const what = 'the SPF record differs';
      const details = {
        subject: THE_DOMAIN,
        what,
        severity: 'warning',
        actor: 'dns-host',
      } as const;
      return [differing(details, groups)];
    }
    return first.what === NOTHING
      ? [notApplicable(THE_DOMAIN, 'the domain has no SPF record')]
      : [agreeing(THE_DOMAIN, first, fact)];
  },
};

const NOTHING = 'no SPF record';

/** However the text is cut into strings, it is the same record. */
function wordsFor(records: readonly ResourceRecord[]): string {
  const alias = records.find(({ data }) => data.kind === 'CNAME')?.data;
  if (alias?.kind === 'CNAME') return `an alias of ${alias.target.toLowerCase()}`;
  const texts = textsIn(records.map(({ data }) => data)).filter(isSpf);
  return texts.length === 0 ? NOTHING : listText(texts.sort().map((text) => `"${text}"`));
}
