// Questions to zones and what comes back, as text that a test can hold: a line for the header, then
// one for each record, `=` for an answer, `<` for authority, `+` for additional.
import { answer } from '../../src/dns/answer.ts';
import { nameKey } from '../../src/dns/name.ts';
import { CLASS_IN, type Packet, RCODE, type ResourceRecord } from '../../src/dns/packet.ts';
import { printData } from '../../src/dns/records/registry.ts';
import { typeCode, typeText } from '../../src/dns/types.ts';
import type { Zone, Zones } from '../../src/dns/zone.ts';
import { packetOf } from './packets.ts';
import { nameOf } from './zones.ts';

export const zonesOf = (...zones: readonly Zone[]): Zones =>
  new Map(zones.map((zone) => [nameKey(zone.origin), zone]));

/** A query for `example.com MX`, as a resolver sends it. */
export function queryOf(question: string, more: Partial<Packet> = {}): Packet {
  const [name = '', type = ''] = question.split(' ');
  const asked = { name: nameOf(name), type: typeCode(type) ?? 0, class: CLASS_IN };
  return packetOf({ id: 4_711, questions: [asked], ...more });
}

const rcodes = new Map<number, string>(Object.entries(RCODE).map(([text, code]) => [code, text]));

export function shownReply(packet: Packet): readonly string[] {
  const rcode = rcodes.get(packet.rcode) ?? `RCODE ${packet.rcode}`;
  const line = (mark: string) => (of: ResourceRecord) =>
    `${mark} ${of.name} ${of.ttlSeconds} ${typeText(of.type)} ${printData(of.data, of.type)}`;
  return [
    packet.authoritative ? `${rcode} AA` : rcode,
    ...packet.answers.map(line('=')),
    ...packet.authority.map(line('<')),
    ...packet.additional.map(line('+')),
  ];
}

/** The reply over UDP to `example.com MX`. */
export const ask = (
  zones: Zones,
  question: string,
  more: Partial<Packet> = {},
): readonly string[] => shownReply(answer(zones, queryOf(question, more), 'udp'));
