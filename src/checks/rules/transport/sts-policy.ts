// STS-POLICY: the policy can be read, and is kept for long enough to protect.

import { days, printDuration, seconds } from '../../../base/time.ts';
import type { StsPolicy } from '../../../policies/mta-sts.ts';
import type { Rule } from '../../rule.ts';
import { finding, isVerdict, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { mediaType, type ReadPolicy, readPolicy } from './sts.ts';

export const stsPolicy: Rule = {
  id: 'STS-POLICY',
  title: 'The MTA-STS policy can be read',
  severity: 'error',
  why:
    'A policy that cannot be read is none. One that is kept for less than a day protects hardly ' +
    'anybody: whoever blocks the fetch for that long is rid of it.',
  wrong: 'version: STSv1\nmode: enforced\nmx: mail.example.com\nmax_age: 3600',
  right: 'version: STSv1\nmode: enforce\nmx: mail.example.com\nmax_age: 604800',
  remedy:
    'Write one field a line: version, mode, one mx for each exchange, and a max_age of one to ' +
    'several weeks; change the id in the record after.',
  sources: ['RFC 8461 §3.2'],
  *judge(about) {
    const seen = yield* readPolicy(about);
    return [isVerdict(seen) ? seen : judgePolicy(seen)];
  },
};

function judgePolicy({ subject, fact, read }: ReadPolicy): Verdict {
  const details = { actor: 'domain', evidence: [fact.id] } as const;
  if (read.kind === 'sts-policy-fault') {
    const isText = fact.page.kind === 'answered' && mediaType(fact.page.headers) === 'text/plain';
    if (!isText) return notApplicable(subject, 'what is served there is no text');
    return finding(subject, inWords(read.faults), details);
  }
  const concerns = [inWords(read.remarks), ageConcern(read)].filter((each) => each !== '');
  if (concerns.length === 0) return pass(subject, undefined, [fact.id]);
  return finding(subject, concerns.join('; '), { ...details, severity: 'warning' });
}

const TOLD_MAX = 5;

function inWords(faults: StsPolicy['remarks']): string {
  const told = faults
    .slice(0, TOLD_MAX)
    .map(({ line, because }) => (line === 0 ? because : `line ${line}: ${because}`));
  const more = faults.length - told.length;
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function ageConcern({ mode, maxAgeSeconds }: StsPolicy): string {
  // RFC 8461 §8.3: a policy on its way out is meant to be short.
  if (mode === 'none' || seconds(maxAgeSeconds) >= days(1)) return '';
  return `senders keep it for ${printDuration(seconds(maxAgeSeconds))} alone (max_age)`;
}
