// The report: judgements of an observation, sorted into what a person asks. Three lists: mail is
// being lost now; will break (with the date, where there is one); could be better. No score: one
// number would hide the cause.
import { nameKey } from '../dns/name.ts';
import type { Judgement } from './judge.ts';
import type { Observation } from './observation.ts';
import type { Rule } from './rule.ts';
import { subjectText } from './subject.ts';
import { type Finding, SEVERITIES, type Severity, type Verdict } from './verdict.ts';

/** A verdict with the rule that gave it, ready to be told. */
export interface Told<V extends Verdict = Verdict> {
  readonly rule: Rule;
  /** As `subjectText` writes it; foreign text may be in it. */
  readonly subject: string;
  readonly verdict: V;
}

export interface ToldFinding extends Told<Finding> {
  readonly severity: Severity;
}

export interface Report {
  readonly observation: Observation;
  /** critical: mail is being lost now. */
  readonly lost: readonly ToldFinding[];
  /** Errors, and whatever has a date: first what is broken already, then by date. */
  readonly willBreak: readonly ToldFinding[];
  /** Warnings, notices, and what is worth knowing. */
  readonly better: readonly ToldFinding[];
  readonly unknown: readonly Told<Extract<Verdict, { outcome: 'unknown' }>>[];
  readonly passed: readonly Told<Extract<Verdict, { outcome: 'pass' }>>[];
  readonly skipped: readonly Told[];
  readonly notApplicable: readonly Told[];
}

/** Sorts judgements into a report; the same judgements give the same report. */
export function reportOf(observation: Observation, judgements: readonly Judgement[]): Report {
  const all = judgements.flatMap(({ rule, verdicts }) =>
    verdicts.map((verdict): Told => {
      return { rule, subject: subjectText(verdict.subject, observation.about.domain), verdict };
    }),
  );
  const findings = all.filter(isFinding).map((told): ToldFinding => {
    return { ...told, severity: told.verdict.severity ?? told.rule.severity };
  });
  const rest = findings.filter(({ severity }) => severity !== 'critical');
  const willBreak = rest.filter(
    ({ severity, verdict }) => severity === 'error' || verdict.breaksAt !== undefined,
  );
  return {
    observation,
    lost: findings.filter(({ severity }) => severity === 'critical'),
    willBreak: willBreak.sort(bySeverity).sort(bySoonest),
    better: rest.filter((each) => !willBreak.includes(each)).sort(bySeverity),
    unknown: all.filter((each) => each.verdict.outcome === 'unknown') as Report['unknown'],
    passed: all.filter((each) => each.verdict.outcome === 'pass') as Report['passed'],
    skipped: all.filter(({ verdict }) => verdict.outcome === 'skipped'),
    notApplicable: all.filter(({ verdict }) => verdict.outcome === 'not-applicable'),
  };
}

const isFinding = (told: Told): told is Told<Finding> => told.verdict.outcome === 'finding';

const bySeverity = (one: ToldFinding, other: ToldFinding): number =>
  SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity);

const bySoonest = (one: ToldFinding, other: ToldFinding): number =>
  (one.verdict.breaksAt ?? 0) - (other.verdict.breaksAt ?? 0);

/** All findings, the worst first. */
export const findingsIn = ({ lost, willBreak, better }: Report): readonly ToldFinding[] => [
  ...lost,
  ...willBreak,
  ...better,
];

/** Whether the report can be relied on: why not, in sentences; empty when it can. */
export function troublesIn(report: Report): readonly string[] {
  const { about, facts } = report.observation;
  const troubles: string[] = [];
  const { walk } = about.self;
  if (walk.ok === false) troubles.push(`name servers cannot be asked from here: ${walk.because}`);
  const isAnyReached = facts.some(
    (fact) => fact.kind === 'dialogue' && fact.dialogue.connect.kind === 'connected',
  );
  const wayOut = facts.find((fact) => fact.kind === 'egress');
  if (wayOut && wayOut.open !== true && !isAnyReached) {
    const what = wayOut.open === false ? 'cannot be reached' : 'can perhaps not be reached';
    troubles.push(`mail hosts ${what} from here: ${wayOut.because}`);
  }
  if (report.passed.length + findingsIn(report).length === 0) troubles.push('nothing answered');
  return troubles;
}

/** The exit code of `fingerpost check`: what is certain counts more than what could not be told. */
export const exitOf = (report: Report, failOn: Severity): 0 | 1 | 2 | 3 =>
  exitFor(findingsIn(report), report, failOn);

/** The same where only some findings count. */
export function exitFor(
  findings: readonly ToldFinding[],
  report: Report,
  failOn: Severity,
): 0 | 1 | 2 | 3 {
  const ranks = findings.map(({ severity }) => SEVERITIES.indexOf(severity));
  const worst = Math.min(...ranks, SEVERITIES.length);
  if (worst <= SEVERITIES.indexOf('error')) return 2;
  if (troublesIn(report).length > 0) return 3;
  return worst <= SEVERITIES.indexOf(failOn) ? 1 : 0;
}

/** Equal for the same rule and subject in two reports. */
export const keyOfTold = ({ rule, subject }: Told): string => `${rule.id} ${subject}`;

export const domainOf = ({ observation }: Report): string => nameKey(observation.about.domain);
