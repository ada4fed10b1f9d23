// How pure code asks the DNS: a generator that yields the questions it has now, all at once, and is
// resumed with one lookup for each, in their order. Whoever drives it decides where answers come
// from: a resolver, a walk from the root, or an observation that was saved years ago.
import type { Lookup } from '../dns/lookup.ts';
import type { Name } from '../dns/name.ts';
import type { TypeCode } from '../dns/packet.ts';
import type { RecordData } from '../dns/records/record-data.ts';

export interface DnsQuestion {
  readonly name: Name;
  readonly type: TypeCode;
}

export type DnsInquiry<T> = Generator<readonly DnsQuestion[], T, readonly Lookup<RecordData>[]>;

/** One question on its own. */
export function* askDns(name: Name, type: TypeCode): DnsInquiry<Lookup<RecordData>> {
  const [lookup] = yield [{ name, type }];
  return lookup ?? NOT_ANSWERED;
}

/** Several questions at once. */
export function* askAllDns(
  questions: readonly DnsQuestion[],
): DnsInquiry<readonly Lookup<RecordData>[]> {
  if (questions.length === 0) return [];
  const lookups = yield questions;
  return questions.map((_, at) => lookups[at] ?? NOT_ANSWERED);
}

const NOT_ANSWERED: Lookup<RecordData> = {
  kind: 'failure',
  failure: 'unreachable',
  because: 'nobody was asked',
};
