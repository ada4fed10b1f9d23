// RETURN-OK: mail can be sent back to a domain that sends.
import { seconds } from '../../../base/time.ts';
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { evidenceOf, hostsSeen } from '../mx/hosts.ts';
import { intakeOf, unlisted } from '../mx/intake.ts';

export const returnOk: Rule = {
  id: 'RETURN-OK',
  title: 'Mail can be sent back to the domain',
  severity: 'error',
  why:
    'Answers and bounces go to the domain that sent. Many receivers look first whether it could ' +
    'take them, and refuse the mail if it could not.',
  wrong: 'example.com. MX 0 .              ; and 192.0.2.25 sends mail from example.com',
  right: 'example.com. MX 10 mail.example.com.',
  remedy:
    'Name a host that takes the mail in an MX record; or let the senders use a domain that does.',
  sources: ['RFC 5321 §4.5.5', 'RFC 7505 §4.2'],
  *judge(about) {
    if (about.declared.senders.length === 0) {
      return [notApplicable(THE_DOMAIN, 'no address was declared that sends its mail')];
    }
    const intake = yield* intakeOf(about);
    if (intake.kind === 'failure') return [unlisted(intake)];
    if (intake.kind === 'null') {
      const says = `${hostText(about.domain)} sends mail and says that it takes none (null MX)`;
      const shows = seconds(intake.ttlSeconds);
      return [finding(THE_DOMAIN, says, { actor: 'domain', shows, evidence: [intake.id] })];
    }
    if (intake.kind === 'no-name') {
      return [notApplicable(THE_DOMAIN, 'the domain does not exist: DEL-NONE')];
    }
    if (intake.kind === 'exchanges') return [pass(THE_DOMAIN, undefined, [intake.id])];
    const hosts = yield* hostsSeen([about.domain]);
    const evidence = [intake.id, ...evidenceOf(hosts)];
    const state = hosts[0]?.state;
    if (state === 'failure') {
      return [unknown(THE_DOMAIN, 'its addresses could not be looked up', evidence)];
    }
    return state === 'addresses'
      ? [pass(THE_DOMAIN, undefined, evidence)]
      : [notApplicable(THE_DOMAIN, 'it has neither MX records nor an address: MX-NONE')];
  },
};
