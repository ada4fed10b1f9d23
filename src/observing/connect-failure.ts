// How a connection failed, from the words of `net/words.ts`, as checks tell such failures apart.
import type { ConnectFailure } from '../checks/fact.ts';

/** What is our own trouble (no file handles, …) is `other`. */
const FAILURES: ReadonlyMap<string, ConnectFailure> = new Map([
  ['connection refused', 'refused'],
  ['connection timed out', 'timeout'],
  ['connection reset by peer', 'reset'],
  ['connection aborted', 'reset'],
  ['host is down', 'unreachable'],
  ['no route to host', 'unreachable'],
  ['network is down', 'unreachable'],
  ['network unreachable', 'unreachable'],
]);

export const connectFailure = (because: string): ConnectFailure => FAILURES.get(because) ?? 'other';
