// Block lists as they are asked over the DNS (RFC 5782), and what an answer of theirs means. A list
// is believed only if its own test entries are as they must be: lists die, and a dead one says
// "listed" of everything, or of nothing.
import { latin1 } from '../../../base/bytes.ts';
import type { IpAddress } from '../../../base/ip.ts';
import type { Lookup } from '../../../dns/lookup.ts';
import { hostText, type Name, parseName } from '../../../dns/name.ts';
import type { RecordData } from '../../../dns/records/record-data.ts';
import { reversedLabels } from '../../../dns/reverse.ts';
import { TYPE } from '../../../dns/types.ts';
import type { FactOf } from '../../fact.ts';
import { ask, type Inquiry } from '../../inquiry.ts';

export type Listing =
  | { readonly kind: 'listed'; readonly codes: readonly IpAddress[] }
  | { readonly kind: 'not-listed' }
  /** The list does not answer us, or not as a list. */
  | { readonly kind: 'no-answer'; readonly because: string };

/** What an answer of a list for A records says. */
export function readListing(lookup: Lookup<RecordData>): Listing {
  if (lookup.kind === 'failure') return { kind: 'no-answer', because: lookup.because };
  if (lookup.kind !== 'records') return { kind: 'not-listed' };
  const codes = lookup.records.flatMap((data) => (data.kind === 'A' ? [data.address] : []));
  const refusal = codes.map(refusalIn).find((because) => because !== undefined);
  if (refusal !== undefined) return { kind: 'no-answer', because: refusal };
  return codes.length > 0 ? { kind: 'listed', codes } : { kind: 'not-listed' };
}

/** Codes by which lists say that they do not answer; not in RFC 5782, but agreed on. */
const REFUSALS = new Map<string, string>([
  ['127.0.0.1', 'the list refuses this resolver (127.0.0.1)'],
  ['127.255.255.252', 'the name of the list is written wrongly (127.255.255.252)'],
  ['127.255.255.254', 'the list does not answer public resolvers (127.255.255.254)'],
  ['127.255.255.255', 'the list was asked too often (127.255.255.255)'],
]);

function refusalIn(code: IpAddress): string | undefined {
  const known = REFUSALS.get(code);
  if (known !== undefined) return known;
  if (code.startsWith('127.255.255.')) return `the list refuses to answer (${code})`;
  // RFC 5782 §2.1: a value is in 127.0.0.0/8; anything else is a web page where a list was.
  return code.startsWith('127.') ? undefined : `${code} is no answer of a list`;
}

/** A name in a list; nothing where it would be too long. */
function inList(labels: string, list: Name): Name | undefined {
  const name = parseName(`${labels}.${list}`);
  return typeof name === 'string' ? name : undefined;
}

export const addressIn = (list: Name, address: IpAddress): Name | undefined =>
  inList(reversedLabels(address), list);

export const domainIn = (list: Name, domain: Name): Name | undefined =>
  inList(hostText(domain), list);

/** Entries that a list must have, and must not have (RFC 5782 §5). */
interface TestEntries {
  readonly listed: string;
  readonly notListed: string;
}

const ENTRIES = {
  ipv4: { listed: '2.0.0.127', notListed: '1.0.0.127' },
  ipv6: {
    listed: reversedLabels('::ffff:127.0.0.2' as IpAddress),
    notListed: reversedLabels('::ffff:127.0.0.1' as IpAddress),
  },
  domain: { listed: 'test', notListed: 'invalid' },
} as const satisfies Readonly<Record<string, TestEntries>>;

export type ListKind = keyof typeof ENTRIES;

export type Health =
  | { readonly kind: 'well' }
  /** Not one that can be believed any more. */
  | { readonly kind: 'dead'; readonly because: string }
  /** It does not answer this machine. */
  | { readonly kind: 'silent'; readonly because: string };

export interface ListSeen {
  readonly list: Name;
  readonly health: Health;
  readonly evidence: readonly string[];
}

/** How each list answers for its test entries; one whose name leaves no room for them is none. */
export function* healthOf(lists: readonly Name[], kind: ListKind): Inquiry<readonly ListSeen[]> {
  const entries = lists.flatMap((list) => {
    const listed = inList(ENTRIES[kind].listed, list);
    const notListed = inList(ENTRIES[kind].notListed, list);
    return listed === undefined || notListed === undefined ? [] : [{ list, listed, notListed }];
  });
  const facts = yield* ask<'resolved'>(
    entries
      .flatMap(({ listed, notListed }) => [listed, notListed])
      .map((name) => ({ kind: 'resolved', name, type: TYPE.A }) as const),
  );
  return entries.flatMap(({ list }, at) => {
    const [yes, no] = facts.slice(2 * at, 2 * at + 2);
    return yes && no ? [{ list, health: judgeHealth(yes, no), evidence: [yes.id, no.id] }] : [];
  });
}

function judgeHealth(yes: FactOf<'resolved'>, no: FactOf<'resolved'>): Health {
  const [hit, miss] = [readListing(yes.lookup), readListing(no.lookup)];
  if (hit.kind === 'no-answer') return { kind: 'silent', because: hit.because };
  if (miss.kind === 'listed') {
    return { kind: 'dead', because: `it lists ${hostText(no.want.name)}, as it lists everything` };
  }
  if (miss.kind === 'no-answer') return { kind: 'silent', because: miss.because };
  if (hit.kind === 'listed') return { kind: 'well' };
  return { kind: 'dead', because: `it does not list its test entry ${hostText(yes.want.name)}` };
}

/** What one list says of one name in it. */
export interface Said {
  readonly list: Name;
  readonly listing: Listing;
  readonly evidence: readonly string[];
  /** In the words of the list. */
  readonly reason?: string;
}

export interface Entry {
  readonly list: Name;
  readonly name: Name;
}

/** What lists say of names, and why, where a name is listed. */
export function* listingsOf(entries: readonly Entry[]): Inquiry<readonly Said[]> {
  const facts = yield* ask<'resolved'>(
    entries.map(({ name }) => ({ kind: 'resolved', name, type: TYPE.A }) as const),
  );
  const listings = facts.map(({ lookup }) => readListing(lookup));
  const isListed = listings.map(({ kind }) => kind === 'listed');
  const reasons = yield* ask<'resolved'>(
    entries
      .filter((_, at) => isListed[at])
      .map(({ name }) => ({ kind: 'resolved', name, type: TYPE.TXT }) as const),
  );
  const next = reasons.values();
  return entries.map(({ list }, at) => {
    const reason = isListed[at] ? next.next().value : undefined;
    const evidence = [facts[at], reason].flatMap((fact) => fact?.id ?? []);
    const text = reason && textIn(reason.lookup);
    const listing = listings[at] ?? { kind: 'not-listed' };
    return { list, listing, evidence, ...(text !== undefined && { reason: text }) };
  });
}

function textIn(lookup: Lookup<RecordData>): string | undefined {
  if (lookup.kind !== 'records') return undefined;
  const [first] = lookup.records;
  return first?.kind === 'TXT' ? first.strings.map(latin1).join('') : undefined;
}
