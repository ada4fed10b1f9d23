// What changed between two observations: findings that came, went or got worse, and the mail
// records that are others now, even where every rule says the same as before.
import { hostText } from '../../dns/name.ts';
import { printData } from '../../dns/records/registry.ts';
import { typeText } from '../../dns/types.ts';
import type { FactOf } from '../fact.ts';
import type { Observation } from '../observation.ts';
import { findingsIn, keyOfTold, type Report, type Told, type ToldFinding } from '../report.ts';
import { SEVERITIES, type Severity } from '../verdict.ts';
import { keyOf } from '../want.ts';
import { staleStsId } from './sts-id-stale.ts';

export interface Comparison {
  /** New findings, and those that are worse than before; worst first. */
  readonly came: readonly CameFinding[];
  /** Findings of before that are none now: what they were about was judged, or is not there. */
  readonly went: readonly ToldFinding[];
  /** Findings of before that cannot be told now. */
  readonly lostSight: readonly LostFinding[];
  readonly records: readonly RecordChange[];
}

export interface CameFinding extends ToldFinding {
  /** Where it was there before, and was not so bad. */
  readonly was?: Severity;
}

export interface LostFinding extends ToldFinding {
  /** Why it cannot be told; foreign text may be in it. */
  readonly because: string;
}

/** An RRset that is another than before. */
export interface RecordChange {
  readonly name: string;
  readonly type: string;
  /** As zone text, sorted; empty: none. */
  readonly before: readonly string[];
  readonly now: readonly string[];
}

export function compare(before: Report, now: Report): Comparison {
  const known = new Map(findingsIn(before).map((told) => [keyOfTold(told), told]));
  const found = new Map(findingsIn(now).map((told) => [keyOfTold(told), told]));
  const gone = [...known.values()]
    .filter((told) => !found.has(keyOfTold(told)))
    .map((told) => ({ told, because: becauseUnsure(told, now) }));
  const stale = staleStsId(before.observation, now.observation);
  const came = [...found.values()].flatMap((told) => cameOf(told, known.get(keyOfTold(told))));
  return {
    came: [...(stale ? [stale] : []), ...came].sort(bySeverity),
    went: gone.filter(({ because }) => because === undefined).map(({ told }) => told),
    lostSight: gone.flatMap(({ told, because }) =>
      because === undefined ? [] : [{ ...told, because }],
    ),
    records: recordChanges(before.observation, now.observation),
  };
}

const rank = ({ severity }: ToldFinding): number => SEVERITIES.indexOf(severity);
const bySeverity = (one: ToldFinding, other: ToldFinding): number => rank(one) - rank(other);

function cameOf(now: ToldFinding, before: ToldFinding | undefined): readonly CameFinding[] {
  if (!before) return [now];
  return rank(now) < rank(before) ? [{ ...now, was: before.severity }] : [];
}

/** Why a finding that is not there now may still be so; nothing: it is certainly gone. */
function becauseUnsure(told: ToldFinding, now: Report): string | undefined {
  const key = keyOfTold(told);
  const isJudged = [...now.passed, ...now.notApplicable].some((each) => keyOfTold(each) === key);
  if (isJudged) return undefined;
  const ofRule = ({ rule }: Told): boolean => rule.id === told.rule.id;
  const silent: readonly Told[] = [...now.unknown.filter(ofRule), ...now.skipped.filter(ofRule)];
  const own = silent.find((each) => keyOfTold(each) === key) ?? silent[0];
  return own && 'because' in own.verdict ? own.verdict.because : undefined;
}

export const isSame = ({ came, went, lostSight, records }: Comparison): boolean =>
  came.length + went.length + lostSight.length + records.length === 0;

/** The SOA changes with every edit and says nothing about mail. */
const UNINTERESTING: ReadonlySet<string> = new Set(['SOA', 'PTR']);

function recordChanges(before: Observation, now: Observation): readonly RecordChange[] {
  const old = new Map(lookupsIn(before).map((fact) => [keyOf(fact.want), fact]));
  return lookupsIn(now).flatMap((fact): readonly RecordChange[] => {
    const type = typeText(fact.want.type);
    const earlier = textsOf(old.get(keyOf(fact.want)));
    const later = textsOf(fact);
    if (!earlier || !later || UNINTERESTING.has(type)) return [];
    if (earlier.join('\n') === later.join('\n')) return [];
    return [{ name: hostText(fact.want.name), type, before: earlier, now: later }];
  });
}

const lookupsIn = ({ facts }: Observation): readonly FactOf<'lookup'>[] =>
  facts.filter((fact) => fact.kind === 'lookup');

/** Nothing where the answer is not known. */
function textsOf(fact: FactOf<'lookup'> | undefined): readonly string[] | undefined {
  if (!fact || fact.lookup.kind === 'failure') return undefined;
  if (fact.lookup.kind !== 'records') return [];
  return fact.lookup.records.map((data) => printData(data, fact.want.type)).sort();
}
