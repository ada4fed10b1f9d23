// SPF-TYPE99: nothing is published as the record type SPF, which is no more.
import { seconds } from '../../../base/time.ts';
import { hostText } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { lookup } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, pass, unknown } from '../../verdict.ts';
import { settingMend } from './published-spf.ts';

export const type99: Rule = {
  id: 'SPF-TYPE99',
  title: 'No record of the obsolete type SPF is published',
  severity: 'warning',
  why:
    'The record type SPF (99) was given up: receivers look at TXT records only. A policy that ' +
    'stands in such a record alone is not seen by anybody, and one that stands in both places is ' +
    'changed in one of them and forgotten in the other.',
  wrong: 'example.com.  SPF "v=spf1 mx -all"',
  right: 'example.com.  TXT "v=spf1 mx -all"',
  remedy: 'See that the policy is published as TXT, then delete the record of type SPF.',
  sources: ['RFC 7208 §3.1', 'RFC 7208 §14.1'],
  *judge({ domain }) {
    const { id, lookup: found } = yield* lookup(domain, TYPE.SPF);
    if (found.kind === 'failure') return [unknown(THE_DOMAIN, found.because, [id])];
    if (found.kind !== 'records') return [pass(THE_DOMAIN, undefined, [id])];
    const says = `${hostText(domain)} has a record of type SPF (99), which no receiver looks at`;
    return [
      finding(THE_DOMAIN, says, {
        actor: 'domain',
        ...settingMend('Delete the record of type SPF; the policy belongs in a TXT record.'),
        shows: seconds(found.ttlSeconds),
        evidence: [id],
      }),
    ];
  },
};
