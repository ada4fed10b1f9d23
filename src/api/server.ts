// Lets others ask the API: over TCP only `/health` and `/metrics`, and only under a name that is
// ours (a page of a stranger must not read them through a visitor's browser); over the Unix socket,
// which only the owner of the data folder can open, everything.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { FingerpostError, reasonOf } from '../base/errors.ts';
import { type Endpoint, parseIp, printEndpoint } from '../base/ip.ts';
import type { Api } from './api.ts';
import { claimSocket, protectSocket, releaseSocket } from './local.ts';
import { problem } from './problem.ts';

export interface ServeOptions {
  readonly api: Api;
  readonly tcp: readonly Endpoint[];
  /** Our host name: a name under which TCP may be asked. */
  readonly hostname: string;
  /** Absent: no Unix socket. */
  readonly socketPath?: string;
}

export interface ApiServer {
  /** Where it listens in truth (a port of 0 is chosen by the system). */
  readonly tcp: readonly Endpoint[];
  /** No more questions; those being answered are cut. */
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 100;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '::1'];
const PUBLIC_PATHS = ['/health', '/metrics'];

type Answer = (request: Request, incoming: IncomingMessage) => Promise<Response>;

function makeServer(answer: Answer): Server {
  const listener = getRequestListener(
    (request, { incoming }) => answer(request, incoming as IncomingMessage),
    { overrideGlobalObjects: false, errorHandler: () => problem(400, 'this is no HTTP request') },
  );
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}

/** The host of a Host field, without port and brackets. */
function hostOf(field: string | undefined): string | undefined {
  const [, ipv6, other] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(field ?? '') ?? [];
  return (ipv6 ?? other)?.toLowerCase();
}

/** Loopback names, the address the connection came to, and our host name. */
function isOurs(incoming: IncomingMessage, hostname: string): boolean {
  const host = hostOf(incoming.headers.host);
  if (host === undefined || host === '') return false;
  if (host === hostname.toLowerCase() || LOOPBACK_NAMES.includes(host)) return true;
  const local = incoming.socket.localAddress?.replace(/^::ffff:(?=\d+\.)/, '');
  return local !== undefined && parseIp(host) === parseIp(local);
}

function publicOnly({ api, hostname }: ServeOptions): Answer {
  return async (request, incoming) => {
    if (!isOurs(incoming, hostname)) return problem(421, 'this server does not go by that name');
    const { pathname } = new URL(request.url);
    if (!PUBLIC_PATHS.includes(pathname)) {
      return problem(403, 'over TCP there are only /health and /metrics; use the Unix socket');
    }
    return api.fetch(request);
  };
}

function listening(server: Server, where: Endpoint | string): Promise<void> {
  const what = typeof where === 'string' ? where : printEndpoint(where);
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const because = `cannot listen for HTTP on ${what}: ${reasonOf(error)}`;
      const message = `${because}; is it in use, or not an address of this machine?`;
      reject(new FingerpostError('LISTEN_FAILED', message, { at: what }, error));
    });
    const options =
      typeof where === 'string' ? { path: where } : { host: where.address, port: where.port };
    server.listen({ ...options, exclusive: true }, resolve);
  });
}

function closing(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Listens everywhere it is asked to, or nowhere: rejects with `LISTEN_FAILED` or `DATA_LOCKED`. */
export async function serveApi(options: ServeOptions): Promise<ApiServer> {
  const { api, socketPath } = options;
  const servers: Server[] = [];
  let ownsSocket = false;
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(closing));
    if (socketPath !== undefined && ownsSocket) await releaseSocket(socketPath);
  };
  const start = async (answer: Answer, where: Endpoint | string): Promise<Server> => {
    const server = makeServer(answer);
    await listening(server, where);
    servers.push(server);
    return server;
  };
  if (socketPath !== undefined) await claimSocket(socketPath);
  try {
    if (socketPath !== undefined) {
      await start((request) => api.fetch(request), socketPath);
      ownsSocket = true;
      await protectSocket(socketPath);
    }
    const tcp: Endpoint[] = [];
    for (const at of options.tcp) {
      const bound = (await start(publicOnly(options), at)).address();
      tcp.push(typeof bound === 'object' && bound !== null ? { ...at, port: bound.port } : at);
    }
    return { tcp, close };
  } catch (error) {
    await close();
    throw error;
  }
}
