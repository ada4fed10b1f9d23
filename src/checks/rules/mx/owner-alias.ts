// MX-OWNER-ALIAS: a mail domain is no alias itself.
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass } from '../../verdict.ts';
import { intakeOf, unlisted } from './intake.ts';

export const ownerAlias: Rule = {
  id: 'MX-OWNER-ALIAS',
  title: 'The domain is no alias',
  severity: 'warning',
  why:
    'Senders follow the alias and use the MX records at its end, so that somebody else decides ' +
    'where the mail goes. Some mail servers also rewrite the address to the name at the end. ' +
    'No SPF record or other policy can stand beside an alias.',
  wrong: 'shop.example.com. CNAME shops.example.net.',
  right: 'shop.example.com. A  192.0.2.80\nshop.example.com. MX 10 mail.example.com.',
  remedy: 'Replace the CNAME record by address and MX records of the name itself.',
  sources: ['RFC 5321 §5.1', 'RFC 1034 §3.6.2'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind === 'failure') return [unlisted(intake)];
    const [target] = intake.aliases;
    if (intake.kind === 'no-name') {
      return [notApplicable(THE_DOMAIN, 'there is no such name: that is told first')];
    }
    if (target === undefined) return [pass(THE_DOMAIN, undefined, [intake.id])];
    const name = hostText(about.domain);
    const says = `${name} is an alias of ${hostText(target)}, whose records decide on its mail`;
    const text = `replace the CNAME record of ${about.domain} by MX and address records of its own`;
    return [
      finding(THE_DOMAIN, says, {
        actor: 'domain',
        mend: { kind: 'setting', text },
        evidence: [intake.id],
      }),
    ];
  },
};
