// The certificates that a closed world trusts, from the file that `world.ca` names.
import { readFileSync } from 'node:fs';
import { FingerpostError, reasonOf } from '../base/errors.ts';

/** The file's certificates (PEM), one text each. Throws `TLS_FILES_UNUSABLE`. */
export function readAuthorities(path: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const message = `Cannot read world.ca ${path} (${reasonOf(error)}). Name a readable PEM file.`;
    throw new FingerpostError('TLS_FILES_UNUSABLE', message, { path }, error);
  }
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (found) return found;
  const message = `${path} holds no certificate in PEM form. Put those of your authorities there.`;
  throw new FingerpostError('TLS_FILES_UNUSABLE', message, { path });
}
