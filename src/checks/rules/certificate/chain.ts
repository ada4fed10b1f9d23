// CERT-CHAIN: the certificate of a mail host leads to an authority that everybody trusts.
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { whereText } from '../smtp/reachable.ts';
import { chainFault, dateFault } from './faults.ts';
import { judgeTrust, MOST_DELIVER, type Shown } from './shown.ts';

export const certChain: Rule = {
  id: 'CERT-CHAIN',
  title: 'The certificate of every mail host leads to a trusted authority',
  severity: 'info',
  why:
    'A certificate that signed itself, or that comes without the ones between it and its ' +
    'authority, proves nothing to strangers. Under an MTA-STS policy in mode enforce they do ' +
    'not deliver (STS-CERT tells of it); without one they encrypt and do not know for whom.',
  wrong: 'mail.example.com: one certificate, issued by an authority between that is not sent',
  right: 'mail.example.com: its own certificate, then the one that issued it',
  remedy:
    'Configure the whole chain (the file that is often called fullchain.pem), of an authority ' +
    'that is commonly trusted.',
  sources: ['RFC 8461 §4.2', 'RFC 5280 §6', 'RFC 8446 §4.4.2'],
  judge: (about) => judgeTrust(about, (shown) => verdictOn(shown, about)),
};

function verdictOn(shown: Shown, { now }: About): Verdict {
  const { talk, demand, evidence } = shown;
  if (dateFault(shown, now)) {
    return notApplicable(talk.subject, 'the certificate is out of date: CERT-EXPIRY');
  }
  const fault = chainFault(shown, now);
  if (!fault) return pass(talk.subject, undefined, evidence);
  // RFC 7672 §3.1: whoever looks at TLSA records needs no authority that everybody trusts.
  if (demand.hasTlsa) return notApplicable(talk.subject, 'its TLSA records say what it must be');
  return finding(talk.subject, `${whereText(talk)} ${fault.says}; ${MOST_DELIVER}`, {
    actor: 'mail-host',
    mend: { kind: 'setting', text: fault.mend },
    evidence,
  });
}
