// MX-DUP-PREF: exchanges of equal preference share the load; never a fault.

import { hostText, ROOT } from '../../../dns/name.ts';
import type { Exchange } from '../../../routing/facts.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { pass } from '../../verdict.ts';
import { listText } from '../words.ts';
import { intakeOf, withoutExchanges } from './intake.ts';

export const dupPref: Rule = {
  id: 'MX-DUP-PREF',
  title: 'Which exchanges share the load',
  severity: 'info',
  why:
    'Among exchanges of equal preference every sender picks one by chance, so that they share ' +
    'the load. This is how it is meant; exchanges that ought to wait for the failure of another ' +
    'need a higher number.',
  wrong: '; the backup is not meant to get mail every day\nexample.com. MX 10 backup.example.com.',
  right: 'example.com. MX 10 mail1.example.com.\nexample.com. MX 10 mail2.example.com.',
  remedy: 'Nothing, if sharing is meant; otherwise give the backup a higher number.',
  sources: ['RFC 5321 §5.1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const shared = levelsOf(intake.records).filter(([, hosts]) => hosts.length > 1);
    const texts = shared.map(
      ([preference, hosts]) => `${listText(hosts)} share the preference ${preference}`,
    );
    const says = texts.length > 0 ? texts.join('; ') : undefined;
    return [pass(THE_DOMAIN, says, [intake.id])];
  },
};

/** The different hosts of each preference, lowest first. */
function levelsOf(records: readonly Exchange[]): readonly (readonly [number, readonly string[]])[] {
  const preferences = [...new Set(records.map(({ preference }) => preference))];
  return preferences
    .sort((a, b) => a - b)
    .map((preference) => {
      const level = records.filter((record) => record.preference === preference);
      const names = level.filter(({ host }) => host !== ROOT).map(({ host }) => hostText(host));
      return [preference, [...new Set(names)].sort()];
    });
}
