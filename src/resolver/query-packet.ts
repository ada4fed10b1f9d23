// The packet that asks, and which packet is a reply to it. Pure.
import { sameName } from '../dns/name.ts';
import { type Asked, type Packet, RCODE } from '../dns/packet.ts';
import { decode } from '../dns/wire.ts';
import { type Failed, failed } from './failed.ts';

export type QueryEnding =
  /** The packet, and its bytes as they came. */
  { readonly kind: 'response'; readonly packet: Packet; readonly bytes: Uint8Array } | Failed;

/** A size that needs no IP fragments on any common path. */
const UDP_BYTES_MAX = 1_232;
const EDNS = { version: 0, udpBytesMax: UDP_BYTES_MAX, dnssecOk: false, options: [] };

/** A question, recursive unless told otherwise. */
export function queryPacket(
  asked: Asked,
  id: number,
  withEdns: boolean,
  recursionDesired = true,
): Packet {
  return {
    id,
    opcode: 0,
    isResponse: false,
    authoritative: false,
    truncated: false,
    recursionDesired,
    recursionAvailable: false,
    // RFC 6840 §5.7: we understand AD and ask for it.
    authenticData: true,
    checkingDisabled: false,
    rcode: RCODE.NOERROR,
    questions: [asked],
    answers: [],
    authority: [],
    additional: [],
    ...(withEdns ? { edns: EDNS } : {}),
  };
}

/** RFC 6891 §7: a server from before EDNS says one of these. */
export function refusesEdns({ rcode }: Packet): boolean {
  return rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP || rcode === RCODE.BADVERS;
}

/**
 * The response in these bytes, a failure where it is broken, nothing where it is not for `query`.
 */
export function readReply(bytes: Uint8Array, query: Packet): QueryEnding | undefined {
  if (bytes.length < 2 || (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0) !== query.id) return undefined;
  try {
    const packet = decode(bytes);
    return isReplyTo(packet, query) ? { kind: 'response', packet, bytes } : undefined;
  } catch {
    return failed('malformed', 'sent a packet that cannot be read');
  }
}

/** RFC 5452 §9.1: the question comes back as it was asked. */
function isReplyTo(packet: Packet, query: Packet): boolean {
  if (!packet.isResponse || packet.opcode !== query.opcode) return false;
  const [theirs, ...more] = packet.questions;
  const [ours] = query.questions;
  if (!theirs || !ours) {
    // A server that could not, or would not, read the question need not repeat it.
    return packet.rcode !== RCODE.NOERROR && packet.rcode !== RCODE.NXDOMAIN;
  }
  if (more.length > 0 || theirs.type !== ours.type || theirs.class !== ours.class) return false;
  return sameName(theirs.name, ours.name);
}
