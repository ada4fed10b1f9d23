// DMARC-SYNTAX: the record that applies can be read to its end.

import type { DmarcFault } from '../../../policies/dmarc.ts';
import { hasValidUri } from '../../../policies/dmarc.ts';
import type { Rule } from '../../rule.ts';
import { finding, isVerdict, pass, type Severity, type Verdict } from '../../verdict.ts';
import { shownAfter } from '../txt-record.ts';
import { type Applied, appliedRecord, ownTexts } from './record.ts';

export const syntax: Rule = {
  id: 'DMARC-SYNTAX',
  title: 'The DMARC record can be read',
  severity: 'error',
  why:
    'What receivers cannot read they leave out: a misspelt policy becomes none, a misspelt tag ' +
    'is passed over, and a record that does not begin with v=DMARC1 is no record at all.',
  wrong: '_dmarc.example.com.  TXT "v=DMARC1; p=rejected, rua=mailto:dmarc@example.com"',
  right: '_dmarc.example.com.  TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"',
  remedy: 'Correct the record at the character that is named, counted from 1.',
  sources: ['RFC 9989 §4.7', 'RFC 9989 §4.8', 'RFC 6376 §3.2'],
  *judge(about) {
    const own = yield* ownTexts(about);
    if (isVerdict(own)) return [own];
    const [broken] = own.broken;
    if (broken !== undefined && own.records.length === 0) {
      const seen = broken.slice(0, 20);
      const says = `at character 1: "${seen}" is not "v=DMARC1;", so nobody reads on`;
      const { fact, subject } = own;
      const evidence = [fact.id];
      return [finding(subject, says, { actor: 'domain', ...shownAfter(fact.lookup), evidence })];
    }
    const applied = yield* appliedRecord(about);
    return [isVerdict(applied) ? applied : judgeRecord(applied)];
  },
};

function judgeRecord({ subject, record, details }: Applied): Verdict {
  const { faults, failureReports } = record;
  const badUris = failureReports.flatMap(({ text, uri }) =>
    uri.kind === 'uri-fault' ? [`ruf: "${text}": ${uri.because}`] : [],
  );
  const told = faults.map(({ at, because }) => `at character ${at}: ${because}`);
  if (told.length + badUris.length === 0) return pass(subject, undefined, details.evidence);
  const costsPolicy = faults.some(({ kind }) => kind === 'policy');
  const effect = costsPolicy
    ? hasValidUri(record.aggregateReports)
      ? ['receivers take the policy as none']
      : ['receivers leave DMARC alone for this domain']
    : [];
  const severity: Severity = faults.some(isError) ? 'error' : 'warning';
  return finding(subject, [...told, ...badUris, ...effect].join('; '), { ...details, severity });
}

/** RFC 9989 §4.7: of a tag that is unknown or has no known value the default counts. */
const isError = ({ kind }: DmarcFault): boolean => kind === 'syntax' || kind === 'policy';
