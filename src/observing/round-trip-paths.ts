// The ways of a round trip, from the same question that a route answers: one to every address that
// can be dialled, whatever its preference, and the normal one, along the route.

import { ROOT } from '../dns/name.ts';
import { pathStamp } from '../message/probe.ts';
import {
  addressesOf,
  candidatesAt,
  type Dialling,
  literalCandidates,
} from '../routing/candidates.ts';
import { listedHosts } from '../routing/exchanges.ts';
import type { Question } from '../routing/question.ts';
import { route } from '../routing/route.ts';
import type { Left, Target } from '../routing/target.ts';

/** One way: the targets in the order in which they are tried. */
export interface Path {
  /** Its name, as it is stamped in. */
  readonly path: string;
  /** To one address, and to no other. */
  readonly isDirect: boolean;
  readonly targets: readonly Target[];
  readonly left: readonly Left[];
}

export interface Paths {
  readonly paths: readonly Path[];
  readonly left: readonly Left[];
  /** Why there are none. */
  readonly untestable?: string;
}

/** The normal way is one more. */
const DIRECT_MAX = 49;

/**
 * A question as a sender elsewhere asks it: nothing is ours, no exchange is this machine, and
 * nobody failed lately. A test of one's own servers is to go the way of other people's mail.
 */
export function asStranger({ ours: _, ...question }: Question): Question {
  const { families } = question.self;
  return { ...question, self: { hostname: ROOT, addresses: [], families }, health: [] };
}

export function pathsOf(question: Question): Paths {
  const stranger = asStranger(question);
  const decided = route(stranger);
  if (decided.kind !== 'hosts') {
    const left = decided.kind === 'here' ? [] : decided.left;
    return { paths: [], left, untestable: decided.because };
  }
  const { candidates, left } = diallingOf(stranger);
  const port = stranger.settings.smtpPort;
  const targets = candidates.map(
    (each): Target => ({ ...each, port, security: { kind: 'opportunistic' } }),
  );
  const direct = targets.slice(0, DIRECT_MAX).map(
    (target): Path => ({
      path: pathStamp(target.host, target.address),
      isDirect: true,
      targets: [target],
      left: [],
    }),
  );
  const normal: Path = {
    path: 'normal',
    isDirect: false,
    targets: decided.targets,
    left: decided.left,
  };
  return { paths: [...direct, normal], left: [...left, ...targets.slice(DIRECT_MAX).map(surplus)] };
}

/** All addresses that can be dialled, the best first: a route may leave some of them out. */
function diallingOf(question: Question): Dialling {
  const { domain, facts } = question;
  if (domain.kind === 'literal') return literalCandidates(domain.address, question);
  if (!facts) return { candidates: [], left: [] };
  const isImplicit = facts.mx.kind === 'no-data';
  const listed = isImplicit ? { hosts: [{ host: facts.domain }], left: [] } : listedHosts(facts);
  const { candidates, left } = candidatesAt(listed.hosts, addressesOf(facts), question);
  return { candidates, left: [...listed.left, ...left] };
}

const surplus = ({ host, address, preference }: Target): Left => ({
  kind: 'surplus',
  host,
  address,
  ...(preference === undefined ? {} : { preference }),
  because: `a test has at most ${DIRECT_MAX} direct ways`,
});
