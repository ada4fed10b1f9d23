// DMARC-POLICY: does the record ask receivers for anything?

import { sameName } from '../../../dns/name.ts';
import type { DmarcPolicy } from '../../../policies/dmarc.ts';
import { isWeaker, policyInTest, statedPolicy } from '../../../policies/dmarc.ts';
import type { Rule } from '../../rule.ts';
import { finding, isVerdict, notApplicable, pass } from '../../verdict.ts';
import { type Applied, appliedRecord } from './record.ts';

export const policy: Rule = {
  id: 'DMARC-POLICY',
  title: 'The DMARC policy protects the domain and what is below it',
  severity: 'warning',
  why:
    'With p=none receivers deliver forged mail as if there were no DMARC; it is right while ' +
    'reports are being read. A weaker sp or np leaves the names below open to whoever forges, ' +
    'and t=y asks for one level less than the record says.',
  wrong: '_dmarc.example.com.  TXT "v=DMARC1; p=reject; sp=none; rua=mailto:dmarc@example.com"',
  right: '_dmarc.example.com.  TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"',
  remedy:
    'When reports show that all of your own mail passes, go to quarantine, then to reject, and ' +
    'take t=y, sp and np out, unless names below send mail that does not pass yet.',
  sources: ['RFC 9989 §4.7', 'RFC 9989 §5.1.7'],
  *judge(about) {
    const applied = yield* appliedRecord(about);
    if (isVerdict(applied)) return [applied];
    const { subject, record, isInherited, details } = applied;
    // A policy that cannot be read, or is not there, is the matter of other rules.
    if (record.faults.some(({ kind }) => kind === 'policy')) {
      return [notApplicable(subject, 'its policy cannot be read: DMARC-SYNTAX')];
    }
    const stated = statedPolicy(record, { isSubdomain: isInherited, exists: true });
    if (record.policy === undefined || stated === undefined) {
      return [notApplicable(subject, 'it states no policy: DMARC-REMOVED')];
    }
    const concerns = [
      ...(stated === 'none' ? ['the policy is none: nothing is asked of receivers'] : []),
      ...(isInherited ? [] : weaknessesBelow(applied)),
      ...testConcern(applied, stated),
    ];
    if (concerns.length > 0) return [finding(subject, concerns.join('; '), details)];
    return [pass(subject, `the policy is ${stated}`, details.evidence)];
  },
};

function testConcern({ record }: Applied, stated: DmarcPolicy): readonly string[] {
  if (!record.isTesting || stated === 'none') return [];
  return [`t=y asks for ${policyInTest(stated)} in place of ${stated}`];
}

function weaknessesBelow({ record, domain, organization }: Applied): readonly string[] {
  // RFC 9989 §4.7: sp and np count at the organisational domain alone.
  if (organization !== undefined && !sameName(organization, domain)) return [];
  const { policy: own, subdomainPolicy: sp, nonexistentPolicy: np } = record;
  if (own === undefined) return [];
  return [
    ...(sp && isWeaker(sp, own) ? [`subdomains have ${sp} (sp), the domain ${own}`] : []),
    ...(np && isWeaker(np, sp ?? own)
      ? [`names that do not exist have ${np} (np), others ${sp ?? own}`]
      : []),
  ];
}
