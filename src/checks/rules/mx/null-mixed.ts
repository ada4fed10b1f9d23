// MX-NULL-MIXED: a null MX stands alone.

import { seconds } from '../../../base/time.ts';
import { hostText, ROOT } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, pass } from '../../verdict.ts';
import { listText } from '../words.ts';
import { intakeOf, withoutExchanges } from './intake.ts';

export const nullMixed: Rule = {
  id: 'MX-NULL-MIXED',
  title: 'A null MX stands alone',
  severity: 'error',
  why:
    'A null MX says that the domain takes no mail, an exchange beside it says the contrary. Some ' +
    'senders use the exchange, some return the mail, some look for an address of the root.',
  wrong: 'example.com. MX 0 .\nexample.com. MX 10 mail.example.com.',
  right: 'example.com. MX 10 mail.example.com.',
  remedy: 'Remove the null MX if the domain takes mail, or all the others if it takes none.',
  sources: ['RFC 7505 §3'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind === 'null') return [pass(THE_DOMAIN, undefined, [intake.id])];
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const { id, records, hosts, ttlSeconds } = intake;
    const nothing = records.find(({ host }) => host === ROOT);
    if (!nothing) return [pass(THE_DOMAIN, undefined, [id])];
    const says =
      `${hostText(about.domain)} says that it takes no mail (MX ${nothing.preference} .) and ` +
      `names ${listText(hosts.map(hostText))} beside it`;
    const text = `remove the record ${about.domain} MX ${nothing.preference} .`;
    return [
      finding(THE_DOMAIN, says, {
        actor: 'domain',
        mend: { kind: 'setting', text },
        shows: seconds(ttlSeconds),
        evidence: [id],
      }),
    ];
  },
};
