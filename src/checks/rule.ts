// A rule: what it is called, why it matters, and the pure function that judges. Its file is also
// its page in the manual (`docs/checks/`), which is made from these fields.
import type { About } from './about.ts';
import type { Inquiry } from './inquiry.ts';
import type { Severity, Verdict } from './verdict.ts';

export interface Rule {
  /** Stable for ever: `MX-TARGET-CNAME`. */
  readonly id: string;
  /** What is as it should be when the rule passes: `Every exchange has an address`. */
  readonly title: string;
  /** Of its findings, where they do not say otherwise. */
  readonly severity: Severity;
  /** What happens to mail when it is broken; a short paragraph. */
  readonly why: string;
  /** Two examples, as zone text or as a piece of a dialogue. */
  readonly wrong: string;
  readonly right: string;
  /** What to do about it; a short paragraph. */
  readonly remedy: string;
  /** `RFC 5321 §5.1`. */
  readonly sources: readonly string[];
  /** `recipients`: it needs RCPT of others than postmaster, so somebody must have agreed. */
  readonly needs?: 'recipients';
  /**
   * Yields what it wants to know, returns one verdict for each subject (at least one in all). Pure:
   * the same facts give the same verdicts, in the same order.
   */
  judge(about: About): Inquiry<readonly Verdict[]>;
}
