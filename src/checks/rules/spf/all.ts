// SPF-ALL: the record says what becomes of mail from everywhere else.
import { hostText, sameName } from '../../../dns/name.ts';
import { parseSpf, type SpfTerm } from '../../../policies/spf-record.ts';
import { endingOf, type SpfEnding } from '../../../policies/spf-tree.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, pass, unknown, type Verdict } from '../../verdict.ts';
import { onTree, recordMend, type SpfSeen } from './published-spf.ts';

export const all: Rule = {
  id: 'SPF-ALL',
  title: 'The SPF record disowns mail from other hosts',
  severity: 'warning',
  why:
    'The last term says what becomes of mail from hosts that are not listed. With +all everybody ' +
    'in the world may send as the domain, and SPF passes. With ?all, or without all, nothing is ' +
    'said of them, and the record protects nobody. -all and ~all are both right: with DMARC ' +
    'receivers treat them alike.',
  wrong: 'example.com.  TXT "v=spf1 mx +all"',
  right: 'example.com.  TXT "v=spf1 mx -all"',
  remedy:
    'End the record with -all or ~all. If you do not know all hosts that send, begin with ~all ' +
    'and read DMARC reports.',
  sources: ['RFC 7208 §4.7', 'RFC 7208 §5.1', 'RFC 7208 §10.1'],
  *judge(about) {
    return yield* onTree(about, (seen) => [verdictOn(seen, endingOf(seen.root))]);
  },
};

function verdictOn(seen: SpfSeen, ending: SpfEnding): Verdict {
  const { own, about } = seen;
  switch (ending.kind) {
    case 'unreadable':
      return unknown(THE_DOMAIN, 'the record of its redirect could not be read', own.evidence);
    case 'nothing': {
      const says = 'the SPF record has neither all nor redirect, so it says nothing of other hosts';
      return finding(THE_DOMAIN, says, { ...own, ...mendFor(seen) });
    }
    case 'all': {
      const { qualifier, text, domain } = ending;
      const where = sameName(domain, about.domain) ? '' : ` (in the record of ${hostText(domain)})`;
      if (qualifier === '-' || qualifier === '~') {
        return pass(THE_DOMAIN, `it ends with ${text}${where}`, own.evidence);
      }
      const isOpen = qualifier === '+';
      const effect = isOpen ? 'everybody may send as the domain' : 'nothing is said of other hosts';
      const severity = isOpen ? 'error' : 'warning';
      const mend = where === '' ? mendFor(seen) : {};
      const says = `the SPF record ends with ${text}${where}: ${effect}`;
      return finding(THE_DOMAIN, says, { ...own, severity, ...mend });
    }
  }
}

/** The record with an end that is right; where nobody is listed, nobody sends. */
function mendFor({ about, root }: SpfSeen) {
  const { record } = root;
  if (record.faults.length > 0) return {};
  const others = record.terms.filter(({ kind }) => kind !== 'all');
  const last: readonly SpfTerm[] = parseSpf(
    others.length > 0 ? 'v=spf1 ~all' : 'v=spf1 -all',
  ).terms;
  const modifiers = others.filter((term) => !('qualifier' in term) && term.kind !== 'redirect');
  const mechanisms = others.filter((term) => 'qualifier' in term);
  return recordMend(about.domain, [...mechanisms, ...last, ...modifiers]);
}
