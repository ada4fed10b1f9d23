// FCRDNS: the reverse name of an address leads back to the address.

import { type IpAddress, isIpv6 } from '../../../base/ip.ts';
import type { Lookup } from '../../../dns/lookup.ts';
import { hostText, isBelow, type Name } from '../../../dns/name.ts';
import type { RecordData } from '../../../dns/records/record-data.ts';
import { reverseName } from '../../../dns/reverse.ts';
import { TYPE } from '../../../dns/types.ts';
import type { About } from '../../about.ts';
import type { FactOf } from '../../fact.ts';
import { ask } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { finding, type Mend, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { whyNotPublic } from '../addresses.ts';
import { addressesIn } from '../mx/hosts.ts';
import { listText } from '../words.ts';
import { type Identity, identitiesOf, nobody, type Reverse, reversesOf } from './identities.ts';

/** RFC 8601 §3 leaves the limit open; of an address with more names, receivers look at a few. */
const NAMES_MAX = 10;

export const fcrdns: Rule = {
  id: 'FCRDNS',
  title: 'Every reverse name leads back to its address',
  severity: 'error',
  why:
    'Whoever has an address can give it any reverse name. Receivers therefore look the name up, ' +
    'and believe it only if it has that address; many refuse or mark mail from others.',
  wrong: '10.2.0.192.in-addr.arpa. PTR mail.example.com.\nmail.example.com.        A   192.0.2.99',
  right: '10.2.0.192.in-addr.arpa. PTR mail.example.com.\nmail.example.com.        A   192.0.2.10',
  remedy: 'Give the name the address, or the address a name that has it.',
  sources: ['RFC 8601 §3', 'RFC 1912 §2.1'],
  *judge(about) {
    const identities = yield* identitiesOf(about);
    if (identities.length === 0) return yield* nobody(about);
    const reverses = yield* reversesOf(identities.map(({ address }) => address));
    const claims = identities.map(({ address }, at) =>
      claimsOf(address, reverses[at]?.names ?? []),
    );
    const facts = yield* ask<'lookup'>(claims.flat());
    let from = 0;
    return identities.map((identity, at) => {
      const count = claims[at]?.length ?? 0;
      const forward = facts.slice(from, from + count);
      from += count;
      return verdictOn(identity, { reverse: reverses[at], forward, about });
    });
  },
};

const claimsOf = (address: IpAddress, names: readonly Name[]) =>
  names.slice(0, NAMES_MAX).map((name) => {
    const type = isIpv6(address) ? TYPE.AAAA : TYPE.A;
    return { kind: 'lookup', name, type } as const;
  });

interface Seen {
  readonly reverse: Reverse | undefined;
  readonly forward: readonly FactOf<'lookup'>[];
  readonly about: About;
}

function verdictOn(identity: Identity, { reverse, forward, about }: Seen): Verdict {
  const { subject, address, role } = identity;
  const because = whyNotPublic(about, address);
  if (because !== undefined)
    return notApplicable(subject, `it is not a public address: ${because}`);
  const back = reverse?.fact.lookup;
  const evidence = [...(reverse ? [reverse.fact.id] : []), ...forward.map(({ id }) => id)];
  if (back?.kind === 'failure') return unknown(subject, back.because, evidence);
  if (forward.length === 0) return notApplicable(subject, 'it has no reverse name');
  const proven = forward.find(({ lookup }) => addressesIn(lookup).includes(address));
  if (proven) return pass(subject, hostText(proven.want.name), evidence);
  const failed = forward.map(({ lookup }) => lookup).find(({ kind }) => kind === 'failure');
  if (failed?.kind === 'failure') return unknown(subject, failed.because, evidence);
  const parts = forward.map(({ want, lookup }) => `${hostText(want.name)}, ${endOf(lookup)}`);
  return finding(subject, `${address} has the reverse name ${listText(parts)}`, {
    severity: role === 'sender' ? 'error' : 'notice',
    actor: role === 'sender' ? 'domain' : 'mail-host',
    mend: mendFor(identity, forward[0]?.want.name, about),
    evidence,
  });
}

function endOf(lookup: Lookup<RecordData>): string {
  const addresses = addressesIn(lookup);
  if (addresses.length > 0) return `which has ${listText(addresses)}`;
  return lookup.kind === 'no-name' ? 'which does not exist' : 'which has no such address';
}

/** A name of the domain can be given the address; another name can only be replaced. */
function mendFor({ address, host }: Identity, name: Name | undefined, about: About): Mend {
  const type = isIpv6(address) ? 'AAAA' : 'A';
  if (name !== undefined && isBelow(name, about.domain)) {
    return { kind: 'record', text: `${name} ${type} ${address}` };
  }
  const reverse = reverseName(address);
  if (host !== undefined) return { kind: 'record', text: `${reverse} PTR ${host}` };
  return { kind: 'setting', text: `set ${reverse} PTR to a name that has the address ${address}` };
}
