// TLS on a connection that is already there: the certificate that we show, the trust that we have,
// and the handshake. Nothing here throws for what a peer does; `readTlsIdentity` throws
// `TLS_FILES_UNUSABLE`, which names the file and the mend.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { FingerpostError, reasonOf } from '../base/errors.ts';
import type { TlsFacts } from '../base/session.ts';
import { after, type Clock, type Duration } from '../base/time.ts';
import type { TlsClient, TlsIdentity, TlsServer, TlsStarted } from './network.ts';
import { tlsInWords } from './words.ts';

/** What our client side accepts, made once and shared by all connections of a network. */
export interface ClientTrust {
  /** For peers that must prove who they are. */
  readonly strict: SecureContext;
  /** For peers of whom encryption is enough. */
  readonly lenient: SecureContext;
  /** For peers that are only looked at; made when the first of them is. */
  readonly observing: () => SecureContext;
}

/** Trust in the given authorities (PEM), or in those that the runtime knows. */
export function clientTrust(authorities: readonly string[] | undefined): ClientTrust {
  // RFC 8996: nothing below TLS 1.2, on neither side.
  const common = {
    minVersion: 'TLSv1.2' as const,
    ...(authorities && { ca: [...authorities] }),
  };
  // RFC 7435 §1: where any certificate will do, a short key is still better than clear text.
  const anyKey = { ...common, ciphers: 'DEFAULT@SECLEVEL=0' };
  let observing: SecureContext | undefined;
  return {
    strict: createSecureContext(common),
    lenient: createSecureContext(anyKey),
    observing() {
      observing ??= createSecureContext({ ...anyKey, minVersion: 'TLSv1' });
      return observing;
    },
  };
}

/** Reads a certificate chain and its key (PEM) and proves that they belong together. */
export function readTlsIdentity(certPath: string, keyPath: string): TlsIdentity {
  const cert = readPem(certPath, 'certificate');
  const key = readPem(keyPath, 'key');
  const leaf = parsed(certPath, 'a certificate', () => new X509Certificate(cert));
  const secret = parsed(keyPath, 'an unencrypted private key', () => createPrivateKey(key));
  mustMatch(leaf, secret, { certPath, keyPath });
  const context = parsed(certPath, 'a usable certificate chain', () =>
    createSecureContext({ cert, key, minVersion: 'TLSv1.2', honorCipherOrder: true }),
  );
  return { kind: 'tls-identity', context };
}

/** How often files are looked at, and whoever is to hear that they changed. */
export interface IdentityWatch {
  readonly clock: Clock;
  readonly every: Duration;
  /** New files are in use, or `because` they are not, those before stay. */
  readonly changed: (because: string | undefined) => void;
}

/**
 * The identity in the files, as they are: a certificate that was renewed is shown without a restart
 * or a signal. Throws `TLS_FILES_UNUSABLE` only here, at the start.
 */
export function watchTlsIdentity(
  certPath: string,
  keyPath: string,
  { clock, every, changed }: IdentityWatch,
): () => TlsIdentity {
  let identity = readTlsIdentity(certPath, keyPath);
  let stamp = stampOf(certPath, keyPath);
  let lookAt = after(clock.now(), every);
  return () => {
    if (clock.now() < lookAt) return identity;
    lookAt = after(clock.now(), every);
    try {
      const found = stampOf(certPath, keyPath);
      if (found === stamp) return identity;
      stamp = found;
      identity = readTlsIdentity(certPath, keyPath);
      changed(undefined);
    } catch (error) {
      changed(error instanceof Error ? error.message : String(error));
    }
    return identity;
  };
}

/** Differs when one of the files was written or replaced. */
function stampOf(...paths: readonly string[]): string {
  const times = paths.map((path) => {
    const about = statSync(path, { throwIfNoEntry: false });
    return about ? `${about.ino} ${about.mtimeMs} ${about.size}` : 'none';
  });
  return times.join('; ');
}

function readPem(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const mend = 'Set the path of a PEM file that this program may read';
    throw new FingerpostError(
      'TLS_FILES_UNUSABLE',
      `Cannot read the TLS ${what} ${path} (${reasonOf(error)}). ${mend}.`,
      { path },
      error,
    );
  }
}

function parsed<T>(path: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new FingerpostError(
      'TLS_FILES_UNUSABLE',
      `${path} does not hold ${what} in PEM form (${tlsInWords(error)}). Put one there.`,
      { path },
      error,
    );
  }
}

interface Paths {
  readonly certPath: string;
  readonly keyPath: string;
}

function mustMatch(leaf: X509Certificate, secret: KeyObject, { certPath, keyPath }: Paths): void {
  if (leaf.checkPrivateKey(secret)) return;
  throw new FingerpostError(
    'TLS_FILES_UNUSABLE',
    `The key ${keyPath} is not that of the first certificate in ${certPath}. ` +
      'Use the key that was made with it, and put our own certificate before those that signed it.',
    { path: keyPath },
  );
}

/** The TLS end of a connection, which takes `plain` over; throws for options that cannot be. */
export function wrapped(
  plain: Socket,
  options: TlsClient | TlsServer,
  trust: ClientTrust,
): TLSSocket {
  return options.role === 'server' ? asServer(plain, options) : asClient(plain, options, trust);
}

/** How the handshake ends; whoever has waited enough destroys `socket`. */
export function handshake(socket: TLSSocket, options: TlsClient | TlsServer): Promise<TlsStarted> {
  return new Promise((resolve) => {
    let because = 'connection closed during the handshake';
    const blame = (error: Error): void => {
      because = tlsInWords(error);
    };
    const failed = (): void => {
      socket.destroy();
      resolve({ kind: 'failed', because });
    };
    const done = (): void => {
      socket.off('close', failed).off('end', failed).off('error', blame);
      const facts = factsOf(socket, options);
      const accepted = options.role === 'server' || !options.mustVerify || facts.verified === true;
      if (accepted) resolve({ kind: 'started', facts });
      else resolve({ kind: 'failed', because: `certificate refused: ${facts.because}` });
    };
    socket.once(options.role === 'server' ? 'secure' : 'secureConnect', done);
    socket.once('close', failed).once('end', failed).on('error', blame);
  });
}

function asServer(plain: Socket, { identity }: TlsServer): TLSSocket {
  const secureContext = identity.context as SecureContext;
  return new TLSSocket(plain, { isServer: true, secureContext });
}

function asClient(plain: Socket, options: TlsClient, trust: ClientTrust): TLSSocket {
  // RFC 6066 §3: a server name has no dot at its end, and an address is no server name.
  const host = options.serverName.replace(/\.$/, '');
  return connect({
    socket: plain,
    host,
    servername: isIP(host) === 0 ? host : '',
    // Judged in `handshake`, so that it is reported in either case.
    rejectUnauthorized: false,
    secureContext: contextFor(options, trust),
  });
}

function contextFor({ mustVerify, observe }: TlsClient, trust: ClientTrust): SecureContext {
  if (mustVerify) return trust.strict;
  return observe ? trust.observing() : trust.lenient;
}

function factsOf(socket: TLSSocket, options: TlsClient | TlsServer): TlsFacts {
  const agreed = { protocol: socket.getProtocol() ?? '', cipher: socket.getCipher().name };
  if (options.role === 'server') return agreed;
  const seen = options.observe ? { ...agreed, chain: chainOf(socket) } : agreed;
  if (socket.authorized) return { ...seen, verified: true };
  return { ...seen, verified: false, because: String(socket.authorizationError) };
}

/** What a peer sends beyond this many certificates is nothing that anybody needs. */
const CHAIN_MAX = 10;

/** The certificates as the peer sent them, in its order; the trusted root is not added. */
function chainOf(socket: TLSSocket): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  let certificate = socket.getPeerX509Certificate();
  while (certificate && chain.length < CHAIN_MAX) {
    chain.push(new Uint8Array(certificate.raw));
    certificate = certificate.issuerCertificate;
  }
  return chain;
}
