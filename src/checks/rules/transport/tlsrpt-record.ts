// TLSRPT-RECORD: the record that asks senders for reports about their TLS connections.

import { isTlsRptText, parseTlsRptRecord } from '../../../policies/tls-rpt.ts';
import type { Rule } from '../../rule.ts';
import { finding, isVerdict, notApplicable, pass } from '../../verdict.ts';
import { shownAfter } from '../txt-record.ts';
import { transportTexts } from './sts.ts';

export const tlsRptRecord: Rule = {
  id: 'TLSRPT-RECORD',
  title: 'The TLS-RPT record can be read',
  severity: 'warning',
  why:
    'Senders report failures of TLS, DANE and MTA-STS to the addresses in this record. With ' +
    'several records, or one that cannot be read, nobody reports anything.',
  wrong: '_smtp._tls.example.com.  TXT "v=TLSRPTv1 rua=mailto:tls@example.com"',
  right: '_smtp._tls.example.com.  TXT "v=TLSRPTv1; rua=mailto:tls@example.com"',
  remedy: 'Publish exactly one record, that begins with v=TLSRPTv1; and has rua.',
  sources: ['RFC 8460 §3'],
  *judge(about) {
    const seen = yield* transportTexts(about, '_smtp._tls');
    if (isVerdict(seen)) return [seen];
    const { subject, fact, texts } = seen;
    const details = { actor: 'domain', ...shownAfter(fact.lookup), evidence: [fact.id] } as const;
    const [text, ...more] = texts.filter(isTlsRptText);
    if (more.length > 0) {
      const says = `there are ${more.length + 1} TLS-RPT records, so none of them counts`;
      return [finding(subject, says, details)];
    }
    if (text !== undefined) {
      const record = parseTlsRptRecord(text);
      if (record.kind === 'tls-rpt') return [pass(subject, undefined, details.evidence)];
      return [finding(subject, `at character ${record.at}: ${record.because}`, details)];
    }
    if (!texts.some((each) => /tlsrpt/i.test(each))) {
      return [notApplicable(subject, 'the domain has no TLS-RPT record')];
    }
    const says = 'at character 1: the record does not begin with "v=TLSRPTv1;", so nobody reads it';
    return [finding(subject, says, details)];
  },
};
