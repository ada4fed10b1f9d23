// Finds out what a rule wants, by the part of the house that can: the walk, the resolver, the mail
// hosts, the web. Everything ends in a fact, failures included.
import type { Clock } from '../base/time.ts';
import type { About } from '../checks/about.ts';
import type { Page, RecordedFact } from '../checks/fact.ts';
import type { Want } from '../checks/want.ts';
import type { Lookup } from '../dns/lookup.ts';
import { ROOT } from '../dns/name.ts';
import { TYPE } from '../dns/types.ts';
import type { Resolver } from '../resolver/resolver.ts';
import type { Walker } from '../resolver/walker.ts';
import type { Dialogue } from '../smtp/probe.ts';
import type { Gather } from './observer.ts';

export interface GatherDoors {
  readonly clock: Clock;
  readonly walker: Pick<Walker, 'lookup' | 'delegation' | 'askAll'>;
  readonly resolver: Pick<Resolver, 'lookup'>;
  talk(
    about: About,
    place: Pick<Extract<Want, { kind: 'dialogue' }>, 'host' | 'address'>,
    recipients: readonly string[],
  ): Promise<Dialogue>;
  fetchPage(url: string): Promise<Page>;
  egress(): Promise<{ readonly open?: boolean; readonly because: string }>;
}

/** Distributes over the union, so that each fact keeps its own members. */
type Found = RecordedFact extends infer F
  ? F extends RecordedFact
    ? Omit<F, 'id' | 'at' | 'tookMs'>
    : never
  : never;

export function createGather(given: GatherDoors): Gather {
  const lastResort = { ...given, resolver: knowingTheRoot(given.resolver) };
  return async (about, want, id) => {
    const doors = about.self.walk.ok === false ? lastResort : given;
    const at = doors.clock.now();
    const found = await find(doors, about, want);
    return { ...found, id, at, tookMs: doors.clock.now() - at } as RecordedFact;
  };
}

/**
 * Where name servers cannot be asked, the resolver may be a portal that answers for everybody. One
 * that does not even know the root is not believed in anything.
 */
function knowingTheRoot(resolver: GatherDoors['resolver']): GatherDoors['resolver'] {
  let knows: Promise<boolean> | undefined;
  return {
    async lookup(name, type) {
      knows ??= resolver.lookup(ROOT, TYPE.NS).then(({ kind }) => kind === 'records');
      return (await knows) ? resolver.lookup(name, type) : UNBELIEVED;
    },
  };
}

const UNBELIEVED: Lookup<never> = {
  kind: 'failure',
  failure: 'unreachable',
  because: 'the resolver here does not know the root, so what it says is not believed',
};

async function find(doors: GatherDoors, about: About, want: Want): Promise<Found> {
  switch (want.kind) {
    case 'lookup': {
      // Where name servers cannot be asked, the resolver is the next best witness.
      if (about.self.walk.ok === false) {
        return { kind: 'lookup', want, lookup: await doors.resolver.lookup(want.name, want.type) };
      }
      return { kind: 'lookup', want, ...(await doors.walker.lookup(want.name, want.type)) };
    }
    case 'resolved':
      return { kind: 'resolved', want, lookup: await doors.resolver.lookup(want.name, want.type) };
    case 'zone':
      return { kind: 'zone', want, delegation: await doors.walker.delegation(want.name) };
    case 'answers':
      return {
        kind: 'answers',
        want,
        ...(await doors.walker.askAll(want.name, want.type, want.by)),
      };
    case 'dialogue':
      return { kind: 'dialogue', want, dialogue: await doors.talk(about, want, want.recipients) };
    case 'page':
      return { kind: 'page', want, page: await doors.fetchPage(want.url) };
    case 'egress':
      return { kind: 'egress', want, ...(await doors.egress()) };
  }
}
