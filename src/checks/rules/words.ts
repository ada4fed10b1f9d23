// Lists of anything, as all rules write them.

const LISTED_MAX = 6;

/** `a, b and c`; of many only the first, and how many more. */
export function listText(all: readonly string[]): string {
  if (all.length > LISTED_MAX) {
    return `${all.slice(0, LISTED_MAX).join(', ')} and ${all.length - LISTED_MAX} more`;
  }
  const last = all.at(-1) ?? 'nothing';
  return all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${last}` : last;
}
