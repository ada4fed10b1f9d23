// MX-NULL: a domain that says that it takes no mail; right, but worth saying, and wrong where this
// server is to take its mail.
import { seconds } from '../../../base/time.ts';
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable } from '../../verdict.ts';
import { intakeOf, unlisted } from './intake.ts';

export const nullMx: Rule = {
  id: 'MX-NULL',
  title: 'Whether the domain refuses all mail',
  severity: 'info',
  why:
    'A null MX tells senders that the domain takes no mail: they return it at once instead of ' +
    'trying for days. On a domain that ought to take mail it loses everything.',
  wrong: 'example.com. MX 0 .      ; while mail.example.com waits for its mail',
  right: 'example.com. MX 0 .      ; and nobody waits for mail',
  remedy: 'Nothing, if the domain takes no mail. Otherwise replace it by the MX records it needs.',
  sources: ['RFC 7505 §3'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind === 'failure') return [unlisted(intake)];
    if (intake.kind !== 'null') {
      return [notApplicable(THE_DOMAIN, 'the domain has no null MX')];
    }
    // Where records are declared, MX-EXPECTED says that they are not there.
    const { exchanges, ours } = about.declared;
    const waits = exchanges === undefined ? ours : undefined;
    const says = `${hostText(about.domain)} says that it takes no mail (null MX)`;
    const whole = waits === undefined ? says : `${says}, and this server is its ${waits}`;
    return [
      finding(THE_DOMAIN, whole, {
        severity: waits === undefined ? 'info' : 'critical',
        actor: 'domain',
        shows: seconds(intake.ttlSeconds),
        evidence: [intake.id],
      }),
    ];
  },
};
