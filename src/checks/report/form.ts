// What every form of a report gets, and what it owes: text for the beginning, for each domain, and
// for the end, so that a list of a thousand domains is printed as it is checked.
import { type SpfTree, spfTree } from '../../policies/spf-tree.ts';
import type { About } from '../about.ts';
import { observedOf } from '../drill/observed.ts';
import { conclude, FactBook } from '../fact-book.ts';
import { fromDns, type Inquiry } from '../inquiry.ts';
import { judge } from '../judge.ts';
import { type Matrix, matrixOf } from '../matrix.ts';
import type { Observation } from '../observation.ts';
import { type Report, reportOf } from '../report.ts';
import type { Rule } from '../rule.ts';
import { RULES } from '../rules/all.ts';

/** A judged observation, and the pictures that go with it, where it holds what they need. */
export interface View {
  readonly report: Report;
  readonly matrix?: Matrix;
  readonly spf?: SpfTree;
}

export interface Form {
  begin(): string;
  one(view: View): string;
  end(): string;
}

/** Judges an observation by every rule. */
export function viewOf(observation: Observation): View {
  const { about } = observation;
  const judgements = judge(observation, RULES);
  const report = reportOf(observation, judgements);
  const book = new FactBook(observation.facts);
  const matrix = conclude(matrixOf(about, judgements), book);
  const spf = conclude(fromDns(spfTree(about.domain)), book);
  return {
    report,
    ...(matrix.kind === 'value' && { matrix: matrix.value }),
    ...(spf.kind === 'value' && { spf: spf.value }),
  };
}

/** All that a view, and a drill, want to know: what a whole observation is made for. */
export const CHECK_INQUIRIES: readonly ((about: About) => Inquiry<unknown>)[] = [
  ...RULES.map((rule) => (about: About) => inquiryOf(rule, about)),
  (about) => fromDns(spfTree(about.domain)),
  observedOf,
];

function* inquiryOf(rule: Rule, about: About): Inquiry<void> {
  if (rule.needs !== 'recipients' || about.mayAskRecipients) yield* rule.judge(about);
}
