// What the system says when a socket fails, in words that a person can act on. A failed connection
// or packet gets its reason for the ledger; a failed `listen` becomes `LISTEN_FAILED` with the
// endpoint, the reason and the mend.
import { FingerpostError } from '../base/errors.ts';
import type { Endpoint } from '../base/ip.ts';
import { printEndpoint } from '../base/ip.ts';

const WORDS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'not permitted by this machine'],
  ['EADDRNOTAVAIL', 'this machine has no address to connect from'],
  ['EAFNOSUPPORT', 'this machine has no such address family'],
  ['ECONNABORTED', 'connection aborted'],
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset by peer'],
  ['EHOSTDOWN', 'host is down'],
  ['EHOSTUNREACH', 'no route to host'],
  ['EMFILE', 'too many open files in this program'],
  ['EMSGSIZE', 'packet too large'],
  ['ENETDOWN', 'network is down'],
  ['ENETUNREACH', 'network unreachable'],
  ['ENFILE', 'too many open files on this machine'],
  ['ENOBUFS', 'no buffer space left'],
  ['EPERM', 'not permitted by this machine'],
  ['EPIPE', 'connection closed by peer'],
  ['ETIMEDOUT', 'connection timed out'],
]);

const LISTEN_WORDS: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'another program listens there. Stop it, or choose another port'],
  [
    'EACCES',
    'a port below 1024 needs root or CAP_NET_BIND_SERVICE. Grant one, or choose a higher port',
  ],
  [
    'EADDRNOTAVAIL',
    'this machine has no such address. Choose one of its own, or 0.0.0.0 or [::] for all',
  ],
  [
    'EAFNOSUPPORT',
    'this machine does not speak that address family. Remove the address, or enable the family',
  ],
  ['ENOTSUP', 'this system cannot share a port among threads. Use one thread'],
]);

/** The system's code of an error (`ECONNREFUSED`); empty where it has none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
}

/** Why a connection or packet failed, in words. */
export function inWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return WORDS.get(codeOf(error)) ?? message;
}

/** `error:0A00010B:SSL routines:function:wrong version number:file:line:` in what OpenSSL says. */
const OPENSSL_REASON = /error:[\da-f]+:[^:]*:[^:]*:([^:]+):/i;

/** Why a handshake failed: in OpenSSL's words where it was OpenSSL that said no. */
export function tlsInWords(error: unknown): string {
  const { reason } = Object(error) as { reason?: unknown };
  if (typeof reason === 'string') return reason;
  const said = inWords(error);
  return OPENSSL_REASON.exec(said)?.[1] ?? said;
}

/** The error for an endpoint that cannot be listened on. */
export function listenFailed(
  protocol: 'TCP' | 'UDP',
  at: Endpoint,
  error: unknown,
): FingerpostError {
  const because = LISTEN_WORDS.get(codeOf(error)) ?? inWords(error);
  return new FingerpostError(
    'LISTEN_FAILED',
    `Cannot listen on ${printEndpoint(at)} (${protocol}): ${because}.`,
    { address: at.address, port: at.port, protocol, reason: codeOf(error) },
    error,
  );
}
