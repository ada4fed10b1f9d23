// The authoritative answer to a query, from zones in memory: a pure function of both. It never
// throws and never recurses. What the standards leave free is as NSD does it: the apex NS records
// follow a positive answer, ANY gets one RRset, a chain of aliases is followed through all our
// zones.
import { AnswerDraft } from './answer-draft.ts';
import { placeIn, zoneFor } from './answer-lookup.ts';
import { type Name, nameKey } from './name.ts';
import { type Asked, CLASS_ANY, CLASS_IN, type Packet, RCODE } from './packet.ts';
import { TYPE } from './types.ts';
import type { Node, RRset, Zone, Zones } from './zone.ts';

/** The largest UDP answer that is not fragmented on any usual path. */
const UDP_BYTES_MAX = 1_232;
const UDP_BYTES_WITHOUT_EDNS = 512;
const TCP_BYTES_MAX = 65_535;

/** More aliases than this in one answer are left for the asker to follow. */
const ALIASES_MAX = 18;

const OPCODE_QUERY = 0;
/** RFC 2136 §2.2. */
const RCODE_NOTAUTH = 9;

/** How large the reply to a query may be on the wire (RFC 1035 §4.2, RFC 6891 §6.2.5). */
export function replyBytesMax(query: Packet, by: 'udp' | 'tcp'): number {
  if (by === 'tcp') return TCP_BYTES_MAX;
  const offered = query.edns?.udpBytesMax ?? UDP_BYTES_WITHOUT_EDNS;
  return Math.min(Math.max(offered, UDP_BYTES_WITHOUT_EDNS), UDP_BYTES_MAX);
}

/** The reply to a query; what is itself a reply must not come here (nothing answers an answer). */
export function answer(zones: Zones, query: Packet, by: 'udp' | 'tcp'): Packet {
  // Of another opcode, even the sections may mean something else: nothing of them is sent back.
  if (query.opcode !== OPCODE_QUERY) return reply(query, { rcode: RCODE.NOTIMP, questions: [] });
  const [asked] = query.questions;
  if (!asked || isMalformed(query, asked)) {
    return reply(query, { rcode: RCODE.FORMERR, questions: [] });
  }
  if (query.edns && query.edns.version > 0) return reply(query, { rcode: RCODE.BADVERS });
  if (asked.type === TYPE.AXFR || asked.type === TYPE.IXFR) {
    return reply(query, { rcode: transferRefusal(zones, asked, by) });
  }
  if (asked.class !== CLASS_IN && asked.class !== CLASS_ANY) {
    return reply(query, { rcode: RCODE.REFUSED });
  }
  return reply(query, resolve(zones, asked));
}

/** RFC 9619 §4: one question; and a query brings no records but an IXFR's SOA (RFC 1995 §3). */
function isMalformed(query: Packet, asked: Asked): boolean {
  if (query.questions.length !== 1 || query.answers.length > 0) return true;
  return query.authority.length > 0 && asked.type !== TYPE.IXFR;
}

/** Zone transfers are for nobody here (RFC 5936 §2.2.1 and §4.2). */
function transferRefusal(zones: Zones, asked: Asked, by: 'udp' | 'tcp'): number {
  if (asked.type === TYPE.AXFR && by === 'udp') return RCODE.NOTIMP;
  return zones.has(nameKey(asked.name)) ? RCODE.REFUSED : RCODE_NOTAUTH;
}

type Reply = Partial<
  Pick<Packet, 'rcode' | 'authoritative' | 'questions' | 'answers' | 'authority' | 'additional'>
>;

function reply(query: Packet, parts: Reply): Packet {
  const packet: Packet = {
    id: query.id,
    opcode: query.opcode,
    isResponse: true,
    authoritative: false,
    truncated: false,
    recursionDesired: query.recursionDesired,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: false,
    rcode: RCODE.NOERROR,
    questions: query.questions,
    answers: [],
    authority: [],
    additional: [],
    ...parts,
  };
  if (!query.edns) return packet;
  // RFC 6891 §6.1.1: with an OPT record to whoever sent one; RFC 3225 §3: DO is copied.
  const { dnssecOk } = query.edns;
  return { ...packet, edns: { version: 0, udpBytesMax: UDP_BYTES_MAX, dnssecOk, options: [] } };
}

/** RFC 1034 §4.3.2, without recursion: alias after alias, until a zone of ours knows the end. */
function resolve(zones: Zones, asked: Asked): Reply {
  const draft = new AnswerDraft();
  let name = asked.name;
  let end = END;
  for (let aliases = 0; aliases < ALIASES_MAX; aliases += 1) {
    const zone = zoneFor(zones, name, asked.type);
    if (!zone && aliases === 0) return { rcode: RCODE.REFUSED };
    const step = zone ? take(draft, zone, { ...asked, name }) : END;
    if (step.kind === 'end') {
      end = { ...step, isReferral: step.isReferral && aliases === 0 };
      break;
    }
    name = step.target;
  }
  return {
    // RFC 6604 §3: the code is that of a chain's last name; RFC 1035 §4.1.1: AA is of the first.
    rcode: end.rcode,
    authoritative: !end.isReferral && asked.class === CLASS_IN,
    answers: draft.answers,
    authority: draft.authority,
    additional: draft.additional(),
  };
}

interface End {
  readonly kind: 'end';
  readonly rcode: number;
  readonly isReferral: boolean;
}

const END: End = { kind: 'end', rcode: RCODE.NOERROR, isReferral: false };

type Step = End | { readonly kind: 'alias'; readonly target: Name };

/** What one zone has to say of one name. */
function take(draft: AnswerDraft, zone: Zone, asked: Asked): Step {
  const place = placeIn(zone, asked.name, asked.type);
  if (place.kind === 'delegation') {
    draft.servers(zone, place.servers);
    return { ...END, isReferral: true };
  }
  if (place.kind === 'none') {
    deny(draft, zone, asked);
    return { ...END, rcode: RCODE.NXDOMAIN };
  }
  const rrset = chosen(place.node, asked.type);
  if (!rrset) {
    deny(draft, zone, asked);
    return END;
  }
  const isNew = draft.answer(zone, rrset, asked.name);
  const target = rrset.type === asked.type ? undefined : targetOf(rrset);
  if (target && asked.type !== TYPE.ANY) return isNew ? { kind: 'alias', target } : END;
  addServers(draft, zone, asked);
  return END;
}

function deny(draft: AnswerDraft, zone: Zone, asked: Asked): void {
  if (asked.class === CLASS_IN) draft.negative(zone);
}

/** The zone's name servers follow its data, but not sets that are large already. */
function addServers(draft: AnswerDraft, zone: Zone, asked: Asked): void {
  if (asked.class !== CLASS_IN || WITHOUT_SERVERS.has(asked.type)) return;
  const servers = zone.nodes.get(nameKey(zone.origin))?.get(TYPE.NS);
  if (servers) draft.servers(zone, servers);
}

const WITHOUT_SERVERS: ReadonlySet<number> = new Set([TYPE.ANY, TYPE.DS, TYPE.DNSKEY]);

/** The RRset that answers a type: its own, else the alias. */
function chosen(node: Node, type: number): RRset | undefined {
  return type === TYPE.ANY ? chosenForAny(node) : (node.get(type) ?? node.get(TYPE.CNAME));
}

const LIKED: ReadonlySet<number> = new Set([TYPE.SOA, TYPE.A, TYPE.AAAA, TYPE.MX, TYPE.PTR]);
const LARGE: ReadonlySet<number> = new Set([TYPE.DNSKEY, TYPE.RRSIG, TYPE.NSEC]);

/** ANY gets one RRset, a small and useful one if there is (RFC 8482 §4.1). */
function chosenForAny(node: Node): RRset | undefined {
  const all = [...node.values()];
  return (
    all.find(({ type }) => LIKED.has(type)) ??
    all.findLast(({ type }) => !LARGE.has(type)) ??
    all.at(-1)
  );
}

function targetOf({ data: [data] }: RRset): Name | undefined {
  return data?.kind === 'CNAME' ? data.target : undefined;
}
