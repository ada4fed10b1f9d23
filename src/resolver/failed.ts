// The one member of `Lookup` that says why nothing is known, with the means to make it, and which
// of several says most.
import type { Lookup, LookupFailure } from '../dns/lookup.ts';

export type Failed = Extract<Lookup<never>, { readonly kind: 'failure' }>;

/** `because` is a sentence for the operator, and holds no text from strangers. */
export const failed = (failure: LookupFailure, because: string): Failed => ({
  kind: 'failure',
  failure,
  because,
});

/** The failure that says most, first. */
const TELLING: readonly LookupFailure[] = [
  'bogus',
  'servfail',
  'refused',
  'malformed',
  'timeout',
  'unreachable',
];

/** The kind to report where several servers failed; nothing where none did. */
export function mostTelling(failures: readonly Failed[]): LookupFailure | undefined {
  const kinds = new Set(failures.map(({ failure }) => failure));
  return TELLING.find((failure) => kinds.has(failure));
}
