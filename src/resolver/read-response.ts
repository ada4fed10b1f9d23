// What one response says about the question it answers. Pure: a packet in, a step out. A step is an
// answer, or aliases whose last name is to be asked for next. Only records that the question leads
// to, by its name or along aliases, are looked at; whatever else a server adds is not believed.
import type { Lookup } from '../dns/lookup.ts';
import { isBelow, type Name, nameKey, sameName } from '../dns/name.ts';
import {
  type Asked,
  CLASS_IN,
  type Packet,
  RCODE,
  type ResourceRecord,
  type TypeCode,
} from '../dns/packet.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import { TYPE } from '../dns/types.ts';
import { dnssecComplaint } from './extended-error.ts';
import { type Failed, failed } from './failed.ts';

/** Aliases that lead on: the server did not know, or did not say, what the last of them holds. */
export interface AliasStep {
  readonly kind: 'alias';
  readonly ttlSeconds: number;
  readonly secure: boolean;
  readonly aliases: readonly Name[];
}

export type Step = Lookup<RecordData> | AliasStep;

/** A chain of more aliases than this is taken for a loop. */
const ALIASES_MAX = 11;

const POSITIVE_TTL_MAX_SECONDS = 86_400;
/** RFC 2308 §5 recommends one to three hours as the longest time to believe a "no". */
const NEGATIVE_TTL_MAX_SECONDS = 10_800;
/** For a "no" without an SOA, which RFC 2308 §5 lets nobody keep: just long enough for a burst. */
const UNDATED_TTL_SECONDS = 5;

/** Where aliases led inside one response, and for how many seconds that holds. */
interface Walk {
  readonly last: Name;
  readonly aliases: readonly Name[];
  readonly ttlSeconds: number;
}

/** What the response says; AD is believed only when `trustAd` is set. */
export function readResponse(asked: Asked, packet: Packet, trustAd: boolean): Step {
  if (packet.rcode !== RCODE.NOERROR && packet.rcode !== RCODE.NXDOMAIN) return errorOf(packet);
  const walk = walkAliases(asked, packet.answers);
  const loop = aliasFault(asked.name, walk.aliases);
  if (loop) return loop;
  const secure = trustAd && packet.authenticData;
  const known = { secure, aliases: walk.aliases };
  const found = packet.answers.filter((record) => holds(record, walk.last, asked.type));
  if (found.length > 0) {
    const ttlSeconds = shortestTtl(found, walk.ttlSeconds);
    return { kind: 'records', records: found.map(({ data }) => data), ttlSeconds, ...known };
  }
  // RFC 6604 §3: the code is about the last name of the chain.
  const kind = packet.rcode === RCODE.NXDOMAIN ? 'no-name' : 'no-data';
  const deniedTtl = deniedTtlSeconds(walk.last, packet.authority);
  if (kind === 'no-data' && deniedTtl === undefined) {
    if (walk.aliases.length > 0) return { kind: 'alias', ttlSeconds: walk.ttlSeconds, ...known };
    if (isReferral(packet)) {
      return failed('refused', 'the server pointed to other servers instead of answering');
    }
  }
  const ttlSeconds = Math.min(deniedTtl ?? UNDATED_TTL_SECONDS, walk.ttlSeconds);
  return { kind, ttlSeconds, ...known };
}

/** Nothing, or the failure where the aliases come back to a name or do not end. */
export function aliasFault(start: Name, aliases: readonly Name[]): Failed | undefined {
  const names = new Set([start, ...aliases].map(nameKey));
  if (names.size <= aliases.length) {
    return failed('alias-loop', 'the aliases (CNAME) lead back to a name they passed');
  }
  if (aliases.length <= ALIASES_MAX) return undefined;
  return failed('alias-loop', `more than ${ALIASES_MAX} aliases (CNAME) in a row`);
}

/** Aliases, and what was found at their end, as one step. */
export function join(before: AliasStep, end: Step): Step {
  if (end.kind === 'failure') return end;
  return {
    ...end,
    ttlSeconds: Math.min(before.ttlSeconds, end.ttlSeconds),
    secure: before.secure && end.secure,
    aliases: [...before.aliases, ...end.aliases],
  };
}

const holds = (record: ResourceRecord, name: Name, type: TypeCode): boolean =>
  record.type === type && record.class === CLASS_IN && sameName(record.name, name);

/** The records of a set share the shortest of their TTLs (RFC 2181 §5.2). */
function shortestTtl(records: readonly ResourceRecord[], limitSeconds: number): number {
  return records.reduce((least, { ttlSeconds }) => Math.min(least, ttlSeconds), limitSeconds);
}

/** Follows the aliases, one further than is allowed, so that the fault is seen. */
function walkAliases(asked: Asked, answers: readonly ResourceRecord[]): Walk {
  const aliases: Name[] = [];
  let last = asked.name;
  let ttlSeconds = POSITIVE_TTL_MAX_SECONDS;
  while (asked.type !== TYPE.CNAME && aliases.length <= ALIASES_MAX) {
    if (answers.some((record) => holds(record, last, asked.type))) break;
    const alias = answers.find((record) => holds(record, last, TYPE.CNAME));
    if (alias?.data.kind !== 'CNAME') break;
    last = alias.data.target;
    aliases.push(last);
    ttlSeconds = Math.min(ttlSeconds, alias.ttlSeconds);
  }
  return { last, aliases, ttlSeconds };
}

/** For how long "no" holds (RFC 2308 §5); nothing where no SOA above the name says "no" at all. */
function deniedTtlSeconds(name: Name, authority: readonly ResourceRecord[]): number | undefined {
  for (const { name: owner, data, ttlSeconds } of authority) {
    if (data.kind !== 'SOA' || !isBelow(name, owner)) continue;
    return Math.min(ttlSeconds, data.negativeTtlSeconds, NEGATIVE_TTL_MAX_SECONDS);
  }
  return undefined;
}

/** RFC 2308 §2.2: neither an answer nor an SOA, but name servers to go to. */
function isReferral(packet: Packet): boolean {
  return !packet.authoritative && packet.authority.some(({ data }) => data.kind === 'NS');
}

const RCODE_NAMES = new Map<number, string>(
  Object.entries(RCODE).map(([word, code]) => [code, word]),
);

/** The failure that a response code stands for which is no answer. */
export function errorOf(packet: Packet): Failed {
  const said = `answered ${RCODE_NAMES.get(packet.rcode) ?? `RCODE ${packet.rcode}`}`;
  if (packet.rcode === RCODE.SERVFAIL) {
    const complaint = dnssecComplaint(packet);
    return complaint ? failed('bogus', `${said} (${complaint})`) : failed('servfail', said);
  }
  const unwilling = [RCODE.REFUSED, RCODE.FORMERR, RCODE.NOTIMP, RCODE.BADVERS];
  return failed(unwilling.some((code) => code === packet.rcode) ? 'refused' : 'servfail', said);
}
