// SPF-PTR10: where ptr is used, no sending address has more names than receivers look at.

import { hostText } from '../../../dns/name.ts';
import { reverseName } from '../../../dns/reverse.ts';
import { TYPE } from '../../../dns/types.ts';
import { SPF_HOSTS_MAX } from '../../../policies/spf.ts';
import type { About } from '../../about.ts';
import type { FactOf } from '../../fact.ts';
import { ask, type Inquiry } from '../../inquiry.ts';
import { mailPlaces } from '../../mail.ts';
import type { Rule } from '../../rule.ts';
import { named, THE_DOMAIN } from '../../subject.ts';
import { finding, isVerdict, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { spfSeen } from './published-spf.ts';

export const ptr10: Rule = {
  id: 'SPF-PTR10',
  title: 'With ptr, no sending address has more than ten names',
  severity: 'warning',
  why:
    'Receivers look at the first ten names of an address, in whatever order they come, and skip ' +
    'the rest. An address with more names passes by chance.',
  wrong: '1.2.0.192.in-addr.arpa.  PTR   ; 14 names, and the SPF record says ptr',
  right: '1.2.0.192.in-addr.arpa.  PTR mail.example.com.',
  remedy: 'Take ptr out of the SPF record, or give the address one name.',
  sources: ['RFC 7208 §4.6.4', 'RFC 7208 §5.5'],
  *judge(about) {
    const seen = yield* spfSeen(about);
    if (isVerdict(seen)) return [seen];
    const isUsed = seen.terms.some(({ node }) => node.term?.kind === 'ptr' && node.isReached);
    if (!isUsed) return [notApplicable(THE_DOMAIN, 'the SPF record has no ptr mechanism')];
    const addresses = yield* sendingAddresses(about);
    if (addresses.length === 0) {
      return [notApplicable(THE_DOMAIN, 'no address is known that sends its mail')];
    }
    const facts = yield* ask<'lookup'>(
      addresses.map((each) => ({ kind: 'lookup', name: reverseName(each), type: TYPE.PTR })),
    );
    return facts.map((fact, at) => verdictOn(addresses[at] ?? '', fact));
  },
};

const ADDRESSES_MAX = 20;

/** Those that are declared; else those of the exchanges, which mostly send as well. */
function* sendingAddresses(about: About): Inquiry<About['declared']['senders']> {
  const { senders } = about.declared;
  if (senders.length > 0) return senders.slice(0, ADDRESSES_MAX);
  const places = yield* mailPlaces(about);
  return [...new Set(places.map(({ address }) => address))].slice(0, ADDRESSES_MAX);
}

function verdictOn(address: string, { id, lookup }: FactOf<'lookup'>): Verdict {
  const subject = named(address);
  if (lookup.kind === 'failure') return unknown(subject, lookup.because, [id]);
  const names = lookup.kind === 'records' ? lookup.records : [];
  if (names.length <= SPF_HOSTS_MAX) return pass(subject, undefined, [id]);
  const [first] = names.flatMap((data) => (data.kind === 'PTR' ? [hostText(data.target)] : []));
  const says = `${address} has ${names.length} names (${first} is one), and receivers look at ten`;
  const mend = { kind: 'setting', text: `Give ${address} one PTR record.` } as const;
  return finding(subject, says, { actor: 'mail-host', mend, evidence: [id] });
}
