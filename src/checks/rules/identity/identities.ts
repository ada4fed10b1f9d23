// The addresses that stand for a domain: those that its operator declared as senders, and those of
// the hosts that take its mail, which most often send it as well.

import type { IpAddress } from '../../../base/ip.ts';
import { isBelow, type Name } from '../../../dns/name.ts';
import type { RecordData } from '../../../dns/records/record-data.ts';
import { reverseName } from '../../../dns/reverse.ts';
import { TYPE } from '../../../dns/types.ts';
import type { About } from '../../about.ts';
import type { FactOf } from '../../fact.ts';
import { ask, type Inquiry } from '../../inquiry.ts';
import { mailPlaces } from '../../mail.ts';
import { addressOf, type Subject, THE_DOMAIN } from '../../subject.ts';
import { notApplicable, type Verdict } from '../../verdict.ts';
import { whyNotPublic } from '../addresses.ts';
import { intakeOf, unlisted } from '../mx/intake.ts';

export interface Identity {
  readonly subject: Subject;
  readonly address: IpAddress;
  /** The mail host that has the address; absent for a sender that takes no mail. */
  readonly host?: Name;
  /** `sender`: declared as one. `own`: a mail host below the domain. `other`: anybody's. */
  readonly role: 'sender' | 'own' | 'other';
}

/** Each subject once: mail hosts by preference, then the senders that are none. */
export function* identitiesOf(about: About): Inquiry<readonly Identity[]> {
  const { senders } = about.declared;
  const places = yield* mailPlaces(about);
  const hosts = places.map(({ host, address }): Identity => {
    const ours = isBelow(host, about.domain) ? 'own' : 'other';
    const role = senders.includes(address) ? 'sender' : ours;
    return { subject: addressOf(host, address), address, host, role };
  });
  const taken = new Set(places.map(({ address }) => address));
  const others = [...new Set(senders)]
    .filter((address) => !taken.has(address))
    .map((address): Identity => {
      return { subject: addressOf(about.domain, address), address, role: 'sender' };
    });
  return [...hosts, ...others];
}

/** What a rule says where there is no address at all. */
export function* nobody(about: About): Inquiry<readonly Verdict[]> {
  const intake = yield* intakeOf(about);
  if (intake.kind === 'failure') return [unlisted(intake)];
  return [notApplicable(THE_DOMAIN, 'no address is known that sends or takes its mail')];
}

export interface Reverse {
  readonly fact: FactOf<'lookup'>;
  /** As the PTR records have them. */
  readonly names: readonly Name[];
}

/** The reverse names of every address, in their order. */
export function* reversesOf(addresses: readonly IpAddress[]): Inquiry<readonly Reverse[]> {
  const facts = yield* ask<'lookup'>(
    addresses.map((address) => {
      return { kind: 'lookup', name: reverseName(address), type: TYPE.PTR } as const;
    }),
  );
  return facts.map((fact) => {
    const records: readonly RecordData[] =
      fact.lookup.kind === 'records' ? fact.lookup.records : [];
    return { fact, names: records.flatMap((data) => (data.kind === 'PTR' ? [data.target] : [])) };
  });
}

/** Every identity that is judged by its reverse names, with them; the others get a verdict. */
export function* judgeReverses(
  about: About,
  judge: (identity: Identity, reverse: Reverse) => Verdict,
): Inquiry<readonly Verdict[]> {
  const identities = yield* identitiesOf(about);
  if (identities.length === 0) return yield* nobody(about);
  const reverses = yield* reversesOf(identities.map(({ address }) => address));
  return identities.map((identity, at) => {
    const because = whyNotPublic(about, identity.address);
    if (because !== undefined)
      return notApplicable(identity.subject, `it is not a public address: ${because}`);
    const reverse = reverses[at];
    if (!reverse) throw new TypeError('a reverse name was not answered');
    return judge(identity, reverse);
  });
}
