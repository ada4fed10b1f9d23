// The route: what routing decided for one domain at one moment, and why.
import type { IpAddress } from '../base/ip.ts';
import type { Reply } from '../smtp/reply.ts';
import type { DeliverTo } from './domains.ts';

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

/** A host or an address that is not tried, and the reason in a sentence. */
export interface Left {
  readonly host: string;
  readonly address?: IpAddress;
  readonly preference?: number;
  readonly because: string;
}

export type Route =
  | { readonly kind: 'hosts'; readonly targets: readonly Target[]; readonly left: readonly Left[] }
  | { readonly kind: 'here'; readonly deliverTo: DeliverTo; readonly because: string }
  | {
      readonly kind: 'never';
      readonly reply: Reply;
      readonly because: string;
      readonly left: readonly Left[];
    }
  | {
      readonly kind: 'later';
      readonly reply: Reply;
      readonly because: string;
      readonly left: readonly Left[];
    };
