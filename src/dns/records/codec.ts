// What the file of a record type owes: its data from the wire and back, from zone text and back.
// The two halves of the outside are interfaces or small classes: `WireReader` and `WireWriter` for
// bytes, `RecordFields` for the words of a zone file.
import type { IpAddress } from '../../base/ip.ts';
import type { Name } from '../name.ts';
import type { TypeCode } from '../packet.ts';
import type { WireReader } from '../wire-reader.ts';
import type { WireWriter } from '../wire-writer.ts';
import type { RecordData } from './record-data.ts';

/** The members of `RecordData` with this kind. */
export type DataOf<Kind extends RecordData['kind']> = Extract<RecordData, { kind: Kind }>;

/**
 * The words of a record's data in zone text, taken one after the other. What cannot be taken is
 * thrown as a `FieldFault` with the place of the word (of the last one, where none is left).
 */
export interface RecordFields {
  /** A domain name; a relative one belongs to the origin. */
  name(): Name;
  /** A whole number from 0 to `max` in decimal digits; `what` names it in a fault. */
  number(max: number, what: string): number;
  /** Seconds, or a time as `1h30m` (as BIND writes it): 0 to 2^31 - 1. */
  ttl(what: string): number;
  ip4(): IpAddress;
  ip6(): IpAddress;
  /** All words that are left, at least one, as character-strings of at most 255 bytes each. */
  strings(): readonly Uint8Array[];
  /** The next word as it is written; `what` names it in a fault. */
  text(what: string): string;
  /** Takes the next word if it is this one, written without quotes. */
  takeIf(word: string): boolean;
  /** Is there a word left? */
  more(): boolean;
  /** Nothing may be left. */
  end(): void;
  /** Throws, at the place of the word that was taken last. */
  fault(because: string): never;
}

/** One thing in zone text that cannot be read. Thrown within the zone text parser, caught by it. */
export class FieldFault extends Error {
  override readonly name = 'FieldFault';
  readonly because: string;
  /** Both counted from 1. */
  readonly line: number;
  readonly column: number;

  constructor(because: string, at: { readonly line: number; readonly column: number }) {
    super(`line ${at.line}, column ${at.column}: ${because}`);
    this.because = because;
    this.line = at.line;
    this.column = at.column;
  }
}

/** One record type. Methods, so that codecs of several types fit in one table. */
export interface RecordCodec<D extends RecordData = RecordData> {
  readonly type: TypeCode;
  readonly kind: D['kind'];
  /** Its data mean this in class IN alone (RFC 3597 §4: others are kept as bytes). */
  readonly onlyIn?: boolean;
  /** Reads exactly `length` bytes, or fails through `reader.fail`. */
  read(reader: WireReader, length: number): D;
  write(writer: WireWriter, data: D): void;
  /** Takes the words of this type; the caller looks that none is left. */
  parse(fields: RecordFields): D;
  /** As zone text, every name absolute. */
  print(data: D): string;
  /** The same with names in lower case (RFC 4034 §6.2): equal records print equally. */
  canonical(data: D): D;
}
