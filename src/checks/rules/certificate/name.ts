// CERT-NAME: the certificate of a mail host names the host.
import type { Rule } from '../../rule.ts';
import { finding, pass, type Verdict } from '../../verdict.ts';
import { whereText } from '../smtp/reachable.ts';
import { nameFault } from './faults.ts';
import { judgeTrust, MOST_DELIVER, type Shown } from './shown.ts';

export const certName: Rule = {
  id: 'CERT-NAME',
  title: 'The certificate of every mail host names the host',
  severity: 'info',
  why:
    'A certificate proves a host by the name in the MX record. Senders that must not be deceived ' +
    '(MTA-STS in mode enforce, DANE with usage 2) do not deliver where that name is missing; all ' +
    'others deliver, encrypted for they know not whom. (Under such a policy STS-CERT or ' +
    'DANE-MATCH tells the fault, as an error.)',
  wrong: 'example.com. MX 10 mail.example.com.    certificate: www.example.com',
  right: 'example.com. MX 10 mail.example.com.    certificate: mail.example.com',
  remedy: 'Get a certificate with the name of the exchange among its alternative names.',
  sources: ['RFC 9525 §6', 'RFC 8461 §4.2', 'RFC 7672 §3.2'],
  judge: (about) => judgeTrust(about, verdictOn),
};

function verdictOn(shown: Shown): Verdict {
  const { talk, evidence } = shown;
  const fault = nameFault(shown);
  if (!fault) return pass(talk.subject, undefined, evidence);
  return finding(talk.subject, `${whereText(talk)} ${fault.says}; ${MOST_DELIVER}`, {
    actor: 'mail-host',
    mend: { kind: 'setting', text: fault.mend },
    evidence,
  });
}
