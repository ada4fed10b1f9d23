// MX-SPOF-HOST: mail does not depend on one machine alone.

import { type IpAddress, isIpv6 } from '../../../base/ip.ts';
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { listText } from '../words.ts';
import { evidenceOf, hostsSeen, isIncomplete } from './hosts.ts';
import { intakeOf, withoutExchanges } from './intake.ts';
import { isLargeProvider, providedBy } from './providers.ts';

export const spofHost: Rule = {
  id: 'MX-SPOF-HOST',
  title: 'Mail does not depend on one machine',
  severity: 'notice',
  why:
    'While the only host is down, senders keep the mail and try again, most for some days. ' +
    'Nothing is lost in a short outage; in a long one it is returned. A second exchange that ' +
    'keeps the mail makes you independent of the patience of others.',
  wrong: 'example.com. MX 10 mail.example.com.     ; one address',
  right: 'example.com. MX 10 mail.example.com.\nexample.com. MX 20 backup.example.net.',
  remedy: 'Add an exchange on another machine, or live with it: many good domains have one host.',
  sources: ['RFC 5321 §4.5.4.1', 'RFC 5321 §5.1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const provided = intake.hosts.find(isLargeProvider);
    if (provided !== undefined) return [pass(THE_DOMAIN, providedBy(provided), [intake.id])];
    const hosts = yield* hostsSeen(intake.hosts);
    const evidence = evidenceOf(hosts);
    const addresses = [...new Set(hosts.flatMap((each) => each.addresses))];
    // An IPv4 and an IPv6 address are most often two of the same machine.
    if (count(addresses, true) > 1 || count(addresses, false) > 1) {
      return [pass(THE_DOMAIN, undefined, evidence)];
    }
    if (isIncomplete(hosts)) {
      return [unknown(THE_DOMAIN, 'not every address could be looked up', evidence)];
    }
    if (addresses.length === 0) return [notApplicable(THE_DOMAIN, 'no exchange has an address')];
    const names = listText(hosts.map(({ host }) => hostText(host)));
    const says = `all mail goes to one machine: ${names} (${listText(addresses)})`;
    return [finding(THE_DOMAIN, says, { actor: 'domain', evidence })];
  },
};

const count = (addresses: readonly IpAddress[], ipv6: boolean): number =>
  addresses.filter((address) => isIpv6(address) === ipv6).length;
