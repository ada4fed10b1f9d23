// SEC-SIGNED: whether the domain is signed with DNSSEC.
import { hostText } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { resolved } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { pass, unknown } from '../../verdict.ts';
import { isSecure, withoutProof } from './dane-hosts.ts';

export const secSigned: Rule = {
  id: 'SEC-SIGNED',
  title: 'The domain is signed with DNSSEC, or is not',
  severity: 'info',
  why:
    'In a signed zone nobody on the way can change the MX records, or the keys and policies, ' +
    'without a validating resolver seeing it, and DANE becomes possible. Signing is a choice: it ' +
    'also brings keys and dates that must be looked after, or the domain goes dark.',
  wrong: '; nothing is wrong with a zone that is not signed',
  right: 'example.com.  DS 2371 13 2 …   ; at the parent: the zone is signed',
  remedy: 'If you want it, sign the zone and give its DS record to the registrar.',
  sources: ['RFC 4033 §3', 'RFC 7672 §1.3'],
  *judge(about) {
    const unproved = withoutProof(about);
    if (unproved) return [unproved];
    const { id, lookup } = yield* resolved(about.domain, TYPE.MX);
    if (lookup.kind === 'failure') return [unknown(THE_DOMAIN, lookup.because, [id])];
    const name = hostText(about.domain);
    const says = isSecure(lookup) ? `${name} is signed` : `${name} is not signed with DNSSEC`;
    return [pass(THE_DOMAIN, says, [id])];
  },
};
