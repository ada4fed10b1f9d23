// DKIM records with keys that are made when they are needed; nobody signs with them.
import { generateKeyPairSync } from 'node:crypto';

function record(modulusLength: number): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const base64 = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const pieces = `v=DKIM1; k=rsa; p=${base64}`.match(/.{1,250}/g) ?? [];
  return pieces.map((piece) => `"${piece}"`).join(' ');
}

export const GOOD_DKIM = record(2_048);
export const WEAK_DKIM = record(768);
