// Certificates for tests, made when they run: self-signed or by an authority of the test's own,
// P-256, in DER written by hand (X.690), since `node:crypto` reads certificates (RFC 5280) and makes
// none.
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ipBytes } from '../../src/base/ip.ts';

export interface CertificateOptions {
  /** Host names and addresses, for the subject alternative names. */
  readonly names: readonly string[];
  /** Default: an hour ago. */
  readonly notBefore?: Date;
  /** Default: 30. */
  readonly validDays?: number;
  /** Who signs it; absent: its own key. The name is the first of the authority's names. */
  readonly by?: { readonly name: string; readonly organization?: string; readonly key: string };
  /** Default: P-256. */
  readonly keyKind?: 'P-256' | 'RSA-1024' | 'RSA-2048';
  /** Of the signature; SHA-1 only by an authority. Default: SHA-256. */
  readonly hash?: 'sha1' | 'sha256';
}

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

export interface CertificateFiles extends Certificate {
  readonly folder: string;
  readonly certPath: string;
  readonly keyPath: string;
  remove(): void;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const NULL = 0x05;
const OID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const BOOLEAN_TRUE = Uint8Array.of(0x01, 0x01, 0xff);

const COMMON_NAME = '550403';
const ORGANIZATION = '55040a';
const ECDSA_WITH_SHA1 = '2a8648ce3d0401';
const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const SHA256_WITH_RSA = '2a864886f70d01010b';
const SUBJECT_ALT_NAME = '551d11';
const BASIC_CONSTRAINTS = '551d13';

/** Tag, length, content. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Uint8Array.of(tag, length), content]);
  return Buffer.concat([Uint8Array.of(tag, 0x82, length >> 8, length & 0xff), content]);
}

const oid = (hex: string): Buffer => der(OID, Buffer.from(hex, 'hex'));

/** Authorities have P-256 keys here; RSA needs the (empty) parameters beside its name. */
function algorithm({ by, keyKind = 'P-256', hash = 'sha256' }: CertificateOptions): Buffer {
  const isRsa = by === undefined && keyKind !== 'P-256';
  if (isRsa) return der(SEQUENCE, oid(SHA256_WITH_RSA), der(NULL));
  return der(SEQUENCE, oid(hash === 'sha1' ? ECDSA_WITH_SHA1 : ECDSA_WITH_SHA256));
}

const bits = (content: Uint8Array): Buffer => der(BIT_STRING, Uint8Array.of(0), content);

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  // RFC 5280 §4.1.2.5: two digits of the year until 2049, four from 2050 on.
  if (date.getUTCFullYear() >= 2050) return der(GENERALIZED_TIME, Buffer.from(digits));
  return der(UTC_TIME, Buffer.from(digits.slice(2)));
}

function distinguishedName(commonName: string, organization?: string): Buffer {
  const part = (type: string, text: string): Buffer =>
    der(SET, der(SEQUENCE, oid(type), der(UTF8_STRING, Buffer.from(text))));
  const before = organization === undefined ? [] : [part(ORGANIZATION, organization)];
  return der(SEQUENCE, ...before, part(COMMON_NAME, commonName));
}

function alternativeName(name: string): Buffer {
  const address = ipBytes(name);
  return address ? der(0x87, address) : der(0x82, Buffer.from(name));
}

/** A certificate that signed itself is an authority; one that was issued is none. */
function extensions(names: readonly string[], isAuthority: boolean): Buffer {
  const alternatives = der(SEQUENCE, ...names.map(alternativeName));
  const authority = isAuthority ? der(SEQUENCE, BOOLEAN_TRUE) : der(SEQUENCE);
  return der(
    0xa3,
    der(
      SEQUENCE,
      der(SEQUENCE, oid(SUBJECT_ALT_NAME), der(OCTET_STRING, alternatives)),
      der(SEQUENCE, oid(BASIC_CONSTRAINTS), BOOLEAN_TRUE, der(OCTET_STRING, authority)),
    ),
  );
}

const pem = (bytes: Buffer): string => {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
};

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function keyPair(kind: CertificateOptions['keyKind'] = 'P-256'): KeyPair {
  if (kind === 'P-256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return generateKeyPairSync('rsa', { modulusLength: kind === 'RSA-1024' ? 1024 : 2048 });
}

/** A new key and a certificate for it, signed by the authority or by itself. */
export function certificate(options: CertificateOptions): Certificate {
  const { publicKey, privateKey } = keyPair(options.keyKind);
  const { by, hash = 'sha256' } = options;
  const start = options.notBefore ?? new Date(Date.now() - 3_600_000);
  const end = new Date(start.getTime() + (options.validDays ?? 30) * 86_400_000);
  const name = distinguishedName(options.names[0] ?? 'test');
  const body = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, Uint8Array.of(2))),
    // Even an authority of a test gives a number once (RFC 5280 §4.1.2.2).
    der(INTEGER, Uint8Array.of(1, ...randomBytes(8))),
    algorithm(options),
    by === undefined ? name : distinguishedName(by.name, by.organization),
    der(SEQUENCE, time(start), time(end)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions(options.names, by === undefined),
  );
  const signature = sign(hash, body, by?.key ?? privateKey);
  const whole = der(SEQUENCE, body, algorithm(options), bits(signature));
  return { cert: pem(whole), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
}

/** A new key and a certificate for it that it signed itself. */
export const selfSigned = (options: Omit<CertificateOptions, 'by'>): Certificate =>
  certificate(options);

/** The same in two files of a new folder. */
export function selfSignedFiles(options: CertificateOptions): CertificateFiles {
  const made = selfSigned(options);
  const folder = mkdtempSync(join(tmpdir(), 'fingerpost-certificate-'));
  const certPath = join(folder, 'cert.pem');
  const keyPath = join(folder, 'key.pem');
  writeFileSync(certPath, made.cert);
  writeFileSync(keyPath, made.key, { mode: 0o600 });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return { ...made, folder, certPath, keyPath, remove };
}
