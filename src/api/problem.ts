// Refusals as problem documents (RFC 9457): one shape for everything that is not a success.
import { type ErrorCode, FingerpostError } from '../base/errors.ts';
import type { Problem } from './types.ts';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
};

const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  USAGE: 400,
  NOT_RUNNING: 503,
  WORKER_DIED: 503,
  STORAGE_FULL: 507,
};

/** A response that says no. `extra` are members beside those of the standard (RFC 9457 §3.2). */
export function problem(
  status: number,
  detail: string,
  extra: Readonly<Record<string, unknown>> = {},
): Response {
  const body: Problem = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    ...extra,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });
}

/**
 * What an exception becomes. Only our own errors tell their message: others might tell too much.
 */
export function problemOf(error: unknown): Response {
  if (!(error instanceof FingerpostError)) return problem(500, 'the server made a mistake');
  return problem(STATUS_OF_CODE[error.code] ?? 500, error.message, { code: error.code });
}
