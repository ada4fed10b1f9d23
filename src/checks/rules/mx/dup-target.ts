// MX-DUP-TARGET: every exchange is named once.

import { seconds } from '../../../base/time.ts';
import { hostText, nameKey } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import { finding, pass } from '../../verdict.ts';
import { listText } from '../words.ts';
import { intakeOf, withoutExchanges } from './intake.ts';

export const dupTarget: Rule = {
  id: 'MX-DUP-TARGET',
  title: 'Every exchange is named once',
  severity: 'notice',
  why:
    'A host that is named with two preferences counts with the better one. The other record adds ' +
    'nothing, and looks like a second host that is not there.',
  wrong: 'example.com. MX 10 mail.example.com.\nexample.com. MX 20 mail.example.com.',
  right: 'example.com. MX 10 mail.example.com.\nexample.com. MX 20 backup.example.com.',
  remedy: 'Remove the record with the higher number, or name another host in it.',
  sources: ['RFC 5321 §5.1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const { hosts, records, ttlSeconds, id } = intake;
    return hosts.map((host) => {
      const same = records.filter((record) => nameKey(record.host) === nameKey(host));
      const preferences = same.map(({ preference }) => preference).sort((a, b) => a - b);
      if (preferences.length < 2) return pass(exchange(host), undefined, [id]);
      const numbers = listText(preferences.map(String));
      const says = `${hostText(host)} is named with the preferences ${numbers}`;
      const text = `remove the record ${about.domain} MX ${preferences.at(-1)} ${host}`;
      return finding(exchange(host), says, {
        actor: 'domain',
        mend: { kind: 'setting', text },
        shows: seconds(ttlSeconds),
        evidence: [id],
      });
    });
  },
};
