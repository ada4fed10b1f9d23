// MX-NULL-NEEDLESS: a null MX says something only where senders would otherwise try an address.
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { evidenceOf, hostsSeen } from './hosts.ts';
import { intakeOf, unlisted } from './intake.ts';

export const nullNeedless: Rule = {
  id: 'MX-NULL-NEEDLESS',
  title: 'A null MX stands where there is an address to leave alone',
  severity: 'info',
  why:
    'A null MX keeps senders from trying the address of the domain. Where there is no address ' +
    'mail is returned at once anyway; the record does no harm and says clearly what is meant.',
  wrong: 'example.com. MX 0 .',
  right: 'example.com. MX 0 .\nexample.com. A 192.0.2.80',
  remedy:
    'Nothing needs to be done. The record may stay: it also answers for the day on which the ' +
    'domain gets an address.',
  sources: ['RFC 7505 §1', 'RFC 5321 §5.1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind === 'failure') return [unlisted(intake)];
    if (intake.kind !== 'null') return [notApplicable(THE_DOMAIN, 'the domain has no null MX')];
    const hosts = yield* hostsSeen([about.domain]);
    const evidence = [intake.id, ...evidenceOf(hosts)];
    const state = hosts[0]?.state;
    if (state === 'failure') {
      return [unknown(THE_DOMAIN, 'its addresses could not be looked up', evidence)];
    }
    if (state === 'addresses') return [pass(THE_DOMAIN, undefined, evidence)];
    const says = `${hostText(about.domain)} has a null MX and no address that it would protect`;
    return [finding(THE_DOMAIN, says, { actor: 'domain', evidence })];
  },
};
