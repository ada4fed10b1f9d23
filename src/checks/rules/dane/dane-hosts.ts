// What a sender that uses DANE asks for before it delivers (RFC 7672 §2): the MX records, and for
// each exchange its addresses and TLSA records, all of them through a resolver that proves them.
// Where our resolver does not, nothing can be said of any of it.
import { seconds } from '../../../base/time.ts';
import type { Lookup } from '../../../dns/lookup.ts';
import type { Name } from '../../../dns/name.ts';
import type { RecordData, TlsaData } from '../../../dns/records/record-data.ts';
import { TYPE } from '../../../dns/types.ts';
import type { About } from '../../about.ts';
import type { FactOf } from '../../fact.ts';
import { ask, type Inquiry } from '../../inquiry.ts';
import { mailHosts } from '../../mail.ts';
import { below } from '../../published.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { notApplicable, unknown, type Verdict } from '../../verdict.ts';

type Resolved = FactOf<'resolved'>;

export interface DaneHost {
  readonly host: Name;
  /** `_25._tcp.mail.example.com.` */
  readonly owner: Name;
  readonly addresses: readonly Resolved[];
  readonly tlsa: Resolved;
}

export interface DaneSeen {
  readonly kind: 'seen';
  readonly mx: Resolved;
  /** At least one. */
  readonly hosts: readonly DaneHost[];
}

interface NotSeen {
  readonly kind: 'not-seen';
  readonly verdicts: readonly Verdict[];
}

/** The verdict of every rule about DNSSEC where our resolver is no witness; else nothing. */
export function withoutProof({ self }: About): Verdict | undefined {
  if (self.validates.ok === true) return undefined;
  return unknown(THE_DOMAIN, `DNSSEC cannot be judged from here: ${self.validates.because}`);
}

export function* daneSeen(about: About): Inquiry<DaneSeen | NotSeen> {
  const unproved = withoutProof(about);
  if (unproved) return { kind: 'not-seen', verdicts: [unproved] };
  const hosts = (yield* mailHosts(about)).flatMap((host) => {
    const owner = below('_25._tcp', host);
    return owner === undefined ? [] : [{ host, owner }];
  });
  if (hosts.length === 0) {
    return { kind: 'not-seen', verdicts: [notApplicable(THE_DOMAIN, 'no host takes its mail')] };
  }
  const wants = hosts.flatMap(({ host, owner }) => [
    { kind: 'resolved', name: owner, type: TYPE.TLSA } as const,
    { kind: 'resolved', name: host, type: TYPE.A } as const,
    { kind: 'resolved', name: host, type: TYPE.AAAA } as const,
  ]);
  const [mx, ...facts] = yield* ask<'resolved'>([
    { kind: 'resolved', name: about.domain, type: TYPE.MX },
    ...wants,
  ]);
  if (!mx) throw new TypeError('not answered');
  const seen = hosts.flatMap((names, at): readonly DaneHost[] => {
    const [tlsa, ...addresses] = facts.slice(3 * at, 3 * at + 3);
    return tlsa ? [{ ...names, tlsa, addresses }] : [];
  });
  return { kind: 'seen', mx, hosts: seen };
}

/** Did the resolver prove it? */
export const isSecure = (lookup: Lookup<RecordData>): boolean =>
  lookup.kind !== 'failure' && lookup.secure;

/** The TLSA records of a host, believed or not. */
export const tlsaOf = ({ tlsa: { lookup } }: DaneHost): readonly TlsaData[] =>
  lookup.kind === 'records'
    ? lookup.records.flatMap((data) => (data.kind === 'TLSA' ? [data] : []))
    : [];

/** How long until a change of the TLSA records is seen. */
export const shownAfter = ({ tlsa: { lookup } }: DaneHost) =>
  seconds(lookup.kind === 'failure' ? 0 : lookup.ttlSeconds);

/**
 * RFC 7672 §2.2: a sender asks for TLSA only where it was proved which addresses the host has.
 * Nothing: they could not be looked up.
 */
export function areAddressesSecure({ addresses }: DaneHost): boolean | undefined {
  const found = addresses.map(({ lookup }) => lookup).filter(({ kind }) => kind === 'records');
  return found.length > 0 ? found.every(isSecure) : undefined;
}

/** Does a sender believe the TLSA records of this host, and so insist on them? */
export const isInForce = (host: DaneHost): boolean =>
  tlsaOf(host).length > 0 && isSecure(host.tlsa.lookup) && areAddressesSecure(host) === true;
