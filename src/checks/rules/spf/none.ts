// SPF-NONE: the domain says who may send mail with its name.

import { hostText, type Name } from '../../../dns/name.ts';
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass } from '../../verdict.ts';
import { type Intake, intakeOf } from '../mx/intake.ts';
import { shownAfter, txtMend } from '../txt-record.ts';
import { publishedSpf, withoutTexts } from './published-spf.ts';
import { mechanismFor } from './words.ts';

export const none: Rule = {
  id: 'SPF-NONE',
  title: 'The domain has an SPF record',
  severity: 'warning',
  why:
    'Without an SPF record no receiver can tell mail of the domain from mail that a stranger ' +
    'sends with its name. Large receivers ask for SPF or DKIM of every domain and put mail ' +
    'without either into the spam folder, or refuse it.',
  wrong: 'example.com.  TXT "some other text"',
  right: 'example.com.  TXT "v=spf1 mx -all"',
  remedy:
    'List what sends mail for the domain: its own hosts (mx, a, ip4, ip6) and the services that ' +
    'send with its name (include). A domain that sends nothing says "v=spf1 -all".',
  sources: ['RFC 7208 §3', 'RFC 7208 §4.5'],
  *judge(about) {
    const published = yield* publishedSpf(about);
    const without = withoutTexts(published);
    if (without) return [without];
    const { id, found, records } = published;
    if (records.length > 0) return [pass(THE_DOMAIN, records[0], [id])];
    const intake = yield* intakeOf(about);
    if (intake.kind === 'null') {
      return [notApplicable(THE_DOMAIN, 'the domain takes no mail: see SPF-NOMAIL')];
    }
    return [
      finding(THE_DOMAIN, `${hostText(about.domain)} has no SPF record`, {
        actor: 'domain',
        ...shownAfter(found),
        ...proposal(about, about.domain, intake),
        evidence: [id],
      }),
    ];
  },
};

/** The addresses that are known to send, the exchanges, and nobody else. */
function proposal({ declared }: About, domain: Name, intake: Intake) {
  const senders = declared.senders.map((address) => ` ${mechanismFor(address)}`);
  const exchanges = intake.kind === 'exchanges' ? ' mx' : '';
  return txtMend(domain, `v=spf1${exchanges}${senders.join('')} -all`);
}
