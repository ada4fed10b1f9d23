// The one member of `Lookup` that says why nothing is known, with the means to make it.
import type { Lookup, LookupFailure } from '../dns/lookup.ts';

export type Failed = Extract<Lookup<never>, { readonly kind: 'failure' }>;

/** `because` is a sentence for the operator, and holds no text from strangers. */
export const failed = (failure: LookupFailure, because: string): Failed => ({
  kind: 'failure',
  failure,
  because,
});
