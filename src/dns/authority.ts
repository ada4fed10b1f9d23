// What the authoritative servers of a zone are and what each of them said, as plain values.
// `resolver/walk.ts` gathers them, checks judge them, and neither needs to know the other.
import type { IpAddress } from '../base/ip.ts';
import type { Instant } from '../base/time.ts';
import type { Lookup, LookupFailure } from './lookup.ts';
import type { Name } from './name.ts';
import type { TypeCode } from './packet.ts';

/** One name server at one of its addresses. */
export interface ServerAt {
  readonly host: Name;
  readonly address: IpAddress;
}

/** What one server of the parent said when it was asked for the NS records of a zone. */
export interface Referral {
  readonly server: ServerAt;
  /** `authoritative`: the same server serves the child too, and so gave the child's own answer. */
  readonly kind: 'referral' | 'authoritative' | 'no-data' | 'no-name' | 'failure';
  /** The NS names it gave. */
  readonly hosts: readonly Name[];
  /** Addresses it gave beside them. */
  readonly glue: readonly ServerAt[];
  /** For a failure: what happened, in a sentence. */
  readonly because?: string;
}

/** One host that a zone is delegated to, or that the zone itself names as its server. */
export interface NameServer {
  readonly host: Name;
  readonly byParent: boolean;
  readonly byChild: boolean;
  /** As the parent gave them; none where the host is not below the parent's zone. */
  readonly glue: readonly IpAddress[];
  /** As the host's own zone gives them (glue is not believed here). */
  readonly ipv4: Lookup<IpAddress>;
  readonly ipv6: Lookup<IpAddress>;
}

/** The zone that a name is in: the name itself, or its closest ancestor that is delegated. */
export type Delegation =
  | {
      readonly kind: 'zone';
      readonly zone: Name;
      /** The zone above; absent for the root. */
      readonly parent?: Name;
      /** One for each server of the parent at each address that was asked. */
      readonly referrals: readonly Referral[];
      /** Named by the parent first, in its order. */
      readonly servers: readonly NameServer[];
    }
  /** The walk ended before the zone: no server of the last zone on the way answered. */
  | {
      readonly kind: 'failure';
      readonly failure: LookupFailure;
      /** The zone whose servers did not answer. */
      readonly at: Name;
      readonly because: string;
    };

/** One question to one server and what came back, as bytes. */
export interface RawAnswer {
  readonly server: ServerAt;
  readonly name: Name;
  readonly type: TypeCode;
  readonly by: 'udp' | 'tcp';
  readonly at: Instant;
  readonly tookMs: number;
  readonly ending: RawEnding;
}

export type RawEnding =
  /** `edns: false`: it answered only after it was asked again without EDNS. */
  | { readonly kind: 'response'; readonly bytes: Uint8Array; readonly edns: boolean }
  | {
      readonly kind: 'failure';
      readonly failure: 'timeout' | 'unreachable' | 'malformed';
      readonly because: string;
    };
