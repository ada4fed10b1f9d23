// NS-SPOF-PREFIX: name servers are in more than one network.

import { isIpv6 } from '../../../base/ip.ts';
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { networksOf } from '../addresses.ts';
import { addressesOf, servedZone } from './served-zone.ts';

export const nsSpofPrefix: Rule = {
  id: 'NS-SPOF-PREFIX',
  title: 'Name servers are in different networks',
  severity: 'warning',
  why:
    'Servers whose addresses are in one small network hang on one router, one link and one ' +
    'route. When it goes, all of them go, and nobody finds the MX records, wherever the mail ' +
    'hosts are. (A network that is announced from many places, anycast, is less fragile than it ' +
    'looks here.)',
  wrong: 'ns1.example.com.  A 192.0.2.53\nns2.example.com.  A 192.0.2.54',
  right: 'ns1.example.com.  A 192.0.2.53\nns2.example.net.  A 198.51.100.53',
  remedy: 'Move one name server to another provider, or add a secondary that is elsewhere.',
  sources: ['RFC 2182 §3.1'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { subject, zone, id, delegation } = served;
    const all = [...new Set(delegation.servers.flatMap(addressesOf))];
    const families = [all.filter((each) => !isIpv6(each)), all.filter(isIpv6)];
    const evidence = [id];
    const several = families.filter(({ length }) => length > 1);
    if (several.length === 0) {
      return [notApplicable(subject, 'no family has two addresses of name servers')];
    }
    const narrow = several.flatMap((addresses) => {
      const networks = networksOf(addresses);
      return networks.length === 1 ? networks : [];
    });
    if (narrow.length === 0) return [pass(subject)];
    const isUnsure = delegation.servers.some(
      ({ ipv4, ipv6 }) => ipv4.kind === 'failure' || ipv6.kind === 'failure',
    );
    if (isUnsure) return [unknown(subject, 'not every address could be looked up', evidence)];
    const told = narrow.map(
      (network) => `all ${network.includes(':') ? 'IPv6' : 'IPv4'} addresses are in ${network}`,
    );
    const says = `name servers of ${hostText(zone)}: ${told.join(', ')}`;
    return [finding(subject, says, { actor: 'dns-host', evidence })];
  },
};
