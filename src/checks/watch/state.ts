// What is remembered of a watched domain from one look to the next, as plain data that is stored.
// There is an entry for each rule and subject that is, or lately was, not as it should be:
//
//   found once                      nothing is told, but we look again soon
//   found twice                     told, once; told again if it gets worse (seen twice, too)
//   well once                       nothing yet
//   well twice                      told that it recovered, if it was told before
//   cannot be tested                nothing is counted and nothing is told
//   begun four times within a day   told once that it comes and goes; from then on nothing, until
//                                   it stays (six looks), or has been well for a day
import type { Instant } from '../../base/time.ts';
import type { Severity } from '../verdict.ts';

export interface WatchState {
  readonly format: 'fingerpost-watch-1';
  /** By `RULE subject`. */
  readonly entries: Readonly<Record<string, Entry>>;
  /** The mail records as zone text, as they were seen twice, by `example.com MX`. */
  readonly records: Readonly<Record<string, readonly string[]>>;
  /** Records that were other at the last look, and not yet at two. */
  readonly suspectedRecords: Readonly<Record<string, readonly string[]>>;
  readonly lastLookAt?: Instant;
  /** Since when we cannot see; absent while we can. */
  readonly blindSince?: Instant;
}

export interface Entry {
  readonly rule: string;
  readonly subject: string;
  readonly severity: Severity;
  /** Looks in a row that found it with this severity, and looks in a row that found it well. */
  readonly found: number;
  readonly well: number;
  /** When it was first found, this time. */
  readonly since: Instant;
  /** The severity that was told last; absent: nothing was told. */
  readonly told?: Severity;
  /** When it was found anew, within the last day. */
  readonly beginnings: readonly Instant[];
  readonly isFlapping: boolean;
  /** The finding in its own words, and what to do; foreign text as it came. */
  readonly says: string;
  readonly mend?: string;
}

export interface WatchPolicy {
  /** Findings below this severity are not watched. */
  readonly leastSeverity: Severity;
}

export const NEW_STATE: WatchState = {
  format: 'fingerpost-watch-1',
  entries: {},
  records: {},
  suspectedRecords: {},
};
