// What a route is made of: the targets that are tried, and the hosts and addresses that are not.
import type { IpAddress } from '../base/ip.ts';

/** What TLS a target must show. Stricter kinds come with DANE and MTA-STS. */
export type Security = { readonly kind: 'opportunistic' };

/** One host and one address of it to try. */
export interface Target {
  readonly host: string;
  readonly address: IpAddress;
  readonly port: number;
  /** Absent for an implicit MX and for an address literal. */
  readonly preference?: number;
  readonly security: Security;
  /** A sentence for a person. */
  readonly because: string;
}

/** Why a host or an address is not tried. `memory` and `surplus` may be tried another time. */
export type LeftKind =
  | 'null-mx'
  | 'self'
  | 'not-better'
  | 'no-address'
  | 'lookup-failed'
  | 'special-purpose'
  | 'no-family'
  /** A host before it has the same address. */
  | 'repeated'
  | 'memory'
  | 'surplus';

/** A host or an address that is not tried, and the reason in a sentence. */
export interface Left {
  readonly kind: LeftKind;
  readonly host: string;
  readonly address?: IpAddress;
  readonly preference?: number;
  readonly because: string;
}
