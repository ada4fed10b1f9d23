// DKIM-PRESENT: does the domain have DKIM keys at all? Without a selector nobody can list them, but
// the name above them tells whether there are any.

import { hostText } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { textsOf } from '../../../policies/tag-list.ts';
import { ask } from '../../inquiry.ts';
import { below } from '../../published.ts';
import type { Rule } from '../../rule.ts';
import { named } from '../../subject.ts';
import { finding, pass, unknown } from '../../verdict.ts';
import { noRoomFor } from '../txt-record.ts';
import { selectorName } from './selectors.ts';

export const present: Rule = {
  id: 'DKIM-PRESENT',
  title: 'The domain has names for DKIM keys',
  severity: 'info',
  why:
    'Keys stand below _domainkey. Where that name does not exist there can be no key, and no ' +
    'receiver can verify a signature of the domain. Where it is denied although keys stand below ' +
    'it, resolvers that take the denial for the whole subtree (RFC 8020) find none of them.',
  wrong: '_domainkey.example.com.     TXT ?  → NXDOMAIN',
  right: '_domainkey.example.com.     TXT ?  → NOERROR, no data',
  remedy:
    'If the domain sends mail, let its mail server sign, and publish the key of each selector. ' +
    'If keys are published and the name above them is denied, the name server is at fault: it ' +
    'must answer NOERROR for a name that has others below it.',
  sources: ['RFC 6376 §3.6.2', 'RFC 8020 §2'],
  *judge(about) {
    const name = below('_domainkey', about.domain);
    if (name === undefined) return [noRoomFor('_domainkey')];
    const selectors = about.declared.selectors
      .map((selector) => selectorName(selector, about.domain))
      .filter((each) => each !== undefined);
    const facts = yield* ask<'lookup'>(
      [name, ...selectors].map((each) => ({ kind: 'lookup', name: each, type: TYPE.TXT }) as const),
    );
    const [above, ...keys] = facts;
    if (!above) return [];
    const subject = named(name);
    if (above.lookup.kind === 'failure')
      return [unknown(subject, above.lookup.because, [above.id])];
    if (above.lookup.kind !== 'no-name') {
      return [pass(subject, 'there are names for DKIM keys below it', [above.id])];
    }
    const key = keys.find(({ lookup }) => textsOf(lookup).length > 0);
    if (key) {
      const says =
        `${hostText(name)} is said not to exist, and ${hostText(key.want.name)} below it does: ` +
        'resolvers that believe the first never see the second';
      const details = { severity: 'warning', actor: 'dns-host' } as const;
      return [finding(subject, says, { ...details, evidence: [above.id, key.id] })];
    }
    const says = `${hostText(name)} does not exist, so the domain has no DKIM keys`;
    return [finding(subject, says, { actor: 'domain', evidence: [above.id] })];
  },
};
