// SPF-PTR-MECH: neither ptr nor the macro p is used.

import { hostText } from '../../../dns/name.ts';
import { lettersIn } from '../../../policies/spf-macro.ts';
import type { SpfTerm } from '../../../policies/spf-record.ts';
import type { Rule } from '../../rule.ts';
import { named, type Subject, THE_DOMAIN } from '../../subject.ts';
import { finding, pass, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { onTree, type PlacedNode, type SpfSeen, settingMend } from './published-spf.ts';

export const ptrMech: Rule = {
  id: 'SPF-PTR-MECH',
  title: 'The SPF record does not use ptr',
  severity: 'warning',
  why:
    'ptr asks for the names of the sending address and then for the addresses of each of them: ' +
    'it is slow, it burdens the servers of the reverse zones, and it fails with them. The ' +
    'standard says not to publish it, and some large receivers skip it.',
  wrong: 'example.com.  TXT "v=spf1 ptr -all"',
  right: 'example.com.  TXT "v=spf1 a:mail.example.com ip4:192.0.2.0/24 -all"',
  remedy: 'Write the hosts or addresses that send (a, mx, ip4, ip6) in place of ptr.',
  sources: ['RFC 7208 §5.5', 'RFC 7208 §7.2'],
  *judge(about) {
    return yield* onTree(about, verdictsOn);
  },
};

function verdictsOn({ terms, own }: SpfSeen): readonly Verdict[] {
  const used = terms.filter(({ node }) => node.isReached && node.term && asksForNames(node.term));
  const mine = used.filter(({ isOwn }) => isOwn);
  const others = Map.groupBy(
    used.filter(({ isOwn }) => !isOwn),
    ({ domain }) => hostText(domain),
  );
  const text = 'Write the hosts or addresses that send in place of ptr.';
  const ofMine: Verdict =
    mine.length === 0
      ? pass(THE_DOMAIN, undefined, own.evidence)
      : ofTerms(THE_DOMAIN, mine, { ...own, ...settingMend(text) });
  const ofOthers = [...others].map(([host, nodes]) =>
    ofTerms(named(host), nodes, { ...own, actor: 'other' }),
  );
  return [ofMine, ...ofOthers];
}

function ofTerms(
  subject: Subject,
  placed: readonly PlacedNode[],
  details: Parameters<typeof finding>[2],
): Verdict {
  const texts = placed.map(({ node }) => node.text);
  const [first] = placed;
  const whose = first && !first.isOwn ? `the included record of ${hostText(first.domain)}` : 'it';
  return finding(subject, `${whose} uses ${listText(texts)}, which asks for names of the sender`, {
    ...details,
  });
}

function asksForNames(term: SpfTerm): boolean {
  if (term.kind === 'ptr') return true;
  const target = 'target' in term ? term.target : undefined;
  return term.kind !== 'exp' && target !== undefined && lettersIn(target).includes('p');
}
