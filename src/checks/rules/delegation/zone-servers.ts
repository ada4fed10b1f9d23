// The two sets of name servers that a zone has: those its parent gives, and those it names itself.
import { type Name, nameKey } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { answersFor, type Inquiry } from '../../inquiry.ts';
import type { ServedZone } from './served-zone.ts';
import { readingOf } from './server-answers.ts';

export interface ZoneServers {
  /** Nothing where the parent gave none of its own: its servers serve this zone too, or failed. */
  readonly byParent?: readonly Name[];
  /** Nothing where no server of the zone answered. */
  readonly byChild?: readonly Name[];
  /** Of the NS records in the zone. */
  readonly ttlSeconds: number;
  readonly evidence: readonly string[];
}

/** Each name once, as it was first written. */
function distinct(names: readonly Name[]): readonly Name[] {
  return [...new Map(names.toReversed().map((name) => [nameKey(name), name])).values()].reverse();
}

export function* zoneServers(served: ServedZone): Inquiry<ZoneServers> {
  const fact = yield* answersFor(served.zone, TYPE.NS);
  const referrals = served.delegation.referrals.filter(({ kind }) => kind === 'referral');
  const records = fact.answers.flatMap((answer) => {
    const reading = readingOf(answer);
    return reading.kind === 'answer' ? reading.records : [];
  });
  const byChild = records.flatMap(({ data }) => (data.kind === 'NS' ? [data.host] : []));
  return {
    ...(referrals.length > 0 && { byParent: distinct(referrals.flatMap(({ hosts }) => hosts)) }),
    ...(byChild.length > 0 && { byChild: distinct(byChild) }),
    ttlSeconds: Math.max(0, ...records.map(({ ttlSeconds }) => ttlSeconds)),
    evidence: [served.id, fact.id],
  };
}
