// What a response of a server with authority says: where a zone is delegated to, or what the zone
// holds. Pure. `zone` is always the zone that the server was asked as a server of: it may speak of
// names in that zone and delegate what is below, and whatever else it adds is not believed.
import type { ServerAt } from '../dns/authority.ts';
import { isBelow, type Name, nameKey, sameName } from '../dns/name.ts';
import { type Asked, CLASS_IN, type Packet, RCODE, type ResourceRecord } from '../dns/packet.ts';
import { TYPE } from '../dns/types.ts';
import { type Failed, failed } from './failed.ts';
import { errorOf, readResponse, type Step } from './read-response.ts';

/** Servers of a zone at or below the name that was asked for, as a server above it gave them. */
export interface Delegating {
  /** `authoritative`: it serves that zone too, and gave the zone's own records. */
  readonly kind: 'referral' | 'authoritative';
  readonly zone: Name;
  readonly hosts: readonly Name[];
  /** Addresses of those hosts, as far as they are below the zone that was asked. */
  readonly glue: readonly ServerAt[];
}

/** No zone begins at the name. */
export interface Denying {
  readonly kind: 'no-data' | 'no-name';
  /** Which zone denies it, where the server says so. */
  readonly zone?: Name;
}

/** What is more than this in one delegation is left out. */
const HOSTS_MAX = 30;
const GLUE_MAX = 60;

/** The answer to a question for the NS records of a name. */
export function readNs(packet: Packet, zone: Name, name: Name): Delegating | Denying | Failed {
  if (!isAnswer(packet)) return errorOf(packet);
  const own = packet.answers.filter((record) => isNs(record) && sameName(record.name, name));
  if (own.length > 0) {
    // Servers exist that put a delegation into the answer; without AA it is one all the same.
    if (packet.authoritative) return delegating('authoritative', own, { packet, zone });
    if (isStrictlyBelow(name, zone)) return delegating('referral', own, { packet, zone });
  }
  const referral = referralIn(packet, zone, name);
  if (referral) return referral;
  if (!packet.authoritative) return lame(packet);
  const kind = packet.rcode === RCODE.NXDOMAIN ? 'no-name' : 'no-data';
  const soa = packet.authority.find((record) => deniesAt(record, zone, name));
  return soa ? { kind, zone: soa.name } : { kind };
}

/** The answer to any other question: what the zone says, or where to go on. */
export function readAnswer(packet: Packet, zone: Name, asked: Asked): Step | Delegating {
  if (!isAnswer(packet)) return errorOf(packet);
  const referral = referralIn(packet, zone, asked.name);
  if (referral) return referral;
  if (!packet.authoritative) return lame(packet);
  const answers = packet.answers.filter(({ name }) => isBelow(name, zone));
  const followed = readResponse(
    asked,
    { ...packet, rcode: RCODE.NOERROR, answers, authority: [] },
    false,
  );
  // What is at the end of an alias that leaves the zone is for that end's own servers to say.
  const end = followed.kind === 'alias' ? followed.aliases.at(-1) : undefined;
  if (end !== undefined && !isBelow(end, zone)) return followed;
  return readResponse(asked, { ...packet, answers }, false);
}

/** Name servers of a zone between the one that was asked and the name, in place of an answer. */
function referralIn(packet: Packet, zone: Name, name: Name): Delegating | undefined {
  const { answers, authority, rcode } = packet;
  if (rcode !== RCODE.NOERROR || answers.length > 0) return undefined;
  if (authority.some(({ type }) => type === TYPE.SOA)) return undefined;
  // Not every server leaves AA unset here, as it should (RFC 1034 §4.3.2, step 3b).
  const first = authority.find(
    (record) => isNs(record) && isStrictlyBelow(record.name, zone) && isBelow(name, record.name),
  );
  if (!first) return undefined;
  const set = authority.filter((record) => isNs(record) && sameName(record.name, first.name));
  return delegating('referral', set, { packet, zone });
}

interface Source {
  readonly packet: Packet;
  readonly zone: Name;
}

function delegating(
  kind: Delegating['kind'],
  set: readonly ResourceRecord[],
  { packet, zone }: Source,
): Delegating {
  const hosts = uniqueNames(set.flatMap(({ data }) => (data.kind === 'NS' ? [data.host] : [])));
  const named = hosts.slice(0, HOSTS_MAX);
  const byKey = new Map(named.map((host) => [nameKey(host), host]));
  const glue = new Map<string, ServerAt>();
  for (const { name, class: of, data } of packet.additional) {
    const host = byKey.get(nameKey(name));
    if (host === undefined || of !== CLASS_IN || !isBelow(host, zone)) continue;
    if (data.kind !== 'A' && data.kind !== 'AAAA') continue;
    glue.set(`${nameKey(host)} ${data.address}`, { host, address: data.address });
  }
  const owner = set[0]?.name ?? zone;
  return { kind, zone: owner, hosts: named, glue: [...glue.values()].slice(0, GLUE_MAX) };
}

/** Each name once, in the order in which they came. */
export function uniqueNames(names: readonly Name[]): readonly Name[] {
  const byKey = new Map<string, Name>();
  for (const name of names) if (!byKey.has(nameKey(name))) byKey.set(nameKey(name), name);
  return [...byKey.values()];
}

/** Is the name below the other one, and not the same? */
export const isStrictlyBelow = (of: Name, ancestor: Name): boolean =>
  isBelow(of, ancestor) && !sameName(of, ancestor);

const isNs = ({ type, class: of, data }: ResourceRecord): boolean =>
  type === TYPE.NS && of === CLASS_IN && data.kind === 'NS';

/** An SOA record from the zone that was asked, or from one below it, that is above the name. */
const deniesAt = ({ name: owner, type }: ResourceRecord, zone: Name, name: Name): boolean =>
  type === TYPE.SOA && isBelow(owner, zone) && isBelow(name, owner);

const isAnswer = ({ rcode }: Packet): boolean =>
  rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN;

/** A server that was named as one of the zone, and does not speak for it. */
function lame(packet: Packet): Failed {
  const pointed = packet.rcode === RCODE.NOERROR && packet.answers.length === 0;
  const elsewhere = pointed && packet.authority.some(isNs);
  return failed(
    'refused',
    elsewhere
      ? 'pointed to other servers instead of answering'
      : 'answered without authority for the zone',
  );
}
