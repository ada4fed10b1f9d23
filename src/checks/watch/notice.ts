// What a watch tells people: only that something changed, since when, and what to do.
import type { Instant } from '../../base/time.ts';
import type { Severity } from '../verdict.ts';

interface About {
  readonly domain: string;
  readonly at: Instant;
}

export type Notice =
  | (About & {
      /** `flapping`: it comes and goes faster than we look. */
      readonly kind: 'broken' | 'worse' | 'recovered' | 'flapping';
      readonly rule: string;
      readonly subject: string;
      readonly severity: Severity;
      readonly since: Instant;
      /** How often it began within the last day. */
      readonly times: number;
      /** Foreign text as it came. */
      readonly says: string;
      readonly mend?: string;
    })
  /** Mail records are other than before, whatever the rules say of them. */
  | (About & {
      readonly kind: 'changed';
      /** `example.com MX`. */
      readonly record: string;
      readonly before: readonly string[];
      readonly now: readonly string[];
    });
