// The rules that hold for a zone as a whole, where each record alone is right. A fault means that
// the zone cannot be served truthfully; a warning means that mail or lookups will likely suffer.
import { parseIp } from '../base/ip.ts';
import { glueIn, placeIn } from './answer-lookup.ts';
import { isBelow, labelsOf, type Name, nameKey, parentOf, ROOT } from './name.ts';
import type { TypeCode } from './packet.ts';
import type { RecordData } from './records/record-data.ts';
import { TYPE, typeText } from './types.ts';
import type { Node, RRset, Zone } from './zone.ts';

/** A rule that is broken: by which record of the zone, and how to mend it. */
export interface Breach {
  readonly level: 'fault' | 'warning';
  readonly at: RecordData;
  readonly because: string;
  readonly mend?: string;
}

/** One RRset, with what stands beside it and around it. */
interface Subject {
  readonly zone: Zone;
  readonly node: Node;
  readonly rrset: RRset;
}

type Rule = (subject: Subject) => Iterable<Breach>;

/**
 * Every broken rule, record by record in the order of the zone. Of a partial zone, where some
 * records could not be read, nothing is said to be missing.
 */
export function* checkZone(zone: Zone, isPartial = false): Generator<Breach> {
  if (!isPartial && !zone.nodes.get(nameKey(zone.origin))?.has(TYPE.NS)) {
    const because = `${zone.origin} has no NS record: nobody is named who serves the zone`;
    yield { level: 'fault', at: zone.soa, because, mend: 'add at least one, two are usual' };
  }
  for (const node of zone.nodes.values()) {
    for (const rrset of node.values()) {
      for (const rule of RULES) yield* rule({ zone, node, rrset });
    }
  }
}

/** RFC 1035 §5.2: one SOA record, at the top. */
function* soaAlone({ zone, rrset: { type, name, data } }: Subject): Generator<Breach> {
  if (type !== TYPE.SOA) return;
  const isApex = nameKey(name) === nameKey(zone.origin);
  for (const at of isApex ? data.slice(1) : data) {
    const because = isApex
      ? `${name} has a second SOA record`
      : `${name} has an SOA record, but the zone is ${zone.origin}`;
    yield { level: 'fault', at, because, mend: 'keep the one of the zone itself' };
  }
}

/** What signs a name may stand beside its alias (RFC 4035 §2.5). */
const BESIDE_ALIAS: ReadonlySet<TypeCode> = new Set([TYPE.CNAME, TYPE.RRSIG, TYPE.NSEC]);

/** RFC 1034 §3.6.2, RFC 2181 §10.1: an alias is nothing else, and of one name. */
function* aliasAlone({ node, rrset: { type, name, data } }: Subject): Generator<Breach> {
  const [first, second] = data;
  if (type !== TYPE.CNAME || !first) return;
  const others = [...node.keys()].filter((other) => !BESIDE_ALIAS.has(other));
  if (others.length > 0) {
    const because = `${name} is an alias (CNAME) and has ${others.map(typeText).join(', ')} too`;
    const mend = 'remove the CNAME record, or everything else at this name';
    yield { level: 'fault', at: first, because, mend };
  }
  if (second) {
    const because = `${name} has ${data.length} CNAME records`;
    yield { level: 'fault', at: second, because, mend: 'keep one' };
  }
}

/** What may stand at a delegation besides the servers. */
const AT_CUT: ReadonlySet<TypeCode> = new Set([TYPE.NS, TYPE.DS, TYPE.RRSIG, TYPE.NSEC]);
/** What may stand at and below it, as glue (RFC 1034 §4.2.1). */
const GLUE: ReadonlySet<TypeCode> = new Set([TYPE.A, TYPE.AAAA]);

/** Below a delegation only glue is ever served. */
function* notOcculted({ zone, rrset: { type, name, data } }: Subject): Generator<Breach> {
  const [at] = data;
  if (!at || GLUE.has(type)) return;
  const isCut = AT_CUT.has(type);
  const from = isCut ? parentOf(name) : name;
  if (!from || !isBelow(from, zone.origin)) return;
  const place = placeIn(zone, from, type);
  if (place.kind !== 'delegation') return;
  const because =
    `the ${typeText(type)} record of ${name} is never served: ` +
    `${place.servers.name} is delegated to other name servers`;
  yield { level: 'warning', at, because, mend: 'move it to the zone of those servers' };
}

/** RFC 7505 §3: a null MX stands alone. */
function* nullMxAlone({ rrset: { name, data } }: Subject): Generator<Breach> {
  for (const at of data.length > 1 ? data : []) {
    if (at.kind !== 'MX' || at.exchange !== ROOT) continue;
    const because = `${name} says that it takes no mail (MX .) and names exchanges beside it`;
    yield { level: 'warning', at, because, mend: 'remove the null MX or the others' };
  }
}

/** The hosts that records name, one by one. */
function* targets({ zone, rrset }: Subject): Generator<Breach> {
  for (const at of rrset.data) {
    const target = targetOf(at);
    if (target === undefined || target === ROOT) continue;
    const breach = targetBreach(zone, rrset, at, target);
    if (breach) yield { at, ...breach };
  }
}

/** A name that repeats the zone's own: a dot was forgotten. */
function* dotForgotten({ zone, rrset: { name, data } }: Subject): Generator<Breach> {
  const [at] = data;
  if (at && repeatsOrigin(zone, name)) yield { at, ...forgottenDot(name, zone) };
}

const RULES: readonly Rule[] = [
  soaAlone,
  aliasAlone,
  notOcculted,
  nullMxAlone,
  dotForgotten,
  targets,
];

type Judgement = Omit<Breach, 'at'>;

function targetOf(data: RecordData): Name | undefined {
  if (data.kind === 'MX') return data.exchange;
  if (data.kind === 'NS') return data.host;
  return data.kind === 'SRV' || data.kind === 'CNAME' ? data.target : undefined;
}

function targetBreach(
  zone: Zone,
  rrset: RRset,
  data: RecordData,
  target: Name,
): Judgement | undefined {
  const subject = `the ${data.kind} record of ${rrset.name}`;
  const address = addressIn(zone, target);
  if (address) {
    const because = `${subject} names ${address}: it must be the name of a host, not an address`;
    const mend = `give the host a name with an address record (A or AAAA), and name that`;
    return { level: 'fault', because, mend };
  }
  if (!isBelow(target, zone.origin)) return undefined;
  if (repeatsOrigin(zone, target)) return forgottenDot(target, zone);
  return data.kind === 'CNAME' ? undefined : hostBreach(zone, { rrset, subject, target });
}

interface Named {
  readonly rrset: RRset;
  readonly subject: string;
  readonly target: Name;
}

/** RFC 2181 §10.3: what NS and MX name is no alias, and has an address (RFC 2782 for SRV). */
function hostBreach(zone: Zone, { rrset, subject, target }: Named): Judgement | undefined {
  const place = placeIn(zone, target, TYPE.A);
  const isOthers = place.kind === 'delegation';
  if (isOthers && (rrset.type !== TYPE.NS || !isBelow(target, rrset.name))) return undefined;
  const node = isOthers ? glueIn(zone, target) : place.kind === 'node' ? place.node : undefined;
  if (node?.has(TYPE.A) || node?.has(TYPE.AAAA)) return undefined;
  if (node?.has(TYPE.CNAME)) {
    const because = `${subject} names ${target}, which is an alias (CNAME)`;
    return { level: 'warning', because, mend: 'name the host that the alias leads to' };
  }
  const because = `${subject} names ${target}, which has no address in this zone`;
  const mend = `add an A or AAAA record for ${target}, or end a name of another zone with a dot`;
  return { level: 'warning', because, mend };
}

const DOTTED_ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}(?=\.)/;

/** The IP address that stands where a name belongs; reverse zones are made of such names. */
function addressIn(zone: Zone, target: Name): string | undefined {
  if (nameKey(zone.origin).endsWith('arpa.') || zone.nodes.has(nameKey(target))) return undefined;
  const [first = ''] = labelsOf(target);
  const text = DOTTED_ADDRESS.exec(target)?.[0] ?? first;
  const isAlone = `${text}.` === target;
  return isAlone || isBelow(target, zone.origin) ? parseIp(text) : undefined;
}

/** Only for zones of two labels or more: `com.com.` is a name like any other. */
function repeatsOrigin(zone: Zone, name: Name): boolean {
  const origin = nameKey(zone.origin);
  const twice = origin + origin;
  const key = nameKey(name);
  return labelsOf(zone.origin).length > 1 && (key === twice || key.endsWith(`.${twice}`));
}

function forgottenDot(name: Name, zone: Zone): Judgement {
  const meant = name.slice(0, name.length - zone.origin.length);
  const because = `${name} holds the zone's name twice: was the dot at its end forgotten?`;
  return { level: 'warning', because, mend: `write ${meant}` };
}
