// The mail records of a watched domain: told when they are other than before, whether or not a rule
// has anything against them. Believed when they were seen twice.
import { hostText } from '../../dns/name.ts';
import { printData } from '../../dns/records/registry.ts';
import { typeText } from '../../dns/types.ts';
import type { Report } from '../report.ts';
import type { Notice } from './notice.ts';
import type { WatchState } from './state.ts';

type Records = WatchState['records'];

/** Types whose change is a change of where mail goes, or of what others think of it. */
const WATCHED: ReadonlySet<string> = new Set(['MX', 'NS', 'TXT', 'A', 'AAAA', 'TLSA', 'CAA']);
const RECORDS_MAX = 1_000;

export function stepRecords(
  before: Pick<WatchState, 'records' | 'suspectedRecords'>,
  report: Report,
): {
  readonly state: Pick<WatchState, 'records' | 'suspectedRecords'>;
  readonly notices: readonly Notice[];
} {
  const { domain, now: at } = report.observation.about;
  const seen = recordsIn(report);
  const isFirst = Object.keys(before.records).length === 0;
  const records: Record<string, readonly string[]> = isFirst ? { ...seen } : { ...before.records };
  const suspectedRecords: Record<string, readonly string[]> = {};
  const notices: Notice[] = [];
  for (const [record, texts] of Object.entries(seen)) {
    const known = records[record];
    // A rule that asks for the first time has found nothing that changed.
    if (!known) records[record] = texts;
    else if (!isEqual(known, texts)) {
      if (isEqual(before.suspectedRecords[record] ?? [' '], texts)) {
        notices.push({
          kind: 'changed',
          domain: hostText(domain),
          at,
          record,
          before: known,
          now: texts,
        });
        records[record] = texts;
      } else suspectedRecords[record] = texts;
    }
  }
  return { state: { records, suspectedRecords }, notices };
}

/** What is not known now is not there. */
function recordsIn({ observation }: Report): Records {
  const found = observation.facts.flatMap((fact): [string, readonly string[]][] => {
    if (fact.kind !== 'lookup' || fact.lookup.kind === 'failure') return [];
    const type = typeText(fact.want.type);
    if (!WATCHED.has(type)) return [];
    const data = fact.lookup.kind === 'records' ? fact.lookup.records : [];
    const texts = data.map((each) => printData(each, fact.want.type)).sort();
    return [[`${hostText(fact.want.name)} ${type}`, texts]];
  });
  return Object.fromEntries(found.slice(0, RECORDS_MAX));
}

const isEqual = (one: readonly string[], other: readonly string[]): boolean =>
  one.join('\n') === other.join('\n');
