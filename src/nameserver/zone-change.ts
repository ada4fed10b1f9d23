// How a new version of a zone reaches the threads that serve it: as its changed names, so that one
// changed MX in a zone of 100,000 names costs one name, and as the whole zone only when it is new.
// Versions are never altered: whoever holds the one before goes on seeing it.
import type { Name } from '../dns/name.ts';
import { nameKey } from '../dns/name.ts';
import type { Node, Zone, Zones } from '../dns/zone.ts';

export type ZoneChange =
  | { readonly kind: 'load'; readonly zone: Zone }
  | {
      readonly kind: 'change';
      readonly origin: Name;
      readonly soa: Zone['soa'];
      readonly soaTtlSeconds: number;
      /** Names by key with what they hold now; `undefined`: the name is gone. */
      readonly nodes: readonly (readonly [key: string, node: Node | undefined])[];
    }
  | { readonly kind: 'remove'; readonly origin: Name };

/** What must be told so that `before` becomes `after`; nothing where they are alike. */
export function changeBetween(before: Zone | undefined, after: Zone): ZoneChange | undefined {
  if (!before) return { kind: 'load', zone: after };
  const nodes: [string, Node | undefined][] = [];
  for (const [key, node] of after.nodes) {
    const old = before.nodes.get(key);
    if (!old || textOf(old) !== textOf(node)) nodes.push([key, node]);
  }
  for (const key of before.nodes.keys()) {
    if (!after.nodes.has(key)) nodes.push([key, undefined]);
  }
  if (nodes.length === 0) return undefined;
  const { origin, soa, soaTtlSeconds } = after;
  return { kind: 'change', origin, soa, soaTtlSeconds, nodes };
}

/**
 * Equal text for equal nodes; an order of records that changed is a change, since answers show it.
 */
const textOf = (node: Node): string =>
  JSON.stringify([...node.values()].map((set) => [set.name, set.type, set.ttlSeconds, set.data]));

/** A new set of zones, all changes in it or, when it throws, none. */
export function applyChanges(zones: Zones, changes: readonly ZoneChange[]): Zones {
  const next = new Map(zones);
  for (const change of changes) {
    if (change.kind === 'load') next.set(nameKey(change.zone.origin), change.zone);
    else if (change.kind === 'remove') next.delete(nameKey(change.origin));
    else next.set(nameKey(change.origin), changed(next, change));
  }
  return next;
}

function changed(zones: Zones, change: Extract<ZoneChange, { kind: 'change' }>): Zone {
  const { origin, soa, soaTtlSeconds } = change;
  const before = zones.get(nameKey(origin));
  // Half a zone would deny names that exist, and mail for them would be lost.
  if (!before) throw new Error(`${origin} is changed here before it is loaded`);
  const nodes = new Map(before.nodes);
  for (const [key, node] of change.nodes) {
    if (node) nodes.set(key, node);
    else nodes.delete(key);
  }
  return { origin, soa, soaTtlSeconds, nodes };
}
