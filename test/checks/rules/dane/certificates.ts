// Certificates of the mail hosts in these tests, and TLSA records of them as zone text.
import { createHash, X509Certificate } from 'node:crypto';
import type { TlsSeen } from '../../../../src/smtp/probe.ts';
import { certificate, selfSigned } from '../../../support/certificate.ts';
import { SCENE_NOW } from '../../../support/scene.ts';

const notBefore = new Date(SCENE_NOW - 86_400_000);
const derOf = (pem: string): Uint8Array => new Uint8Array(new X509Certificate(pem).raw);

const authority = selfSigned({ names: ['Test CA'], notBefore, validDays: 90 });
const by = { name: 'Test CA', key: authority.key };
const issued = (name: string, more: { notBefore?: Date; validDays?: number } = {}): Uint8Array =>
  derOf(certificate({ names: [name], notBefore, by, ...more }).cert);

/** Issued by `AUTHORITY`, but for the last two. */
export const AUTHORITY = derOf(authority.cert);
export const MAIL = issued('mail.example.com');
export const FOR_DOMAIN = issued('example.com');
export const FOR_OTHER = issued('other.example.net');
export const EXPIRED = issued('mail.example.com', {
  notBefore: new Date(SCENE_NOW - 20 * 86_400_000),
  validDays: 10,
});
export const OWN = derOf(selfSigned({ names: ['mail.example.com'], notBefore }).cert);
export const STRANGER = derOf(selfSigned({ names: ['Test CA'], notBefore }).cert);

/** The key in a certificate, as `node:crypto` sees it: P-256 has one form only. */
export const keyOf = (der: Uint8Array): Uint8Array =>
  new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });

export function associationOf(selector: number, matching: number, der: Uint8Array): Uint8Array {
  const bytes = selector === 1 ? keyOf(der) : der;
  if (matching === 0) return bytes;
  return createHash(matching === 1 ? 'sha256' : 'sha512')
    .update(bytes)
    .digest();
}

/** `TLSA 3 1 1 …` for a certificate. */
export function tlsaText(form: string, der: Uint8Array): string {
  const [, selector, matching] = form.split(' ').map(Number);
  const bytes = associationOf(selector ?? 0, matching ?? 0, der);
  return `TLSA ${form} ${Buffer.from(bytes).toString('hex')}`;
}

/** What a host shows. */
export const showing = (...chain: readonly Uint8Array[]): TlsSeen => ({
  kind: 'started',
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  verified: false,
  because: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  chain,
});
