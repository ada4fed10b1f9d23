// The certificates of the closed internet: one authority that its machine trusts, and what each mail
// host and each web server shows.
import { createHash, X509Certificate } from 'node:crypto';
import { type Certificate, certificate, selfSigned } from '../../support/certificate.ts';
import type { Shown } from './mail-hosts.ts';

const NAME = 'Closed Internet Authority';
const DAY_MS = 86_400_000;

export class Authority {
  readonly #own = selfSigned({ names: [NAME], validDays: 365 });

  /** What a client must trust, as PEM. */
  get root(): string {
    return this.#own.cert;
  }

  for(name: string, shown: Shown = { kind: 'good' }): Certificate {
    const by = { name: NAME, key: this.#own.key };
    switch (shown.kind) {
      case 'good':
        return certificate({ names: [name], validDays: 90, by });
      case 'of another name':
        return certificate({ names: [shown.name], validDays: 90, by });
      case 'self-signed':
        return selfSigned({ names: [name], validDays: 90 });
      case 'ends': {
        const notBefore = new Date(Date.now() + (shown.inDays - 90) * DAY_MS);
        return certificate({ names: [name], notBefore, validDays: 90, by });
      }
    }
  }
}

/** The data of a TLSA record `3 1 1` (RFC 6698 §2.1) that fits the certificate. */
export function tlsaOf({ cert }: Certificate): string {
  const key = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  return `3 1 1 ${createHash('sha256').update(key).digest('hex')}`;
}
