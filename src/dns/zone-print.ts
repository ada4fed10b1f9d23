// A zone as text that people read and `readZone` reads back: one record a line, sorted as DNSSEC
// sorts names (RFC 4034 §6.1), owners relative to the origin, everything else absolute.
import { compareNames, type Name, nameKey } from './name.ts';
import type { TypeCode } from './packet.ts';
import { printData } from './records/registry.ts';
import { TYPE, typeText } from './types.ts';
import type { RRset, Zone } from './zone.ts';

/** Owners longer than this push the rest of their line to the right. */
const OWNER_WIDTH_MAX = 32;

/** The whole zone; equal zones print equally. */
export function printZone(zone: Zone): string {
  const sets = [...zone.nodes.values()].flatMap((node) => [...node.values()]).sort(bySetOrder);
  const rows = sets.flatMap((rrset) => rowsOf(rrset, zone.origin));
  const width = Math.min(OWNER_WIDTH_MAX, Math.max(...rows.map(([owner]) => owner.length)));
  const lines = rows.map(([owner, rest]) => `${owner.padEnd(width)} ${rest}`);
  return `$ORIGIN ${zone.origin}\n${lines.join('\n')}\n`;
}

function rowsOf({ name, type, ttlSeconds, data }: RRset, origin: Name): [string, string][] {
  const owner = relative(name, origin);
  const head = `${String(ttlSeconds).padStart(6)} IN ${typeText(type).padEnd(5)}`;
  const texts = data.map((one) => printData(one, type)).sort();
  return texts.map((text) => [owner, `${head} ${text}`]);
}

/** Without the origin behind it, if it is written as the origin is. */
function relative(name: Name, origin: Name): string {
  if (name === origin) return '@';
  const start = name.slice(0, name.length - origin.length);
  return origin !== '.' && start.endsWith('.') && name.endsWith(origin) ? start.slice(0, -1) : name;
}

function bySetOrder(a: RRset, b: RRset): number {
  return nameKey(a.name) === nameKey(b.name)
    ? rank(a.type) - rank(b.type)
    : compareNames(a.name, b.name);
}

/** SOA and NS first, as everybody expects them. */
const rank = (type: TypeCode): number => (type === TYPE.SOA ? -2 : type === TYPE.NS ? -1 : type);
