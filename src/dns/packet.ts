// A DNS message as a value (RFC 1035 §4.1, RFC 6891); we call it a packet, since a message is mail.
import type { Name } from './name.ts';
import type { RecordData } from './records/record-data.ts';

/** `query` is 0, `notify` 4, `update` 5; others are kept as their number. */
export type Opcode = number;

/** RFC 1035 §4.1.1 and RFC 6895 §2.3; extended codes (above 15) need EDNS. */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;

export const CLASS_IN = 1;
export const CLASS_CH = 3;
export const CLASS_ANY = 255;

/** The number of a type: `types.ts` maps it to and from its mnemonic. */
export type TypeCode = number;

export interface Asked {
  readonly name: Name;
  readonly type: TypeCode;
  readonly class: number;
}

export interface ResourceRecord {
  readonly name: Name;
  readonly type: TypeCode;
  readonly class: number;
  /** 0 to 2^31 - 1 (RFC 2181 §8). */
  readonly ttlSeconds: number;
  readonly data: RecordData;
}

/** The OPT pseudo-record, apart from the other additional records (RFC 6891 §6.1). */
export interface Edns {
  readonly version: number;
  readonly udpBytesMax: number;
  readonly dnssecOk: boolean;
  readonly options: readonly { readonly code: number; readonly bytes: Uint8Array }[];
}

export interface Packet {
  readonly id: number;
  readonly opcode: Opcode;
  readonly isResponse: boolean;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  /** 0 to 4095; the high eight bits travel in OPT. */
  readonly rcode: number;
  readonly questions: readonly Asked[];
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  readonly edns?: Edns;
}
