// What every rule about name servers asks first: the zone that the domain is in, and who serves it.
// Where name servers cannot be asked, or the domain does not exist, there is nothing to judge; the
// verdicts that say so are the same for all rules.

import type { IpAddress } from '../../../base/ip.ts';
import type { Delegation, NameServer } from '../../../dns/authority.ts';
import { hostText, type Name, sameName } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import type { About } from '../../about.ts';
import type { FactOf } from '../../fact.ts';
import { ask, type Inquiry } from '../../inquiry.ts';
import { named, type Subject, THE_DOMAIN } from '../../subject.ts';
import { notApplicable, unknown, type Verdict } from '../../verdict.ts';
import { whyNotPublic } from '../addresses.ts';

export type ZoneDelegation = Extract<Delegation, { kind: 'zone' }>;

export interface ServedZone {
  readonly kind: 'served';
  /** Of the fact, for evidence. */
  readonly id: string;
  readonly zone: Name;
  readonly delegation: ZoneDelegation;
  /** The domain, or the zone above that it is in. */
  readonly subject: Subject;
}

interface NotServed {
  readonly kind: 'not-served';
  readonly verdicts: readonly Verdict[];
}

/** The zone fact and the MX lookup, asked together; nothing where name servers cannot be asked. */
export function* zoneAndMail(
  about: About,
): Inquiry<{ readonly zone: FactOf<'zone'>; readonly mail: FactOf<'lookup'> }> {
  const { domain: name } = about;
  const [zone, mail] = yield* ask<'zone' | 'lookup'>([
    { kind: 'zone', name },
    { kind: 'lookup', name, type: TYPE.MX },
  ]);
  if (zone?.kind !== 'zone' || mail?.kind !== 'lookup') throw new TypeError('not answered');
  return { zone, mail };
}

/** A lookup of the domain that says that there is no such name; an alias of nothing is a name. */
export const isMissing = ({ lookup }: FactOf<'lookup'>): boolean =>
  lookup.kind === 'no-name' && lookup.aliases.length === 0;

/** The zone that holds the domain, or the verdicts that say why there is none to judge. */
export function* servedZone(about: About): Inquiry<ServedZone | NotServed> {
  const { walk } = about.self;
  if (walk.ok === false) return { kind: 'not-served', verdicts: [cannotAsk(about)] };
  const { zone: fact, mail } = yield* zoneAndMail(about);
  const { delegation } = fact;
  if (delegation.kind === 'failure') {
    const verdicts = [unknown(THE_DOMAIN, delegation.because, [fact.id])];
    return { kind: 'not-served', verdicts };
  }
  if (isMissing(mail)) {
    const because = `${hostText(about.domain)} does not exist`;
    return { kind: 'not-served', verdicts: [notApplicable(THE_DOMAIN, because)] };
  }
  const { zone } = delegation;
  const subject = sameName(zone, about.domain) ? THE_DOMAIN : named(zone);
  return { kind: 'served', id: fact.id, zone, delegation, subject };
}

/** Name servers cannot be asked from here. */
export const cannotAsk = ({ self }: About): Verdict =>
  unknown(THE_DOMAIN, `name servers cannot be asked from here: ${self.walk.because}`);

/** Why an address is not asked from here, if it is not. */
export function whyNotAsked(about: About, address: IpAddress): string | undefined {
  const purpose = whyNotPublic(about, address);
  if (purpose !== undefined) return `${address} is not a public address: ${purpose}`;
  const { ipv4, ipv6 } = about.self.families;
  if (address.includes(':')) return ipv6 ? undefined : 'this machine has no route for IPv6';
  return ipv4 ? undefined : 'this machine has no route for IPv4';
}

/** The addresses of one server, as far as they are known. */
export const addressesOf = ({ ipv4, ipv6 }: NameServer): readonly IpAddress[] =>
  [ipv4, ipv6].flatMap((found) => (found.kind === 'records' ? found.records : []));
