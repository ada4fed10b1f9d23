// MX-LOOKUP: senders can find out where the mail of the domain goes. Apart are: no such name, which
// is final; a failure, after which they ask again; and no MX records, which is no fault.
import { seconds } from '../../../base/time.ts';
import { hostText, type Name } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import type { About } from '../../about.ts';
import { type Inquiry, lookup } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass } from '../../verdict.ts';
import { freeDomain } from '../free-domain.ts';
import { intakeOf, unlisted } from './intake.ts';

export const mxLookup: Rule = {
  id: 'MX-LOOKUP',
  title: 'Senders can look up the MX records',
  severity: 'error',
  why:
    'A sender that is told that the domain does not exist returns the mail at once. One whose ' +
    'question fails keeps the mail and asks again for some days. Only an answer, be it "there ' +
    'are none", lets mail through.',
  wrong: 'example.com. MX ?    status: NXDOMAIN',
  right: 'example.com. MX ?    status: NOERROR\nexample.com. MX 10 mail.example.com.',
  remedy:
    'Look whether the name is spelt right, the domain is still registered, and its zone is ' +
    'delegated to name servers that know it.',
  sources: ['RFC 5321 §5.1', 'RFC 2308 §2'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind === 'failure') return [unlisted(intake)];
    if (intake.kind !== 'no-name') return [pass(THE_DOMAIN, undefined, [intake.id])];
    const cause = yield* causeOf(about, intake.aliases.at(-1));
    if (cause !== undefined) return [notApplicable(THE_DOMAIN, `it does not exist: ${cause}`)];
    const says = missing(about.domain, intake.aliases);
    const shows = seconds(intake.ttlSeconds);
    return [finding(THE_DOMAIN, says, { actor: 'domain', shows, evidence: [intake.id] })];
  },
};

/** The rule that tells why there is no such name, where one does. */
function* causeOf({ domain, self }: About, end: Name | undefined): Inquiry<string | undefined> {
  if (end === undefined) return self.walk.ok === false ? undefined : 'DEL-NONE';
  const { zone } = yield* lookup(domain, TYPE.MX);
  return zone !== undefined && freeDomain(zone, end) !== undefined ? 'DANGLING' : undefined;
}

function missing(domain: Name, aliases: readonly Name[]): string {
  const end = aliases.at(-1);
  const name = hostText(domain);
  if (end === undefined) return `${name} does not exist (NXDOMAIN): all mail to it is returned`;
  return `${name} is an alias of ${hostText(end)}, which does not exist: all mail is returned`;
}
