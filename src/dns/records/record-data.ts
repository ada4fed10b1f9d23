// What records say, as a union by `kind`: one member for each type we know, `unknown` for the rest.
import type { IpAddress } from '../../base/ip.ts';
import type { Name } from '../name.ts';

export type RecordData =
  | { readonly kind: 'A'; readonly address: IpAddress }
  | { readonly kind: 'AAAA'; readonly address: IpAddress }
  | { readonly kind: 'NS'; readonly host: Name }
  | { readonly kind: 'CNAME'; readonly target: Name }
  | { readonly kind: 'PTR'; readonly target: Name }
  | { readonly kind: 'MX'; readonly preference: number; readonly exchange: Name }
  | SoaData
  | SrvData
  /** One or more strings of at most 255 bytes each. */
  | { readonly kind: 'TXT'; readonly strings: readonly Uint8Array[] }
  /** The value is at most 255 bytes in zone text, and as many as fit on the wire. */
  | {
      readonly kind: 'CAA';
      readonly flags: number;
      readonly tag: string;
      readonly value: Uint8Array;
    }
  | TlsaData
  /** RFC 3597: the bytes as they are. */
  | { readonly kind: 'unknown'; readonly bytes: Uint8Array };

export interface SoaData {
  readonly kind: 'SOA';
  readonly primary: Name;
  readonly contact: Name;
  readonly serial: number;
  readonly refreshSeconds: number;
  readonly retrySeconds: number;
  readonly expireSeconds: number;
  /** How long "no" may be believed (RFC 2308 §4). */
  readonly negativeTtlSeconds: number;
}

export interface TlsaData {
  readonly kind: 'TLSA';
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
  /** The certificate or key, or its digest, as `selector` and `matching` say. */
  readonly bytes: Uint8Array;
}

export interface SrvData {
  readonly kind: 'SRV';
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: Name;
}
