// DNSBL-LISTS-ROT: the block lists that are asked are alive.
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { named, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { healthOf, type ListSeen } from './block-list.ts';

export const dnsblListsRot: Rule = {
  id: 'DNSBL-LISTS-ROT',
  title: 'The block lists that are asked are alive',
  severity: 'info',
  why:
    'Block lists come to an end, and their names stay in settings for years. Such a list answers ' +
    'nothing, or, to get rid of the questions, "listed" for every address; a mail server that ' +
    'still asks it then refuses all mail. So each list is asked for the entries that prove it, ' +
    'and one that has them not is not believed.',
  wrong: '2.0.0.127.dnsbl.example.                 ; no such name: the list is empty',
  right: '2.0.0.127.dnsbl.example.  A 127.0.0.2    ; and 1.0.0.127 is not listed',
  remedy: 'Take the list out of the settings, here and in your mail server.',
  sources: ['RFC 5782 §5', 'RFC 6471 §3.4'],
  *judge({ blocklists }) {
    const addresses = yield* healthOf(blocklists.addresses, 'ipv4');
    const domains = yield* healthOf(blocklists.domains, 'domain');
    const verdicts = [...addresses, ...domains].map(judgeOne);
    return verdicts.length > 0
      ? verdicts
      : [notApplicable(THE_DOMAIN, 'no block list is configured')];
  },
};

function judgeOne({ list, health, evidence }: ListSeen): Verdict {
  const subject = named(list);
  if (health.kind === 'well') return pass(subject);
  if (health.kind === 'silent') return unknown(subject, health.because, evidence);
  const says = `${hostText(list)} cannot be believed: ${health.because}`;
  return finding(subject, says, { actor: 'other', evidence });
}
