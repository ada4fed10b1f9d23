// The files that commands read, and standard input.
import {
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reasonOf } from '../base/errors.ts';
import type { Files } from './surroundings.ts';

/** No message that any server takes is larger. */
const INPUT_BYTES_MAX = 256 * 1_048_576;

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(reasonOf(error))) return undefined;
    throw error;
  }
}

/** The disk of this machine. */
export const diskFiles: Files = {
  readText: (path) => unlessMissing(() => readFileSync(path, 'utf8')),
  realPath: (path) => unlessMissing(() => realpathSync(path)),
  writeText: (path, text) => writeFileSync(path, text),
  matching: (pattern) => globSync(pattern).sort(),
};

/** A new empty folder for the life of a command; `removeFolder` ends it. */
export const makeTemporaryFolder = (prefix: string): string => mkdtempSync(join(tmpdir(), prefix));

export const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true });

export const writeText = (path: string, text: string): void => writeFileSync(path, text);

/** The names in a folder; none where there is no such folder. */
export const filesIn = (path: string): readonly string[] =>
  unlessMissing(() => readdirSync(path)) ?? [];

/** All of a stream, up to a limit. */
export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of stream) {
    sizeBytes += piece.length;
    if (sizeBytes > INPUT_BYTES_MAX) throw new Error('standard input is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** The version in the manifest of this package, beside `src` or `dist`. */
export function packageVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
