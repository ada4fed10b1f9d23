// The line of a zone file that a finding is about: the record that the rule judges, or the one that
// leads to what it judges. Pure; the records come with their places.
import { latin1 } from '../../base/bytes.ts';
import { hostText, type Name, nameKey, parseName } from '../../dns/name.ts';
import type { RecordData } from '../../dns/records/record-data.ts';
import type { PlacedRecord } from '../../dns/zone-build.ts';
import type { ToldFinding } from '../report.ts';
import type { Subject } from '../subject.ts';
import type { FileLine } from './sarif.ts';

/** Nothing where no record of the domain is there. */
export function lineFor(
  { rule, verdict }: Pick<ToldFinding, 'rule' | 'verdict'>,
  domain: Name,
  records: readonly PlacedRecord[],
): FileLine | undefined {
  const judged = judgesOf(rule.id, verdict.subject, domain);
  const found =
    judged
      .map((fits) => records.find(({ record }) => fits(record.name, record.data)))
      .find(Boolean) ?? records.find(({ record }) => record.data.kind === 'SOA');
  return found && { file: found.place.file, line: found.place.line };
}

/** Is it the record that is looked for? */
type Fits = (owner: Name, data: RecordData) => boolean;

/** The best first. */
function judgesOf(id: string, subject: Subject, domain: Name): readonly Fits[] {
  const isAt = (owner: Name, name: Name): boolean => nameKey(owner) === nameKey(name);
  const isApex: Fits = (owner) => isAt(owner, domain);
  const byName = subject.kind === 'name' ? [named(subject.name)] : [];
  const host = 'host' in subject ? subject.host : undefined;
  const leadsTo: Fits = (owner, data) =>
    host !== undefined && isApex(owner, data) && targetOf(data) === nameKey(host);
  const ofKind =
    (...kinds: readonly RecordData['kind'][]): Fits =>
    (owner, data) =>
      isApex(owner, data) && kinds.includes(data.kind);
  const policy =
    (label: string, start: string): Fits =>
    (owner, data) =>
      hostText(owner) === `${label}${hostText(domain)}` && textOf(data).startsWith(start);
  const family: Readonly<Record<string, readonly Fits[]>> = {
    SPF: [policy('', 'v=spf1')],
    DMARC: [policy('_dmarc.', '')],
    STS: [policy('_mta-sts.', '')],
    TLSRPT: [policy('_smtp._tls.', '')],
    SOA: [ofKind('SOA')],
    NS: [ofKind('NS')],
    DEL: [ofKind('NS')],
    CAA: [ofKind('CAA')],
  };
  return [...byName, leadsTo, ...(family[id.split('-')[0] ?? ''] ?? [ofKind('MX')])];
}

const named = (text: string): Fits => {
  const name = parseName(text.replace(/\s.*/, ''));
  return (owner) => typeof name === 'string' && nameKey(owner) === nameKey(name);
};

function targetOf(data: RecordData): string | undefined {
  if (data.kind === 'MX') return nameKey(data.exchange);
  return data.kind === 'NS' ? nameKey(data.host) : undefined;
}

const textOf = (data: RecordData): string =>
  data.kind === 'TXT' ? data.strings.map(latin1).join('') : '';
