// The order in which addresses are tried, and how many of them (RFC 5321 §5.1, docs/behaviour.md):
//
//   1. Lowest preference first. Equals are shuffled by the question's seed: hosts, then addresses.
//   2. Within a preference IPv4 and IPv6 take turns, so that one broken family costs one try.
//   3. Addresses that failed lately are skipped; when nothing else is there, the one whose probe is
//      due first is tried, so that in time every one is.
//   4. Five addresses; more only so that each preference has one. The last slots are kept for
//      preferences not yet shown, one for the family not yet shown.
import { isIpv6 } from '../base/ip.ts';
import { seeded, shuffled } from '../base/random.ts';
import { between, printDuration } from '../base/time.ts';
import type { Candidate } from './candidates.ts';
import type { BadHost, Question, RouteSettings } from './question.ts';
import type { Left, Target } from './target.ts';

interface Chosen {
  readonly targets: readonly Target[];
  readonly left: readonly Left[];
}

/** At least one target, since there is at least one candidate. */
export function chooseTargets(candidates: readonly Candidate[], question: Question): Chosen {
  const ordered = levelsOf(candidates, question.seed);
  const bad = new Map(question.health.map((host) => [host.address, host]));
  const isSkipped = ({ address }: Candidate): boolean => {
    const entry = bad.get(address);
    return entry !== undefined && entry.probeAt > question.now;
  };
  const fit = ordered
    .map((level) => level.filter((candidate) => !isSkipped(candidate)))
    .filter((level) => level.length > 0);
  const levels = fit.length > 0 ? fit : [[dueFirst(ordered.flat(), bad)]];
  const taken = takeSlots(levels, question.settings);
  const left = ordered
    .flat()
    .filter((candidate) => !taken.includes(candidate))
    .map((candidate) => leftOut(candidate, isSkipped(candidate), { bad, question }));
  return { targets: taken.map((candidate) => asTarget(candidate, { bad, question })), left };
}

/** One list for each preference, lowest first, each in the order of trying. */
function levelsOf(candidates: readonly Candidate[], seed: number): Candidate[][] {
  const integer = seeded(seed);
  const byPreference = groupBy(candidates, (candidate) => candidate.preference ?? 0);
  return [...byPreference.keys()]
    .sort((a, b) => a - b)
    .map((preference) => {
      const byHost = groupBy(byPreference.get(preference) ?? [], (candidate) => candidate.host);
      const hosts = shuffled([...byHost.values()], integer);
      return takingTurns(hosts.flatMap((addresses) => shuffled(addresses, integer)));
    });
}

function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** Alternates the families, the first one's first; within a family the order stays. */
function takingTurns(level: readonly Candidate[]): Candidate[] {
  const first = level[0];
  if (!first) return [];
  const same = level.filter(({ address }) => isIpv6(address) === isIpv6(first.address));
  const other = level.filter(({ address }) => isIpv6(address) !== isIpv6(first.address));
  return Array.from({ length: Math.max(same.length, other.length) }, (_, turn) =>
    [same[turn], other[turn]].filter((candidate) => candidate !== undefined),
  ).flat();
}

/** The address whose probe is due first: after it fails again another one is. */
function dueFirst(candidates: readonly Candidate[], bad: ReadonlyMap<string, BadHost>): Candidate {
  const dueAt = ({ address }: Candidate): number => bad.get(address)?.probeAt ?? 0;
  return candidates.reduce((best, each) => (dueAt(each) < dueAt(best) ? each : best));
}

/** The first of each level, then the others from the lowest level up, as far as there are slots. */
function takeSlots(
  levels: readonly (readonly Candidate[])[],
  { addressesMax, addressesHardMax }: RouteSettings,
): Candidate[] {
  const slots = Math.min(Math.max(2, addressesMax, levels.length), Math.max(2, addressesHardMax));
  const firsts = levels.flatMap((level) => level.slice(0, 1)).slice(0, slots);
  const others = levels.flatMap((level) => level.slice(1)).slice(0, slots - firsts.length);
  const taken = new Set(withBothFamilies(levels, firsts, others));
  return levels.flat().filter((candidate) => taken.has(candidate));
}

/**
 * A family that was not shown gets the last slot that shows no level, else the last level of its.
 */
function withBothFamilies(
  levels: readonly (readonly Candidate[])[],
  firsts: readonly Candidate[],
  others: readonly Candidate[],
): readonly Candidate[] {
  const [first] = firsts;
  const isOther = ({ address }: Candidate): boolean =>
    first !== undefined && isIpv6(address) !== isIpv6(first.address);
  const taken = [...firsts, ...others];
  const place = levels.findLastIndex((level) => level.some(isOther));
  if (place < 0 || taken.some(isOther)) return taken;
  const owed = (others.length > 0 ? levels.flat() : (levels[place] ?? [])).filter(isOther);
  const slot = others.length > 0 ? taken.length - 1 : Math.min(place, taken.length - 1);
  return taken.toSpliced(slot, 1, ...owed.slice(0, 1));
}

interface Context {
  readonly bad: ReadonlyMap<string, BadHost>;
  readonly question: Question;
}

function asTarget(candidate: Candidate, { bad, question }: Context): Target {
  const failed = bad.get(candidate.address);
  const because = failed
    ? `${candidate.because}; ${failureOf(failed, question)}, tried again now`
    : candidate.because;
  const port = question.settings.smtpPort;
  return { ...candidate, port, security: { kind: 'opportunistic' }, because };
}

function leftOut(candidate: Candidate, isSkipped: boolean, { bad, question }: Context): Left {
  const { host, address, preference } = candidate;
  const place = { host, address, ...(preference === undefined ? {} : { preference }) };
  const failed = bad.get(address);
  if (!isSkipped || !failed) {
    return { kind: 'surplus', ...place, because: 'enough other addresses are tried before it' };
  }
  const wait = printDuration(between(question.now, failed.probeAt));
  return {
    kind: 'memory',
    ...place,
    because: `${failureOf(failed, question)}; next try in ${wait}`,
  };
}

function failureOf({ since, because }: BadHost, { now }: Question): string {
  return `it failed ${printDuration(between(since, now))} ago (${because})`;
}
