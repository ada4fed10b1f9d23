// DMARC-TREE: which record applies to the domain, and which organisation it belongs to.
import { hostText, sameName } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { discovery } from './record.ts';

export const tree: Rule = {
  id: 'DMARC-TREE',
  title: 'The domain has a DMARC record of its own, and is its own organisation',
  severity: 'info',
  why:
    'A domain without a record of its own takes the one of its organisational domain, which ' +
    'receivers find by asking for _dmarc at each name above, up to eight. The same walk says ' +
    'whose signatures and envelope senders count as those of the domain.',
  wrong:
    '_dmarc.news.example.com.  TXT ?  → NXDOMAIN, and a policy for example.com that does not fit',
  right: '_dmarc.news.example.com.  TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"',
  remedy:
    'Nothing, where it is meant so. Publish a record at the domain for a policy of its own; with ' +
    'psd=n it is an organisation of its own.',
  sources: ['RFC 9989 §4.10'],
  *judge(about) {
    const found = yield* discovery(about);
    if (found.kind === 'none') return [notApplicable(THE_DOMAIN, 'no DMARC record applies')];
    if (found.kind === 'failure') {
      return [unknown(THE_DOMAIN, `${hostText(found.at)}: ${found.because}`)];
    }
    const { organization, at, from } = found;
    const record = `the record at ${hostText(at.name)} applies`;
    if (organization === undefined) {
      const because = `${record}; the organisational domain could not be looked up`;
      return [unknown(THE_DOMAIN, because)];
    }
    const says = `${record}; the organisational domain is ${hostText(organization)}`;
    return from === 'domain' && sameName(organization, about.domain)
      ? [pass(THE_DOMAIN, says)]
      : [finding(THE_DOMAIN, says, { actor: 'domain' })];
  },
};
