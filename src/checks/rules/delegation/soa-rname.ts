// SOA-RNAME: whoever runs the zone can be written to.
import { hostText, labelsOf, type Name, ROOT, sameName } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { parseAddress } from '../../../smtp/address.ts';
import type { FactOf } from '../../fact.ts';
import { ask } from '../../inquiry.ts';
import { mailboxOf } from '../../published.ts';
import type { Rule } from '../../rule.ts';
import type { Subject } from '../../subject.ts';
import { finding, pass, unknown, type Verdict } from '../../verdict.ts';
import { servedZone } from './served-zone.ts';
import { soaAt } from './server-answers.ts';

export const soaRname: Rule = {
  id: 'SOA-RNAME',
  title: 'The mailbox in the SOA record can get mail',
  severity: 'warning',
  why:
    'Whoever sees a fault in the zone writes to the mailbox that the SOA record names. Where it ' +
    'is not written as the DNS wants it, or its domain takes no mail, nobody hears of the fault.',
  wrong: 'example.com.  SOA ns1.example.com. hostmaster@example.com. 7 …',
  right: 'example.com.  SOA ns1.example.com. hostmaster.example.com. 7 …',
  remedy:
    'Write the address with a dot in place of the @ (and a dot of the local part as "\\."), at a ' +
    'domain that has MX records, and read what arrives there.',
  sources: ['RFC 1035 §3.3.13', 'RFC 1035 §8', 'RFC 1912 §2.2', 'RFC 2142 §7'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { subject, zone } = served;
    const [first] = yield* soaAt(zone);
    if (!first) return [unknown(subject, 'no name server gave an SOA record')];
    const { contact } = first.soa;
    const evidence = [first.id];
    const mailbox = mailboxOf(contact);
    if (labelsOf(contact).some((label) => label.includes('@'))) {
      const says = `the mailbox in the SOA record is written with an @: ${hostText(contact)}`;
      return [finding(subject, says, { actor: 'dns-host', evidence })];
    }
    const address = parseAddress(mailbox ?? '');
    if (!('domain' in address) || address.domain.kind !== 'name') {
      const says = `the SOA record names no mailbox: ${hostText(contact)}`;
      return [finding(subject, says, { actor: 'dns-host', evidence })];
    }
    const { name } = address.domain;
    const facts = yield* ask<'lookup'>(
      [TYPE.MX, TYPE.A, TYPE.AAAA].map((type) => ({ kind: 'lookup', name, type }) as const),
    );
    const isOwn = sameName(name, about.domain);
    return [reachability({ subject, mailbox: mailbox ?? '', name, isOwn }, facts)];
  },
};

interface Mailbox {
  readonly subject: Subject;
  readonly mailbox: string;
  readonly name: Name;
  /** At the domain itself: whether that takes mail is weighed elsewhere. */
  readonly isOwn: boolean;
}

/** Would a sender find a host for it? */
function reachability(
  { subject, mailbox, name, isOwn }: Mailbox,
  facts: readonly FactOf<'lookup'>[],
): Verdict {
  const evidence = facts.map(({ id }) => id);
  const [mx, ...hosts] = facts.map(({ lookup }) => lookup);
  const found = (what: string): Verdict =>
    finding(subject, `${mailbox} of the SOA record gets no mail: ${hostText(name)} ${what}`, {
      severity: isOwn ? 'notice' : 'warning',
      actor: 'domain',
      evidence,
    });
  if (!mx || mx.kind === 'failure') {
    return unknown(subject, `${hostText(name)}: ${mx?.because ?? 'not asked'}`, evidence);
  }
  if (mx.kind === 'no-name') return found('does not exist');
  if (mx.kind === 'records') {
    // RFC 7505 §3: a null MX.
    const isNull = mx.records.every((data) => data.kind !== 'MX' || data.exchange === ROOT);
    return isNull ? found('says that it takes no mail') : pass(subject, mailbox);
  }
  if (hosts.some(({ kind }) => kind === 'records')) return pass(subject, mailbox);
  const fails = hosts.find(({ kind }) => kind === 'failure');
  if (fails?.kind === 'failure') return unknown(subject, fails.because, evidence);
  return found('has neither MX records nor an address');
}
