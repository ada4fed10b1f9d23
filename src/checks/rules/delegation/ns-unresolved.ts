// NS-UNRESOLVED: every name server has an address.
import type { NameServer } from '../../../dns/authority.ts';
import { hostText } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { ask } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { nameServer } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { freeDomain } from '../free-domain.ts';
import { listText } from '../words.ts';
import { haveNoAddress } from './del-none.ts';
import { servedZone } from './served-zone.ts';

export const nsUnresolved: Rule = {
  id: 'NS-UNRESOLVED',
  title: 'Every name server has an address',
  severity: 'error',
  why:
    'A name server without an address cannot be asked. Resolvers lose time on it at every ' +
    'lookup, and the zone depends on the servers that are left.',
  wrong: 'example.com.      NS ns2.example.com.   ; and no address record for ns2.example.com',
  right: 'example.com.      NS ns2.example.com.\nns2.example.com.  A 198.51.100.53',
  remedy: 'Give the host an address record, or take its name out of the zone and the registrar.',
  sources: ['RFC 1034 §4.2.1', 'RFC 1912 §2.8'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { id, subject, delegation } = served;
    const { servers } = delegation;
    if (haveNoAddress(servers)) {
      return [notApplicable(subject, 'no name server has an address: DEL-NONE')];
    }
    const gone = servers.filter(isGone).map(({ host }) => host);
    const denials = yield* ask<'lookup'>(
      gone.map((name) => ({ kind: 'lookup', name, type: TYPE.A }) as const),
    );
    const free = new Set(
      denials
        .filter(({ zone, want }) => zone !== undefined && freeDomain(zone, want.name) !== undefined)
        .map(({ want }) => want.name),
    );
    return servers.map((server) => judgeOne(server, id, free.has(server.host)));
  },
};

const isGone = ({ ipv4, ipv6 }: NameServer): boolean =>
  ipv4.kind === 'no-name' && ipv6.kind === 'no-name';

function judgeOne(server: NameServer, id: string, isFree: boolean): Verdict {
  const { host, ipv4, ipv6, glue } = server;
  const one = nameServer(host);
  if (ipv4.kind === 'records' || ipv6.kind === 'records') return pass(one);
  if (ipv4.kind === 'failure') return unknown(one, ipv4.because, [id]);
  if (ipv6.kind === 'failure') return unknown(one, ipv6.because, [id]);
  if (ipv4.aliases.length > 0) return notApplicable(one, 'it is an alias: NS-CNAME');
  if (isFree) return notApplicable(one, 'its domain is not registered: DANGLING');
  const what = isGone(server) ? 'does not exist' : 'has no address';
  const other = glue.length > 0 ? `, though the parent gives ${listText(glue)}` : '';
  return finding(one, `${hostText(host)} ${what}${other}`, {
    actor: 'domain',
    mend: { kind: 'setting', text: `an A or AAAA record for ${host}` },
    evidence: [id],
  });
}
