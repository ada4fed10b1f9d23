// CERT-EXPIRY: the certificate of a mail host is in date.
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass, type Verdict } from '../../verdict.ts';
import { whereText } from '../smtp/reachable.ts';
import { dateFault, dayOf } from './faults.ts';
import { judgeTrust, type Shown } from './shown.ts';

export const certExpiry: Rule = {
  id: 'CERT-EXPIRY',
  title: 'The certificate of every mail host is in date',
  severity: 'warning',
  why:
    'Senders that honour MTA-STS or DANE with usage 2 do not deliver to a host whose certificate ' +
    'has expired (STS-CERT and DANE-MATCH tell of that). The others do; but renewal is broken, ' +
    'and nobody noticed.',
  wrong: 'mail.example.com: valid until 2026-05-20 (today is 2026-06-01)',
  right: 'mail.example.com: valid until 2026-08-20',
  remedy:
    'Renew the certificate, and have the mail server load it after each renewal: many renew ' +
    'well and go on showing the old one.',
  sources: ['RFC 5280 §4.1.2.5', 'RFC 8461 §4.2', 'RFC 7672 §3.1.2'],
  judge: (about) => judgeTrust(about, (shown) => verdictOn(shown, about)),
};

function verdictOn(shown: Shown, { now }: About): Verdict {
  const { talk, own, evidence } = shown;
  const fault = dateFault(shown, now);
  if (!fault) return pass(talk.subject, `valid until ${dayOf(own.to)}`, evidence);
  // Somebody wants to know, though most senders do not look at it.
  return finding(talk.subject, `${whereText(talk)} ${fault.says}`, {
    actor: 'mail-host',
    mend: { kind: 'setting', text: fault.mend },
    evidence,
  });
}
