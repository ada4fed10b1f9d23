// What was found out: one fact answers one want. Facts are what an observation holds, as they were
// recorded; only the packets of name servers are decoded on the way to the rules.
import type { IpAddress } from '../base/ip.ts';
import type { Instant } from '../base/time.ts';
import type { Delegation, RawAnswer } from '../dns/authority.ts';
import type { Lookup } from '../dns/lookup.ts';
import type { Name } from '../dns/name.ts';
import type { Packet } from '../dns/packet.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import type { ConnectSeen, Dialogue } from '../smtp/probe.ts';
import type { Want } from './want.ts';

type WantOf<Kind extends Want['kind']> = Extract<Want, { readonly kind: Kind }>;

interface Of<Kind extends Want['kind']> {
  readonly kind: Kind;
  /** `D3`, `S1`: short, and unique in its observation. */
  readonly id: string;
  readonly want: WantOf<Kind>;
  readonly at: Instant;
  readonly tookMs: number;
}

export interface LookupFact extends Of<'lookup'> {
  readonly lookup: Lookup<RecordData>;
  /** The zone whose servers had the last word; for a "no such name" the one that denied it. */
  readonly zone?: Name;
}

export interface ResolvedFact extends Of<'resolved'> {
  readonly lookup: Lookup<RecordData>;
}

export interface ZoneFact extends Of<'zone'> {
  readonly delegation: Delegation;
}

export interface AnswersRecord extends Of<'answers'> {
  /** One for each server at each address; ids are `D3.1`, `D3.2` and so on. */
  readonly answers: readonly RawAnswer[];
  /** Why there are none: no server of the zone could be found. */
  readonly because?: string;
}

export interface DialogueFact extends Of<'dialogue'> {
  readonly dialogue: Dialogue;
}

export type ConnectFailure = Extract<ConnectSeen, { readonly kind: 'failed' }>['failure'];

/** What a web server gave; at most 64 KB of it. */
export type Page =
  | {
      readonly kind: 'answered';
      readonly address: IpAddress;
      readonly status: number;
      /** In lower case. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
      /** More was there than was read. */
      readonly isCut: boolean;
    }
  | {
      readonly kind: 'failed';
      /** `tls`: no handshake, or a certificate that does not prove the name. */
      readonly stage: 'name' | 'connect' | 'tls' | 'answer';
      /** How the connection ended; absent where there was none to make, or to break. */
      readonly failure?: ConnectFailure;
      readonly because: string;
    };

export interface PageFact extends Of<'page'> {
  readonly page: Page;
}

export interface EgressFact extends Of<'egress'> {
  /** `undefined`: could not be told. */
  readonly open?: boolean;
  /** The same for each family, where it was tried. */
  readonly families?: { readonly ipv4?: boolean; readonly ipv6?: boolean };
  readonly because: string;
}

/** A fact as it is recorded and saved. */
export type RecordedFact =
  | LookupFact
  | ResolvedFact
  | ZoneFact
  | AnswersRecord
  | DialogueFact
  | PageFact
  | EgressFact;

/** What one server answered, decoded. */
export interface ServerAnswer extends RawAnswer {
  readonly id: string;
  /** Absent where no packet came that can be read. */
  readonly packet?: Packet;
}

export interface AnswersFact extends Of<'answers'> {
  readonly answers: readonly ServerAnswer[];
  readonly because?: string;
}

/** A fact as rules see it. */
export type Fact = Exclude<RecordedFact, AnswersRecord> | AnswersFact;

export type FactOf<Kind extends Fact['kind']> = Extract<Fact, { readonly kind: Kind }>;
