// NS-COUNT: a zone has at least two name servers, at the parent and in the zone.

import { hostText, type Name } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass, unknown } from '../../verdict.ts';
import { listText } from '../words.ts';
import { servedZone } from './served-zone.ts';
import { zoneServers } from './zone-servers.ts';

const SERVERS_MIN = 2;

export const nsCount: Rule = {
  id: 'NS-COUNT',
  title: 'There are at least two name servers',
  severity: 'error',
  why:
    'When the only name server is down, or cannot be reached from somewhere, nobody there finds ' +
    'the MX records. Mail waits at the senders, and a backup exchange is of no use, since nobody ' +
    'can look it up.',
  wrong: 'example.com.  NS ns1.example.com.',
  right: 'example.com.  NS ns1.example.com.\nexample.com.  NS ns2.example.net.',
  remedy:
    'Add a second name server in another network, to the zone and at the registrar. Many DNS ' +
    'hosts serve as a secondary.',
  sources: ['RFC 1034 §4.1', 'RFC 2182 §5'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { byParent, byChild, evidence } = yield* zoneServers(served);
    const few = [
      byParent && byParent.length < SERVERS_MIN ? `the parent gives ${namesOf(byParent)} only` : '',
      byChild && byChild.length < SERVERS_MIN ? `the zone names ${namesOf(byChild)} only` : '',
    ].filter(Boolean);
    const { subject, zone } = served;
    if (few.length > 0) {
      const says = `${hostText(zone)} has one name server: ${few.join(', ')}`;
      return [finding(subject, says, { actor: 'domain', evidence })];
    }
    if (!byParent && !byChild) return [unknown(subject, 'no server named any', evidence)];
    const count = Math.min(...[byParent, byChild].flatMap((names) => names?.length ?? []));
    return [pass(subject, `${count} name servers`)];
  },
};

const namesOf = (names: readonly Name[]): string => listText(names.map(hostText));
