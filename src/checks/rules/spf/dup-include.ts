// SPF-DUP-INCLUDE: no record is included twice.

import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { onTree, type PlacedNode, recordMend, type SpfSeen } from './published-spf.ts';
import { placesText } from './words.ts';

export const dupInclude: Rule = {
  id: 'SPF-DUP-INCLUDE',
  title: 'No SPF record is included twice',
  severity: 'warning',
  why:
    'Every include costs its lookups again, though the second one can match nothing that the ' +
    'first did not. Of ten lookups none is to be wasted.',
  wrong:
    'example.com.       TXT "v=spf1 include:_spf.example.net include:mail.example.org -all"\n' +
    'mail.example.org.  TXT "v=spf1 include:_spf.example.net -all"',
  right: 'example.com.       TXT "v=spf1 include:mail.example.org -all"',
  remedy:
    'Take out the include that another one brings along; the result is the same for every sender.',
  sources: ['RFC 7208 §4.6.4'],
  *judge(about) {
    return yield* onTree(about, (seen) => [verdictOn(seen)]);
  },
};

function verdictOn({ about, root, terms, own }: SpfSeen): Verdict {
  const leading = terms.filter(({ node }) => node.branch?.kind === 'record');
  if (leading.length === 0) return notApplicable(THE_DOMAIN, 'the SPF record includes no other');
  const groups = [...Map.groupBy(leading, targetOf).entries()].filter(([, all]) => all.length > 1);
  if (groups.length === 0) return pass(THE_DOMAIN, undefined, own.evidence);
  // An own term that is one of several can be taken out; what stands in records of others cannot.
  const spare = groups.flatMap(([, all]) => spareOf(all));
  const says = groups.map(([target, all]) => {
    return `${target} is reached ${all.length} times, by ${placesText(all)}`;
  });
  const kept = root.record.terms.filter((term) => !spare.some(({ node }) => node.term === term));
  const canMend = spare.length > 0 && root.record.faults.length === 0;
  return finding(THE_DOMAIN, listText(says), {
    ...own,
    ...(spare.length === 0 && ({ severity: 'notice', actor: 'other' } as const)),
    ...(canMend && recordMend(about.domain, kept)),
  });
}

const targetOf = ({ node }: PlacedNode): string =>
  node.branch?.kind === 'record' ? hostText(node.branch.domain) : node.text;

/** Own includes that can go, so that one term of the group is left. */
function spareOf(all: readonly PlacedNode[]): readonly PlacedNode[] {
  const own = all.filter(({ node, isOwn }) => isOwn && node.term?.kind === 'include');
  return own.length === all.length ? own.slice(1) : own;
}
