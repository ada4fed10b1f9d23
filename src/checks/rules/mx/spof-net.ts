// MX-SPOF-NET: the exchanges are not all in one network.

import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { areInOneNetwork, networksOf } from '../addresses.ts';
import { listText } from '../words.ts';
import { evidenceOf, hostsSeen, isIncomplete } from './hosts.ts';
import { intakeOf, withoutExchanges } from './intake.ts';
import { isLargeProvider, providedBy } from './providers.ts';

export const spofNet: Rule = {
  id: 'MX-SPOF-NET',
  title: 'The exchanges are in more than one network',
  severity: 'notice',
  why:
    'Hosts that stand side by side fail together: with the line, the router or the power of ' +
    'their place. A second exchange is worth most where it is elsewhere.',
  wrong: 'mail.example.com.   A 192.0.2.10\nbackup.example.com. A 192.0.2.11',
  right: 'mail.example.com.   A 192.0.2.10\nbackup.example.com. A 198.51.100.10',
  remedy: 'Move one exchange into another network, best to another place and another operator.',
  sources: ['RFC 2182 §3.1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const provided = intake.hosts.find(isLargeProvider);
    if (provided !== undefined) return [pass(THE_DOMAIN, providedBy(provided), [intake.id])];
    const hosts = yield* hostsSeen(intake.hosts);
    const evidence = evidenceOf(hosts);
    const addresses = [...new Set(hosts.flatMap((each) => each.addresses))];
    const networks = networksOf(addresses);
    if (!areInOneNetwork(addresses)) return [pass(THE_DOMAIN, undefined, evidence)];
    if (isIncomplete(hosts)) {
      return [unknown(THE_DOMAIN, 'not every address could be looked up', evidence)];
    }
    // One address of each family: that is one machine, and MX-SPOF-HOST says so.
    if (addresses.length === networks.length) {
      return [notApplicable(THE_DOMAIN, 'there are no two addresses to compare')];
    }
    const says = `all ${addresses.length} addresses of the exchanges are in ${listText(networks)}`;
    return [finding(THE_DOMAIN, says, { actor: 'domain', evidence })];
  },
};
