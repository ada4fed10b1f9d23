// What becomes of the entries of a watched domain by one look: the table that opens `state.ts`,
// line by line.
import { after, type Duration, days, type Instant } from '../../base/time.ts';
import { hostText } from '../../dns/name.ts';
import { findingsIn, keyOfTold, type Report, type ToldFinding } from '../report.ts';
import { SEVERITIES } from '../verdict.ts';
import type { Notice } from './notice.ts';
import type { Entry, WatchPolicy, WatchState } from './state.ts';

/** Looks in a row that are believed; of what comes and goes all the time, more are needed. */
const BELIEVED = 2;
const BELIEVED_OF_FLAPPING = 6;
/** So many beginnings within so long are flapping. */
const FLAPS = 4;
const FLAPS_WITHIN: Duration = days(1);
/** A domain with more is broken in one way, not in so many. */
const ENTRIES_MAX = 1_000;

interface Next {
  /** Absent: forgotten. */
  readonly entry?: Entry;
  readonly notice?: Notice;
}

export function stepEntries(
  before: WatchState['entries'],
  report: Report,
  { leastSeverity }: WatchPolicy,
): { readonly entries: WatchState['entries']; readonly notices: readonly Notice[] } {
  const least = SEVERITIES.indexOf(leastSeverity);
  const found = new Map(
    findingsIn(report)
      .filter(({ severity }) => SEVERITIES.indexOf(severity) <= least)
      .slice(0, ENTRIES_MAX)
      .map((told) => [keyOfTold(told), told]),
  );
  const entries: Record<string, Entry> = {};
  const notices: Notice[] = [];
  for (const key of new Set([...Object.keys(before), ...found.keys()])) {
    const { entry, notice } = nextOf(before[key], found.get(key), report);
    if (entry) entries[key] = entry;
    if (notice) notices.push(notice);
  }
  return { entries, notices };
}

function nextOf(entry: Entry | undefined, told: ToldFinding | undefined, report: Report): Next {
  if (told) return onFound(entry, told, report);
  if (!entry) return {};
  return isUnsure(entry, report) ? { entry } : onWell(entry, report);
}

/** The rule could not tell for this subject, or could tell nothing at all. */
function isUnsure({ rule, subject }: Entry, { unknown, skipped, observation }: Report): boolean {
  const domain = hostText(observation.about.domain);
  return [...unknown, ...skipped].some(
    (told) => told.rule.id === rule && (told.subject === subject || told.subject === domain),
  );
}

function onFound(entry: Entry | undefined, told: ToldFinding, report: Report): Next {
  const { now } = report.observation.about;
  const isGoingOn = entry !== undefined && (entry.found > 0 || entry.told !== undefined);
  const isSame = entry !== undefined && entry.found > 0 && entry.severity === told.severity;
  const beginnings = recent(entry?.beginnings ?? [], now);
  const next: Entry = {
    rule: told.rule.id,
    subject: told.subject,
    severity: told.severity,
    found: isSame ? entry.found + 1 : 1,
    well: 0,
    since: isGoingOn ? entry.since : now,
    beginnings: isGoingOn ? beginnings : [...beginnings, now],
    isFlapping: entry?.isFlapping ?? false,
    says: told.verdict.says,
    ...(told.verdict.mend && { mend: told.verdict.mend.text }),
    ...(entry?.told !== undefined && { told: entry.told }),
  };
  if (next.beginnings.length >= FLAPS && !next.isFlapping && next.told === undefined) {
    return { entry: { ...next, isFlapping: true }, notice: noticeOf('flapping', next, report) };
  }
  const isNews = next.told === undefined || isWorse(next.severity, next.told);
  if (!isNews || next.found < (next.isFlapping ? BELIEVED_OF_FLAPPING : BELIEVED)) {
    return { entry: next };
  }
  const kind = next.told === undefined ? 'broken' : 'worse';
  return { entry: { ...next, told: next.severity }, notice: noticeOf(kind, next, report) };
}

/** An entry is kept for as long as its beginnings count. */
function onWell(entry: Entry, report: Report): Next {
  const { now } = report.observation.about;
  const beginnings = recent(entry.beginnings, now);
  const { told, ...rest } = { ...entry, found: 0, well: entry.well + 1, beginnings };
  const isQuiet = beginnings.length === 0;
  if (told !== undefined) {
    if (rest.well < BELIEVED) return { entry: { ...rest, told } };
    const notice = noticeOf('recovered', rest, report);
    return isQuiet ? { notice } : { entry: { ...rest, isFlapping: false }, notice };
  }
  if (!isQuiet) return { entry: rest };
  return entry.isFlapping ? { notice: noticeOf('recovered', rest, report) } : {};
}

const isWorse = (severity: Entry['severity'], than: Entry['severity']): boolean =>
  SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(than);

const recent = (instants: readonly Instant[], now: Instant): readonly Instant[] =>
  instants.filter((at) => after(at, FLAPS_WITHIN) > now);

function noticeOf(kind: Exclude<Notice['kind'], 'changed'>, entry: Entry, report: Report): Notice {
  const { rule, subject, severity, since, says, mend, beginnings } = entry;
  const { domain, now: at } = report.observation.about;
  return {
    kind,
    domain: hostText(domain),
    at,
    rule,
    subject,
    severity,
    since,
    says,
    times: beginnings.length,
    ...(mend !== undefined && { mend }),
  };
}
