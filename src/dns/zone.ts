// A version of a zone: everything it holds, never changed once made. Looked up by name key, then
// type.
import type { Name } from './name.ts';
import type { TypeCode } from './packet.ts';
import type { RecordData, SoaData } from './records/record-data.ts';

/** All records of one name and type; they share one TTL (RFC 2181 §5.2). */
export interface RRset {
  readonly name: Name;
  readonly type: TypeCode;
  readonly ttlSeconds: number;
  readonly data: readonly RecordData[];
}

/** The RRsets of one name; empty for an empty non-terminal (RFC 4592 §2.2.2). */
export type Node = ReadonlyMap<TypeCode, RRset>;

export interface Zone {
  readonly origin: Name;
  readonly soa: SoaData;
  readonly soaTtlSeconds: number;
  /** By `nameKey`; every name between the origin and a record is there. */
  readonly nodes: ReadonlyMap<string, Node>;
}

/** The zones a server is authoritative for, by `nameKey` of their origin. */
export type Zones = ReadonlyMap<string, Zone>;
