// NS-CNAME: a name server is named by a host, not by an alias of one.
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { nameServer } from '../../subject.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { servedZone } from './served-zone.ts';

export const nsCname: Rule = {
  id: 'NS-CNAME',
  title: 'No name server is an alias',
  severity: 'error',
  why:
    'A resolver that looks for the address of a name server does not have to follow an alias, ' +
    'and several do not. For them the server is not there, and when it is the only one that is ' +
    'up, neither are the MX records.',
  wrong: 'example.com.      NS ns1.example.com.\nns1.example.com.  CNAME host.example.net.',
  right: 'example.com.      NS host.example.net.',
  remedy: 'Name the host that the alias leads to, in the zone and at the registrar.',
  sources: ['RFC 2181 §10.3', 'RFC 1912 §2.4'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { zone, id, subject, delegation } = served;
    const evidence = [id];
    const verdicts = delegation.servers.map(({ host, ipv4, ipv6 }) => {
      const one = nameServer(host);
      const target = [ipv4, ipv6]
        .flatMap((found) => (found.kind === 'failure' ? [] : found.aliases))
        .at(-1);
      if (target !== undefined) {
        const isDead = ipv4.kind !== 'records' && ipv6.kind !== 'records';
        const end = isDead ? ', which has no address' : '';
        const says = `${hostText(host)} is an alias of ${hostText(target)}${end}`;
        const mend = { kind: 'record', text: `${zone} NS ${target}` } as const;
        return finding(one, says, { actor: 'domain', mend, evidence });
      }
      if (ipv4.kind === 'failure' && ipv6.kind === 'failure') {
        return unknown(one, ipv4.because, evidence);
      }
      return pass(one);
    });
    return verdicts.length > 0 ? verdicts : [notApplicable(subject, 'there is no name server')];
  },
};
