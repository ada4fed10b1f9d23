// MX-NULL-PREF: a null MX has the preference 0.
import { seconds } from '../../../base/time.ts';
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass } from '../../verdict.ts';
import { intakeOf, unlisted } from './intake.ts';

export const nullPref: Rule = {
  id: 'MX-NULL-PREF',
  title: 'A null MX has the preference 0',
  severity: 'warning',
  why:
    'RFC 7505 defines the null MX as one record with the preference 0. A sender that goes by the ' +
    'letter sees a host with an empty name in any other, and tries for days to find it.',
  wrong: 'example.com. MX 10 .',
  right: 'example.com. MX 0 .',
  remedy:
    'Write the record with the preference 0, and only once; or name the hosts that take the ' +
    'mail, if there are any.',
  sources: ['RFC 7505 §3'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind === 'failure') return [unlisted(intake)];
    if (intake.kind !== 'null') return [notApplicable(THE_DOMAIN, 'the domain has no null MX')];
    const wrong = intake.records.find(({ preference }) => preference !== 0);
    if (!wrong) return [pass(THE_DOMAIN, undefined, [intake.id])];
    const says = `the null MX of ${hostText(about.domain)} has the preference ${wrong.preference}`;
    return [
      finding(THE_DOMAIN, says, {
        actor: 'domain',
        mend: { kind: 'record', text: `${about.domain} MX 0 .` },
        shows: seconds(intake.ttlSeconds),
        evidence: [intake.id],
      }),
    ];
  },
};
