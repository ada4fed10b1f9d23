// What travels between a server and those who ask it: plain data, the same in JSON and in memory.
// Commands and pages know only this and `client.ts`.
import type { Instant } from '../base/time.ts';
import type { Severity } from '../checks/verdict.ts';
import type { PathResult } from '../observing/round-trip-values.ts';
import type { LedgerEntry } from '../queue/message.ts';
import type { KeptMessage } from '../queue/store.ts';
import type { Question } from '../routing/question.ts';
import type { Route } from '../routing/route.ts';

export type { Hop, PathResult, RoundTrip } from '../observing/round-trip-values.ts';
export type { LedgerEntry, Origin, Recipient, RecipientState, Try } from '../queue/message.ts';
export { RECIPIENT_STATES } from '../queue/message.ts';
export type { KeptMessage } from '../queue/store.ts';

/** Why mail for an address would go where: the question that was asked, and its answer. */
export interface RouteExplanation {
  readonly address: string;
  readonly question: Question;
  readonly route: Route;
}

/** A message and all that happened to it. */
export interface MessageHistory {
  readonly message: KeptMessage;
  readonly ledger: readonly LedgerEntry[];
}

/** Mail handed in by a command. */
export interface Submission {
  /** `''` is the null sender. */
  readonly sender: string;
  readonly recipients: readonly string[];
  /** Header and body, CRLF lines. */
  readonly message: Uint8Array;
  /** `192.0.2.1:25`: give it to this server now, by SMTP, instead of keeping it in the queue. */
  readonly via?: string;
}

/** Kept under an id (or taken by the server of `via`, whose reply names it), or refused. */
export type Submitted =
  | { readonly id: string }
  /** Positive only for a submission with `via`. Lines are latin1, foreign text. */
  | {
      readonly reply: {
        readonly code: number;
        readonly enhanced?: string;
        readonly lines: readonly string[];
      };
    };

/** What reading the zone files again brought. A refused zone is served as it was. */
export interface ZonesReloaded {
  readonly loaded: readonly {
    readonly zone: string;
    readonly serial: number;
    readonly names: number;
  }[];
  readonly refused: readonly { readonly zone: string; readonly faults: readonly string[] }[];
}

/** Which domain to look at, and what is to be known of it beforehand. */
export interface ObservationRequest {
  readonly domain: string;
  /** All that rules want, or only what a drill needs. */
  readonly purpose: 'check' | 'drill';
  /** DKIM selectors, besides those that the settings name. */
  readonly selectors?: readonly string[];
  /** Ask mail hosts for recipients other than postmaster, even if the domain is not ours. */
  readonly probeRecipients?: boolean;
}

/** How far an observation is. Wants are as `checks/want.ts` writes their keys: foreign text. */
export interface ObservationProgress {
  readonly domain: string;
  readonly answered: number;
  readonly wanted: number;
  readonly waitingFor: readonly string[];
}

/** Whom to send probes to, and where to look for them. */
export interface TestRequest {
  readonly address: string;
  /** The sender; absent: nobody. */
  readonly from?: string;
  /** For all of it. */
  readonly waitMs: number;
  /** An absolute path: a Maildir, or a folder of them, by local part. Absent: where we deliver. */
  readonly maildir?: string;
  /** Take the probes out of the Maildir. */
  readonly clean?: boolean;
}

/** One way of a test has news. */
export interface TestProgress {
  readonly path: PathResult;
  /** Ways whose end is known, of how many. */
  readonly ended: number;
  readonly paths: number;
}

/** A watched domain as it is known now. */
export interface WatchedDomain {
  readonly domain: string;
  /** Absent: not looked at yet. */
  readonly lastLookAt?: Instant;
  /** Since when nothing could be seen from here. */
  readonly blindSince?: Instant;
  /** What was told and has not recovered, the worst first. */
  readonly broken: readonly {
    readonly rule: string;
    readonly subject: string;
    readonly severity: Severity;
    readonly state: 'broken' | 'flapping';
    readonly since: Instant;
    /** Foreign text may be in it. */
    readonly says: string;
    readonly mend?: string;
  }[];
}

/** Whether the server does its work; `troubles` is empty when it does. */
export interface Health {
  readonly hostname: string;
  readonly troubles: readonly string[];
  readonly listening: readonly { readonly what: string; readonly at: string }[];
}

/** A refusal as RFC 9457 has it. `code` is a code of `docs/errors.md`, where there is one. */
export interface Problem {
  /** RFC 9457 §4.2.1: nothing more is meant than what the status says. */
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code?: string;
}
