// What stands in a certificate (RFC 5280), as far as the rules ask. A stranger wrote it: what
// cannot be read is nothing, and never an exception. Each part is read when it is asked for, since
// most rules ask for one, and some parts take long.
import { X509Certificate } from 'node:crypto';
import { type Instant, instantAt } from '../../../base/time.ts';
import { hostText, type Name } from '../../../dns/name.ts';

export interface Certificate {
  readonly issuer: { readonly commonName?: string; readonly organization?: string };
  readonly commonName: string | undefined;
  /** The alternative names, in OpenSSL's words; empty where there are none. */
  readonly names: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly key: Key;
  /** `sha256WithRSAEncryption`, as OpenSSL names it. */
  readonly signature: string;
  /** It names itself as its issuer, and signed itself. */
  readonly isSelfSigned: boolean;
  readonly sha256: string;
  /** The alternative name that fits the host: its own, or one with `*` before it. */
  nameFor(host: Name): string | undefined;
}

export type Key =
  | { readonly kind: 'rsa' | 'dsa' | 'ec'; readonly bits: number }
  /** Ed25519 and others, of one strength each; or one that cannot be read. */
  | { readonly kind: 'other' };

export function readCertificate(der: Uint8Array): Certificate | undefined {
  try {
    const read = partsOf(new X509Certificate(der));
    return Number.isNaN(read.from + read.to) ? undefined : read;
  } catch {
    return undefined;
  }
}

function partsOf(x509: X509Certificate): Certificate {
  return {
    get issuer() {
      return issuerIn(x509);
    },
    get commonName() {
      return commonNameIn(x509);
    },
    names: x509.subjectAltName ?? '',
    from: instantAt(x509.validFromDate.getTime()),
    to: instantAt(x509.validToDate.getTime()),
    get key() {
      return keyIn(x509);
    },
    signature: x509.signatureAlgorithm ?? '',
    get isSelfSigned() {
      return isSelfSigned(x509);
    },
    sha256: x509.fingerprint256,
    // RFC 9525 §6.3, RFC 8461 §4.2: alternative names only, and `*` only as a whole label.
    nameFor: (host) =>
      x509.checkHost(hostText(host), { subject: 'never', partialWildcards: false }),
  };
}

function issuerIn(x509: X509Certificate): Certificate['issuer'] {
  const issuer = namesIn(x509).issuer ?? {};
  const commonName = textOf(issuer.CN);
  const organization = textOf(issuer.O);
  return {
    ...(commonName !== undefined && { commonName }),
    ...(organization !== undefined && { organization }),
  };
}

const commonNameIn = (x509: X509Certificate): string | undefined =>
  textOf(namesIn(x509).subject?.CN);

type Parts = Partial<Record<string, unknown>>;

function namesIn(x509: X509Certificate): { readonly subject?: Parts; readonly issuer?: Parts } {
  try {
    const { subject, issuer } = x509.toLegacyObject();
    return { subject: { ...subject }, issuer: { ...issuer } };
  } catch {
    return {};
  }
}

/** A part of a name may be there several times. */
const textOf = (part: unknown): string | undefined => {
  const first: unknown = Array.isArray(part) ? part[0] : part;
  return typeof first === 'string' ? first : undefined;
};

const CURVE_BITS: ReadonlyMap<string, number> = new Map([
  ['prime192v1', 192],
  ['secp224r1', 224],
  ['prime256v1', 256],
  ['secp256k1', 256],
  ['secp384r1', 384],
  ['secp521r1', 521],
]);

function keyIn(x509: X509Certificate): Key {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = x509.publicKey;
    const { modulusLength, namedCurve = '' } = details ?? {};
    if ((type === 'rsa' || type === 'rsa-pss') && modulusLength !== undefined) {
      return { kind: 'rsa', bits: modulusLength };
    }
    if (type === 'dsa' && modulusLength !== undefined) return { kind: 'dsa', bits: modulusLength };
    const bits = CURVE_BITS.get(namedCurve) ?? Number(/\d{3}/.exec(namedCurve)?.[0]);
    return type === 'ec' && bits > 0 ? { kind: 'ec', bits } : { kind: 'other' };
  } catch {
    return { kind: 'other' };
  }
}

function isSelfSigned(x509: X509Certificate): boolean {
  try {
    return x509.checkIssued(x509) && x509.verify(x509.publicKey);
  } catch {
    return false;
  }
}
