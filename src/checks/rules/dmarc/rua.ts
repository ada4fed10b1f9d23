// DMARC-RUA: where aggregate reports go.

import type { Rule } from '../../rule.ts';
import { finding, isVerdict, pass, type Severity, type Verdict } from '../../verdict.ts';
import { type Applied, appliedRecord } from './record.ts';
import { judgeMailboxes } from './report-address.ts';

/** What RFC 7489 §6.3 asked receivers to support at least. */
const URIS_SURE = 2;

export const rua: Rule = {
  id: 'DMARC-RUA',
  title: 'Aggregate reports go to mailboxes that can be reached',
  severity: 'warning',
  why:
    'Aggregate reports are how the owner learns who sends in the name of the domain, and which ' +
    'servers of the domain would fail. Without rua nobody sends any, and a policy cannot be ' +
    'raised safely.',
  wrong: '_dmarc.example.com.  TXT "v=DMARC1; p=none; rua=dmarc@example.com"',
  right: '_dmarc.example.com.  TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"',
  remedy:
    'Name one or two mailboxes, each with mailto: before it, separated by a comma, at domains ' +
    'that take mail.',
  sources: ['RFC 9989 §4.7', 'RFC 9989 §4.6', 'RFC 7489 §6.3'],
  *judge(about) {
    const applied = yield* appliedRecord(about);
    if (isVerdict(applied)) return [applied];
    const uris = applied.record.aggregateReports.map(({ uri }) => uri);
    return [judgeList(applied), ...(yield* judgeMailboxes(uris))];
  },
};

function judgeList({ subject, record, details }: Applied): Verdict {
  const { aggregateReports: reports } = record;
  if (reports.length === 0) {
    return finding(subject, 'there is no rua, so nobody sends reports', details);
  }
  const bad = reports.flatMap(({ text, uri }) =>
    uri.kind === 'uri-fault' ? [`"${text}": ${uri.because}`] : [],
  );
  const isMailed = reports.some(({ uri }) => uri.kind === 'mailto');
  const concerns = [
    ...bad,
    ...(bad.length === 0 && !isMailed ? ['receivers need not send but to mailto:'] : []),
    ...(reports.length > URIS_SURE
      ? [`there are ${reports.length} addresses, and some receivers take ${URIS_SURE} alone`]
      : []),
  ];
  if (concerns.length === 0) return pass(subject, undefined, details.evidence);
  const severity: Severity = bad.length > 0 ? 'error' : 'warning';
  return finding(subject, concerns.join('; '), { ...details, severity });
}
