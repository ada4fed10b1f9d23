// Random packets for properties, and short ways to write packets and records in tests.
import fc from 'fast-check';
import { ipFromBytes } from '../../src/base/ip.ts';
import { type Name, nameFromLabels, parseName } from '../../src/dns/name.ts';
import { CLASS_IN, type Edns, type Packet, type ResourceRecord } from '../../src/dns/packet.ts';
import type { DataOf } from '../../src/dns/records/codec.ts';
import type { RecordData, SoaData, SrvData } from '../../src/dns/records/record-data.ts';
import { parseData } from '../../src/dns/records/registry.ts';
import { TYPE, typeCode } from '../../src/dns/types.ts';
import { TokenFields } from '../../src/dns/zone-fields.ts';
import { zoneEntries } from '../../src/dns/zone-tokens.ts';

/** A packet with nothing in it but what is given. */
export const packetOf = (parts: Partial<Packet>): Packet => ({
  id: 0x1234,
  opcode: 0,
  isResponse: false,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [],
  answers: [],
  authority: [],
  additional: [],
  ...parts,
});

export function nameOf(text: string): Name {
  const name = parseName(text);
  if (typeof name === 'string') return name;
  throw new Error(`${text} ${name.because}`);
}

/** `example.com. 300 MX 10 mail.example.com.` as a record of class IN. */
export function recordOf(line: string): ResourceRecord {
  const entry = zoneEntries(line).next().value;
  if (entry?.kind !== 'entry') throw new Error(`no record: ${line}`);
  const [owner, ttl, mnemonic] = entry.tokens;
  const type = typeCode(mnemonic?.text ?? '');
  if (!owner || !ttl || type === undefined) throw new Error(`no record: ${line}`);
  const data = parseData(type, new TokenFields(entry.tokens, 3, undefined));
  const name = nameOf(owner.text);
  return { name, type, class: CLASS_IN, ttlSeconds: Number(ttl.text), data };
}

const u16 = fc.nat({ max: 0xffff });
const u8 = fc.integer({ min: 0, max: 255 });
const u32 = fc.nat({ max: 0xffff_ffff });
const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });

/**
 * Few labels, so that names share their ends; all in lower case, so that compression keeps them.
 */
export const names: fc.Arbitrary<Name> = fc
  .array(fc.constantFrom('a', 'mail', 'example', 'com', '.\\', '\x00\xff ', 'x'.repeat(63)), {
    maxLength: 3,
  })
  .map(nameFromLabels);

const addresses = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map(ipFromBytes);

/** Objects like those of literals, so that they are deeply equal to what is read. */
const shape = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model).map((made) => ({ ...made }));

const typed = <D extends RecordData>(
  type: number,
  kind: D['kind'],
  model: { [K in keyof Omit<D, 'kind'>]: fc.Arbitrary<Omit<D, 'kind'>[K]> },
) =>
  shape<Omit<D, 'kind'>>(model).map((made) => ({
    type,
    data: { kind, ...made } as unknown as RecordData,
  }));

const typedData = fc.oneof(
  typed<DataOf<'A'>>(TYPE.A, 'A', { address: addresses(4) }),
  typed<DataOf<'AAAA'>>(TYPE.AAAA, 'AAAA', { address: addresses(16) }),
  typed<DataOf<'NS'>>(TYPE.NS, 'NS', { host: names }),
  typed<DataOf<'CNAME'>>(TYPE.CNAME, 'CNAME', { target: names }),
  typed<DataOf<'PTR'>>(TYPE.PTR, 'PTR', { target: names }),
  typed<DataOf<'MX'>>(TYPE.MX, 'MX', { preference: u16, exchange: names }),
  typed<SrvData>(TYPE.SRV, 'SRV', { priority: u16, weight: u16, port: u16, target: names }),
  typed<SoaData>(TYPE.SOA, 'SOA', {
    primary: names,
    contact: names,
    serial: u32,
    refreshSeconds: u32,
    retrySeconds: u32,
    expireSeconds: u32,
    negativeTtlSeconds: u32,
  }),
  typed<DataOf<'TXT'>>(TYPE.TXT, 'TXT', {
    strings: fc.array(bytes(255), { minLength: 1, maxLength: 4 }),
  }),
  typed<DataOf<'TLSA'>>(TYPE.TLSA, 'TLSA', {
    usage: u8,
    selector: u8,
    matching: u8,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  }),
  typed<DataOf<'CAA'>>(TYPE.CAA, 'CAA', {
    flags: u8,
    tag: fc.stringMatching(/^[0-9A-Za-z]{1,15}$/),
    value: bytes(40),
  }),
  typed<DataOf<'unknown'>>(TYPE.SSHFP, 'unknown', { bytes: bytes(40) }),
  typed<DataOf<'unknown'>>(65_280, 'unknown', { bytes: bytes(40) }),
);

export const records: fc.Arbitrary<ResourceRecord> = fc
  .record({ name: names, ttlSeconds: fc.nat({ max: 0x7fff_ffff }), typedData })
  .map(({ name, ttlSeconds, typedData: { type, data } }) => ({
    name,
    type,
    class: CLASS_IN,
    ttlSeconds,
    data,
  }));

const ednsValues: fc.Arbitrary<Edns> = shape({
  version: fc.nat({ max: 255 }),
  udpBytesMax: u16,
  dnssecOk: fc.boolean(),
  options: fc.array(shape({ code: u16, bytes: bytes(20) }), { maxLength: 3 }),
});

const section = fc.array(records, { maxLength: 6 });

/** Packets of every kind of record, with and without EDNS. */
export const packets: fc.Arbitrary<Packet> = fc
  .record({
    id: u16,
    opcode: fc.nat({ max: 15 }),
    isResponse: fc.boolean(),
    authoritative: fc.boolean(),
    truncated: fc.boolean(),
    recursionDesired: fc.boolean(),
    recursionAvailable: fc.boolean(),
    authenticData: fc.boolean(),
    checkingDisabled: fc.boolean(),
    rcode: fc.nat({ max: 0xfff }),
    questions: fc.array(shape({ name: names, type: u16, class: u16 }), { maxLength: 2 }),
    answers: section,
    authority: section,
    additional: section,
    edns: fc.option(ednsValues, { nil: undefined }),
  })
  .map(({ edns, ...packet }) =>
    edns ? { ...packet, edns } : { ...packet, rcode: packet.rcode & 0xf },
  );
