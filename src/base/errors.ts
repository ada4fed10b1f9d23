// The one error class that is thrown on purpose. What may happen in normal work (refused, not
// found, later) is a value and never comes here. A code is stable: `docs/errors.md` lists each, and
// a test compares the two lists.

export const ERROR_CODES = [
  'CONFIG_INVALID',
  'CONFIG_NOT_FOUND',
  'DATA_LOCKED',
  'DATA_TOO_NEW',
  'LISTEN_FAILED',
  'NOT_RUNNING',
  'REQUEST_FAILED',
  'STORAGE_FAILED',
  'STORAGE_FULL',
  'TLS_FILES_UNUSABLE',
  'USAGE',
  'WORKER_DIED',
  'ZONE_INVALID',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Plain values that say which thing and which place an error is about. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>;

/** A message for a person (the thing, the place, the mend), a stable code for a program. */
export class FingerpostError extends Error {
  override readonly name = 'FingerpostError';
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.context = context;
  }
}

/** The system's own word for a failure (`ECONNREFUSED`), else the error's message. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error) {
    const code = (error as Error & { code?: unknown }).code;
    return typeof code === 'string' ? code : error.message;
  }
  return String(error);
}
