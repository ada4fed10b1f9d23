// A drill as plain data, for programs.
import { printInstant } from '../../base/time.ts';
import { hostText } from '../../dns/name.ts';
import type { Drill, DrillRow } from './drill.ts';
import { type Failure, failureText } from './failure.ts';

const DRILL_FORMAT = 'fingerpost-drill-1';

/** Foreign text is as it came. */
export function drillJson({ domain, observedAt, doubts, exchanges, rows }: Drill): unknown {
  return {
    format: DRILL_FORMAT,
    domain: hostText(domain),
    observedAt: printInstant(observedAt),
    troubles: doubts,
    exchanges,
    rows: rows.map(rowJson),
  };
}

const rowJson = ({ failure, landing, after, tried, lost }: DrillRow): object => ({
  failure: failureJson(failure),
  landing,
  afterSeconds: Math.round(after / 1_000),
  tried,
  lost,
});

function failureJson(failure: Failure): object {
  const { kind } = failure;
  return {
    kind,
    says: failureText(failure),
    ...('host' in failure && { host: hostText(failure.host) }),
    ...('zone' in failure && { zone: hostText(failure.zone) }),
    ...('network' in failure && { network: failure.network }),
    ...('family' in failure && { family: failure.family }),
    ...('addresses' in failure && { addresses: [...failure.addresses] }),
  };
}
