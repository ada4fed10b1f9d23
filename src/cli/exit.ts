// What a command says to the shell when it ends. `docs/commands.md` tells the same to people.
import { type ErrorCode, FingerpostError } from '../base/errors.ts';

export const EXIT = {
  /** Done, or the answer is yes. */
  ok: 0,
  /** It worked, and the answer is no: no such message, no route, a zone with faults. */
  no: 1,
  /** It could not be done. */
  error: 2,
  /** A check could not see what it was to look at. */
  untestable: 3,
  usage: 64,
  /** No server answers. */
  notRunning: 69,
  /** A mistake of the program itself. */
  mistake: 70,
  configuration: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const OF_ERROR: Partial<Record<ErrorCode, ExitCode>> = {
  CONFIG_INVALID: EXIT.configuration,
  CONFIG_NOT_FOUND: EXIT.configuration,
  NOT_RUNNING: EXIT.notRunning,
  USAGE: EXIT.usage,
};

export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof FingerpostError)) return EXIT.mistake;
  return OF_ERROR[error.code] ?? EXIT.error;
}
