// DKIM-SELECTOR: every selector that the operator declared has a record.
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { named } from '../../subject.ts';
import { finding, pass } from '../../verdict.ts';
import { shownAfter } from '../txt-record.ts';
import { judgeSelectors, selectorName } from './selectors.ts';

export const selector: Rule = {
  id: 'DKIM-SELECTOR',
  title: 'Every declared selector has a key',
  severity: 'error',
  why:
    'A signature names its selector, and the receiver looks for the key there. Where there is ' +
    'none the signature counts for nothing: DMARC then stands on SPF alone, which breaks with ' +
    'every forwarding.',
  wrong: 'DKIM-Signature: d=example.com; s=s1; …\ns1._domainkey.example.com.  TXT ?  → NXDOMAIN',
  right: 's1._domainkey.example.com.  TXT "v=DKIM1; k=rsa; p=MIIBIjANBgkq…"',
  remedy:
    'Publish the key that the signing server shows for this selector, at the name given here. ' +
    'Look whether the zone editor appended the domain twice. If the selector is no longer used, ' +
    'take it out of the declaration.',
  sources: ['RFC 6376 §3.6.2.1'],
  *judge(about) {
    const impossible = about.declared.selectors
      .filter((each) => selectorName(each, about.domain) === undefined)
      .map((each) =>
        finding(named(each), `the declared selector "${each}" cannot be part of a name`, {
          actor: 'domain',
        }),
      );
    const others = yield* judgeSelectors(about, ({ subject, name, fact, texts }) => {
      const { lookup, id } = fact;
      if (texts.length > 0) return pass(subject, undefined, [id]);
      const why = lookup.kind === 'no-name' ? 'does not exist' : 'has no TXT record';
      return finding(subject, `${hostText(name)} ${why}`, {
        actor: 'domain',
        ...shownAfter(lookup),
        evidence: [id],
      });
    });
    const hasNone = impossible.length > 0 && impossible.length === about.declared.selectors.length;
    return hasNone ? impossible : [...impossible, ...others];
  },
};
