// One look at a watched domain: the state before and the report now make the state after and the
// notices. Pure. What could not be tested never tells anything, and a look by which nothing could
// be seen changes nothing.
import { type Report, troublesIn } from '../report.ts';
import { stepEntries } from './entries.ts';
import type { Notice } from './notice.ts';
import { stepRecords } from './records.ts';
import type { WatchPolicy, WatchState } from './state.ts';

export interface Step {
  readonly state: WatchState;
  readonly notices: readonly Notice[];
  /** Something is suspected, or seems mended: look again soon instead of at the usual time. */
  readonly lookAgainSoon: boolean;
}

export function stepWatch(before: WatchState, report: Report, policy: WatchPolicy): Step {
  const { now } = report.observation.about;
  if (troublesIn(report).length > 0) {
    const state = { ...before, lastLookAt: now, blindSince: before.blindSince ?? now };
    return { state, notices: [], lookAgainSoon: false };
  }
  const { blindSince: _, ...seeing } = before;
  const entries = stepEntries(before.entries, report, policy);
  const records = stepRecords(before, report);
  const state: WatchState = {
    ...seeing,
    ...records.state,
    entries: entries.entries,
    lastLookAt: now,
  };
  const isUnsure =
    Object.values(state.entries).some(
      ({ found, well, told }) => found === 1 || (told !== undefined && well === 1),
    ) || Object.keys(state.suspectedRecords).length > 0;
  const notices = [...entries.notices, ...records.notices];
  return { state, notices, lookAgainSoon: isUnsure };
}
