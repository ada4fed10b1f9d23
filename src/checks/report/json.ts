// A report as JSON: the contract for programs, whose schema is `docs/check-report.schema.json`.
// Every verdict is one entry; the lists of the text report are the `list` of an entry. Foreign text
// is as it came: whoever prints it makes it safe.
import { printInstant } from '../../base/time.ts';
import { hostText } from '../../dns/name.ts';
import type { Matrix } from '../matrix.ts';
import type { Observation } from '../observation.ts';
import { type Report, type Told, type ToldFinding, troublesIn } from '../report.ts';
import type { CameFinding, Comparison, LostFinding } from './compare.ts';
import type { View } from './form.ts';
import { spfJson } from './spf-json.ts';

const REPORT_FORMAT = 'fingerpost-report-1';
const COMPARISON_FORMAT = 'fingerpost-comparison-1';

/** The report as plain data, the same to the byte for the same observation. */
export function reportJson({ report, matrix, spf }: View): unknown {
  const { observation, lost, willBreak, better, unknown, passed, skipped, notApplicable } = report;
  const { about, endedAt } = observation;
  return {
    format: REPORT_FORMAT,
    ...headJson(observation),
    endedAt: printInstant(endedAt),
    world: about.world,
    self: { ...about.self, hostname: hostText(about.self.hostname) },
    troubles: troublesIn(report),
    counts: {
      lost: lost.length,
      willBreak: willBreak.length,
      better: better.length,
      unknown: unknown.length,
      passed: passed.length,
      skipped: skipped.length,
      notApplicable: notApplicable.length,
    },
    results: [
      ...lost.map((told) => ({ ...findingJson(told), list: 'lost' })),
      ...willBreak.map((told) => ({ ...findingJson(told), list: 'will-break' })),
      ...better.map((told) => ({ ...findingJson(told), list: 'better' })),
      ...[...unknown, ...passed, ...skipped, ...notApplicable].map(otherJson),
    ],
    ...(matrix && { matrix: matrixJson(matrix) }),
    ...(spf && { spf: spfJson(spf) }),
  };
}

/** What changed since another observation, in the same words. */
export function comparisonJson(before: Report, now: Report, changes: Comparison): unknown {
  const { came, went, lostSight, records } = changes;
  return {
    format: COMPARISON_FORMAT,
    ...headJson(now.observation),
    since: printInstant(before.observation.about.now),
    troubles: troublesIn(now),
    comparison: {
      came: came.map(cameJson),
      went: went.map(findingJson),
      lostSight: lostSight.map(lostJson),
      records,
    },
  };
}

const headJson = ({ program, about }: Observation): object => ({
  program,
  domain: hostText(about.domain),
  observedAt: printInstant(about.now),
});

const cameJson = (told: CameFinding): object => ({
  ...findingJson(told),
  ...(told.was && { was: told.was }),
});

const lostJson = (told: LostFinding): object => ({ ...findingJson(told), because: told.because });

function subjectJson({ subject, verdict }: Told): object {
  const place = verdict.subject;
  return {
    subject,
    subjectKind: place.kind,
    ...('host' in place && { host: hostText(place.host) }),
    ...('address' in place && place.address !== undefined && { address: place.address }),
  };
}

function findingJson(told: ToldFinding): object {
  const { rule, severity, verdict } = told;
  const { says, actor, mend, shows, breaksAt, evidence } = verdict;
  return {
    rule: rule.id,
    outcome: 'finding',
    severity,
    ...subjectJson(told),
    says,
    actor,
    ...(mend && { mend }),
    ...(shows !== undefined && { showsSeconds: Math.round(shows / 1_000) }),
    ...(breaksAt !== undefined && { breaksAt: printInstant(breaksAt) }),
    sources: rule.sources,
    evidence,
  };
}

function otherJson(told: Told): object {
  const { rule, verdict } = told;
  return {
    rule: rule.id,
    outcome: verdict.outcome,
    ...subjectJson(told),
    ...('says' in verdict && verdict.says !== undefined && { says: verdict.says }),
    ...('because' in verdict && { because: verdict.because }),
    ...('reply' in verdict && verdict.reply !== undefined && { reply: verdict.reply }),
    ...('evidence' in verdict && verdict.evidence && { evidence: verdict.evidence }),
  };
}

const matrixJson = ({ rows }: Matrix): object => ({
  rows: rows.map(({ host, ...row }) => ({ host: hostText(host), ...row })),
});
