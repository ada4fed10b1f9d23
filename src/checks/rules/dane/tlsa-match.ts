// Does the chain of a mail host fit a TLSA record? As senders judge it (RFC 7671, RFC 7672 §3.1):
// DANE-EE(3) is the host's own certificate, whatever its names and dates; DANE-TA(2) is one that
// issued it, so that signatures, names and dates count. Other usages mean nothing in SMTP.
import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Instant } from '../../../base/time.ts';
import { hostText, type Name } from '../../../dns/name.ts';
import type { TlsaData } from '../../../dns/records/record-data.ts';
import { publicKeyInfo } from './spki.ts';

export const USAGE = { PKIX_TA: 0, PKIX_EE: 1, DANE_TA: 2, DANE_EE: 3 } as const;
const SELECTOR = { CERTIFICATE: 0, KEY: 1 } as const;
const MATCHING = { FULL: 0, SHA256: 1, SHA512: 2 } as const;

/** Bytes of a digest, by matching type. */
const DIGEST_BYTES = new Map<number, number>([
  [MATCHING.SHA256, 32],
  [MATCHING.SHA512, 64],
]);

export interface Shown {
  /** DER, the host's own first. */
  readonly chain: readonly Uint8Array[];
  /** Any of these may be the name in the certificate (RFC 7672 §3.2.2). */
  readonly names: readonly Name[];
  readonly now: Instant;
}

export type Match =
  | { readonly kind: 'match' }
  /** Why not; `isClose`: the certificate is the right one, and something else is wrong. */
  | { readonly kind: 'no-match'; readonly isClose: boolean; readonly because: string };

const MATCH: Match = { kind: 'match' };
const miss = (because: string): Match => ({ kind: 'no-match', isClose: false, because });
const near = (because: string): Match => ({ kind: 'no-match', isClose: true, because });

/** Why a record means nothing to a sender of mail; nothing where it is of use. */
export function whyUnusable({ usage, selector, matching, bytes }: TlsaData): string | undefined {
  // RFC 7672 §3.1.3: PKIX-TA and PKIX-EE are unusable, mail hosts have no agreed authorities.
  if (usage === USAGE.PKIX_TA || usage === USAGE.PKIX_EE) {
    return `usage ${usage} (PKIX) is not used for mail`;
  }
  if (usage > USAGE.DANE_EE) return `usage ${usage} is not assigned`;
  if (selector > SELECTOR.KEY) return `selector ${selector} is not assigned`;
  if (matching > MATCHING.SHA512) return `matching type ${matching} is not assigned`;
  const length = DIGEST_BYTES.get(matching);
  if (length === undefined || bytes.length === length) return undefined;
  return `a digest of ${bytes.length} bytes, where matching type ${matching} has ${length}`;
}

export const isUsableTlsa = (record: TlsaData): boolean => whyUnusable(record) === undefined;

/** The record in the form that is recommended (RFC 7671 §5.1) for a certificate: `3 1 1 …`. */
export function recommendedTlsa(certificate: Uint8Array): TlsaData | undefined {
  const key = publicKeyInfo(certificate);
  if (!key) return undefined;
  const { DANE_EE: usage } = USAGE;
  const bytes = digest(key, MATCHING.SHA256);
  return { kind: 'TLSA', usage, selector: SELECTOR.KEY, matching: MATCHING.SHA256, bytes };
}

/** Whether one usable record fits what the host showed. */
export function matchTlsa(record: TlsaData, shown: Shown): Match {
  const [own, ...others] = shown.chain;
  if (!own) return miss('no certificate was shown');
  if (record.usage === USAGE.DANE_EE) {
    return fits(record, own) ? MATCH : miss('it is not of the certificate that was shown');
  }
  if (record.usage !== USAGE.DANE_TA) return miss('it is not of use for mail');
  return matchAuthority(record, { own, others }, shown);
}

interface Chain {
  readonly own: Uint8Array;
  readonly others: readonly Uint8Array[];
}

function matchAuthority(record: TlsaData, { own, others }: Chain, shown: Shown): Match {
  const leaf = parsed(own);
  if (!leaf) return miss('the certificate cannot be read');
  const path = pathUpTo(
    record,
    leaf,
    others.flatMap((der) => parsed(der) ?? []),
  );
  if (!path) {
    return fits(record, own)
      ? miss('it is of the certificate itself, and usage 2 is for one that issued it')
      : miss('it is of no certificate that issued the one that was shown');
  }
  const late = path.find((each) => !isCurrent(each, shown.now));
  if (late) return near(`a certificate on the way is not valid now (until ${late.validTo})`);
  const isNamed = shown.names.some((name) => isFor(leaf, name));
  if (isNamed) return MATCH;
  return near(`the certificate is not for ${shown.names.map(hostText).join(' or ')}`);
}

/** A chain longer than this is not followed. */
const PATH_MAX = 10;

/**
 * From the host's certificate to one that the record is of; nothing where there is no such way. The
 * authority may be missing in the chain, if the record holds all of it (RFC 7671 §5.2.2).
 */
function pathUpTo(
  record: TlsaData,
  leaf: X509Certificate,
  others: readonly X509Certificate[],
): readonly X509Certificate[] | undefined {
  const path = [leaf];
  const given = authorityIn(record);
  for (let last = leaf; path.length <= PATH_MAX; ) {
    if (given?.certificate && isIssuedBy(last, given.certificate)) {
      return [...path, given.certificate];
    }
    if (given?.key && isSignedBy(last, given.key)) return path;
    const issuer = others.find((each) => !path.includes(each) && isIssuedBy(last, each));
    if (!issuer) return undefined;
    path.push(issuer);
    if (fits(record, issuer.raw)) return path;
    last = issuer;
  }
  return undefined;
}

interface Authority {
  readonly certificate?: X509Certificate;
  readonly key?: KeyObject;
}

/** The authority itself, where the record is no digest. */
function authorityIn({ selector, matching, bytes }: TlsaData): Authority | undefined {
  if (matching !== MATCHING.FULL) return undefined;
  if (selector === SELECTOR.CERTIFICATE) {
    const certificate = parsed(bytes);
    return certificate && { certificate };
  }
  try {
    return { key: createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'spki' }) };
  } catch {
    return undefined;
  }
}

const isIssuedBy = (one: X509Certificate, issuer: X509Certificate): boolean =>
  issuer.ca && one.checkIssued(issuer) && isSignedBy(one, issuer.publicKey);

function isSignedBy(one: X509Certificate, key: KeyObject): boolean {
  try {
    return one.verify(key);
  } catch {
    // A key of another kind than the signature.
    return false;
  }
}

const isCurrent = ({ validFromDate, validToDate }: X509Certificate, now: Instant): boolean =>
  validFromDate.getTime() <= now && now <= validToDate.getTime();

/** RFC 7671 §10.2: a wildcard stands for a whole label. */
const isFor = (leaf: X509Certificate, name: Name): boolean =>
  leaf.checkHost(hostText(name), { partialWildcards: false }) !== undefined;

/** Are these the bytes that the record is of? */
function fits({ selector, matching, bytes }: TlsaData, certificate: Uint8Array): boolean {
  const chosen = selector === SELECTOR.KEY ? publicKeyInfo(certificate) : certificate;
  return chosen !== undefined && Buffer.compare(digest(chosen, matching), bytes) === 0;
}

function digest(bytes: Uint8Array, matching: number): Uint8Array {
  if (matching === MATCHING.FULL) return bytes;
  return createHash(matching === MATCHING.SHA256 ? 'sha256' : 'sha512')
    .update(bytes)
    .digest();
}

function parsed(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}
