// STS-CERT: every exchange shows a certificate that a sender under MTA-STS accepts.

import type { Instant } from '../../../base/time.ts';
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { finding, isVerdict, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { type CertificateFault, chainFault, dateFault, nameFault } from '../certificate/faults.ts';
import { readCertificate } from '../certificate/read.ts';
import { untold } from '../smtp/answer.ts';
import { reached, type Talk, verdictsOn, whereText } from '../smtp/reachable.ts';
import { NO_STARTTLS, type ShownTls, TLS_FAILS, tlsStateOf } from '../smtp/tls-state.ts';
import { validPolicy } from './sts.ts';

export const stsCert: Rule = {
  id: 'STS-CERT',
  title: 'Every exchange shows a certificate that MTA-STS accepts',
  severity: 'error',
  why:
    'Under enforce senders deliver only over TLS, and only to a host whose certificate names the ' +
    'exchange and leads to a public authority. Others never get the mail, and it comes ' +
    'back after days.',
  wrong: 'mail.example.com shows a certificate that it signed itself',
  right: 'mail.example.com shows a certificate of a public authority for mail.example.com',
  remedy:
    'Give the mail server a certificate for the name in the MX record, with the whole chain, and ' +
    'renew it by itself. Until then set the policy to testing.',
  sources: ['RFC 8461 §4.2'],
  *judge(about) {
    const seen = yield* validPolicy(about);
    if (isVerdict(seen)) return [seen];
    const { mode } = seen.policy;
    if (mode === 'none') {
      return [notApplicable(seen.subject, 'the policy asks nothing of senders (mode none)')];
    }
    const found = yield* reached(about);
    return verdictsOn(found, (talk) => verdictOn(talk, mode, about));
  },
};

function verdictOn(talk: Talk, mode: 'enforce' | 'testing', { now }: About): Verdict {
  const { subject, id } = talk;
  const state = tlsStateOf(talk);
  // Without TLS other rules tell the fault, and how bad it is.
  if (state.kind === 'untold') return untold(talk, state);
  if (state.kind === 'not-offered') return notApplicable(subject, NO_STARTTLS);
  if (state.kind === 'failed') return notApplicable(subject, TLS_FAILS);
  const { tls } = state;
  if (tls.verified) return pass(subject, undefined, [id]);
  const faults = faultsOf(talk, tls, now);
  const told = faults.map(({ says }) => says).join(', and ');
  const why = told || `shows a certificate that is not accepted (${tls.because ?? 'no reason'})`;
  const effect = mode === 'enforce' ? 'do not deliver here' : 'will not deliver here under enforce';
  const mend = faults.map((fault) => fault.mend).join('; ');
  return finding(subject, `${whereText(talk)} ${why}: senders with MTA-STS ${effect}`, {
    severity: mode === 'enforce' ? 'error' : 'warning',
    actor: 'mail-host',
    ...(mend !== '' && { mend: { kind: 'setting', text: mend } }),
    evidence: [id],
  });
}

function faultsOf(talk: Talk, tls: ShownTls, now: Instant): readonly CertificateFault[] {
  const [der] = tls.chain;
  const own = der && readCertificate(der);
  if (!own) return [];
  const seen = { talk, tls, own };
  const faults = [nameFault(seen), dateFault(seen, now), chainFault(seen, now)];
  return faults.filter((fault) => fault !== undefined);
}
