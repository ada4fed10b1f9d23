// Who is asked first: the hosts of the best preference, and those that stand by for them.
import { type Name, nameKey } from '../../../dns/name.ts';
import type { About } from '../../about.ts';
import type { Inquiry } from '../../inquiry.ts';
import { exchangesOf } from '../../mail.ts';
import type { Talk } from './reachable.ts';

export interface Ranks {
  /** Of a domain without MX records: its own, 0 (RFC 5321 §5.1). */
  of(host: Name): number | undefined;
  isBest(host: Name): boolean;
}

export function* ranksOf(about: About): Inquiry<Ranks> {
  const { mx } = yield* exchangesOf(about);
  const ranks = new Map<string, number>();
  const records =
    mx.kind === 'records' ? mx.records : [{ preference: 0, host: about.domain } as const];
  for (const { preference, host } of records.filter((each) => each.host !== '.')) {
    const key = nameKey(host);
    ranks.set(key, Math.min(preference, ranks.get(key) ?? preference));
  }
  const best = Math.min(...ranks.values());
  return {
    of: (host) => ranks.get(nameKey(host)),
    isBest: (host) => ranks.get(nameKey(host)) === best,
  };
}

export interface ByRank {
  readonly primaries: readonly Talk[];
  readonly backups: readonly Talk[];
}

export function byRank(talks: readonly Talk[], ranks: Ranks): ByRank {
  return {
    primaries: talks.filter(({ host }) => ranks.isBest(host)),
    backups: talks.filter(({ host }) => !ranks.isBest(host)),
  };
}
