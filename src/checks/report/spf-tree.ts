// The tree of an SPF record as text: each term with what it costs in lookups, faults under the
// place where they are. What records say is foreign and made safe to show.
//
//   v=spf1 include:_spf.example.net mx -all    3 of 10 lookups, 0 of 2 void
//   ├─ include:_spf.example.net                2
//   │  └─ a:out.example.net                    1
//   ├─ mx                                      1
//   └─ -all
import { showOctets, showText } from '../../base/show.ts';
import { cutTo, padTo, widthOf } from '../../base/width.ts';
import { hostText } from '../../dns/name.ts';
import { SPF_HOSTS_MAX, SPF_LOOKUPS_MAX, SPF_VOIDS_MAX } from '../../policies/spf.ts';
import type { SpfBranch, SpfNode, SpfTree } from '../../policies/spf-tree.ts';

/** Text of a term beyond this moves what is said of it, and only that. */
const COLUMN_MAX = 60;

interface Row {
  readonly text: string;
  readonly notes: readonly string[];
}

/** Lines without a last line end. */
export function printSpfTree(tree: SpfTree): string {
  const rows = [headOf(tree), ...rowsOf(tree.root, '')];
  const widths = rows
    .filter(({ notes }) => notes.length > 0)
    .map(({ text }) => widthOf(text))
    .filter((width) => width <= COLUMN_MAX);
  const column = Math.max(...widths, 0);
  return rows
    .map(({ text, notes }) => `${padTo(text, column)}  ${notes.join(', ')}`.trimEnd())
    .join('\n');
}

function headOf({ root, domain, ...tree }: SpfTree): Row {
  if (root.kind !== 'record') return { text: hostText(domain), notes: troublesOf(root) };
  const least = tree.isOpen || tree.isCut ? 'at least ' : '';
  const lookups = `${least}${tree.lookups} of ${SPF_LOOKUPS_MAX} lookups`;
  const notes = [lookups, `${tree.voids} of ${SPF_VOIDS_MAX} void`];
  return { text: shortened(showOctets(root.record.text)), notes };
}

const shortened = (text: string): string =>
  widthOf(text) <= COLUMN_MAX ? text : `${cutTo(text, COLUMN_MAX - 1)}…`;

function rowsOf(branch: SpfBranch, indent: string): readonly Row[] {
  if (branch.kind !== 'record') return [];
  return branch.nodes.flatMap((node, at) => {
    const isLast = at === branch.nodes.length - 1;
    const below = `${indent}${isLast ? '   ' : '│  '}`;
    const text = `${indent}${isLast ? '└─ ' : '├─ '}${showOctets(node.text)}`;
    const carets = node.fault ? [caretRow(node, node.fault, below)] : [];
    const inner = node.branch ? rowsOf(node.branch, below) : [];
    return [{ text, notes: notesOf(node) }, ...carets, ...inner];
  });
}

/** Under the piece that is wrong, with the reason behind it. */
function caretRow(node: SpfNode, fault: NonNullable<SpfNode['fault']>, indent: string): Row {
  const from = fault.at - node.at;
  const before = widthOf(showOctets(node.text.slice(0, from)));
  const wrong = widthOf(showOctets(node.text.slice(from, from + fault.length)));
  const carets = '^'.repeat(Math.max(1, wrong));
  return { text: `${indent}${' '.repeat(before)}${carets} ${showText(fault.because)}`, notes: [] };
}

function notesOf(node: SpfNode): readonly string[] {
  if (!node.isReached) return ['never looked at: all comes first'];
  const own = node.branch?.kind === 'record' ? 0 : node.voids;
  return [
    ...(node.lookups > 0 ? [String(node.lookups)] : []),
    ...(own > 0 ? ['void'] : []),
    ...((node.exchangesCount ?? 0) > SPF_HOSTS_MAX
      ? [`${node.exchangesCount} MX records of at most ${SPF_HOSTS_MAX}`]
      : []),
    ...(node.isOpen ? ['depends on the message'] : []),
    ...(node.failure === undefined ? [] : [`not known: ${showText(node.failure)}`]),
    ...(node.branch ? troublesOf(node.branch) : []),
  ];
}

/** Why there is nothing below. */
function troublesOf(branch: SpfBranch): readonly string[] {
  switch (branch.kind) {
    case 'record':
    case 'open':
      return [];
    case 'none':
      return [branch.isName ? 'no SPF record' : 'no such name'];
    case 'several':
      return [`${branch.texts.length} SPF records`];
    case 'failure':
      return [`not known: ${showText(branch.because)}`];
    case 'loop':
      return ['a loop'];
    case 'no-domain':
      return ['no domain that can have a record'];
    case 'cut':
      return ['not followed further'];
  }
}
