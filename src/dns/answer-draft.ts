// The three sections of an answer while it is made. Whole RRsets go in, each once, and the
// addresses that a reader will need next come along (RFC 1034 §4.3.2, step 6; RFC 2782).
import { glueIn, placeIn } from './answer-lookup.ts';
import { type Name, nameKey, sameName } from './name.ts';
import { CLASS_IN, type ResourceRecord } from './packet.ts';
import type { RecordData } from './records/record-data.ts';
import { TYPE } from './types.ts';
import type { Node, RRset, Zone } from './zone.ts';

export class AnswerDraft {
  readonly answers: ResourceRecord[] = [];
  readonly authority: ResourceRecord[] = [];
  /** Each RRset that is in some section under its own name. */
  readonly #present = new Set<RRset>();
  /** Name and type of those that a wildcard gave another name. */
  readonly #expanded = new Set<string>();
  /** In whose addresses the reader will be interested, and the zone that may know them. */
  readonly #hosts: { readonly host: Name; readonly zone: Zone; readonly isServer: boolean }[] = [];

  /** False when it is there already. A wildcard's records take the name that was asked for. */
  answer(zone: Zone, rrset: RRset, name: Name): boolean {
    return this.#put(this.answers, zone, rrset, name);
  }

  /** The zone's own name servers, or those of a delegation. */
  servers(zone: Zone, rrset: RRset): void {
    this.#put(this.authority, zone, rrset, rrset.name);
  }

  /** The SOA record that says how long "no" may be believed (RFC 2308 §3 and §5). */
  negative(zone: Zone): void {
    this.authority.push({
      name: zone.origin,
      type: TYPE.SOA,
      class: CLASS_IN,
      ttlSeconds: Math.min(zone.soaTtlSeconds, zone.soa.negativeTtlSeconds),
      data: zone.soa,
    });
  }

  /** Addresses of the hosts named so far: IPv4, then IPv6, so that cutting is fair to hosts. */
  additional(): ResourceRecord[] {
    const records: ResourceRecord[] = [];
    const found = this.#hosts.map(({ host, zone, isServer }) => ({
      host,
      node: isServer ? glueIn(zone, host) : nodeOf(zone, host),
    }));
    for (const type of [TYPE.A, TYPE.AAAA]) {
      for (const { host, node } of found) {
        const rrset = node?.get(type);
        if (rrset && this.#isNew(rrset, host)) pushRecords(records, rrset, host);
      }
    }
    return records;
  }

  #put(section: ResourceRecord[], zone: Zone, rrset: RRset, name: Name): boolean {
    if (!this.#isNew(rrset, name)) return false;
    pushRecords(section, rrset, name);
    for (const data of rrset.data) {
      const host = hostOf(data);
      if (host !== undefined) this.#hosts.push({ host, zone, isServer: data.kind === 'NS' });
    }
    return true;
  }

  #isNew(rrset: RRset, name: Name): boolean {
    if (sameName(rrset.name, name)) return isAdded(this.#present, rrset);
    return isAdded(this.#expanded, `${rrset.type} ${nameKey(name)}`);
  }
}

/** False when it was there already. */
function isAdded<T>(to: Set<T>, one: T): boolean {
  const { size } = to;
  return to.add(one).size > size;
}

function nodeOf(zone: Zone, host: Name): Node | undefined {
  const place = placeIn(zone, host, TYPE.A);
  return place.kind === 'node' ? place.node : undefined;
}

function hostOf(data: RecordData): Name | undefined {
  if (data.kind === 'NS') return data.host;
  if (data.kind === 'MX') return data.exchange;
  return data.kind === 'SRV' ? data.target : undefined;
}

function pushRecords(section: ResourceRecord[], rrset: RRset, name: Name): void {
  const { type, ttlSeconds } = rrset;
  for (const data of rrset.data) section.push({ name, type, class: CLASS_IN, ttlSeconds, data });
}
