// STS-RECORD: the TXT record that tells senders that there is an MTA-STS policy.

import { hostText } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { isStsText, parseStsRecord } from '../../../policies/mta-sts.ts';
import { textsOf } from '../../../policies/tag-list.ts';
import type { About } from '../../about.ts';
import { type Inquiry, lookup } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { finding, isVerdict, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { shownAfter, txtMend } from '../txt-record.ts';
import { type TransportTexts, transportTexts } from './sts.ts';

export const stsRecord: Rule = {
  id: 'STS-RECORD',
  title: 'The MTA-STS record can be read',
  severity: 'error',
  why:
    'Senders that know MTA-STS fetch the policy only if exactly one record says that there is ' +
    'one, and fetch it anew only when the id in it changes. With several records, or one that ' +
    'cannot be read, they take the domain as one without MTA-STS.',
  wrong: '_mta-sts.example.com.  TXT "v=STSv1; id=2026-06-01"',
  right: '_mta-sts.example.com.  TXT "v=STSv1; id=20260601"',
  remedy:
    'Publish one record, with an id of 1 to 32 letters and digits, and change the id whenever ' +
    'the policy changes.',
  sources: ['RFC 8461 §3.1'],
  *judge(about) {
    const seen = yield* transportTexts(about, '_mta-sts');
    if (isVerdict(seen)) return [seen];
    const records = seen.texts.filter(isStsText);
    return [records.length === 0 ? yield* judgeAbsent(about, seen) : judgeRecords(seen, records)];
  },
};

function judgeRecords({ subject, fact, texts }: TransportTexts, records: readonly string[]) {
  const details = { actor: 'domain', ...shownAfter(fact.lookup), evidence: [fact.id] } as const;
  const [text = ''] = records;
  if (records.length > 1) {
    const says = `there are ${records.length} MTA-STS records, so none of them counts`;
    return finding(subject, says, details);
  }
  const record = parseStsRecord(text);
  if (record.kind === 'sts-record-fault') {
    return finding(subject, `at character ${record.at}: ${record.because}`, details);
  }
  const others = texts.length - records.length;
  const says = others > 0 ? `senders pass over ${others} other TXT records there` : undefined;
  return pass(subject, says, details.evidence);
}

function* judgeAbsent(about: About, seen: TransportTexts): Inquiry<Verdict> {
  const { name, subject, fact, texts, hasMx } = seen;
  const details = { actor: 'domain', ...shownAfter(fact.lookup), evidence: [fact.id] } as const;
  const broken = texts.find((text) => /stsv/i.test(text));
  if (broken !== undefined) {
    const says = 'at character 1: the record does not begin with "v=STSv1;", so nobody reads it';
    return finding(subject, says, details);
  }
  const { id, lookup: known } = yield* lookup(about.domain, TYPE.TXT);
  const misplaced = textsOf(known).find(isStsText);
  if (misplaced !== undefined) {
    const where = hostText(about.domain);
    const says = `the MTA-STS record stands at ${where}, where nobody looks for it`;
    return finding(subject, says, { ...details, ...txtMend(name, misplaced), evidence: [id] });
  }
  if (!hasMx) return notApplicable(subject, 'the domain has no MX records');
  const says =
    'the domain has no MTA-STS: senders without DANE cannot tell whether somebody on the way ' +
    'took TLS out';
  return finding(subject, says, { ...details, severity: 'info' });
}
