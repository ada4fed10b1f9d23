// MX-DNSSEC: the addresses of every exchange are proven by DNSSEC, and never proven false.
import type { Lookup } from '../../../dns/lookup.ts';
import { hostText, isBelow, type Name } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import type { About } from '../../about.ts';
import type { FactOf } from '../../fact.ts';
import { ask } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { exchange, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { intakeOf, withoutExchanges } from './intake.ts';

export const dnssec: Rule = {
  id: 'MX-DNSSEC',
  title: 'The addresses of the exchanges are proven by DNSSEC',
  severity: 'error',
  why:
    'Where signatures are wrong, every sender with a validating resolver finds no host at all. ' +
    'Where there are none, somebody between can answer with another address, and DANE cannot ' +
    'protect the mail.',
  wrong: 'mail.example.com. A ?    status: SERVFAIL, EDE: 6 (DNSSEC Bogus)',
  right: 'mail.example.com. A ?    flags: ad\nmail.example.com. A 192.0.2.25',
  remedy:
    'Wrong signatures: sign the zone again, and compare the DS record of its parent with its ' +
    'keys. None: ask whoever serves the zone of the exchange to sign it.',
  sources: ['RFC 4035 §5', 'RFC 7672 §2.2'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const { validates } = about.self;
    if (validates.ok !== true) {
      return [unknown(THE_DOMAIN, `no resolver here proves DNSSEC: ${validates.because}`)];
    }
    const types = [TYPE.A, TYPE.AAAA];
    const facts = yield* ask<'resolved'>(
      intake.hosts.flatMap((name) =>
        types.map((type) => ({ kind: 'resolved', name, type }) as const),
      ),
    );
    return intake.hosts.map((host, at) => ofHost(host, facts.slice(2 * at, 2 * at + 2), about));
  },
};

function ofHost(host: Name, facts: readonly FactOf<'resolved'>[], about: About): Verdict {
  const subject = exchange(host);
  const evidence = facts.map(({ id }) => id);
  const lookups: readonly Lookup<unknown>[] = facts.map(({ lookup }) => lookup);
  const failed = lookups.filter((lookup) => lookup.kind === 'failure');
  const isOwn = isBelow(host, about.domain);
  const actor = isOwn ? 'dns-host' : 'other';
  const bogus = failed.find(({ failure }) => failure === 'bogus');
  if (bogus && isOwn) return notApplicable(subject, 'it is a name of the domain: SEC-VALID');
  if (bogus) {
    const says = `the addresses of ${hostText(host)} are proven false by DNSSEC: ${bogus.because}`;
    return finding(subject, says, { actor, evidence });
  }
  const [first] = failed;
  if (first) return unknown(subject, first.because, evidence);
  if (lookups.every((lookup) => lookup.kind !== 'failure' && lookup.secure)) {
    return pass(subject, undefined, evidence);
  }
  const says = `the addresses of ${hostText(host)} are not signed: DANE cannot protect mail to it`;
  return finding(subject, says, { severity: 'info', actor, evidence });
}
