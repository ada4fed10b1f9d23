// SPF-LOOP: no include or redirect leads back to a record that led there.

import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, pass, unknown, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { onTree, type PlacedNode, recordMend, type SpfSeen } from './published-spf.ts';
import { placeText } from './words.ts';

export const loop: Rule = {
  id: 'SPF-LOOP',
  title: 'No include or redirect leads back',
  severity: 'error',
  why:
    'A record that leads back to itself never ends: receivers give up after ten lookups with an ' +
    'error (permerror), for every message that nothing before the loop matches.',
  wrong:
    'example.com.       TXT "v=spf1 include:_spf.example.com -all"\n' +
    '_spf.example.com.  TXT "v=spf1 include:example.com -all"',
  right:
    'example.com.       TXT "v=spf1 include:_spf.example.com -all"\n' +
    '_spf.example.com.  TXT "v=spf1 ip4:192.0.2.0/24 -all"',
  remedy:
    'Take out the term that leads back. A record that includes its own domain is most often a ' +
    'copy from a guide that was meant for another one.',
  sources: ['RFC 7208 §4.6.4', 'RFC 7208 §11.1'],
  *judge(about) {
    return yield* onTree(about, (seen) => [verdictOn(seen)]);
  },
};

function verdictOn({ about, root, terms, own, unread }: SpfSeen): Verdict {
  const looping = terms.filter(({ node }) => node.branch?.kind === 'loop');
  if (looping.length > 0) {
    const isOwn = looping.some((placed) => placed.isOwn);
    const kept = root.record.terms.filter((term) => {
      return !looping.some(({ node, isOwn: stands }) => stands && node.term === term);
    });
    return finding(THE_DOMAIN, listText(looping.map(loopText)), {
      ...own,
      actor: isOwn ? 'domain' : 'other',
      ...(isOwn && root.record.faults.length === 0 && recordMend(about.domain, kept)),
    });
  }
  const [failure] = unread;
  return failure === undefined
    ? pass(THE_DOMAIN, undefined, own.evidence)
    : unknown(THE_DOMAIN, failure, own.evidence);
}

function loopText(placed: PlacedNode): string {
  const { branch } = placed.node;
  const target = branch?.kind === 'loop' ? hostText(branch.domain) : '';
  return `${placeText(placed)} leads back to ${target}`;
}
