// Packets from bytes and to bytes (RFC 1035 §4.1). `decode` gives a packet or throws a `WireError`,
// for any bytes whatever, with work bounded by their number. `encode` never gives more bytes than
// are allowed, and says by TC that something is missing which the reader needs.
import type { Asked, Packet } from './packet.ts';
import { HEADER_BYTES, WireReader } from './wire-reader.ts';
import { optBytes, SectionReader, SectionWriter, writeOpt } from './wire-sections.ts';
import { WireWriter } from './wire-writer.ts';

export { WireError } from './wire-reader.ts';

/** What the first four bytes say; `rcode` without the bits that OPT has. */
export type Header = Omit<Packet, 'questions' | 'answers' | 'authority' | 'additional' | 'edns'>;

const RESPONSE = 0x8000;
const OPCODE_SHIFT = 11;
const AUTHORITATIVE = 0x0400;
const TRUNCATED = 0x0200;
const RECURSION_DESIRED = 0x0100;
const RECURSION_AVAILABLE = 0x0080;
const AUTHENTIC_DATA = 0x0020;
const CHECKING_DISABLED = 0x0010;

/** The packet that the bytes are; throws a `WireError` and nothing else. */
export function decode(bytes: Uint8Array): Packet {
  const header = decodeHeader(bytes);
  const reader = new WireReader(bytes, 4);
  const questionCount = reader.u16();
  const answerCount = reader.u16();
  const authorityCount = reader.u16();
  const additionalCount = reader.u16();
  const questions = readQuestions(reader, questionCount);
  // There are servers that cut anywhere, so what is whole in such a reply is all there is.
  const sections = new SectionReader(reader, header.isResponse && header.truncated);
  const answers = sections.read(answerCount);
  const authority = sections.read(authorityCount);
  const additional = sections.read(additionalCount, true);
  if (reader.at !== bytes.length) reader.fail('there are bytes after the last record');
  const rcode = sections.extendedRcode | header.rcode;
  const packet = { ...header, rcode, questions, answers, authority, additional };
  return sections.edns ? { ...packet, edns: sections.edns } : packet;
}

/** The header alone, of a packet that may be broken behind it; throws a `WireError`. */
export function decodeHeader(bytes: Uint8Array): Header {
  const reader = new WireReader(bytes);
  reader.need(HEADER_BYTES);
  const id = reader.u16();
  const flags = reader.u16();
  return {
    id,
    opcode: (flags >>> OPCODE_SHIFT) & 0xf,
    isResponse: (flags & RESPONSE) !== 0,
    authoritative: (flags & AUTHORITATIVE) !== 0,
    truncated: (flags & TRUNCATED) !== 0,
    recursionDesired: (flags & RECURSION_DESIRED) !== 0,
    recursionAvailable: (flags & RECURSION_AVAILABLE) !== 0,
    authenticData: (flags & AUTHENTIC_DATA) !== 0,
    checkingDisabled: (flags & CHECKING_DISABLED) !== 0,
    rcode: flags & 0xf,
  };
}

/**
 * The packet in at most `bytesMax` bytes (23 suffice for the least there can be). RRsets are whole
 * or absent; TC is set where an answer, a referral or its glue is not complete, and extra
 * information goes first, in silence (RFC 2181 §9). OPT always stays (RFC 6891 §7).
 */
export function encode(packet: Packet, bytesMax: number): Uint8Array {
  const { edns, rcode } = packet;
  if (rcode > 0xf && !edns) throw new RangeError(`response code ${rcode} needs EDNS`);
  const writer = new WireWriter();
  writer.u16(packet.id);
  writer.u16(0);
  for (let count = 0; count < 4; count += 1) writer.u16(0);
  const isTight = HEADER_BYTES + optBytes(edns) > bytesMax;
  const opt = edns && isTight ? { ...edns, options: [] } : edns;
  const sections = new SectionWriter(writer, bytesMax - optBytes(opt));
  const isTruncated = !sections.write(packet) || packet.truncated;
  if (opt) writeOpt(writer, opt, rcode);
  const { questions, answers, authority, additional } = sections.counts;
  writer.setU16(2, flagsOf(packet, isTruncated));
  writer.setU16(4, questions);
  writer.setU16(6, answers);
  writer.setU16(8, authority);
  writer.setU16(10, opt ? additional + 1 : additional);
  return writer.finish();
}

/**
 * A reply of a header alone to a query that cannot be read. Nothing for bytes too short to have a
 * header, and for what is a reply itself: two servers must never answer each other's errors.
 */
export function errorReply(bytes: Uint8Array, rcode: number): Uint8Array | undefined {
  const [id0, id1, flags = 0] = bytes;
  if (bytes.length < HEADER_BYTES || (flags & 0x80) !== 0) return undefined;
  // The operation and RD are as in the query (RFC 1035 §4.1.1).
  const reply = new Uint8Array(HEADER_BYTES);
  reply.set([id0 ?? 0, id1 ?? 0, 0x80 | (flags & 0x79), rcode & 0xf]);
  return reply;
}

function readQuestions(reader: WireReader, count: number): Asked[] {
  const questions: Asked[] = [];
  for (let left = count; left > 0; left -= 1) {
    questions.push({ name: reader.name(), type: reader.u16(), class: reader.u16() });
  }
  return questions;
}

function flagsOf(packet: Packet, isTruncated: boolean): number {
  let flags = ((packet.opcode & 0xf) << OPCODE_SHIFT) | (packet.rcode & 0xf);
  if (packet.isResponse) flags |= RESPONSE;
  if (packet.authoritative) flags |= AUTHORITATIVE;
  if (isTruncated) flags |= TRUNCATED;
  if (packet.recursionDesired) flags |= RECURSION_DESIRED;
  if (packet.recursionAvailable) flags |= RECURSION_AVAILABLE;
  if (packet.authenticData) flags |= AUTHENTIC_DATA;
  if (packet.checkingDisabled) flags |= CHECKING_DISABLED;
  return flags;
}
