// SPF-MULTI: one SPF record and no more, at the domain and wherever its record leads.

import { seconds } from '../../../base/time.ts';
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { named, THE_DOMAIN } from '../../subject.ts';
import { finding, isVerdict, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { publishedSpf, type SpfSeen, settingMend, spfSeen, withoutTexts } from './published-spf.ts';
import { placeText } from './words.ts';

export const multi: Rule = {
  id: 'SPF-MULTI',
  title: 'There is one SPF record',
  severity: 'error',
  why:
    'Where a name has two SPF records, receivers must take neither: the result is an error ' +
    '(permerror) for every message, as if the domain had no SPF, or worse. It happens when a ' +
    'service asks for "an SPF record" and a second one is added beside the first.',
  wrong:
    'example.com.  TXT "v=spf1 mx -all"\nexample.com.  TXT "v=spf1 include:_spf.example.net ~all"',
  right: 'example.com.  TXT "v=spf1 mx include:_spf.example.net -all"',
  remedy: 'Put the terms of all of them into one record, with one all at the end.',
  sources: ['RFC 7208 §3.2', 'RFC 7208 §4.5'],
  *judge(about) {
    const published = yield* publishedSpf(about);
    const without = withoutTexts(published);
    if (without) return [without];
    const { id, found, records } = published;
    if (records.length === 0) return [notApplicable(THE_DOMAIN, 'the domain has no SPF record')];
    if (records.length > 1) {
      const quoted = records.map((text) => `"${text}"`).join(' and ');
      const ttlSeconds = found.kind === 'failure' ? 0 : found.ttlSeconds;
      return [
        finding(THE_DOMAIN, `there are ${records.length} SPF records: ${quoted}`, {
          actor: 'domain',
          ...settingMend('Put the terms of all SPF records into one, and delete the others.'),
          shows: seconds(ttlSeconds),
          evidence: [id],
        }),
      ];
    }
    const seen = yield* spfSeen(about);
    return [pass(THE_DOMAIN), ...(isVerdict(seen) ? [] : elsewhere(seen))];
  },
};

/** Records of others that this one leads to. */
function elsewhere({ terms, own }: SpfSeen): readonly Verdict[] {
  return terms.flatMap((placed): readonly Verdict[] => {
    const { branch } = placed.node;
    if (branch?.kind !== 'several') return [];
    const host = hostText(branch.domain);
    const count = branch.texts.length;
    const says = `${host} has ${count} SPF records, and ${placeText(placed)} leads there`;
    return [finding(named(host), says, { actor: 'other', evidence: own.evidence })];
  });
}
