// SPF-MX10: an mx mechanism leads to at most ten exchanges.

import { SPF_HOSTS_MAX } from '../../../policies/spf.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { onTree, type SpfSeen, settingMend } from './published-spf.ts';
import { placeText } from './words.ts';

export const mx10: Rule = {
  id: 'SPF-MX10',
  title: 'No mx mechanism leads to more than ten exchanges',
  severity: 'error',
  why:
    'A receiver looks up the addresses of at most ten exchanges of one mx mechanism. With more ' +
    'of them the result is an error (permerror) for every message that comes so far.',
  wrong: 'example.com.  TXT "v=spf1 mx -all"   ; and 12 MX records',
  right: 'example.com.  TXT "v=spf1 ip4:192.0.2.0/24 -all"',
  remedy:
    'Write the addresses that send (ip4, ip6) in place of mx: hosts that take mail are seldom ' +
    'all hosts that send it.',
  sources: ['RFC 7208 §4.6.4', 'RFC 7208 §5.4'],
  *judge(about) {
    return yield* onTree(about, (seen) => [verdictOn(seen)]);
  },
};

function verdictOn({ terms, own }: SpfSeen): Verdict {
  const all = terms.filter(({ node }) => node.term?.kind === 'mx' && node.isReached);
  if (all.length === 0) return notApplicable(THE_DOMAIN, 'the SPF record has no mx mechanism');
  const large = all.filter(({ node }) => (node.exchangesCount ?? 0) > SPF_HOSTS_MAX);
  if (large.length > 0) {
    const texts = large.map((placed) => {
      return `${placeText(placed)} leads to ${placed.node.exchangesCount} MX records`;
    });
    const says = `${listText(texts)} (${SPF_HOSTS_MAX} at most)`;
    const mend = settingMend('Write the addresses that send as ip4 and ip6 in place of mx.');
    const actor = large.some(({ isOwn }) => isOwn) ? 'domain' : 'other';
    return finding(THE_DOMAIN, says, { ...own, ...mend, actor });
  }
  const failed = all.find(({ node }) => node.failure !== undefined && !node.exchangesCount);
  if (failed) {
    return unknown(THE_DOMAIN, `${placeText(failed)}: ${failed.node.failure}`, own.evidence);
  }
  return pass(THE_DOMAIN, undefined, own.evidence);
}
