// MX-SPOF-DNS: the names of several exchanges do not hang on one weak spot of the DNS that the
// domain itself does not depend on.

import type { IpAddress } from '../../../base/ip.ts';
import type { NameServer } from '../../../dns/authority.ts';
import { hostText, nameKey } from '../../../dns/name.ts';
import type { FactOf } from '../../fact.ts';
import { ask } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { areInOneNetwork, networksOf } from '../addresses.ts';
import { addressesOf } from '../delegation/served-zone.ts';
import { listText } from '../words.ts';
import { intakeOf, withoutExchanges } from './intake.ts';
import { isLargeProvider, providedBy } from './providers.ts';

export const spofDns: Rule = {
  id: 'MX-SPOF-DNS',
  title: 'The names of the exchanges do not hang on one network of name servers',
  severity: 'notice',
  why:
    'Several exchanges help little if their names are served by the same few name servers, all ' +
    'in one network: when it is cut off, no sender finds any of them, though your zone answers.',
  wrong:
    'example.com. MX 10 mx1.example.net.\nexample.com. MX 20 mx2.example.net.\n' +
    'example.net. NS ns1.example.net.   ; 192.0.2.53\n' +
    'example.net. NS ns2.example.net.   ; 192.0.2.54',
  right: 'example.com. MX 10 mx1.example.net.\nexample.com. MX 20 mx.example.org.',
  remedy:
    'Ask the operator for a name server elsewhere, or name one exchange in a zone that others ' +
    'serve.',
  sources: ['RFC 2182 §3.1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    if (intake.hosts.length < 2) return [notApplicable(THE_DOMAIN, 'there is one exchange')];
    const provided = intake.hosts.find(isLargeProvider);
    if (provided !== undefined) return [pass(THE_DOMAIN, providedBy(provided), [intake.id])];
    const names = [about.domain, ...intake.hosts];
    const facts = yield* ask<'zone'>(names.map((name) => ({ kind: 'zone', name }) as const));
    const evidence = facts.map(({ id }) => id);
    const [own, ...others] = facts.map(servedBy);
    if (!own || others.some((each) => !each)) {
      return [unknown(THE_DOMAIN, 'not every zone could be found', evidence)];
    }
    const served = others.filter((each) => each !== undefined);
    const [first] = served;
    const isShared = served.every((each) => each.key === first?.key);
    if (!first || !isShared || first.key === own.key)
      return [pass(THE_DOMAIN, undefined, evidence)];
    if (!areInOneNetwork(first.addresses)) return [pass(THE_DOMAIN, undefined, evidence)];
    if (!first.isComplete) {
      return [unknown(THE_DOMAIN, 'not every name server could be looked up', evidence)];
    }
    const zones = [...new Set(served.map(({ zone }) => zone))];
    const says =
      `all exchanges are named in ${listText(zones)}, whose name servers are all in ` +
      `${listText(networksOf(first.addresses))}`;
    return [finding(THE_DOMAIN, says, { actor: 'other', evidence })];
  },
};

interface Served {
  readonly zone: string;
  /** The same for the same set of servers. */
  readonly key: string;
  readonly addresses: readonly IpAddress[];
  /** Is every address known, and is there one? */
  readonly isComplete: boolean;
}

function servedBy({ delegation }: FactOf<'zone'>): Served | undefined {
  if (delegation.kind === 'failure' || delegation.servers.length === 0) return undefined;
  const key = delegation.servers.map(({ host }) => nameKey(host)).sort();
  const addresses = [...new Set(delegation.servers.flatMap(knownOf))];
  const isComplete =
    addresses.length > 0 &&
    delegation.servers.every(
      ({ ipv4, ipv6 }) => ipv4.kind !== 'failure' && ipv6.kind !== 'failure',
    );
  return { zone: hostText(delegation.zone), key: key.join(' '), addresses, isComplete };
}

/** Its own, and those of the parent, so that nothing is called one network that may be two. */
const knownOf = (server: NameServer): readonly IpAddress[] => [
  ...addressesOf(server),
  ...server.glue,
];
