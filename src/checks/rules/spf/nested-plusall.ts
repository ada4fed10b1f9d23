// SPF-NESTED-PLUSALL: no included record lets everybody send.
import { hostText } from '../../../dns/name.ts';
import { endingOf, type SpfBranch } from '../../../policies/spf-tree.ts';
import type { Rule } from '../../rule.ts';
import { named, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { onTree, type SpfSeen } from './published-spf.ts';

export const nestedPlusall: Rule = {
  id: 'SPF-NESTED-PLUSALL',
  title: 'No included record lets everybody send',
  severity: 'warning',
  why:
    'An include matches whenever the included record gives pass. One that ends with +all gives ' +
    'pass to every host in the world, and with it the record that includes it.',
  wrong:
    'example.com.       TXT "v=spf1 include:_spf.example.net -all"\n' +
    '_spf.example.net.  TXT "v=spf1 ip4:192.0.2.0/24 +all"',
  right: '_spf.example.net.  TXT "v=spf1 ip4:192.0.2.0/24 -all"',
  remedy: 'Take out the include, and tell the service; write its addresses where they are known.',
  sources: ['RFC 7208 §5.2'],
  *judge(about) {
    return yield* onTree(about, verdictsOn);
  },
};

function verdictsOn({ root, terms, own, unread }: SpfSeen): readonly Verdict[] {
  if (!terms.some(({ node }) => node.term?.kind === 'include')) {
    return [notApplicable(THE_DOMAIN, 'the SPF record includes no other')];
  }
  const open = new Set(openIncludes(root));
  const found = [...open].map((host) =>
    finding(named(host), `${host} is included, and its SPF record lets everybody send`, {
      ...own,
    }),
  );
  if (found.length > 0) return found;
  const [failure] = unread;
  return failure === undefined
    ? [pass(THE_DOMAIN, undefined, own.evidence)]
    : [unknown(THE_DOMAIN, failure, own.evidence)];
}

/** Included domains that give pass to everybody, as far as only includes with pass lead there. */
function openIncludes(branch: SpfBranch): readonly string[] {
  if (branch.kind !== 'record') return [];
  return branch.nodes.flatMap(({ term, branch: below }): readonly string[] => {
    if (below?.kind !== 'record' || !term) return [];
    if (term.kind === 'redirect') return openIncludes(below);
    if (term.kind !== 'include' || term.qualifier !== '+') return [];
    const ending = endingOf(below);
    const isOpen = ending.kind === 'all' && ending.qualifier === '+';
    return [...(isOpen ? [hostText(below.domain)] : []), ...openIncludes(below)];
  });
}
