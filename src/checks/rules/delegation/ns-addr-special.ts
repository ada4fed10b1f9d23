// NS-ADDR-SPECIAL: name servers have addresses that the world can reach.

import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { nameServer } from '../../subject.ts';
import { finding, notApplicable, pass } from '../../verdict.ts';
import { whyNotPublic } from '../addresses.ts';
import { addressesOf, servedZone } from './served-zone.ts';

export const nsAddrSpecial: Rule = {
  id: 'NS-ADDR-SPECIAL',
  title: 'Every address of a name server is public',
  severity: 'error',
  why:
    'An address for private use, for documentation or of the machine itself leads every resolver ' +
    'to somebody else or to nobody. Resolvers that choose it wait until they give up, and a ' +
    'stranger in their own network may answer.',
  wrong: 'ns1.example.com.  A 10.0.0.53',
  right: 'ns1.example.com.  A 192.0.2.53   ; the public address of the server',
  remedy: 'Publish the public address only; show private ones to your own network alone.',
  sources: ['RFC 6890', 'RFC 1918 §3', 'RFC 1912 §2.8'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { id, subject, delegation } = served;
    const verdicts = delegation.servers.flatMap((server) =>
      addressesOf(server).map((address) => {
        const one = nameServer(server.host, address);
        const purpose = whyNotPublic(about, address);
        if (purpose === undefined) return pass(one);
        const says = `${hostText(server.host)} has ${address}, which is set apart: ${purpose}`;
        return finding(one, says, { actor: 'dns-host', evidence: [id] });
      }),
    );
    if (verdicts.length > 0) return verdicts;
    return [notApplicable(subject, 'no name server has an address that is known')];
  },
};
