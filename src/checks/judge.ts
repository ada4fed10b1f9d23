// Judges an observation: every rule on its facts. Pure, and the same to the byte for the same
// observation. A rule that wants what was not observed (by an older version, say) is `unknown`; a
// rule that throws is a fault of ours and must not take the others with it.
import { conclude, FactBook } from './fact-book.ts';
import type { Observation } from './observation.ts';
import type { Rule } from './rule.ts';
import { THE_DOMAIN } from './subject.ts';
import { skipped, unknown, type Verdict } from './verdict.ts';
import { keyOf } from './want.ts';

export interface Judgement {
  readonly rule: Rule;
  readonly verdicts: readonly Verdict[];
}

/** One judgement for each rule, in the order of the rules. */
export function judge(observation: Observation, rules: readonly Rule[]): readonly Judgement[] {
  const book = new FactBook(observation.facts);
  return rules.map((rule) => ({ rule, verdicts: verdictsOf(rule, observation, book) }));
}

function verdictsOf(rule: Rule, { about }: Observation, book: FactBook): readonly Verdict[] {
  if (rule.needs === 'recipients' && !about.mayAskRecipients) return [WITHOUT_CONSENT];
  try {
    const concluded = conclude(rule.judge(about), book);
    if (concluded.kind === 'value') return concluded.value;
    const wanted = concluded.wants.map(keyOf).slice(0, 3).join(', ');
    return [unknown(THE_DOMAIN, `the observation does not say: ${wanted}`)];
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return [unknown(THE_DOMAIN, `the rule itself failed (${because}); please report it`)];
  }
}

const WITHOUT_CONSENT: Verdict = skipped(
  THE_DOMAIN,
  'it asks mail hosts for recipients: for domains of this server, or with --probe-recipients',
);
