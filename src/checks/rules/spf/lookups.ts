// SPF-LOOKUPS: the whole record needs at most ten lookups.

import { SPF_LOOKUPS_MAX } from '../../../policies/spf.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, pass, unknown, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { onTree, type SpfSeen, settingMend } from './published-spf.ts';

/** With fewer left, the next change of somebody else's record breaks this one. */
const LOOKUPS_NEAR = SPF_LOOKUPS_MAX - 1;

export const lookups: Rule = {
  id: 'SPF-LOOKUPS',
  title: 'The SPF record needs at most ten lookups',
  severity: 'error',
  why:
    'Receivers stop after ten terms that need a lookup (include, a, mx, ptr, exists, redirect, ' +
    'with all that stand in included records) and give an error (permerror). Mail that is ' +
    'matched early still passes, the rest fails, so that the fault comes and goes with the ' +
    'sending host.',
  wrong:
    'example.com.  TXT "v=spf1 a mx include:_spf.example.net include:mail.example.org ' +
    'include:crm.example.org include:shop.example.org -all"   ; 13 lookups in all',
  right: 'example.com.  TXT "v=spf1 ip4:192.0.2.0/24 include:_spf.example.net -all"   ; 4 lookups',
  remedy:
    'Take out services that are not used any more, write ip4 and ip6 in place of a and mx for ' +
    'hosts of your own, and let services send with a subdomain that has its own SPF record.',
  sources: ['RFC 7208 §4.6.4'],
  *judge(about) {
    return yield* onTree(about, (seen) => [verdictOn(seen)]);
  },
};

function verdictOn({ tree, root, own, unread }: SpfSeen): Verdict {
  const least = tree.isOpen || tree.isCut ? 'at least ' : '';
  const count = `${least}${tree.lookups} of ${SPF_LOOKUPS_MAX} lookups`;
  const costs = root.nodes
    .filter((node) => node.lookups > 0)
    .map((node) => `${node.text} ${node.lookups}`);
  const says = `the SPF record needs ${count}: ${listText(costs)}`;
  if (tree.lookups >= LOOKUPS_NEAR) {
    return finding(THE_DOMAIN, says, {
      ...own,
      severity: tree.lookups > SPF_LOOKUPS_MAX ? 'error' : 'warning',
      ...settingMend(
        'Take out includes that are not needed; write addresses in place of a and mx.',
      ),
    });
  }
  const [missing] = unread;
  return missing === undefined
    ? pass(THE_DOMAIN, count, own.evidence)
    : unknown(THE_DOMAIN, `${count}, and a part is not known: ${missing}`, own.evidence);
}
