// Domain names. A `Name` is made only here: an absolute name in presentation form (RFC 1035 §5.1,
// `mail.example.com.`, the root is `.`), its case kept as it was given, bytes that are not plain
// written as `\.`, `\\` or `\DDD`. Being text it can be a key, be compared and be stored as JSON.

declare const name: unique symbol;
export type Name = string & { readonly [name]: true };

export const ROOT = '.' as Name;

/** The name with ASCII letters in lower case: equal keys are equal names (RFC 4343 §3). */
export function nameKey(of: Name): string {
  return of.toLowerCase();
}
