// The site: the hosts that a domain's mail leads to. Domains with the same hosts share one, and
// with it connections and limits, so that a thousand customers of one provider are one destination.
import type { Left, LeftKind, Target } from './target.ts';

const NO_WAY: ReadonlySet<LeftKind> = new Set(['null-mx', 'self', 'not-better']);

/**
 * The hosts in one order, whichever of them the route tries this time and in whatever order: what
 * chance, memory or a failed lookup left out is of the site just the same.
 */
export function siteOf(targets: readonly Target[], left: readonly Left[] = []): string {
  const others = left.filter(({ kind }) => !NO_WAY.has(kind));
  return [...new Set([...targets, ...others].map(({ host }) => host))].sort().join(' ');
}
