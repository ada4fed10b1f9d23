// Signs zones with BIND's tools: one key each, which signs everything in its zone.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ran } from '../../support/peers/stage.ts';
import type { ClosedStage } from './closed-stage.ts';

export interface Signed {
  readonly text: string;
  /** For the zone above, as zone text. */
  readonly ds: string;
  /** The key, as zone text. */
  readonly key: string;
}

function orThrow(what: string, { code, stdout, stderr }: Ran): string {
  if (code !== 0) throw new Error(`${what}: ${stdout}${stderr}`);
  return stdout;
}

/** Signs the texts of one zone, which may differ, with one key. */
export async function sign(
  stage: ClosedStage,
  origin: string,
  texts: readonly string[],
  state: 'well' | 'expired',
): Promise<readonly Signed[]> {
  const folder = stage.path('signing', origin || 'root');
  mkdirSync(folder, { recursive: true });
  const zone = `${origin}.`;
  const make = ['-q', '-a', 'ECDSAP256SHA256', '-f', 'KSK', '-K', folder, zone];
  const name = orThrow('dnssec-keygen', await stage.run('dnssec-keygen', make)).trim();
  const key = readFileSync(join(folder, `${name}.key`), 'utf8');
  const dates = state === 'expired' ? ['-P', '-s', '20240101000000', '-e', '20240201000000'] : [];
  const signing = texts.map(async (text, each): Promise<Signed> => {
    const file = join(folder, `zone${each}`);
    writeFileSync(file, text + key);
    const args = ['-q', '-z', '-o', zone, '-K', folder, '-d', folder, '-f', `${file}.signed`];
    orThrow('dnssec-signzone', await stage.run('dnssec-signzone', [...dates, ...args, file]));
    const ds = readFileSync(join(folder, `dsset-${zone}`), 'utf8');
    return { text: readFileSync(`${file}.signed`, 'utf8'), ds, key };
  });
  return Promise.all(signing);
}
