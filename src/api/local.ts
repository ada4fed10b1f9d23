// The Unix socket by which commands reach a running server: where it stands, how a server takes its
// place, and a function shaped like fetch that asks it. Only the owner of the data folder can open
// it (0600 in a folder 0700); a socket that a dead server left is removed.
import { chmod, mkdir, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { FingerpostError, reasonOf } from '../base/errors.ts';
import type { Ask } from './client.ts';

/** Silence on the socket after which a question is given up. */
const SILENCE_TIMEOUT_MS = 60_000;
const PROBE_TIMEOUT_MS = 2_000;
const ANSWER_BYTES_MAX = 64 * 1_048_576;
/** What a Unix address holds on Linux and, shorter, on the BSDs. */
const SOCKET_PATH_BYTES_MAX = 103;

/** The socket of the server that works on this data. */
export const socketPathOf = (dataFolder: string): string => join(dataFolder, 'run', 'api.sock');

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

function answerOf(socketPath: string, asked: Asked, timeoutMs: number): Promise<IncomingMessage> {
  const { method, path, headers, body } = asked;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ socketPath, method, path, headers, timeout: timeoutMs });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.on('timeout', () => outgoing.destroy(new Error('it does not answer')));
    outgoing.end(body);
  });
}

async function bytesOf(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    sizeBytes += piece.length;
    if (sizeBytes > ANSWER_BYTES_MAX) throw new Error('its answer is too long');
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

function notRunning(because: string, socketPath: string, cause: unknown): FingerpostError {
  const message = `${because}; start one with: fingerpost serve`;
  return new FingerpostError('NOT_RUNNING', message, { socketPath }, cause);
}

/** A function shaped like fetch that asks the server behind the socket. Throws `NOT_RUNNING`. */
export function askLocal(socketPath: string): Ask {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    const headers = { ...Object.fromEntries(request.headers), 'content-length': `${body.length}` };
    const asked = { method: request.method, path: `${pathname}${search}`, headers, body };
    try {
      const incoming = await answerOf(socketPath, asked, SILENCE_TIMEOUT_MS);
      return new Response(await bytesOf(incoming), {
        status: incoming.statusCode ?? 500,
        headers: { 'content-type': incoming.headers['content-type'] ?? '' },
      });
    } catch (error) {
      const because = `no server answers at ${socketPath} (${reasonOf(error)})`;
      throw notRunning(because, socketPath, error);
    }
  };
}

/** Does anybody listen there? */
async function isAlive(socketPath: string): Promise<boolean> {
  const asked = { method: 'HEAD', path: '/', headers: {}, body: new Uint8Array() };
  try {
    (await answerOf(socketPath, asked, PROBE_TIMEOUT_MS)).resume();
    return true;
  } catch (error) {
    return !['ENOENT', 'ECONNREFUSED'].includes(reasonOf(error));
  }
}

/** Makes the folder, and removes what a dead server left. Throws `DATA_LOCKED` for a living one. */
export async function claimSocket(socketPath: string): Promise<void> {
  if (Buffer.byteLength(socketPath) > SOCKET_PATH_BYTES_MAX) {
    const message = `${socketPath} is too long for a Unix socket; choose a shorter data folder`;
    throw new FingerpostError('LISTEN_FAILED', message, { socketPath });
  }
  if (await isAlive(socketPath)) {
    const message = `another server answers at ${socketPath}; two must not share a data folder`;
    throw new FingerpostError('DATA_LOCKED', message, { socketPath });
  }
  const folder = dirname(socketPath);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  await rm(socketPath, { force: true });
}

/** Between binding and this call the folder's mode protects the socket. */
export const protectSocket = (socketPath: string): Promise<void> => chmod(socketPath, 0o600);

export const releaseSocket = (socketPath: string): Promise<void> => rm(socketPath, { force: true });
