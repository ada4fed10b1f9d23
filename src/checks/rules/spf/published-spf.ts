// What the rules about SPF look at: the records that the domain publishes, and the tree of the one
// that counts. All rules share the same questions, so each is asked once.

import { type Duration, seconds } from '../../../base/time.ts';
import type { Lookup } from '../../../dns/lookup.ts';
import { hostText, type Name, sameName } from '../../../dns/name.ts';
import type { RecordData } from '../../../dns/records/record-data.ts';
import { TYPE } from '../../../dns/types.ts';
import { isSpf, printSpf, type SpfTerm, textsIn } from '../../../policies/spf-record.ts';
import {
  nodesIn,
  type SpfBranch,
  type SpfNode,
  type SpfRecordBranch,
  type SpfTree,
  spfTree,
} from '../../../policies/spf-tree.ts';
import type { About } from '../../about.ts';
import { fromDns, type Inquiry, lookup } from '../../inquiry.ts';
import { THE_DOMAIN } from '../../subject.ts';
import {
  type Actor,
  isVerdict,
  type Mend,
  notApplicable,
  unknown,
  type Verdict,
} from '../../verdict.ts';
import { txtMend } from '../txt-record.ts';

export interface PublishedSpf {
  /** The fact that holds the records. */
  readonly id: string;
  readonly found: Lookup<RecordData>;
  /** Every TXT record of the domain. */
  readonly texts: readonly string[];
  /** Those that are SPF records. */
  readonly records: readonly string[];
}

export function* publishedSpf({ domain }: About): Inquiry<PublishedSpf> {
  const { id, lookup: found } = yield* lookup(domain, TYPE.TXT);
  const texts = found.kind === 'records' ? textsIn(found.records) : [];
  return { id, found, texts, records: texts.filter(isSpf) };
}

/** What is said where the TXT records tell nothing; nothing where they were found out. */
export function withoutTexts({ id, found }: PublishedSpf): Verdict | undefined {
  if (found.kind === 'failure') {
    return unknown(THE_DOMAIN, `the TXT records could not be looked up: ${found.because}`, [id]);
  }
  return found.kind === 'no-name'
    ? notApplicable(THE_DOMAIN, 'the domain does not exist')
    : undefined;
}

export interface SpfSeen {
  readonly about: About;
  readonly tree: SpfTree;
  readonly root: SpfRecordBranch;
  /** Every term, with the domain in whose record it stands. */
  readonly terms: readonly PlacedNode[];
  /** What a finding about the domain's own record says besides. */
  readonly own: {
    readonly actor: Actor;
    readonly shows: Duration;
    readonly evidence: readonly string[];
  };
  /** Records of others that could not be looked up, each as a sentence. */
  readonly unread: readonly string[];
  /** All lookups that failed, those of hosts as well. */
  readonly failures: readonly string[];
}

export interface PlacedNode {
  readonly node: SpfNode;
  readonly domain: Name;
  /** It stands in the domain's own record. */
  readonly isOwn: boolean;
}

/** Judges the tree of the one record that the domain has; says why where there is none. */
export function* onTree(
  about: About,
  judge: (seen: SpfSeen) => readonly Verdict[],
): Inquiry<readonly Verdict[]> {
  const seen = yield* spfSeen(about);
  return isVerdict(seen) ? [seen] : judge(seen);
}

export function* spfSeen(about: About): Inquiry<SpfSeen | Verdict> {
  const published = yield* publishedSpf(about);
  const { found, records, id } = published;
  const without = withoutTexts(published);
  if (without) return without;
  if (records.length === 0) return notApplicable(THE_DOMAIN, 'the domain has no SPF record');
  if (records.length > 1) {
    return notApplicable(THE_DOMAIN, 'the domain has several SPF records, so none counts');
  }
  const tree = yield* fromDns(spfTree(about.domain));
  const { root } = tree;
  if (root.kind !== 'record') return unknown(THE_DOMAIN, 'the SPF record could not be read', [id]);
  const ttlSeconds = found.kind === 'failure' ? 0 : found.ttlSeconds;
  return {
    about,
    tree,
    root,
    terms: placedIn(root, about.domain),
    own: { actor: 'domain', shows: seconds(ttlSeconds), evidence: [id] },
    unread: unreadIn(root),
    failures: [...unreadIn(root), ...hostFailures(root)],
  };
}

function placedIn(branch: SpfBranch, own: Name): readonly PlacedNode[] {
  if (branch.kind !== 'record') return [];
  const { domain } = branch;
  return branch.nodes.flatMap((node) => [
    { node, domain, isOwn: sameName(domain, own) },
    ...(node.branch ? placedIn(node.branch, own) : []),
  ]);
}

function unreadIn(root: SpfRecordBranch): readonly string[] {
  return nodesIn(root).flatMap(({ branch }) =>
    branch?.kind === 'failure' ? [`${hostText(branch.domain)}: ${branch.because}`] : [],
  );
}

function hostFailures(root: SpfRecordBranch): readonly string[] {
  return nodesIn(root).flatMap(({ text, failure }) =>
    failure === undefined ? [] : [`${text}: ${failure}`],
  );
}

/** The domain's own record with other terms, ready to paste. */
export const recordMend = (domain: Name, terms: readonly SpfTerm[]): { readonly mend: Mend } =>
  txtMend(domain, printSpf(terms));

export const settingMend = (text: string): { readonly mend: Mend } => ({
  mend: { kind: 'setting', text },
});
