// SPF-DEAD-INCLUDE: every include and redirect leads to an SPF record.
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { named, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { onTree, type PlacedNode, recordMend, type SpfSeen } from './published-spf.ts';
import { placeText } from './words.ts';

export const deadInclude: Rule = {
  id: 'SPF-DEAD-INCLUDE',
  title: 'Every include and redirect leads to an SPF record',
  severity: 'error',
  why:
    'When an included domain has no SPF record, the result is an error (permerror) for every ' +
    'message that nothing before it matches: the record works for some hosts and not for others. ' +
    'A domain that does not exist can be registered by anybody, who may then send as this one.',
  wrong: 'example.com.  TXT "v=spf1 include:gone.example.net ip4:192.0.2.0/24 -all"',
  right: 'example.com.  TXT "v=spf1 ip4:192.0.2.0/24 -all"',
  remedy: 'Take out the term, or ask the service which domain is to be included today.',
  sources: ['RFC 7208 §5.2', 'RFC 7208 §6.1'],
  *judge(about) {
    return yield* onTree(about, verdictsOn);
  },
};

function verdictsOn(seen: SpfSeen): readonly Verdict[] {
  const leading = seen.terms.filter(({ node }) => node.branch !== undefined);
  if (leading.length === 0) return [notApplicable(THE_DOMAIN, 'the SPF record includes no other')];
  const troubles = leading.flatMap((placed) => verdictOn(seen, placed) ?? []);
  const each = new Map(troubles.map((verdict) => [JSON.stringify(verdict.subject), verdict]));
  return each.size > 0 ? [...each.values()] : [pass(THE_DOMAIN, undefined, seen.own.evidence)];
}

/** Nothing where the term leads to a record, or to something that another rule is about. */
function verdictOn({ about, root, own }: SpfSeen, placed: PlacedNode): Verdict | undefined {
  const { branch, term } = placed.node;
  const place = placeText(placed);
  if (branch?.kind === 'failure') {
    const host = hostText(branch.domain);
    return unknown(named(host), `${host} could not be looked up: ${branch.because}`, own.evidence);
  }
  if (branch?.kind !== 'none' && branch?.kind !== 'no-domain') return undefined;
  const target = branch.kind === 'none' ? hostText(branch.domain) : branch.text;
  const kept = root.record.terms.filter((each) => each !== term);
  const canMend = placed.isOwn && term?.kind === 'include' && root.record.faults.length === 0;
  return finding(named(target), `${place} leads to ${target}, which ${lackOf(branch)}`, {
    ...own,
    actor: placed.isOwn ? 'domain' : 'other',
    ...(canMend && recordMend(about.domain, kept)),
  });
}

function lackOf(branch: {
  readonly kind: 'none' | 'no-domain';
  readonly isName?: boolean;
}): string {
  if (branch.kind === 'no-domain') return 'is no domain name';
  return branch.isName ? 'has no SPF record' : 'does not exist';
}
