// What a drill wants to know of a domain, asked like everything that rules want: so a drill can be
// made from any observation, a saved one too.

import { latin1 } from '../../base/bytes.ts';
import type { IpAddress } from '../../base/ip.ts';
import { hostText, type Name, nameKey } from '../../dns/name.ts';
import { TYPE } from '../../dns/types.ts';
import { isStsText, matchesStsPattern, parseStsPolicy } from '../../policies/mta-sts.ts';
import { textsOf } from '../../policies/tag-list.ts';
import { isPermanent } from '../../smtp/reply.ts';
import type { About } from '../about.ts';
import { ask, type Inquiry, lookup, page } from '../inquiry.ts';
import { mailFacts, mailHosts, mailPlaces } from '../mail.ts';
import { below } from '../published.ts';
import { reached, type Talk } from '../rules/smtp/reachable.ts';
import { type Drill, drill, type Observed } from './drill.ts';

/** A drill as an inquiry. */
export function* drillOf(about: About): Inquiry<Drill> {
  return drill(about, yield* observedOf(about));
}

/** All that it needs; who only gathers need not play it through. */
export function* observedOf(about: About): Inquiry<Observed> {
  const facts = yield* mailFacts(about);
  const hosts = yield* mailHosts(about);
  const places = yield* mailPlaces(about);
  const zones = yield* zonesOf([about.domain, ...hosts]);
  const found = yield* reached(about);
  const talks = found.kind === 'talks' ? found.talks : [];
  const mustProve = new Set(yield* provingHosts(about, hosts));
  const dead = new Map(talks.flatMap(deadOf));
  return { facts, places, zones, dead, mustProve, doubts: doubtsOf(about, talks) };
}

/** Why what follows may be otherwise: this machine sees no name servers, or no mail hosts. */
function doubtsOf({ self }: About, talks: readonly Talk[]): readonly string[] {
  const isBlind = talks.length > 0 && talks.every(({ obstacle }) => obstacle?.by === 'us');
  const why = isBlind ? talks[0]?.obstacle?.because : undefined;
  return [
    ...(self.walk.ok === false
      ? [`name servers cannot be asked from here: ${self.walk.because}`]
      : []),
    ...(why === undefined ? [] : [why]),
  ];
}

type Dead = readonly [address: IpAddress, how: 'silent' | 'refuses'];

/** Where a sender goes on to the next host; nobody is taken for dead for what may be our fault. */
function deadOf({ subject, dialogue, obstacle }: Talk): readonly Dead[] {
  const { connect, steps } = dialogue;
  if (connect.kind === 'failed' && obstacle?.by === 'host') {
    const isTold = connect.failure === 'refused' || connect.failure === 'reset';
    return [[subject.address, isTold ? 'refuses' : 'silent']];
  }
  const isClosed = steps.some(
    ({ name, reply }) => name === 'greeting' && reply !== undefined && isPermanent(reply),
  );
  return isClosed ? [[subject.address, 'refuses']] : [];
}

/** The zones that these names are in, each once, that of the first name first. */
function* zonesOf(names: readonly Name[]): Inquiry<Observed['zones']> {
  const wants = names.map((name) => ({ kind: 'zone', name }) as const);
  const found = yield* ask<'zone'>(wants);
  const zones = new Map<string, Observed['zones'][number]>();
  for (const { delegation } of found) {
    if (delegation.kind !== 'zone') continue;
    const { zone, servers } = delegation;
    if (!zones.has(nameKey(zone))) zones.set(nameKey(zone), { zone, servers });
  }
  return [...zones.values()];
}

/** Hosts that some senders pass over unless their certificate is right (RFC 7672, RFC 8461 §5). */
function* provingHosts(about: About, hosts: readonly Name[]): Inquiry<readonly string[]> {
  const owners = hosts.flatMap((host) => {
    const name = below('_25._tcp', host);
    return name === undefined ? [] : [{ host, name }];
  });
  const tlsa = yield* ask<'resolved'>(
    owners.map(({ name }) => ({ kind: 'resolved', name, type: TYPE.TLSA }) as const),
  );
  const withDane = owners.flatMap(({ host }, at) => {
    const found = tlsa[at]?.lookup;
    return found?.kind === 'records' && found.secure ? [host] : [];
  });
  const patterns = yield* enforcedPatterns(about);
  const withSts = hosts.filter((host) => patterns.some((each) => matchesStsPattern(host, each)));
  return [...withDane, ...withSts].map(nameKey);
}

/** What a policy that is enforced allows; none where there is no such policy. */
function* enforcedPatterns(about: About): Inquiry<readonly string[]> {
  const [owner, host] = [below('_mta-sts', about.domain), below('mta-sts', about.domain)];
  if (owner === undefined || host === undefined) return [];
  const record = yield* lookup(owner, TYPE.TXT);
  if (!textsOf(record.lookup).some(isStsText)) return [];
  // RFC 8461 §3.2.
  const fetched = yield* page(`https://${hostText(host)}/.well-known/mta-sts.txt`);
  if (fetched.page.kind !== 'answered' || fetched.page.status !== 200) return [];
  const policy = parseStsPolicy(latin1(fetched.page.body));
  return policy.kind === 'sts-policy' && policy.mode === 'enforce' ? policy.patterns : [];
}
