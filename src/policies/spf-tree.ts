// The SPF record of a domain as a tree, whoever sends: every term with what it costs, every include
// and redirect with the record behind it. It goes on after the limits of RFC 7208 §4.6.4, so that
// it can be seen by how much they are passed; its own bounds are the constants below.
//
// The cost is that of an address that nothing matches before the end. What depends on the message
// (macros, `ptr`) is open: its term is counted, what is behind it is not known.
import { type Cidr, type IpAddress, ipBytes } from '../base/ip.ts';
import type { Lookup } from '../dns/lookup.ts';
import { type Name, nameKey, ROOT, sameName } from '../dns/name.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import { TYPE } from '../dns/types.ts';
import { askAllDns, askDns, type DnsInquiry } from './inquiry.ts';
import { mxIn, SPF_HOSTS_MAX } from './spf.ts';
import { expandMacro, lettersIn, type MacroString, type SpfFault } from './spf-macro.ts';
import { macroValues, policyDomain, targetName, textOfName } from './spf-names.ts';
import { addressCount } from './spf-networks.ts';
import {
  isDirective,
  isSpf,
  parseSpf,
  type Qualifier,
  type SpfRecord,
  type SpfTerm,
  textsIn,
} from './spf-record.ts';
import { together } from './together.ts';

const LOOKUPS_MAX = 50;
const DEPTH_MAX = 20;
const NODES_MAX = 1_000;

export interface SpfTree {
  readonly domain: Name;
  readonly root: SpfBranch;
  readonly lookups: number;
  readonly voids: number;
  /** Addresses for which the result is pass, as far as they can be told beforehand. */
  readonly ipv4Count: number;
  readonly ipv6Count: number;
  /** Something in it depends on the message. */
  readonly isOpen: boolean;
  /** It is larger than the bounds of this file. */
  readonly isCut: boolean;
}

/** What stands at a domain. */
export type SpfBranch =
  | SpfRecordBranch
  | { readonly kind: 'none'; readonly domain: Name; readonly isName: boolean }
  | { readonly kind: 'several'; readonly domain: Name; readonly texts: readonly string[] }
  | { readonly kind: 'failure'; readonly domain: Name; readonly because: string }
  /** Its record is being read already. */
  | { readonly kind: 'loop'; readonly domain: Name }
  /** The target is no domain that could have a record. */
  | { readonly kind: 'no-domain'; readonly text: string }
  | { readonly kind: 'open' }
  | { readonly kind: 'cut' };

export interface SpfRecordBranch {
  readonly kind: 'record';
  readonly domain: Name;
  readonly record: SpfRecord;
  /** Terms and faults in the order of the record. */
  readonly nodes: readonly SpfNode[];
  /** Of all its terms. */
  readonly lookups: number;
  readonly voids: number;
}

export interface SpfNode {
  readonly text: string;
  /** Where it begins in its record. */
  readonly at: number;
  readonly term?: SpfTerm;
  /** Instead of a term. */
  readonly fault?: SpfFault;
  /** `all` ends a record: what stands after it, and a redirect beside it, is never looked at. */
  readonly isReached: boolean;
  /** With everything below. */
  readonly lookups: number;
  readonly voids: number;
  /** The networks that match it; for an include none, they stand below. */
  readonly networks: readonly Cidr[];
  /** Of an `mx`: how many MX records there are. */
  readonly exchangesCount?: number;
  readonly isOpen: boolean;
  /** Why a lookup of its own failed. */
  readonly failure?: string;
  readonly branch?: SpfBranch;
}

/** What one expansion carries along. */
interface Growth {
  readonly domain: Name;
  lookups: number;
  nodes: number;
  isCut: boolean;
}

export function* spfTree(domain: Name): DnsInquiry<SpfTree> {
  const growth: Growth = { domain, lookups: 0, nodes: 0, isCut: false };
  const root = yield* branchOf(growth, domain, []);
  const { lookups, voids } = root.kind === 'record' ? root : { lookups: 0, voids: 0 };
  const networks = passingNetworks(root);
  return {
    domain,
    root,
    lookups,
    voids,
    ipv4Count: addressCount(networks, 4),
    ipv6Count: addressCount(networks, 16),
    isOpen: nodesIn(root).some(({ isOpen }) => isOpen),
    isCut: growth.isCut,
  };
}

function* branchOf(growth: Growth, domain: Name, above: readonly Name[]): DnsInquiry<SpfBranch> {
  if (above.some((each) => sameName(each, domain))) return { kind: 'loop', domain };
  if (above.length > DEPTH_MAX) return cut(growth);
  const found = yield* askDns(domain, TYPE.TXT);
  if (found.kind === 'failure') return { kind: 'failure', domain, because: found.because };
  const texts = found.kind === 'records' ? textsIn(found.records).filter(isSpf) : [];
  const [text, ...more] = texts;
  if (text === undefined) return { kind: 'none', domain, isName: found.kind !== 'no-name' };
  if (more.length > 0) return { kind: 'several', domain, texts };
  return yield* recordBranch(growth, parseSpf(text), [...above, domain]);
}

function cut(growth: Growth): SpfBranch {
  growth.isCut = true;
  return { kind: 'cut' };
}

/** `way`: the domains whose records lead here; the last one is that of this record. */
function* recordBranch(
  growth: Growth,
  record: SpfRecord,
  way: readonly Name[],
): DnsInquiry<SpfBranch> {
  const entries = [...record.terms, ...record.faults].sort((a, b) => a.at - b.at);
  const room = Math.max(0, NODES_MAX - growth.nodes);
  if (entries.length > room) growth.isCut = true;
  const shown = entries.slice(0, room);
  growth.nodes += shown.length;
  const nodes = yield* together(shown.map((entry) => nodeOf(growth, record, entry, way)));
  return {
    kind: 'record',
    domain: way.at(-1) ?? growth.domain,
    record,
    nodes,
    lookups: nodes.reduce((sum, { lookups }) => sum + lookups, 0),
    voids: nodes.reduce((sum, { voids }) => sum + voids, 0),
  };
}

const EMPTY = { isReached: true, lookups: 0, voids: 0, networks: [], isOpen: false } as const;

/** The whole term around a place in the record. */
function tokenAt(text: string, place: number): { readonly text: string; readonly at: number } {
  const at = text.lastIndexOf(' ', place) + 1;
  const end = text.indexOf(' ', at);
  return { text: text.slice(at, end < 0 ? text.length : end), at };
}

function* nodeOf(
  growth: Growth,
  record: SpfRecord,
  term: SpfTerm | SpfFault,
  way: readonly Name[],
): DnsInquiry<SpfNode> {
  if (term.kind === 'spf-fault') {
    return { ...EMPTY, ...tokenAt(record.text, term.at), fault: term };
  }
  const base = { ...EMPTY, text: term.text, at: term.at, term };
  if (!isReached(record, term)) return { ...base, isReached: false };
  const domain = way.at(-1) ?? growth.domain;
  switch (term.kind) {
    case 'exp':
    case 'modifier':
      return base;
    case 'all':
      return { ...base, networks: term.qualifier === '+' ? EVERYTHING : [] };
    case 'ip4':
    case 'ip6':
      return { ...base, networks: [term.network] };
  }
  if (growth.lookups >= LOOKUPS_MAX) return { ...base, branch: cut(growth) };
  growth.lookups += 1;
  const counted = { ...base, lookups: 1 };
  if (term.kind === 'ptr') return { ...counted, isOpen: true };
  const target =
    term.target === undefined ? textOfName(domain) : known(growth, domain, term.target);
  if (term.kind === 'include' || term.kind === 'redirect') {
    const branch = yield* targetBranch(growth, target, way);
    const below = branch.kind === 'record' ? branch : { lookups: 0, voids: 0 };
    const costs = { lookups: 1 + below.lookups, voids: below.voids };
    return { ...counted, ...costs, isOpen: branch.kind === 'open', branch };
  }
  if (target === undefined) return { ...counted, isOpen: true };
  const name = targetName(target);
  if (name === undefined) return counted;
  return { ...counted, ...(yield* hostsOf(term, name)) };
}

/** RFC 7208 §5.1: after `all` nothing is evaluated, and beside it no redirect either. */
function isReached({ terms }: SpfRecord, term: SpfTerm): boolean {
  const all = terms.find(({ kind }) => kind === 'all');
  if (all === undefined) return true;
  return isDirective(term) ? term.at <= all.at : term.kind !== 'redirect';
}

/** What a target comes to for every message; nothing where it depends on the message. */
function known(growth: Growth, domain: Name, target: MacroString): string | undefined {
  // The sender's domain is the one that the tree is of.
  if (lettersIn(target).some((letter) => letter !== 'd' && letter !== 'o')) return undefined;
  const senderDomain = textOfName(growth.domain);
  const scene = { ip: '0.0.0.0' as IpAddress, local: '', senderDomain, helo: '' };
  return expandMacro(target, macroValues(scene, domain, []));
}

function* targetBranch(
  growth: Growth,
  target: string | undefined,
  way: readonly Name[],
): DnsInquiry<SpfBranch> {
  if (target === undefined) return { kind: 'open' };
  const name = policyDomain(target);
  return name === undefined
    ? { kind: 'no-domain', text: target }
    : yield* branchOf(growth, name, way);
}

type Hosts = Partial<Pick<SpfNode, 'voids' | 'networks' | 'exchangesCount' | 'failure'>>;

function* hostsOf(term: SpfTerm, name: Name): DnsInquiry<Hosts> {
  switch (term.kind) {
    case 'exists': {
      const found = yield* askDns(name, TYPE.A);
      if (found.kind === 'failure') return { failure: found.because };
      return found.kind === 'records' ? { networks: EVERYTHING } : { voids: 1 };
    }
    case 'a':
      return yield* addressesOf([name], term);
    case 'mx': {
      const found = yield* askDns(name, TYPE.MX);
      if (found.kind === 'failure') return { failure: found.because };
      const exchanges = mxIn(found);
      if (exchanges.length === 0) return { voids: 1 };
      const hosts = new Map(exchanges.map((host) => [nameKey(host), host]));
      hosts.delete(ROOT);
      const places = yield* addressesOf([...hosts.values()].slice(0, SPF_HOSTS_MAX), term);
      return { ...places, exchangesCount: exchanges.length };
    }
    default:
      return {};
  }
}

interface Lengths {
  readonly ipv4Bits: number;
  readonly ipv6Bits: number;
}

function* addressesOf(hosts: readonly Name[], lengths: Lengths): DnsInquiry<Hosts> {
  const lookups = yield* askAllDns(
    hosts.flatMap((name) => [
      { name, type: TYPE.A },
      { name, type: TYPE.AAAA },
    ]),
  );
  const networks = lookups.flatMap((found) => networksIn(found, lengths));
  const failure = lookups.find((found) => found.kind === 'failure');
  if (failure?.kind === 'failure') return { networks, failure: failure.because };
  // Void whoever asks: neither family has an address.
  const isVoid = hosts.some((_, at) => isEmpty(lookups[2 * at]) && isEmpty(lookups[2 * at + 1]));
  return { networks, voids: isVoid ? 1 : 0 };
}

const isEmpty = (found: Lookup<RecordData> | undefined): boolean =>
  found?.kind === 'no-data' || found?.kind === 'no-name';

function networksIn(found: Lookup<RecordData>, lengths: Lengths): readonly Cidr[] {
  if (found.kind !== 'records') return [];
  return found.records.flatMap((data) => {
    if (data.kind !== 'A' && data.kind !== 'AAAA') return [];
    const bits = data.kind === 'A' ? lengths.ipv4Bits : lengths.ipv6Bits;
    return [networkOf(data.address, bits)];
  });
}

const networkOf = (address: string, bits: number): Cidr => ({
  text: `${address}/${bits}`,
  bytes: ipBytes(address) ?? new Uint8Array(4),
  bits,
});

const EVERYTHING: readonly Cidr[] = [networkOf('0.0.0.0', 0), networkOf('::', 0)];

/** The networks for which the result of a branch is pass; what negative terms take away is not. */
function passingNetworks(branch: SpfBranch): readonly Cidr[] {
  if (branch.kind !== 'record') return [];
  return branch.nodes.flatMap(({ term, networks, branch: below }) => {
    if (term === undefined || (isDirective(term) && term.qualifier !== '+')) return [];
    return [...networks, ...(below ? passingNetworks(below) : [])];
  });
}

/** Every node, those of a branch right behind the term that leads there. */
export function nodesIn(branch: SpfBranch): readonly SpfNode[] {
  if (branch.kind !== 'record') return [];
  return branch.nodes.flatMap((node) => [node, ...(node.branch ? nodesIn(node.branch) : [])]);
}

/** What becomes of an address that no other term matches. */
export type SpfEnding =
  | {
      readonly kind: 'all';
      readonly qualifier: Qualifier;
      readonly text: string;
      /** In whose record it stands. */
      readonly domain: Name;
    }
  /** Neither `all` nor a redirect: neutral. */
  | { readonly kind: 'nothing' }
  /** The redirect leads to something that cannot be read, now or ever. */
  | { readonly kind: 'unreadable' };

export function endingOf(branch: SpfBranch): SpfEnding {
  if (branch.kind !== 'record') return { kind: 'unreadable' };
  const all = branch.record.terms.find((term) => term.kind === 'all');
  if (all?.kind === 'all') {
    const { qualifier, text } = all;
    return { kind: 'all', qualifier, text, domain: branch.domain };
  }
  const redirect = branch.nodes.find(({ term }) => term?.kind === 'redirect');
  return redirect?.branch ? endingOf(redirect.branch) : { kind: 'nothing' };
}
