// What TLS shows in a scene: a certificate made for the test, by an authority that is trusted there,
// in date for 60 days more. What a test wants otherwise it says.
import { X509Certificate } from 'node:crypto';
import type { TlsSeen } from '../../src/smtp/probe.ts';
import { type CertificateOptions, certificate } from './certificate.ts';
import { SCENE_NOW } from './scene.ts';

export interface ShownOptions extends Partial<CertificateOptions> {
  /** Default: TLSv1.3. */
  readonly protocol?: string;
  readonly cipher?: string;
  /** OpenSSL's word for what is wrong; absent: all is well. */
  readonly because?: string;
  /** The organization that issued it; default: Let's Encrypt. */
  readonly organization?: string;
  /** It signed itself. */
  readonly isSelfSigned?: boolean;
  /** Certificates (PEM) that are sent behind it. */
  readonly behind?: readonly string[];
}

const DAY_MS = 86_400_000;

/** An instant so many days from the "now" of scenes. */
export const inDays = (count: number): Date => new Date(SCENE_NOW + count * DAY_MS);

/** The key of every authority in scenes. */
const AUTHORITY = certificate({ names: ['Test Root'] });

const derOf = (pem: string): Uint8Array => new Uint8Array(new X509Certificate(pem).raw);

export function shown(options: ShownOptions = {}): TlsSeen {
  const { because, organization = "Let's Encrypt", isSelfSigned, behind = [] } = options;
  const by = { name: 'R11', organization, key: AUTHORITY.key };
  const { cert } = certificate({
    names: ['mail.example.com'],
    notBefore: inDays(-30),
    validDays: 90,
    ...(!isSelfSigned && { by }),
    ...options,
  });
  return {
    kind: 'started',
    protocol: options.protocol ?? 'TLSv1.3',
    cipher: options.cipher ?? 'TLS_AES_256_GCM_SHA384',
    verified: because === undefined,
    ...(because !== undefined && { because }),
    chain: [cert, ...behind].map(derOf),
  };
}
