// Where a name stands among our zones: the zone that has it, and what that zone holds there. Every
// step is one look into a map and there are at most as many as the name has labels, so the cost
// does not depend on how many zones or names there are.
import { type Name, nameKey, parentOf, ROOT } from './name.ts';
import type { TypeCode } from './packet.ts';
import { TYPE } from './types.ts';
import type { Node, RRset, Zone, Zones } from './zone.ts';

/** What a zone says of a name: data (or none of the type), somebody else's, no such name. */
export type Place =
  | { readonly kind: 'node'; readonly node: Node }
  | { readonly kind: 'delegation'; readonly servers: RRset }
  | { readonly kind: 'none' };

const NONE: Place = { kind: 'none' };

/** `*` below a name, as key. */
const wildcardKey = (encloser: string): string => (encloser === ROOT ? '*.' : `*.${encloser}`);

/** The deepest of our zones that the name is in. */
export function zoneOf(zones: Zones, name: Name): Zone | undefined {
  for (let at: Name | undefined = nameKey(name) as Name; at !== undefined; at = parentOf(at)) {
    const zone = zones.get(at);
    if (zone) return zone;
  }
  return undefined;
}

/** The zone to ask about a name and type: DS of an apex is the parent's (RFC 4035 §3.1.4.1). */
export function zoneFor(zones: Zones, name: Name, type: TypeCode): Zone | undefined {
  const zone = zoneOf(zones, name);
  if (!zone || type !== TYPE.DS || nameKey(zone.origin) !== nameKey(name)) return zone;
  const parent = parentOf(name);
  return (parent && zoneOf(zones, parent)) ?? zone;
}

/** What the zone holds at a name inside it (RFC 1034 §4.3.2, step 3; RFC 4592 §3.3.1). */
export function placeIn(zone: Zone, name: Name, type: TypeCode): Place {
  const { encloser, exact, cut } = climb(zone, name, type);
  return cut ? { kind: 'delegation', servers: cut } : nodeAt(zone, encloser, exact);
}

/** The same, with what lies below delegations: addresses of name servers are glue. */
export function glueIn(zone: Zone, name: Name): Node | undefined {
  const { encloser, exact } = climb(zone, name, TYPE.A);
  const place = nodeAt(zone, encloser, exact);
  return place.kind === 'node' ? place.node : undefined;
}

/** The node itself, else the wildcard below the closest encloser, which stands in for it. */
function nodeAt(zone: Zone, encloser: string | undefined, exact: boolean): Place {
  if (encloser === undefined) return NONE;
  const node = zone.nodes.get(exact ? encloser : wildcardKey(encloser));
  return node ? { kind: 'node', node } : NONE;
}

interface Climbed {
  /** The key of the longest existing ancestor, or the name itself; none for a name outside. */
  readonly encloser: string | undefined;
  readonly exact: boolean;
  /** The NS records of the highest delegation on the way. */
  readonly cut: RRset | undefined;
}

/** From the name up to the origin. */
function climb(zone: Zone, name: Name, type: TypeCode): Climbed {
  const key = nameKey(name);
  const origin = nameKey(zone.origin);
  let encloser: string | undefined;
  let cut: RRset | undefined;
  for (let at: Name | undefined = key as Name; at !== undefined; at = parentOf(at)) {
    const node = zone.nodes.get(at);
    if (node) encloser ??= at;
    if (at === origin) return { encloser, exact: encloser === key, cut };
    // The parent side answers for DS at the cut itself (RFC 4035 §3.1.4.1).
    const servers = at === key && type === TYPE.DS ? undefined : node?.get(TYPE.NS);
    if (servers) cut = servers;
  }
  return { encloser: undefined, exact: false, cut: undefined };
}
