// What a database reports, in our two words: no space, or anything else.
import { FingerpostError, reasonOf } from '../base/errors.ts';

const SQLITE_FULL = 13;
const FULL_CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT'];

/** The error as ours; one that is ours already stays as it is. */
export function storageError(error: unknown, path: string): FingerpostError {
  if (error instanceof FingerpostError) return error;
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  if (errcode === SQLITE_FULL || FULL_CODES.includes(code)) {
    const mend = 'free some space there, or move the data folder to a larger disk';
    return new FingerpostError(
      'STORAGE_FULL',
      `No space left for ${path}: ${mend}.`,
      { path },
      error,
    );
  }
  const because = typeof errcode === 'number' ? (error as Error).message : reasonOf(error);
  return new FingerpostError('STORAGE_FAILED', `${path}: ${because}.`, { path }, error);
}

/** SQLite's number for an error of its own, without the extended part. */
export function sqliteCodeOf(error: unknown): number | undefined {
  const { errcode } = error as { readonly errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}
