// SEC-VALID: what is signed can be proved, so that validating resolvers give it out.

import { hostText, isBelow } from '../../../dns/name.ts';
import { TYPE, typeText } from '../../../dns/types.ts';
import type { FactOf } from '../../fact.ts';
import { ask } from '../../inquiry.ts';
import { mailHosts } from '../../mail.ts';
import { below } from '../../published.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, pass, unknown, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { withoutProof } from './dane-hosts.ts';

export const secValid: Rule = {
  id: 'SEC-VALID',
  title: 'DNSSEC does not break the lookups that mail needs',
  severity: 'error',
  why:
    'A validating resolver gives no answer at all where signatures are missing, too old or of ' +
    'another key than the parent says. Most large providers validate: for their users the domain ' +
    'is gone, while everybody else sees nothing wrong.',
  wrong: 'example.com.  DS 2371 13 2 …     ; of a key that the zone has no more',
  right: 'example.com.  DS 60485 13 2 …    ; of the key that signs the zone',
  remedy:
    'See that the DS record at the registrar is of a key in the zone, and that signatures are ' +
    'renewed. If mail stops and nothing else helps, take the DS record away and wait for its ' +
    'TTL.',
  sources: ['RFC 4035 §5.5', 'RFC 6781 §4.4', 'RFC 8914 §4'],
  *judge(about) {
    const unproved = withoutProof(about);
    if (unproved) return [unproved];
    const { domain } = about;
    // Those in zones of others are what MX-DNSSEC looks at.
    const hosts = (yield* mailHosts(about)).filter((host) => isBelow(host, domain));
    const texts = [domain, below('_dmarc', domain), below('_mta-sts', domain)];
    const questions = [
      { name: domain, type: TYPE.MX },
      ...texts.flatMap((name) => (name === undefined ? [] : [{ name, type: TYPE.TXT }])),
      ...hosts.flatMap((name) => [TYPE.A, TYPE.AAAA].map((type) => ({ name, type }))),
    ];
    const facts = yield* ask<'resolved'>(
      questions.map((it) => ({ kind: 'resolved', ...it }) as const),
    );
    return [verdictOn(facts)];
  },
};

/** One fault of the zone hides many records, so they are told together. */
function verdictOn(facts: readonly FactOf<'resolved'>[]): Verdict {
  const bogus = facts.filter(({ lookup }) => isFailure(lookup) && lookup.failure === 'bogus');
  const [first] = bogus;
  if (first && isFailure(first.lookup)) {
    const says = `${listText(bogus.map(textOf))} cannot be proved: ${first.lookup.because}`;
    return finding(THE_DOMAIN, says, { actor: 'dns-host', evidence: bogus.map(({ id }) => id) });
  }
  const silent = facts.find(({ lookup }) => isFailure(lookup));
  if (!silent || !isFailure(silent.lookup)) return pass(THE_DOMAIN);
  return unknown(THE_DOMAIN, `${textOf(silent)}: ${silent.lookup.because}`, [silent.id]);
}

type Failure = Extract<FactOf<'resolved'>['lookup'], { readonly kind: 'failure' }>;

const isFailure = (lookup: FactOf<'resolved'>['lookup']): lookup is Failure =>
  lookup.kind === 'failure';

const textOf = ({ want }: FactOf<'resolved'>): string =>
  `${hostText(want.name)} ${typeText(want.type)}`;
