// Several inquiries side by side: what they ask now is asked at once, in one batch.
import { askAllDns, type DnsInquiry } from './inquiry.ts';

/** The results in the order of the inquiries. */
export function* together<T>(inquiries: readonly DnsInquiry<T>[]): DnsInquiry<readonly T[]> {
  let steps = inquiries.map((inquiry) => inquiry.next());
  while (steps.some(({ done }) => !done)) {
    const lookups = yield* askAllDns(steps.flatMap((step) => (step.done ? [] : step.value)));
    let from = 0;
    steps = steps.map((step, at) => {
      if (step.done) return step;
      const mine = lookups.slice(from, from + step.value.length);
      from += step.value.length;
      return inquiries[at]?.next(mine) ?? step;
    });
  }
  return steps.flatMap((step) => (step.done ? [step.value] : []));
}
