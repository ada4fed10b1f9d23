// SPF-NOMAIL: a domain that takes no mail says that nobody sends with its name.

import { endingOf, type SpfEnding } from '../../../policies/spf-tree.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, isVerdict, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { intakeOf, unlisted } from '../mx/intake.ts';
import { shownAfter, txtMend } from '../txt-record.ts';
import { publishedSpf, type SpfSeen, spfSeen, withoutTexts } from './published-spf.ts';

export const nomail: Rule = {
  id: 'SPF-NOMAIL',
  title: 'A domain that takes no mail says that it sends none',
  severity: 'warning',
  why:
    'A domain with null MX cannot take an answer or a bounce, so no honest mail is sent with its ' +
    'name. As long as its SPF record does not say so, forgers may use it.',
  wrong: 'example.com.  MX 0 .\nexample.com.  TXT "v=spf1 ~all"',
  right: 'example.com.  MX 0 .\nexample.com.  TXT "v=spf1 -all"',
  remedy: 'Publish "v=spf1 -all"; or, where the domain does send, MX records that name a host.',
  sources: ['RFC 7505 §4.2', 'RFC 7208 §10.1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind === 'failure') return [unlisted(intake)];
    if (intake.kind !== 'null') return [notApplicable(THE_DOMAIN, 'the domain has no null MX')];
    if (about.declared.senders.length > 0) {
      return [notApplicable(THE_DOMAIN, 'addresses are declared that send its mail')];
    }
    const published = yield* publishedSpf(about);
    const without = withoutTexts(published);
    if (without) return [without];
    if (published.records.length === 0) {
      return [
        finding(
          THE_DOMAIN,
          'the domain takes no mail, and has no SPF record to say it sends none',
          {
            actor: 'domain',
            ...txtMend(about.domain, 'v=spf1 -all'),
            ...shownAfter(published.found),
            evidence: [published.id],
          },
        ),
      ];
    }
    const seen = yield* spfSeen(about);
    return [isVerdict(seen) ? seen : verdictOn(seen)];
  },
};

/** The effect counts, not the text: a redirect to a record that says -all is as good. */
function verdictOn({ about, tree, root, own, failures }: SpfSeen): Verdict {
  const ending = endingOf(root);
  if (ending.kind !== 'unreadable' && !isRightEnding(ending)) {
    return notApplicable(THE_DOMAIN, 'how the record ends is the first fault: SPF-ALL');
  }
  const refuses = ending.kind === 'all' && ending.qualifier === '-';
  const isNobody = tree.ipv4Count + tree.ipv6Count === 0 && !tree.isOpen && !tree.isCut;
  if (!isNobody) {
    return notApplicable(THE_DOMAIN, 'the record lets hosts send: MX-NONE-BUT-SENDS');
  }
  const [failure] = failures;
  if (refuses && failure === undefined) {
    return pass(THE_DOMAIN, root.record.text, own.evidence);
  }
  if (failure !== undefined) return unknown(THE_DOMAIN, failure, own.evidence);
  const says = `the domain takes no mail, and its SPF record is "${root.record.text}"`;
  const mend = txtMend(about.domain, 'v=spf1 -all');
  return finding(THE_DOMAIN, `${says}, not "v=spf1 -all"`, { ...own, ...mend });
}

const isRightEnding = (ending: SpfEnding): boolean =>
  ending.kind === 'all' && (ending.qualifier === '-' || ending.qualifier === '~');
