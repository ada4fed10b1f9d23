// SPF-OVERBROAD: the record lets no more addresses send than anybody needs.

import { endingOf } from '../../../policies/spf-tree.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { onTree, type PlacedNode, type SpfSeen, settingMend } from './published-spf.ts';
import { placeText } from './words.ts';

/** More than the largest mail services have between them. */
const IPV4_MAX = 2 ** 20;
/** A /32, as a provider gets it. */
const IPV6_MAX = 2 ** 96;

export const overbroad: Rule = {
  id: 'SPF-OVERBROAD',
  title: 'The SPF record lets few addresses send',
  severity: 'notice',
  why:
    'Whoever can get an address in one of these networks, by renting a server in the same cloud, ' +
    'sends mail of the domain with SPF pass.',
  wrong: 'example.com.  TXT "v=spf1 ip4:203.0.113.0/8 -all"',
  right: 'example.com.  TXT "v=spf1 ip4:192.0.2.0/28 -all"',
  remedy: 'Write the addresses that send in place of the network that they are in.',
  sources: ['RFC 7208 §11.4'],
  *judge(about) {
    return yield* onTree(about, (seen) => [verdictOn(seen)]);
  },
};

function verdictOn({ tree, root, terms, own, failures }: SpfSeen): Verdict {
  const ending = endingOf(root);
  if (ending.kind === 'all' && ending.qualifier === '+') {
    return notApplicable(THE_DOMAIN, 'everybody may send: see SPF-ALL');
  }
  const { ipv4Count, ipv6Count } = tree;
  const counts = `${ipv4Count} IPv4 and ${printCount(ipv6Count)} IPv6 addresses may send`;
  if (ipv4Count <= IPV4_MAX && ipv6Count <= IPV6_MAX) {
    const [failure] = failures;
    if (failure !== undefined) return unknown(THE_DOMAIN, failure, own.evidence);
    return pass(THE_DOMAIN, counts, own.evidence);
  }
  const large = terms.filter(isLarge).map(placeText);
  const says = large.length > 0 ? `${counts}, most of all by ${listText(large)}` : counts;
  const mend = settingMend('Write the addresses that send in place of large networks.');
  return finding(THE_DOMAIN, says, { ...own, ...mend });
}

const isLarge = ({ node }: PlacedNode): boolean =>
  node.networks.some(({ bits, bytes }) => bits < (bytes.length === 4 ? 16 : 32));

/** Exact as long as it can be read. */
const printCount = (count: number): string =>
  count < 1e9 ? String(count) : count.toExponential(1).replace('e+', ' × 10^');
