// MX-TARGET-SERVFAIL: the name servers of every exchange answer for it. A server that answers
// wrongly is theirs; silence may be ours, and is unknown.

import type { Lookup, LookupFailure } from '../../../dns/lookup.ts';
import { hostText, isBelow } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import { finding, pass } from '../../verdict.ts';
import { listText } from '../words.ts';
import { hostsSeen, unseen } from './hosts.ts';
import { intakeOf, withoutExchanges } from './intake.ts';

export const targetServfail: Rule = {
  id: 'MX-TARGET-SERVFAIL',
  title: 'The addresses of every exchange can be looked up',
  severity: 'warning',
  why:
    'When the name servers of an exchange fail, a sender must take it for a temporary error: the ' +
    'mail waits. Some senders wait even if only one of the two address types fails.',
  wrong: 'mail.example.com. A ?       192.0.2.10\nmail.example.com. AAAA ?    status: SERVFAIL',
  right: 'mail.example.com. A ?       192.0.2.10\nmail.example.com. AAAA ?    no such record',
  remedy: 'Tell whoever runs the name servers of that name, and quote the failure.',
  sources: ['RFC 5321 §5.1', 'RFC 4074 §4.3'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const hosts = yield* hostsSeen(intake.hosts);
    return hosts.map((seen) => {
      const { host, ipv4, ipv6, evidence } = seen;
      const faults = [...faultOf('A', ipv4), ...faultOf('AAAA', ipv6)];
      if (faults.length > 0) {
        const says = `${hostText(host)} cannot be looked up: ${listText(faults)}`;
        const actor = isBelow(host, about.domain) ? 'dns-host' : 'other';
        return finding(exchange(host), says, { actor, evidence });
      }
      const isSilent = ipv4.kind === 'failure' || ipv6.kind === 'failure';
      return isSilent ? unseen(seen) : pass(exchange(host), undefined, evidence);
    });
  },
};

/** What a server did say, and nobody else can have said. */
const CERTAIN: ReadonlySet<LookupFailure> = new Set(['servfail', 'refused', 'bogus', 'alias-loop']);

function faultOf(type: string, lookup: Lookup<unknown>): readonly string[] {
  if (lookup.kind !== 'failure' || !CERTAIN.has(lookup.failure)) return [];
  return [`${type}: ${lookup.because}`];
}
