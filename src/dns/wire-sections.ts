// The records of a packet, from bytes and to bytes (RFC 1035 §4.1.3), with OPT apart from the
// others (RFC 6891 §6.1), and what is left out where a packet has no room for all of them.
import { isBelow, nameKey, ROOT, sameName } from './name.ts';
import { CLASS_ANY, CLASS_IN, type Edns, type Packet, type ResourceRecord } from './packet.ts';
import type { RecordData } from './records/record-data.ts';
import { codecFor, codecOf } from './records/registry.ts';
import { unknown } from './records/unknown.ts';
import { TYPE } from './types.ts';
import { WireError, type WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

const CLASS_NONE = 254;
const OPT_FIXED_BYTES = 11;
const OPTION_FIXED_BYTES = 4;
const DNSSEC_OK = 0x8000;
const TTL_MAX = 0x7fff_ffff;

/** Reads sections one after the other; what OPT says is here once the last one was read. */
export class SectionReader {
  edns: Edns | undefined;
  /** The high bits of the response code, in their place. */
  extendedRcode = 0;
  readonly #reader: WireReader;
  readonly #mayBeCutOff: boolean;

  /** `mayBeCutOff`: records that are not whole are left out, as in a reply with TC. */
  constructor(reader: WireReader, mayBeCutOff: boolean) {
    this.#reader = reader;
    this.#mayBeCutOff = mayBeCutOff;
  }

  read(count: number, isAdditional = false): ResourceRecord[] {
    const records: ResourceRecord[] = [];
    try {
      for (let left = count; left > 0; left -= 1) {
        const record = this.#record(isAdditional);
        if (record) records.push(record);
      }
    } catch (error) {
      if (!(this.#mayBeCutOff && error instanceof WireError && error.isCutOff)) throw error;
      this.#reader.at = this.#reader.bytes.length;
    }
    return records;
  }

  #record(isAdditional: boolean): ResourceRecord | undefined {
    const reader = this.#reader;
    const name = reader.name();
    const type = reader.u16();
    if (type === TYPE.OPT) {
      if (name !== ROOT || !isAdditional) reader.fail('an OPT record in a wrong place');
      this.#opt();
      return undefined;
    }
    const recordClass = reader.u16();
    const ttl = reader.u32();
    const length = reader.u16();
    const data = readData(reader, { type, class: recordClass, length });
    // RFC 2181 §8: a TTL with the highest bit set is zero.
    return { name, type, class: recordClass, ttlSeconds: ttl > TTL_MAX ? 0 : ttl, data };
  }

  #opt(): void {
    const reader = this.#reader;
    // RFC 6891 §6.1.1.
    if (this.edns) reader.fail('more than one OPT record');
    const udpBytesMax = reader.u16();
    const extended = reader.u8();
    const version = reader.u8();
    const dnssecOk = (reader.u16() & DNSSEC_OK) !== 0;
    const length = reader.u16();
    reader.need(length);
    const end = reader.at + length;
    const options: Edns['options'][number][] = [];
    while (reader.at < end) {
      const code = reader.u16();
      options.push({ code, bytes: reader.take(reader.u16()) });
    }
    if (reader.at !== end) reader.fail('options that are longer than their OPT record');
    this.edns = { version, udpBytesMax, dnssecOk, options };
    this.extendedRcode = extended << 4;
  }
}

interface DataHead {
  readonly type: number;
  readonly class: number;
  readonly length: number;
}

function readData(reader: WireReader, head: DataHead): RecordData {
  reader.need(head.length);
  const end = reader.at + head.length;
  const data = codecAt(head).read(reader, head.length);
  if (reader.at !== end) reader.fail('data of another length than their record says');
  return data;
}

function codecAt({ type, class: recordClass, length }: DataHead) {
  // RFC 2136 §2.4 and §2.5: in updates such records have no data.
  if (length === 0 && (recordClass === CLASS_ANY || recordClass === CLASS_NONE)) return unknown;
  const codec = codecFor(type);
  const isOurs = !codec.onlyIn || recordClass === CLASS_IN || recordClass === CLASS_NONE;
  return isOurs ? codec : unknown;
}

/** The bytes that OPT takes. */
export function optBytes(edns: Edns | undefined): number {
  if (!edns) return 0;
  let bytes = OPT_FIXED_BYTES;
  for (const option of edns.options) bytes += OPTION_FIXED_BYTES + option.bytes.length;
  return bytes;
}

export function writeOpt(writer: WireWriter, edns: Edns, rcode: number): void {
  writer.name(ROOT, false);
  writer.u16(TYPE.OPT);
  writer.u16(edns.udpBytesMax);
  writer.u8(rcode >>> 4);
  writer.u8(edns.version);
  writer.u16(edns.dnssecOk ? DNSSEC_OK : 0);
  writer.u16(optBytes(edns) - OPT_FIXED_BYTES);
  for (const { code, bytes } of edns.options) {
    writer.u16(code);
    writer.u16(bytes.length);
    writer.put(bytes);
  }
}

type IsNeeded = (record: ResourceRecord) => boolean;
const ALWAYS: IsNeeded = () => true;
const NEVER: IsNeeded = () => false;

/** Writes sections as far as there is room: an RRset whole or not at all (RFC 2181 §9). */
export class SectionWriter {
  /** How many records each section has, once it was written. */
  readonly counts = { questions: 0, answers: 0, authority: 0, additional: 0 };
  readonly #writer: WireWriter;
  readonly #bytesMax: number;

  constructor(writer: WireWriter, bytesMax: number) {
    this.#writer = writer;
    this.#bytesMax = bytesMax;
  }

  /** False when something is missing that the reader needs: the packet is truncated then. */
  write(packet: Packet): boolean {
    return (
      this.#questions(packet) &&
      this.#put('answers', packet.answers, ALWAYS) &&
      this.#put('authority', packet.authority, neededAuthority(packet)) &&
      this.#additional(packet)
    );
  }

  #questions(packet: Packet): boolean {
    for (const asked of packet.questions) {
      const start = this.#writer.length;
      this.#writer.name(asked.name, true);
      this.#writer.u16(asked.type);
      this.#writer.u16(asked.class);
      if (this.#isOver(start)) return false;
      this.counts.questions += 1;
    }
    return true;
  }

  #additional(packet: Packet): boolean {
    if (packet.additional.length === 0) return true;
    const isGlue = neededGlue(packet);
    const start = this.#writer.length;
    if (this.#put('additional', packet.additional, isGlue)) return true;
    // What is needed goes before what is not.
    this.#writer.cutTo(start);
    const glue = packet.additional.filter(isGlue);
    const others = packet.additional.filter((record) => !isGlue(record));
    return this.#put('additional', [...glue, ...others], isGlue);
  }

  /** Leaves out RRsets for which there is no room; ends at the first that is needed. */
  #put(
    section: 'answers' | 'authority' | 'additional',
    records: readonly ResourceRecord[],
    isNeeded: IsNeeded,
  ): boolean {
    this.counts[section] = 0;
    for (let from = 0; from < records.length; ) {
      const start = this.#writer.length;
      const end = rrsetEnd(records, from);
      for (let at = from; at < end; at += 1) {
        writeRecord(this.#writer, records[at] as ResourceRecord);
      }
      if (!this.#isOver(start)) this.counts[section] += end - from;
      else if (isNeeded(records[from] as ResourceRecord)) return false;
      from = end;
    }
    return true;
  }

  /** Is there too much? What came since `start` is taken back then. */
  #isOver(start: number): boolean {
    if (this.#writer.length <= this.#bytesMax) return false;
    this.#writer.cutTo(start);
    return true;
  }
}

/** The index after the RRset that starts at `from`. */
function rrsetEnd(records: readonly ResourceRecord[], from: number): number {
  const first = records[from];
  let end = from + 1;
  for (let next = records[end]; first && next; next = records[end]) {
    if (next.type !== first.type || next.class !== first.class) break;
    if (!sameName(next.name, first.name)) break;
    end += 1;
  }
  return end;
}

function writeRecord(writer: WireWriter, record: ResourceRecord): void {
  writer.name(record.name, true);
  writer.u16(record.type);
  writer.u16(record.class);
  writer.u32(record.ttlSeconds);
  writer.u16(0);
  const start = writer.length;
  codecOf(record.data, record.type).write(writer, record.data);
  const length = writer.length - start;
  if (length > 0xffff) throw new RangeError('a record with more than 65,535 bytes of data');
  writer.setU16(start - 2, length);
}

/** Beside an answer, the zone's name servers are extra information (RFC 2181 §9). */
function neededAuthority({ answers }: Packet): IsNeeded {
  return answers.length > 0 ? (record) => record.type !== TYPE.NS : ALWAYS;
}

/** In a referral, the addresses of name servers within the delegation (RFC 9471 §3.1). */
function neededGlue({ authoritative, answers, authority }: Packet): IsNeeded {
  if (authoritative || answers.length > 0) return NEVER;
  const hosts = new Set<string>();
  for (const { name, data } of authority) {
    if (data.kind === 'NS' && isBelow(data.host, name)) hosts.add(nameKey(data.host));
  }
  if (hosts.size === 0) return NEVER;
  return ({ type, name }) => (type === TYPE.A || type === TYPE.AAAA) && hosts.has(nameKey(name));
}
