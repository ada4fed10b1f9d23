// SOA-ONE: a zone has one SOA record.

import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass, unknown } from '../../verdict.ts';
import { listText } from '../words.ts';
import { servedZone } from './served-zone.ts';
import { soaAt } from './server-answers.ts';
import { serverText } from './words.ts';

export const soaOne: Rule = {
  id: 'SOA-ONE',
  title: 'The zone has one SOA record',
  severity: 'error',
  why:
    'The SOA record says which version of the zone this is. With two of them secondaries cannot ' +
    'tell whether theirs is old, and resolvers not how long to believe that a name does not ' +
    'exist.',
  wrong: 'example.com.  SOA ns1.example.com. … 7 …\nexample.com.  SOA ns1.example.net. … 9 …',
  right: 'example.com.  SOA ns1.example.com. … 9 …',
  remedy:
    'Take the second SOA record out of the zone; a name server that lets two be entered is worth ' +
    'a look at its other records too.',
  sources: ['RFC 1035 §5.2', 'RFC 2181 §6.1'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { subject, zone } = served;
    const seen = yield* soaAt(zone);
    if (seen.length === 0) return [unknown(subject, 'no name server gave an SOA record')];
    const several = seen.filter(({ count }) => count > 1);
    if (several.length === 0) return [pass(subject)];
    const told = several.map(({ server, count }) => `${serverText(server)} gives ${count}`);
    const says = `${hostText(zone)} has several SOA records: ${listText(told)}`;
    return [finding(subject, says, { actor: 'dns-host', evidence: several.map(({ id }) => id) })];
  },
};
