// DEL-NS-MISMATCH: the parent and the zone name the same name servers.

import { seconds } from '../../../base/time.ts';
import { hostText, type Name, nameKey } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { type ServedZone, servedZone } from './served-zone.ts';
import { type ZoneServers, zoneServers } from './zone-servers.ts';

export const delNsMismatch: Rule = {
  id: 'DEL-NS-MISMATCH',
  title: 'Parent and zone name the same name servers',
  severity: 'error',
  why:
    'Resolvers start with the name servers that the parent gives and go on with those that the ' +
    'zone names. A server that only the parent knows is often one that was given up: it answers ' +
    'with an old copy, or not at all. One that only the zone knows is found late and seldom.',
  wrong:
    '; in com:          example.com.  NS old.example.net.\n' +
    '; in example.com:  example.com.  NS ns1.example.com.',
  right:
    '; in com:          example.com.  NS ns1.example.com.\n' +
    '; in example.com:  example.com.  NS ns1.example.com.',
  remedy: 'Make the two sets equal: the one at the registrar, and the NS records in the zone.',
  sources: ['RFC 1034 §4.2.2', 'RFC 1912 §2.3'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    return [compare(served, yield* zoneServers(served))];
  },
};

function compare(served: ServedZone, seen: ZoneServers): Verdict {
  const { subject, zone, delegation } = served;
  const { byParent, byChild, ttlSeconds, evidence } = seen;
  if (delegation.parent === undefined) return notApplicable(subject, 'the root has no parent');
  if (!byParent) {
    return delegation.referrals.some(({ kind }) => kind === 'authoritative')
      ? notApplicable(subject, 'the servers of the parent serve this zone too')
      : unknown(subject, 'no server of the parent gave a delegation', evidence);
  }
  if (!byChild) return unknown(subject, 'no name server of the zone named its servers', evidence);
  const onlyParent = without(byParent, byChild);
  const onlyChild = without(byChild, byParent);
  if (onlyParent.length === 0 && onlyChild.length === 0) return pass(subject);
  const [parent, child] = [hostText(delegation.parent), hostText(zone)];
  const told = [
    onlyParent.length > 0 ? `only ${placeText(parent)} names ${hosts(onlyParent)}` : '',
    onlyChild.length > 0 ? `only the zone itself names ${hosts(onlyChild)}` : '',
  ].filter(Boolean);
  const isDisjoint = onlyParent.length === byParent.length;
  const says = `${child}: ${told.join(', and ')}${isDisjoint ? '; no server is in both sets' : ''}`;
  const text = onlyParent.map((host) => `${zone} NS ${host}`).join('\n');
  return finding(subject, says, {
    severity: onlyParent.length > 0 ? 'error' : 'notice',
    actor: 'domain',
    mend:
      onlyParent.length > 0 && !isDisjoint
        ? { kind: 'record', text }
        : { kind: 'setting', text: `name servers at the registrar: ${hosts(byChild)}` },
    shows: seconds(ttlSeconds),
    evidence,
  });
}

const placeText = (parent: string): string => (parent === '.' ? 'the root' : parent);
const hosts = (names: readonly Name[]): string => listText(names.map(hostText));

function without(names: readonly Name[], others: readonly Name[]): readonly Name[] {
  const keys = new Set(others.map(nameKey));
  return names.filter((name) => !keys.has(nameKey(name)));
}
