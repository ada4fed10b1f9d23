// DMARC-REMOVED: what RFC 9989 took out of DMARC, and old readers still expect.

import type { DmarcRecord } from '../../../policies/dmarc.ts';
import { hasValidUri, REMOVED_TAGS } from '../../../policies/dmarc.ts';
import { printTagList, type Tag } from '../../../policies/tag-list.ts';
import type { Rule } from '../../rule.ts';
import { finding, isVerdict, pass, SEVERITIES, type Severity } from '../../verdict.ts';
import { txtMend } from '../txt-record.ts';
import { appliedRecord } from './record.ts';

export const removed: Rule = {
  id: 'DMARC-REMOVED',
  title: 'The DMARC record means the same to old and new readers',
  severity: 'warning',
  why:
    'RFC 9989 took pct, rf, ri and the size behind a URI out, and made p optional. A record that ' +
    'uses them is read in two ways: with pct=10 old receivers apply the policy to a tenth of the ' +
    'mail, and new ones to all of it.',
  wrong: '_dmarc.example.com.  TXT "v=DMARC1; p=reject; pct=10; rua=mailto:dmarc@example.com!10m"',
  right: '_dmarc.example.com.  TXT "v=DMARC1; p=reject; t=y; rua=mailto:dmarc@example.com"',
  remedy:
    'Take pct, rf, ri and sizes out. To try a policy out write t=y. Write p, and write it ' +
    'second, since old readers want it there.',
  sources: ['RFC 9989 §4.7', 'RFC 9989 §A.6', 'RFC 9989 §C.5.2', 'RFC 7489 §6.3'],
  *judge(about) {
    const applied = yield* appliedRecord(about);
    if (isVerdict(applied)) return [applied];
    const { subject, name, record, details } = applied;
    const concerns = concernsOf(record);
    if (concerns.length === 0) return [pass(subject, undefined, details.evidence)];
    const says = concerns.map(({ because }) => because).join('; ');
    const severity = SEVERITIES.find((each) => concerns.some((one) => one.severity === each));
    const mend = txtMend(name, rewritten(record));
    return [finding(subject, says, { ...details, ...mend, severity: severity ?? 'warning' })];
  },
};

interface Concern {
  readonly severity: Severity;
  readonly because: string;
}

function concernsOf(record: DmarcRecord): readonly Concern[] {
  const { tags, aggregateReports, failureReports } = record;
  const concerns: Concern[] = [];
  for (const { name, value } of tags.filter((tag) => REMOVED_TAGS.includes(tag.name))) {
    const isPart = name === 'pct' && value !== '100';
    const effect = isPart ? ': new receivers apply the policy to all mail' : '';
    const because = `${name}=${value} is no part of DMARC any more${effect}`;
    concerns.push({ severity: isPart ? 'warning' : 'info', because });
  }
  const sized = [...aggregateReports, ...failureReports].find(({ size }) => size !== undefined);
  if (sized) {
    const because = `the size "!${sized.size}" is no part of DMARC any more`;
    concerns.push({ severity: 'warning', because });
  }
  const at = tags.findIndex(({ name }) => name === 'p');
  if (at > 1) {
    concerns.push({
      severity: 'info',
      because: 'p is not the second tag, where old readers want it',
    });
  }
  if (at < 0) {
    const isRead = hasValidUri(aggregateReports);
    const because = isRead
      ? 'p is missing, which means none, and old readers do not take the record at all'
      : 'p is missing, and without an address in rua receivers leave DMARC alone';
    concerns.push({ severity: isRead ? 'warning' : 'error', because });
  }
  return concerns;
}

/** Without what was removed, and with p in the second place. */
function rewritten({ tags, policy }: DmarcRecord): string {
  const kept = tags.filter(({ name }) => !['v', 'p', ...REMOVED_TAGS].includes(name));
  const clean = kept.map(({ name, value }): Pick<Tag, 'name' | 'value'> => {
    const isList = name === 'rua' || name === 'ruf';
    return {
      name,
      value: isList ? value.replace(/!\d{1,20}[kmgt]?(?=[ \t]*(?:,|$))/gi, '') : value,
    };
  });
  const head = [
    { name: 'v', value: 'DMARC1' },
    { name: 'p', value: policy ?? 'none' },
  ];
  return printTagList([...head, ...clean]);
}
