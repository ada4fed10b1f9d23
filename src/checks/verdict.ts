// What a rule says of a subject. Outcome and severity are two things: "could not be tested" is an
// outcome of its own, never a fault and never an alert.
import type { Duration, Instant } from '../base/time.ts';
import { printReply, type Reply } from '../smtp/reply.ts';
import type { Subject } from './subject.ts';

/**
 * critical: mail is lost now; error: some mail is lost, or all will be when one thing more fails.
 */
export const SEVERITIES = ['critical', 'error', 'warning', 'notice', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Who must act: whoever runs the domain, its DNS, its mail hosts, or somebody else altogether. */
export type Actor = 'domain' | 'dns-host' | 'mail-host' | 'other';

/** What to do, ready to paste. */
export type Mend =
  /** A line of zone text, every name absolute. */
  | { readonly kind: 'record'; readonly text: string }
  /** A setting of a mail or name server, or a sentence that says what to change there. */
  | { readonly kind: 'setting'; readonly text: string };

export interface Finding {
  readonly outcome: 'finding';
  readonly subject: Subject;
  /** Absent: the severity of the rule. */
  readonly severity?: Severity;
  /** One sentence with the facts: what was seen, where. May hold foreign text as it came. */
  readonly says: string;
  readonly actor: Actor;
  readonly mend?: Mend;
  /** How long until a change is seen everywhere (the TTL that was served). */
  readonly shows?: Duration;
  /** When it breaks, where it has not yet: a certificate that ends. */
  readonly breaksAt?: Instant;
  /** Ids of the facts behind it (`D3`, `S1`), for `--evidence`. */
  readonly evidence: readonly string[];
}

export type Verdict =
  | {
      readonly outcome: 'pass';
      readonly subject: Subject;
      readonly says?: string;
      readonly evidence?: readonly string[];
    }
  | Finding
  /** Could not be tested; `reply` is what the other side said, as it came. */
  | {
      readonly outcome: 'unknown';
      readonly subject: Subject;
      readonly because: string;
      readonly reply?: string;
      readonly evidence?: readonly string[];
    }
  | { readonly outcome: 'not-applicable'; readonly subject: Subject; readonly because: string }
  /** Nobody agreed to this test. */
  | { readonly outcome: 'skipped'; readonly subject: Subject; readonly because: string };

/** For what is either something to judge, or the verdict that says why there is nothing. */
export const isVerdict = (value: object): value is Verdict => 'outcome' in value;

export function pass(subject: Subject, says?: string, evidence?: readonly string[]): Verdict {
  return {
    outcome: 'pass',
    subject,
    ...(says !== undefined && { says }),
    ...(evidence !== undefined && { evidence }),
  };
}

export type FindingDetails = Omit<Finding, 'outcome' | 'subject' | 'says' | 'evidence'> & {
  readonly evidence?: readonly string[];
};

export function finding(subject: Subject, says: string, details: FindingDetails): Verdict {
  return { outcome: 'finding', subject, says, evidence: [], ...details };
}

export function unknown(subject: Subject, because: string, evidence?: readonly string[]): Verdict {
  return { outcome: 'unknown', subject, because, ...(evidence !== undefined && { evidence }) };
}

/** The reply itself is the reason, and is quoted. */
export function unknownReply(
  subject: Subject,
  because: string,
  reply: Reply,
  evidence: readonly string[] = [],
): Verdict {
  return { outcome: 'unknown', subject, because, reply: printReply(reply), evidence };
}

export function notApplicable(subject: Subject, because: string): Verdict {
  return { outcome: 'not-applicable', subject, because };
}

export function skipped(subject: Subject, because: string): Verdict {
  return { outcome: 'skipped', subject, because };
}
