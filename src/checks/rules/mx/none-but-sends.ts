// MX-NONE-BUT-SENDS: a domain that sends mail takes the bounces.

import { hostText } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { textsOf } from '../../../policies/tag-list.ts';
import type { About } from '../../about.ts';
import { ask, type Inquiry } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { selectorName } from '../dkim/selectors.ts';
import { intakeOf, unlisted } from './intake.ts';
import { type Sending, sendingAt } from './sending.ts';

export const noneButSends: Rule = {
  id: 'MX-NONE-BUT-SENDS',
  title: 'A domain that sends mail can receive some',
  severity: 'warning',
  why:
    'Bounces and answers go to the domain that sent. If it takes no mail they are lost, and many ' +
    'receivers refuse mail from a domain that they could not answer.',
  wrong: 'example.com. MX 0 .\nexample.com. TXT "v=spf1 ip4:192.0.2.25 -all"',
  right: 'example.com. MX 10 mail.example.com.\nexample.com. TXT "v=spf1 mx -all"',
  remedy: 'Name a host that takes the mail in an MX record, or say "v=spf1 -all" if nobody sends.',
  sources: ['RFC 7505 §4.2', 'RFC 5321 §4.5.5'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind === 'failure') return [unlisted(intake)];
    if (about.declared.senders.length > 0) {
      return [notApplicable(THE_DOMAIN, 'its senders are declared: RETURN-OK looks at them')];
    }
    if (intake.kind === 'exchanges') return [pass(THE_DOMAIN, undefined, [intake.id])];
    if (intake.kind !== 'null') return [notApplicable(THE_DOMAIN, 'the domain has no null MX')];
    const sending = yield* sendingAt(about.domain);
    const evidence = [intake.id, ...sending.evidence];
    const proof = yield* proofOf(about, sending);
    if (proof === undefined) {
      if (sending.kind === 'failure') return [unknown(THE_DOMAIN, sending.because, evidence)];
      return [notApplicable(THE_DOMAIN, 'it takes no mail, and nothing says that it sends any')];
    }
    const says = `${hostText(about.domain)} takes no mail (null MX), but ${proof}`;
    return [finding(THE_DOMAIN, says, { actor: 'domain', evidence })];
  },
};

/** What says that the domain sends; nothing where nothing does. */
function* proofOf(about: About, sending: Sending): Inquiry<string | undefined> {
  // Who lets everybody send has another trouble: SPF-ALL.
  if (sending.kind === 'sends' && !sending.isAnybody)
    return `its SPF record lets hosts send: ${sending.record}`;
  const wants = about.declared.selectors.flatMap((selector) => {
    const name = selectorName(selector, about.domain);
    return name === undefined ? [] : [{ kind: 'lookup', name, type: TYPE.TXT } as const];
  });
  const facts = yield* ask<'lookup'>(wants);
  const signing = facts.find((fact) => textsOf(fact.lookup).some((text) => KEY.test(text)));
  return signing && `it publishes a key that signs mail: ${hostText(signing.want.name)}`;
}

/** A DKIM key that was not withdrawn (RFC 6376 §3.6.1). */
const KEY = /(?:^|;)\s*p\s*=\s*[^\s;]/;
