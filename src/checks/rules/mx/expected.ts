// MX-EXPECTED: the MX records are those that the operator declared.

import { seconds } from '../../../base/time.ts';
import { nameKey } from '../../../dns/name.ts';
import type { Exchange } from '../../../routing/facts.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, type Mend, notApplicable, pass } from '../../verdict.ts';
import { listText } from '../words.ts';
import { intakeOf, mxLine, unlisted } from './intake.ts';

export const expected: Rule = {
  id: 'MX-EXPECTED',
  title: 'The MX records are the declared ones',
  severity: 'error',
  why:
    'Records that differ from what is meant send mail to hosts that nobody looks after, or leave ' +
    'out a host that waits for it. A record too many may also be the work of an intruder.',
  wrong: '; declared: MX 10 mail.example.com.\nexample.com. MX 10 old.example.com.',
  right: '; declared: MX 10 mail.example.com.\nexample.com. MX 10 mail.example.com.',
  remedy:
    'Publish what was declared, or declare what is published. Where nobody knows of the change, ' +
    'find out who can edit the zone before you put it right.',
  sources: ['RFC 5321 §5.1'],
  *judge(about) {
    const declared = about.declared.exchanges;
    if (!declared) return [notApplicable(THE_DOMAIN, 'nobody declared its MX records')];
    const intake = yield* intakeOf(about);
    if (intake.kind === 'failure') return [unlisted(intake)];
    const seen = 'records' in intake ? intake.records : [];
    const line = ({ preference, host }: Exchange) => mxLine(about.domain, preference, host);
    const missing = without(declared, seen).map(line);
    const extra = without(seen, declared).map(line);
    if (missing.length + extra.length === 0) return [pass(THE_DOMAIN, undefined, [intake.id])];
    // All mail is returned at once, and this server is to take it.
    const isLost = intake.kind === 'null' && about.declared.ours !== undefined;
    return [
      finding(THE_DOMAIN, differing(missing, extra), {
        severity: isLost ? 'critical' : 'error',
        actor: 'domain',
        mend: mendFor(missing, extra),
        shows: seconds(intake.ttlSeconds),
        evidence: [intake.id],
      }),
    ];
  },
};

const keyOf = ({ preference, host }: Exchange): string => `${preference} ${nameKey(host)}`;

function without(these: readonly Exchange[], those: readonly Exchange[]): readonly Exchange[] {
  const keys = new Set(those.map(keyOf));
  return these.filter((each) => !keys.has(keyOf(each)));
}

/** `the MX records are not the declared ones: … is missing; … was not declared`. */
function differing(missing: readonly string[], extra: readonly string[]): string {
  const parts = [
    ...(missing.length > 0 ? [`missing: ${listText(missing)}`] : []),
    ...(extra.length > 0 ? [`not declared: ${listText(extra)}`] : []),
  ];
  return `the MX records are not the declared ones; ${parts.join('; ')}`;
}

function mendFor(missing: readonly string[], extra: readonly string[]): Mend {
  const [only = '', ...others] = missing;
  if (only !== '' && others.length === 0 && extra.length === 0) {
    return { kind: 'record', text: only };
  }
  const parts = [...missing.map((line) => `add ${line}`), ...extra.map((line) => `remove ${line}`)];
  return { kind: 'setting', text: parts.join('; ') };
}
