// TLSRPT-RUA: the addresses for reports about TLS can be reached.

import { isTlsRptText, parseTlsRptRecord, type TlsRptRecord } from '../../../policies/tls-rpt.ts';
import type { Rule } from '../../rule.ts';
import {
  finding,
  isVerdict,
  notApplicable,
  pass,
  SEVERITIES,
  type Severity,
} from '../../verdict.ts';
import { judgeMailboxes } from '../dmarc/report-address.ts';
import { shownAfter } from '../txt-record.ts';
import { transportTexts } from './sts.ts';

/** More than that is most likely a mistake, and every sender multiplies it. */
const URIS_SENSIBLE = 2;

export const tlsRptRua: Rule = {
  id: 'TLSRPT-RUA',
  title: 'Reports about TLS go to addresses that can be reached',
  severity: 'warning',
  why:
    'Reports about TLS are how a domain learns that senders cannot deliver by TLS, most often ' +
    'since a certificate was renewed and something else was not. A report to an address that ' +
    'cannot be read or reached is lost, and nobody knows.',
  wrong: '_smtp._tls.example.com.  TXT "v=TLSRPTv1; rua=tls@example.com"',
  right: '_smtp._tls.example.com.  TXT "v=TLSRPTv1; rua=mailto:tls@example.com"',
  remedy:
    'Name one or two addresses, each with mailto: or https: before it, separated by a comma, at ' +
    'domains that take mail.',
  sources: ['RFC 8460 §3'],
  *judge(about) {
    const seen = yield* transportTexts(about, '_smtp._tls');
    if (isVerdict(seen)) return [seen];
    const { subject, fact, texts } = seen;
    const [text, ...more] = texts.filter(isTlsRptText);
    const record = text === undefined ? undefined : parseTlsRptRecord(text);
    if (more.length > 0 || record?.kind !== 'tls-rpt') {
      return [notApplicable(subject, 'there is no TLS-RPT record that counts')];
    }
    const concerns = concernsOf(record);
    const severity = SEVERITIES.find((each) => concerns.some((one) => one.severity === each));
    const says = concerns.map(({ because }) => because).join('; ');
    const list =
      severity === undefined
        ? pass(subject, undefined, [fact.id])
        : finding(subject, says, {
            severity,
            actor: 'domain',
            ...shownAfter(fact.lookup),
            evidence: [fact.id],
          });
    return [list, ...(yield* judgeMailboxes(record.reports))];
  },
};

interface Concern {
  readonly severity: Severity;
  readonly because: string;
}

function concernsOf({ reports }: TlsRptRecord): readonly Concern[] {
  const concerns = reports.flatMap((uri): readonly Concern[] => {
    if (uri.kind === 'uri-fault') {
      return [{ severity: 'warning', because: `"${uri.text}": ${uri.because}` }];
    }
    // RFC 8460 §3: these two and no others.
    if (uri.kind !== 'other') return [];
    return [{ severity: 'warning', because: `"${uri.text}" is neither mailto: nor https:` }];
  });
  if (reports.length <= URIS_SENSIBLE) return concerns;
  return [...concerns, { severity: 'notice', because: `there are ${reports.length} addresses` }];
}
