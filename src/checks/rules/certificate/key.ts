// CERT-KEY: the key of a certificate is long enough.
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { whereText } from '../smtp/reachable.ts';
import type { Key } from './read.ts';
import { judgeShown, type Shown, weightOf } from './shown.ts';

export const certKey: Rule = {
  id: 'CERT-KEY',
  title: 'The key of every certificate is long enough',
  severity: 'info',
  why:
    'A short key can be computed by others, who then read the mail or pretend to be the host. ' +
    'Current TLS libraries refuse such keys, and their senders do not deliver by TLS.',
  wrong: 'mail.example.com: RSA, 1024 bits',
  right: 'mail.example.com: RSA, 2048 bits, or P-256',
  remedy: 'Make a new key (P-256, or RSA with 2048 bits at least) and a certificate for it.',
  sources: ['RFC 9325 §4.1', 'RFC 9325 §4.5'],
  judge: (about) => judgeShown(about, verdictOn),
};

const BITS_MIN = { rsa: 2048, ec: 256, dsa: Number.POSITIVE_INFINITY } as const;
const NAMES = { rsa: 'RSA', ec: 'elliptic curve', dsa: 'DSA' } as const;

/** As OpenSSL says it, where it refuses the certificate for that. */
const REFUSED = /KEY_TOO_SMALL|key too (?:small|weak)/i;

function verdictOn({ talk, tls, own: { key }, demand, evidence }: Shown): Verdict {
  if (demand.toldBy === 'STS-CERT' && REFUSED.test(tls.because ?? '')) {
    return notApplicable(talk.subject, 'it is refused for its key: STS-CERT');
  }
  if (key.kind === 'other') return pass(talk.subject, undefined, evidence);
  const text = textOf(key);
  if (key.bits >= BITS_MIN[key.kind]) return pass(talk.subject, text, evidence);
  const { severity, end } = weightOf(demand.holds);
  const says = `the certificate of ${whereText(talk)} has a weak key (${text})${end}`;
  return finding(talk.subject, says, {
    severity,
    actor: 'mail-host',
    mend: { kind: 'setting', text: 'use a key of P-256, or RSA with 2048 bits at least' },
    evidence,
  });
}

const textOf = (key: Exclude<Key, { kind: 'other' }>): string =>
  `${NAMES[key.kind]}, ${key.bits} bits`;
