// Extended DNS errors (RFC 8914): why a resolver answered SERVFAIL. Only the numbers are read; the
// text beside them is the server's own and proves nothing.
import type { Packet } from '../dns/packet.ts';

/** RFC 8914 §5.2. */
const EDE_OPTION = 15;

/** The codes that mean that DNSSEC was checked and did not hold (RFC 8914 §4.7 to §4.13). */
const DNSSEC_COMPLAINTS: ReadonlyMap<number, string> = new Map([
  [6, 'DNSSEC bogus'],
  [7, 'signature expired'],
  [8, 'signature not yet valid'],
  [9, 'DNSKEY missing'],
  [10, 'RRSIGs missing'],
  [11, 'no zone key bit set'],
  [12, 'NSEC missing'],
]);

/**
 * What the resolver found wrong with the proof, in words; nothing where it names no such reason.
 */
export function dnssecComplaint(packet: Packet): string | undefined {
  for (const { code, bytes } of packet.edns?.options ?? []) {
    if (code !== EDE_OPTION || bytes.length < 2) continue;
    const complaint = DNSSEC_COMPLAINTS.get((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0));
    if (complaint) return complaint;
  }
  return undefined;
}
