// What a question brought. Four kinds and no more: whoever asks the DNS must tell them apart, since
// "there is no such name" is final and "the server failed" is not (RFC 2308).
import type { Name } from './name.ts';

/** Why nothing is known. All of these mean: ask again later. */
export type LookupFailure =
  | 'servfail'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'bogus'
  | 'malformed'
  | 'alias-loop';

interface Known {
  /** Seconds for which this may be believed, from the moment it was asked (0 to 86,400). */
  readonly ttlSeconds: number;
  /** Did the resolver say (AD bit) that the answer is proven by DNSSEC? */
  readonly secure: boolean;
  /** Aliases (CNAME) that were followed, first to last; empty where there were none. */
  readonly aliases: readonly Name[];
}

export type Lookup<T> =
  | (Known & { readonly kind: 'records'; readonly records: readonly T[] })
  | (Known & { readonly kind: 'no-data' })
  | (Known & { readonly kind: 'no-name' })
  | { readonly kind: 'failure'; readonly failure: LookupFailure; readonly because: string };
