// The site: the set of hosts that a route leads to. Domains with the same hosts share one, and with
// it connections and limits, so that a thousand customers of one provider are one destination.
import type { Target } from './target.ts';

/** The hosts in one order, whatever order the route tries them in. */
export function siteOf(targets: readonly Target[]): string {
  return [...new Set(targets.map((target) => target.host))].sort().join(' ');
}
