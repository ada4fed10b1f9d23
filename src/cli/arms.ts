// The arms of a fingerpost, from a route: one for each exchange, nearest first, with what is known
// of it and what state it is in. Pure; `fingerpost.ts` draws them.
import type { Route } from '../routing/route.ts';
import type { Left, Target } from '../routing/target.ts';

/** `takes`: mail goes there now. `stands-by`: it is tried if those before it fail. */
export type ArmState = 'takes' | 'stands-by' | 'out';

export interface Arm {
  /** Absent where there is no MX. */
  readonly preference?: number;
  readonly host: string;
  readonly state: ArmState;
  /** Addresses that are tried, in order. */
  readonly targets: readonly Target[];
  /** Addresses that are not, or the host as a whole, with reasons. */
  readonly left: readonly Left[];
}

type Place = Pick<Target, 'host' | 'preference'>;

const isSame = (a: Place, b: Place): boolean => a.host === b.host && a.preference === b.preference;

/**
 * The places of a route, each once: those that are tried in their order, then those that are left.
 */
function placesOf(targets: readonly Target[], left: readonly Left[]): Place[] {
  const places: Place[] = [];
  for (const place of [...targets, ...left]) {
    if (!places.some((known) => isSame(known, place))) places.push(place);
  }
  return places;
}

function armAt(place: Place, targets: readonly Target[], left: readonly Left[]): Arm {
  const { host, preference } = place;
  const own = targets.filter((target) => isSame(target, place));
  const takes = own[0] !== undefined && own[0] === targets[0];
  return {
    host,
    ...(preference !== undefined && { preference }),
    state: takes ? 'takes' : own.length > 0 ? 'stands-by' : 'out',
    targets: own,
    left: left.filter((each) => isSame(each, place)),
  };
}

/** Arms in the order of preference; within one, in the order in which they are tried. */
export function armsOf(route: Route): readonly Arm[] {
  if (route.kind === 'here') return [];
  const targets = route.kind === 'hosts' ? route.targets : [];
  const arms = placesOf(targets, route.left).map((place) => armAt(place, targets, route.left));
  return arms.sort((a, b) => (a.preference ?? 0) - (b.preference ?? 0));
}
