// DEL-GLUE: the addresses that the parent gives for name servers are those that they have.

import type { IpAddress } from '../../../base/ip.ts';
import type { NameServer } from '../../../dns/authority.ts';
import { hostText, isBelow, type Name } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { nameServer } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { addressesOf, type ServedZone, servedZone } from './served-zone.ts';

export const delGlue: Rule = {
  id: 'DEL-GLUE',
  title: 'Glue at the parent is right',
  severity: 'error',
  why:
    'A name server whose name is inside the zone that it serves can only be found by an address ' +
    'that the parent gives (glue). When the server moves and the glue stays, resolvers go to the ' +
    'old address: they find nobody, or a server that answers with an old copy of the zone.',
  wrong:
    '; in com:          ns1.example.com.  A 192.0.2.1\n' +
    '; in example.com:  ns1.example.com.  A 192.0.2.53',
  right:
    '; in com:          ns1.example.com.  A 192.0.2.53\n' +
    '; in example.com:  ns1.example.com.  A 192.0.2.53',
  remedy: 'Change the addresses of the host at the registrar (it may be called a host object).',
  sources: ['RFC 1034 §4.2.1', 'RFC 1912 §2.3', 'RFC 9471 §3'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const verdicts = served.delegation.servers.flatMap((server) => judgeOne(served, server) ?? []);
    if (verdicts.length > 0) return verdicts;
    return [notApplicable(served.subject, 'no name server of the zone needs glue')];
  },
};

/** Nothing for a host that the parent need not give an address of, and gives none. */
function judgeOne(served: ServedZone, server: NameServer): Verdict | undefined {
  const { zone, delegation, id } = served;
  const { host, byParent, glue, ipv4, ipv6 } = server;
  const isReferred = delegation.referrals.some(({ kind }) => kind === 'referral');
  const isNeeded = isReferred && byParent && isBelow(host, zone);
  if (glue.length === 0 && !isNeeded) return undefined;
  const subject = nameServer(host);
  const evidence = [id];
  const name = hostText(host);
  const own = addressesOf(server);
  const fails = [ipv4, ipv6].find(({ kind }) => kind === 'failure');
  if (own.length === 0 && !fails) return notApplicable(subject, 'it has no address: NS-UNRESOLVED');
  if (glue.length === 0) {
    const says = `the parent gives no address for ${name}, which is inside ${hostText(zone)}`;
    return finding(subject, says, { actor: 'domain', mend: atRegistrar(server), evidence });
  }
  const extra = glue.filter((address) => !own.includes(address) && isKnown(server, address));
  if (extra.length > 0) {
    const says = `the parent gives ${listText(extra)} for ${name}, which has ${listText(own)}`;
    return finding(subject, says, { actor: 'domain', mend: atRegistrar(server), evidence });
  }
  if (fails?.kind === 'failure') {
    return unknown(subject, `the addresses of ${name}: ${fails.because}`, evidence);
  }
  const missing = own.filter((address) => !glue.includes(address));
  if (missing.length === 0) return pass(subject);
  const says = `the parent does not give ${listText(missing)} for ${name}`;
  const mend = atRegistrar(server);
  return finding(subject, says, { severity: 'notice', actor: 'domain', mend, evidence });
}

/** Is it known which addresses of this family the host has? */
const isKnown = ({ ipv4, ipv6 }: NameServer, address: IpAddress): boolean =>
  (address.includes(':') ? ipv6 : ipv4).kind !== 'failure';

const atRegistrar = (server: NameServer): { readonly kind: 'setting'; readonly text: string } => ({
  kind: 'setting',
  text: glueText(server.host, addressesOf(server)),
});

const glueText = (host: Name, addresses: readonly IpAddress[]): string =>
  `addresses of ${hostText(host)} at the registrar: ${listText(addresses)}`;
