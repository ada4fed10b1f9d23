// MX-NONE: a domain without MX records takes mail at its own addresses, or nowhere.

import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { listText } from '../words.ts';
import { evidenceOf, hostsSeen } from './hosts.ts';
import { intakeOf, unlisted } from './intake.ts';
import { isSilent, sendingAt } from './sending.ts';

export const noMx: Rule = {
  id: 'MX-NONE',
  title: 'The domain says where its mail goes',
  severity: 'error',
  why:
    'Without MX records a sender tries the address of the domain itself. That is allowed, but ' +
    'mail then goes wherever the web site goes, and some senders do not try it. Without an ' +
    'address either, all mail is returned.',
  wrong: 'example.com.  SOA ...\nexample.com.  NS  ns1.example.net.',
  right: 'example.com.  MX 10 mail.example.com.',
  remedy:
    'Publish an MX record for each host that takes the mail, or a null MX (MX 0 .) if the domain ' +
    'takes none.',
  sources: ['RFC 5321 §5.1', 'RFC 7505 §1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind === 'failure') return [unlisted(intake)];
    if (intake.kind === 'no-name') return [notApplicable(THE_DOMAIN, 'it does not exist')];
    if (intake.kind !== 'implicit') return [pass(THE_DOMAIN, undefined, [intake.id])];
    const hosts = yield* hostsSeen([about.domain]);
    const sending = yield* sendingAt(about.domain);
    const evidence = [intake.id, ...evidenceOf(hosts)];
    const [own] = hosts;
    const name = hostText(about.domain);
    if (own?.state === 'failure') {
      return [unknown(THE_DOMAIN, 'no MX records, and its addresses are not known', evidence)];
    }
    if (own?.state === 'addresses') {
      const says =
        `${name} has no MX records: senders try its own ` +
        `${own.addresses.length > 1 ? 'addresses' : 'address'}, ${listText(own.addresses)}`;
      return [finding(THE_DOMAIN, says, { severity: 'info', actor: 'domain', evidence })];
    }
    const says = `${name} has no MX records and no address: all mail to it is returned`;
    // A domain that says that it sends none is one that nobody writes to.
    const isUnused = isSilent(sending) && about.declared.senders.length === 0;
    const severity = isUnused ? 'info' : 'error';
    return [finding(THE_DOMAIN, says, { severity, actor: 'domain', evidence })];
  },
};
