// STS-MODE: a policy that is being tried out, or enforced, while nobody would hear of its failures.

import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { finding, isVerdict, pass } from '../../verdict.ts';
import { txtMend } from '../txt-record.ts';
import { transportTexts, validPolicy } from './sts.ts';

export const stsMode: Rule = {
  id: 'STS-MODE',
  title: 'The MTA-STS policy protects, and its failures are reported',
  severity: 'notice',
  why:
    'Under testing senders deliver whatever happens, and only their reports (TLS-RPT) say what ' +
    'would have failed: without them the test has no result. Under enforce the reports are the ' +
    'first to say that mail is held up. With none the policy is off.',
  wrong: 'mode: testing\n_smtp._tls.example.com.  TXT ?  → NXDOMAIN',
  right: 'mode: enforce\n_smtp._tls.example.com.  TXT "v=TLSRPTv1; rua=mailto:tls@example.com"',
  remedy:
    'Publish a TLS-RPT record. When the reports have shown no failure for some weeks, set the ' +
    'mode to enforce and change the id.',
  sources: ['RFC 8461 §5', 'RFC 8460 §1'],
  *judge(about) {
    const seen = yield* validPolicy(about);
    if (isVerdict(seen)) return [seen];
    const { subject, fact, policy } = seen;
    const { mode } = policy;
    if (mode === 'none') {
      const says = 'the policy is off (mode none)';
      return [finding(subject, says, { severity: 'info', actor: 'domain', evidence: [fact.id] })];
    }
    const reports = yield* transportTexts(about, '_smtp._tls');
    if (isVerdict(reports)) return [reports];
    const evidence = [fact.id, reports.fact.id];
    // One that cannot be read is the matter of TLSRPT-RECORD.
    if (reports.texts.some(isMeant)) return [pass(subject, `the mode is ${mode}`, evidence)];
    const text = `v=TLSRPTv1; rua=mailto:tls-reports@${hostText(about.domain)}`;
    const says = `the mode is ${mode}, and without TLS-RPT nobody reports what fails`;
    return [finding(subject, says, { actor: 'domain', ...txtMend(reports.name, text), evidence })];
  },
};

const isMeant = (text: string): boolean => /tlsrpt/i.test(text);
