// Whether a domain says of itself that it sends mail, as its SPF record shows for whatever address.
// Rules about domains that take no mail ask for it.
import type { Name } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { endingOf, nodesIn, type SpfTree, spfTree } from '../../../policies/spf-tree.ts';
import { fromDns, type Inquiry, lookup } from '../../inquiry.ts';

export type Sending =
  /** `silent`: nobody may send (`v=spf1 -all`). `sends`: somebody may. `unclear`: neither. */
  | {
      readonly kind: 'silent' | 'sends' | 'unclear';
      readonly record: string;
      /** It ends with `+all`. */
      readonly isAnybody: boolean;
      readonly evidence: readonly string[];
    }
  | { readonly kind: 'no-record'; readonly evidence: readonly string[] }
  | { readonly kind: 'failure'; readonly because: string; readonly evidence: readonly string[] };

export function* sendingAt(name: Name): Inquiry<Sending> {
  const { id } = yield* lookup(name, TYPE.TXT);
  return read(yield* fromDns(spfTree(name)), [id]);
}

function read(tree: SpfTree, evidence: readonly string[]): Sending {
  const { root } = tree;
  if (root.kind === 'failure') return { kind: 'failure', because: root.because, evidence };
  if (root.kind === 'none') return { kind: 'no-record', evidence };
  // RFC 7208 §4.5: more than one record is an error, and then none of them counts.
  if (root.kind !== 'record') return { kind: 'unclear', record: '', isAnybody: false, evidence };
  const ending = endingOf(root);
  const isAnybody = ending.kind === 'all' && ending.qualifier === '+';
  const base = { record: root.record.text, isAnybody, evidence };
  if (tree.ipv4Count + tree.ipv6Count > 0 || tree.isOpen || tree.isCut) {
    return { ...base, kind: 'sends' };
  }
  const because = failureIn(tree);
  if (because !== undefined) return { kind: 'failure', because, evidence };
  const isClosed = ending.kind === 'all' && ending.qualifier === '-';
  return { ...base, kind: isClosed ? 'silent' : 'unclear' };
}

/** What hides whether somebody may send. */
function failureIn({ root }: SpfTree): string | undefined {
  for (const { failure, branch } of nodesIn(root)) {
    if (failure !== undefined) return failure;
    if (branch?.kind === 'failure') return branch.because;
  }
  return undefined;
}

/** Does the domain say that nobody sends mail with its name? */
export const isSilent = (sending: Sending): boolean => sending.kind === 'silent';
