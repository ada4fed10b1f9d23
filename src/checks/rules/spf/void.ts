// SPF-VOID: at most two terms look up what does not exist.
import { SPF_VOIDS_MAX } from '../../../policies/spf.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, pass, unknown, type Verdict } from '../../verdict.ts';
import { onTree, type SpfSeen, settingMend } from './published-spf.ts';
import { countText, placesText } from './words.ts';

export const voids: Rule = {
  id: 'SPF-VOID',
  title: 'At most two terms of the SPF record look up what does not exist',
  severity: 'error',
  why:
    'Receivers end with an error (permerror) at the third term whose lookup finds nothing: it ' +
    'is a sign of a record that nobody looks after, and a way to make receivers ask strangers. ' +
    'Below that number such a term is useless, and its name may be taken by somebody else.',
  wrong: 'example.com.  TXT "v=spf1 a:old1.example.com a:old2.example.com a:old3.example.com -all"',
  right: 'example.com.  TXT "v=spf1 a:mail.example.com -all"',
  remedy:
    'Take out the terms whose hosts are gone. If such a term stands in an included record, tell ' +
    'the service that it belongs to.',
  sources: ['RFC 7208 §4.6.4', 'RFC 7208 §11.1'],
  *judge(about) {
    return yield* onTree(about, (seen) => [verdictOn(seen)]);
  },
};

function verdictOn({ tree, terms, own, failures }: SpfSeen): Verdict {
  const empty = terms.filter(({ node }) => node.voids > 0 && node.branch === undefined);
  const names = empty.length > 0 ? `: ${placesText(empty)}` : '';
  const count = countText(tree.voids, 'term looks', 'terms look');
  const says = `${count} up what does not exist (${SPF_VOIDS_MAX} at most)${names}`;
  if (tree.voids > SPF_VOIDS_MAX) {
    return finding(THE_DOMAIN, says, { ...own, ...settingMend('Take out the terms named above.') });
  }
  const [failure] = failures;
  if (failure !== undefined) return unknown(THE_DOMAIN, failure, own.evidence);
  return pass(THE_DOMAIN, tree.voids > 0 ? says : undefined, own.evidence);
}
