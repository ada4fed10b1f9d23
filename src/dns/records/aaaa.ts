// AAAA: the IPv6 address of a host (RFC 3596 §2). Canonical text goes to bytes without detours;
// read is left to `base/ip`, which knows how the text is shortened.
import { type IpAddress, ipBytes, ipFromBytes } from '../../base/ip.ts';
import { TYPE } from '../types.ts';
import type { WireWriter } from '../wire-writer.ts';
import type { DataOf, RecordCodec } from './codec.ts';

export const aaaa: RecordCodec<DataOf<'AAAA'>> = {
  type: TYPE.AAAA,
  kind: 'AAAA',
  onlyIn: true,
  read(reader, length) {
    if (length !== 16) reader.fail('an AAAA record whose data are not 16 bytes');
    return { kind: 'AAAA', address: ipFromBytes(reader.take(16)) };
  },
  write(writer, { address }) {
    // A v4-mapped address has dots in its text.
    if (address.includes('.')) writer.put(ipBytes(address) ?? new Uint8Array(16));
    else writeGroups(writer, address);
  },
  parse: (fields) => ({ kind: 'AAAA', address: fields.ip6() }),
  print: ({ address }) => address,
  canonical: (data) => data,
};

const GROUPS = 8;
const COLON = 0x3a;
const NINE = 0x39;
const ZERO = 0x30;
/** What the code of `a` is above ten. */
const LETTERS = 0x57;

function writeGroups(writer: WireWriter, address: IpAddress): void {
  let group = 0;
  let isGroup = false;
  for (let at = 0; at < address.length; at += 1) {
    const code = address.charCodeAt(at);
    if (code !== COLON) {
      group = group * 16 + code - (code <= NINE ? ZERO : LETTERS);
      isGroup = true;
      continue;
    }
    if (isGroup) writer.u16(group);
    group = 0;
    isGroup = false;
    if (address.charCodeAt(at + 1) === COLON) writeZeros(writer, address);
  }
  if (isGroup) writer.u16(group);
}

/** The groups that `::` stands for. */
function writeZeros(writer: WireWriter, address: IpAddress): void {
  let written = 0;
  for (let at = 0; at < address.length; at += 1) {
    const follows = at === 0 || address.charCodeAt(at - 1) === COLON;
    if (follows && address.charCodeAt(at) !== COLON) written += 1;
  }
  for (; written < GROUPS; written += 1) writer.u16(0);
}
