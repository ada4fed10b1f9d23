// Records made into a version of a zone, and a zone taken apart into records again. RRsets are
// formed here (RFC 2181 §5): what is said twice is kept once, of several TTLs the smallest is
// taken, and both are told. A zone comes out only if no rule of `zone-check` is broken.
import { isBelow, type Name, nameKey, parentOf } from './name.ts';
import { CLASS_IN, type ResourceRecord, type TypeCode } from './packet.ts';
import type { RecordData, SoaData } from './records/record-data.ts';
import { dataKey } from './records/registry.ts';
import { TYPE, typeText } from './types.ts';
import type { Node, RRset, Zone } from './zone.ts';
import { type Breach, checkZone } from './zone-check.ts';

/** Where something stands in a file; line and column are counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What is wrong (or odd, as a warning), where, and how to mend it. */
export interface ZoneFault extends Place {
  readonly because: string;
  readonly mend?: string;
}

/** `a.zone:3:7: what is wrong; what to do`, as editors understand it. */
export function printZoneFault({ file, line, column, because, mend }: ZoneFault): string {
  return `${file}:${line}:${column}: ${because}${mend === undefined ? '' : `; ${mend}`}`;
}

export type ZoneRead =
  | { readonly kind: 'zone'; readonly zone: Zone; readonly warnings: readonly ZoneFault[] }
  | { readonly kind: 'faults'; readonly faults: readonly ZoneFault[] };

export interface PlacedRecord {
  readonly record: ResourceRecord;
  readonly place: Place;
}

/** As BIND has it: a set larger than this is an attack or an accident. */
const RECORDS_IN_SET_MAX = 100;
const TYPES_AT_NAME_MAX = 100;

export interface BuildOptions {
  /** Where a record is missed that is nowhere. */
  readonly end: Place;
  /** Some records could not be read: nothing is said to be missing. */
  readonly isPartial?: boolean;
}

/** A zone from records, in whatever order they come. */
export function buildZone(records: readonly PlacedRecord[], options: BuildOptions): ZoneRead {
  const { end, isPartial = false } = options;
  const apex = records.find(({ record }) => record.data.kind === 'SOA');
  if (apex?.record.data.kind !== 'SOA') {
    const because = 'the zone has no SOA record';
    const missed = { ...end, because, mend: 'begin it with one' };
    return { kind: 'faults', faults: isPartial ? [] : [missed] };
  }
  const builder = new ZoneBuilder(apex.record, apex.record.data);
  for (const placed of records) builder.add(placed);
  return builder.finish(isPartial);
}

/** A zone from records that are in no file; places count them as lines. */
export function zoneFromRecords(records: readonly ResourceRecord[], file = 'records'): ZoneRead {
  const placed = records.map((record, at) => ({
    record,
    place: { file, line: at + 1, column: 1 },
  }));
  return buildZone(placed, { end: { file, line: records.length + 1, column: 1 } });
}

/** Every record, in the order in which the zone holds them. */
export function* recordsOf(zone: Zone): Generator<ResourceRecord> {
  for (const node of zone.nodes.values()) {
    for (const { name, type, ttlSeconds, data } of node.values()) {
      for (const one of data) yield { name, type, class: CLASS_IN, ttlSeconds, data: one };
    }
  }
}

/** An RRset that still grows. */
interface OpenSet {
  readonly name: Name;
  readonly type: TypeCode;
  ttlSeconds: number;
  readonly data: RecordData[];
  readonly keys: Set<string>;
}

class ZoneBuilder {
  readonly #origin: Name;
  readonly #soa: SoaData;
  readonly #nodes = new Map<string, Map<TypeCode, OpenSet>>();
  readonly #places = new Map<RecordData, Place>();
  readonly #faults: ZoneFault[] = [];
  readonly #warnings: ZoneFault[] = [];

  constructor(apex: ResourceRecord, soa: SoaData) {
    this.#origin = apex.name;
    this.#soa = soa;
    this.#nodes.set(nameKey(apex.name), new Map());
  }

  add({ record, place }: PlacedRecord): void {
    const { name, data } = record;
    if (!isBelow(name, this.#origin)) {
      const because = `${name} is not in the zone ${this.#origin}`;
      const mend = 'remove it, or leave out the dot at the end of a relative name';
      this.#faults.push({ ...place, because, mend });
      return;
    }
    const set = this.#setOf(record);
    const key = dataKey(data, record.type);
    if (set.keys.has(key)) {
      const because = `this ${typeText(record.type)} record of ${name} is there already`;
      this.#warnings.push({ ...place, because, mend: 'remove one of the two' });
      return;
    }
    set.keys.add(key);
    set.data.push(data);
    this.#places.set(data, place);
    this.#sameTtl(set, record, place);
    this.#withinLimits(set, place);
  }

  finish(isPartial: boolean): ZoneRead {
    const zone: Zone = {
      origin: this.#origin,
      soa: this.#soa,
      soaTtlSeconds: this.#nodes.get(nameKey(this.#origin))?.get(TYPE.SOA)?.ttlSeconds ?? 0,
      nodes: this.#closedNodes(),
    };
    for (const breach of checkZone(zone, isPartial)) this.#tell(breach);
    return this.#faults.length > 0
      ? { kind: 'faults', faults: this.#faults }
      : { kind: 'zone', zone, warnings: this.#warnings };
  }

  #setOf({ name, type, ttlSeconds }: ResourceRecord): OpenSet {
    const key = nameKey(name);
    let node = this.#nodes.get(key);
    if (!node) {
      node = new Map();
      this.#nodes.set(key, node);
    }
    let set = node.get(type);
    if (!set) {
      set = { name, type, ttlSeconds, data: [], keys: new Set() };
      node.set(type, set);
    }
    return set;
  }

  /** RFC 2181 §5.2: the TTLs of an RRset are the same, and of different ones the least counts. */
  #sameTtl(set: OpenSet, { name, type, ttlSeconds }: ResourceRecord, place: Place): void {
    if (ttlSeconds === set.ttlSeconds) return;
    const because =
      `the ${typeText(type)} records of ${name} have TTLs of ${set.ttlSeconds} and ` +
      `${ttlSeconds} s; the smaller is taken`;
    this.#warnings.push({ ...place, because, mend: 'give all of them the same TTL' });
    set.ttlSeconds = Math.min(set.ttlSeconds, ttlSeconds);
  }

  /** Told once, when the limit is passed. */
  #withinLimits(set: OpenSet, place: Place): void {
    const types = this.#nodes.get(nameKey(set.name))?.size ?? 0;
    if (set.data.length === RECORDS_IN_SET_MAX + 1) {
      const what = `${typeText(set.type)} records`;
      const because = `${set.name} has more than ${RECORDS_IN_SET_MAX} ${what}`;
      this.#faults.push({ ...place, because });
    }
    if (set.data.length === 1 && types === TYPES_AT_NAME_MAX + 1) {
      const because = `${set.name} has records of more than ${TYPES_AT_NAME_MAX} types`;
      this.#faults.push({ ...place, because });
    }
  }

  #closedNodes(): ReadonlyMap<string, Node> {
    const nodes = new Map<string, ReadonlyMap<TypeCode, RRset>>();
    for (const [key, node] of this.#nodes) {
      const sets = new Map<TypeCode, RRset>();
      for (const { name, type, ttlSeconds, data } of node.values()) {
        sets.set(type, { name, type, ttlSeconds, data });
      }
      nodes.set(key, sets);
    }
    // RFC 4592 §2.2.2: a name exists if anything below it does.
    for (const key of this.#nodes.keys()) {
      let above = parentOf(key as Name);
      while (above !== undefined && isBelow(above, this.#origin) && !nodes.has(above)) {
        nodes.set(above, new Map());
        above = parentOf(above);
      }
    }
    return nodes;
  }

  #tell({ level, at, because, mend }: Breach): void {
    const place = this.#places.get(at) ?? { file: '', line: 1, column: 1 };
    const list = level === 'fault' ? this.#faults : this.#warnings;
    list.push({ ...place, because, ...(mend === undefined ? {} : { mend }) });
  }
}
