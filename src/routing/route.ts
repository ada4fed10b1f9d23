// The route: where mail for one domain goes at one moment, and why. `route` is the one place where
// that is decided; delivery, `fingerpost route`, checks, drills and pages all use the value it
// returns. It is a pure function of its question: the same question gives the same route, always.
//
//   ours as primary                                       here
//   null MX                                               never  556 5.1.10    RFC 7505
//   no such name; no MX and no address                    never  550 5.1.2
//   only ourselves left                                   never  554 5.4.6     RFC 5321 §5.1
//   the DNS failed                                        later  451 4.4.3
//   exchanges, but no address that can be dialled         later  451 4.4.4
//   else                                                  hosts: targets in order, and those left
import type { IpAddress } from '../base/ip.ts';
import { hostText } from '../dns/name.ts';
import { domainText } from '../smtp/address.ts';
import { type Reply, reply } from '../smtp/reply.ts';
import { addressesOf, candidatesAt, type Dialling, literalCandidates } from './candidates.ts';
import type { DeliverTo } from './domains.ts';
import { type Listed, listedHosts } from './exchanges.ts';
import type { Facts } from './facts.ts';
import { chooseTargets } from './preference.ts';
import type { Question } from './question.ts';
import { cutAtSelf } from './self.ts';
import type { Left, Target } from './target.ts';

interface Undelivered {
  readonly reply: Reply;
  readonly because: string;
  readonly left: readonly Left[];
}

export type Route =
  | { readonly kind: 'hosts'; readonly targets: readonly Target[]; readonly left: readonly Left[] }
  | { readonly kind: 'here'; readonly deliverTo: DeliverTo; readonly because: string }
  | (Undelivered & { readonly kind: 'never' })
  | (Undelivered & { readonly kind: 'later' });

export function route(question: Question): Route {
  if (question.ours?.role === 'primary') {
    const because = `we are the primary of ${domainText(question.domain)}`;
    return { kind: 'here', deliverTo: question.ours.deliverTo, because };
  }
  if (question.domain.kind === 'literal') {
    return throughLiteral(question, question.domain.address);
  }
  const facts = question.facts;
  if (!facts) return later('4.4.3', 'the DNS was not asked', []);
  switch (facts.mx.kind) {
    case 'failure':
      return later(
        '4.4.3',
        `the MX records of ${hostText(facts.domain)} could not be looked up: ${facts.mx.because}`,
        [],
      );
    case 'no-name':
      return never(
        550,
        '5.1.2',
        `the domain ${hostText(facts.domain)} does not exist (NXDOMAIN)`,
        [],
      );
    case 'no-data':
      return throughHosts(question, facts, { hosts: [{ host: facts.domain }], left: [] });
    case 'records':
      return throughExchanges(question, facts);
  }
}

function throughLiteral(question: Question, address: IpAddress): Route {
  if (question.self.addresses.includes(address)) {
    return never(554, '5.4.6', `[${address}] is ourselves, and we are no primary of it`, []);
  }
  return toTargets(question, literalCandidates(address, question), []);
}

function throughExchanges(question: Question, facts: Facts): Route {
  const listed = listedHosts(facts);
  if (listed.hosts.length === 0) {
    // RFC 7505 §3: "this domain accepts no mail", whatever the preference.
    const because = `${hostText(facts.domain)} accepts no mail: its only MX is the root (null MX)`;
    return never(556, '5.1.10', because, listed.left);
  }
  return throughHosts(question, facts, listed);
}

/** From the hosts that the domain names to the addresses that are tried. */
function throughHosts(question: Question, facts: Facts, listed: Listed): Route {
  const addresses = addressesOf(facts);
  const isImplicit = facts.mx.kind === 'no-data';
  const cut = cutAtSelf(listed.hosts, addresses, question.self);
  const left = [...listed.left, ...cut.left];
  if (cut.hosts.length === 0) {
    const because = `${hostText(facts.domain)} leads back to us, and we are no primary of it`;
    return never(554, '5.4.6', because, left);
  }
  const dialling = candidatesAt(cut.hosts, addresses, question);
  const nothing = dialling.candidates.length === 0;
  if (nothing && isImplicit && dialling.left.every((entry) => entry.kind === 'no-address')) {
    const because = `${hostText(facts.domain)} has neither MX nor address records`;
    return never(550, '5.1.2', because, dialling.left);
  }
  return toTargets(question, dialling, left);
}

function toTargets(question: Question, dialling: Dialling, before: readonly Left[]): Route {
  const left = [...before, ...dialling.left];
  if (dialling.candidates.length === 0) {
    const failed = left.find((entry) => entry.kind === 'lookup-failed');
    if (failed) return later('4.4.3', failed.because, left);
    return later('4.4.4', `no address can be dialled: ${reasonsIn(dialling.left)}`, left);
  }
  const chosen = chooseTargets(dialling.candidates, question);
  return { kind: 'hosts', targets: chosen.targets, left: [...left, ...chosen.left] };
}

const REASONS_MAX = 3;

/** The first reasons in a sentence: `mail.example.com 10.0.0.1: not a global address: …`. */
function reasonsIn(left: readonly Left[]): string {
  const reasons = left.slice(0, REASONS_MAX).map(({ host, address, because }) => {
    return `${address === undefined ? host : `${host} ${address}`}: ${because}`;
  });
  const more = left.length - reasons.length;
  return [...reasons, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function never(code: number, enhanced: string, because: string, left: readonly Left[]): Route {
  return { kind: 'never', reply: reply(code, enhanced, because), because, left };
}

function later(enhanced: string, because: string, left: readonly Left[]): Route {
  return { kind: 'later', reply: reply(451, enhanced, because), because, left };
}
