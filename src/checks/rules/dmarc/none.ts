// DMARC-NONE: does any DMARC record apply to the domain, its own or one above it?

import { hostText } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { isDmarcText } from '../../../policies/dmarc.ts';
import { dmarcNameOf } from '../../../policies/dmarc-discovery.ts';
import { textsOf } from '../../../policies/tag-list.ts';
import { lookup } from '../../inquiry.ts';
import { mailHosts } from '../../mail.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, isVerdict, notApplicable, pass, unknown } from '../../verdict.ts';
import { shownAfter, txtMend } from '../txt-record.ts';
import { discovery, ownTexts } from './record.ts';

export const none: Rule = {
  id: 'DMARC-NONE',
  title: 'A DMARC record applies to the domain',
  severity: 'error',
  why:
    'Without DMARC anybody may put the domain into From, and receivers have no word of the owner ' +
    'on what to do with it. Large receivers refuse or sort out bulk mail of domains without it.',
  wrong: '_dmarc.example.com.  TXT ?  → NXDOMAIN',
  right: '_dmarc.example.com.  TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"',
  remedy:
    'Begin with p=none and an address for reports, read the reports until every server that ' +
    'sends your mail passes, then go to quarantine and reject. A domain that sends no mail can ' +
    'have p=reject at once.',
  sources: ['RFC 9989 §4.5', 'RFC 9989 §4.10.1'],
  *judge(about) {
    const found = yield* discovery(about);
    if (found.kind === 'failure') {
      return [unknown(THE_DOMAIN, `${hostText(found.at)}: ${found.because}`)];
    }
    if (found.kind === 'found') {
      const says = found.from === 'domain' ? undefined : `${hostText(found.at.name)} applies`;
      return [pass(THE_DOMAIN, says)];
    }
    const own = yield* ownTexts(about);
    if (isVerdict(own)) return [own];
    if (own.records.length + own.spaced.length + own.broken.length > 0) {
      const because = 'what stands at _dmarc is no record that counts; other rules say why';
      return [notApplicable(THE_DOMAIN, because)];
    }
    const { lookup: texts } = yield* lookup(about.domain, TYPE.TXT);
    if (texts.kind === 'no-name') {
      return [notApplicable(THE_DOMAIN, 'the domain does not exist: DEL-NONE')];
    }
    if (textsOf(texts).some(isDmarcText)) {
      return [notApplicable(THE_DOMAIN, 'its record stands at the wrong name: DMARC-LOCATION')];
    }
    const takesMail = (yield* mailHosts(about)).length > 0;
    const name = dmarcNameOf(about.domain) ?? own.name;
    const text = takesMail
      ? `v=DMARC1; p=none; rua=mailto:dmarc@${hostText(about.domain)}`
      : 'v=DMARC1; p=reject';
    const says = `neither ${hostText(name)} nor any name above it has a DMARC record`;
    return [
      finding(THE_DOMAIN, says, {
        actor: 'domain',
        ...txtMend(name, text),
        ...shownAfter(own.fact.lookup),
        evidence: [own.fact.id],
      }),
    ];
  },
};
