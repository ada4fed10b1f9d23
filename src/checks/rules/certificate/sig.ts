// CERT-SIG: no certificate of a chain is signed by a hash that can be forged.
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { whereText } from '../smtp/reachable.ts';
import { readCertificate } from './read.ts';
import { judgeShown, type Shown, weightOf } from './shown.ts';

export const certSig: Rule = {
  id: 'CERT-SIG',
  title: 'No certificate is signed with SHA-1 or MD5',
  severity: 'info',
  why:
    'For MD5 and SHA-1 other certificates can be made that have the same signature. Authorities ' +
    'stopped using them, and senders that look at certificates refuse them.',
  wrong: 'mail.example.com: sha1WithRSAEncryption',
  right: 'mail.example.com: sha256WithRSAEncryption, or ecdsa-with-SHA256',
  remedy: 'Get a new certificate; every authority signs with SHA-256 or better today.',
  sources: ['RFC 9155 §2', 'RFC 6151 §2', 'RFC 9325 §4.5'],
  judge: (about) => judgeShown(about, verdictOn),
};

const WEAK = /sha-?1(?!\d)|md[245]/i;

/** As OpenSSL says it, where it refuses the certificate for that. */
const REFUSED = /MD_TOO_WEAK|md too weak|digest.*too weak/i;

function verdictOn({ talk, tls, demand, evidence }: Shown): Verdict {
  if (demand.toldBy === 'STS-CERT' && REFUSED.test(tls.because ?? '')) {
    return notApplicable(talk.subject, 'it is refused for its signature: STS-CERT');
  }
  const signatures = tls.chain
    .flatMap((der) => readCertificate(der) ?? [])
    // A root, or one that stands alone, is not believed for its signature.
    .filter(({ isSelfSigned }) => !isSelfSigned)
    .map(({ signature }) => signature);
  const weak = signatures.find((signature) => WEAK.test(signature));
  if (weak === undefined) return pass(talk.subject, signatures[0], evidence);
  const { severity, end } = weightOf(demand.holds);
  const says = `${whereText(talk)} shows a certificate that is signed with ${weak}${end}`;
  return finding(talk.subject, says, {
    severity,
    actor: 'mail-host',
    mend: { kind: 'setting', text: 'get a certificate that is signed with SHA-256 or better' },
    evidence,
  });
}
