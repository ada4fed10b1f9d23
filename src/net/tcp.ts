// TCP, out and in. Connects to addresses only: a name that came this far is a mistake of ours and
// is refused by the lookup that every socket is given, so that `node:dns` is never asked.
import {
  createServer,
  connect as dial,
  type LookupFunction,
  type Server,
  type Socket,
} from 'node:net';
import type { Endpoint, IpAddress } from '../base/ip.ts';
import { isIpv6, parseIp } from '../base/ip.ts';
import type { Duration } from '../base/time.ts';
import type { Connected, Connection, Listener, ListenOptions } from './network.ts';
import { SocketConnection, type Surroundings } from './socket-connection.ts';
import { codeOf, inWords, listenFailed } from './words.ts';

const refuseNames: LookupFunction = (hostname) => {
  throw new Error(`only addresses are connected to, and ${hostname} is a name`);
};

/** One try to connect; every way to fail is a value. */
export function connectTcp(
  to: Endpoint,
  timeout: Duration,
  around: Surroundings,
): Promise<Connected> {
  return new Promise((resolve) => {
    const socket = dialled(to);
    if (socket instanceof Error) {
      return resolve({ kind: 'failed', because: socket.message, timeout: false });
    }
    const late = around.clock.after(timeout, () => {
      socket.destroy();
      resolve({ kind: 'failed', because: 'connection timed out', timeout: true });
    });
    const failed = (error: Error): void => {
      late.cancel();
      const timedOut = codeOf(error) === 'ETIMEDOUT';
      resolve({ kind: 'failed', because: inWords(error), timeout: timedOut });
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      late.cancel();
      socket.off('error', failed);
      const ends = { local: near(socket), remote: to };
      resolve({ kind: 'connected', connection: new SocketConnection(socket, ends, around) });
    });
  });
}

function dialled({ address, port }: Endpoint): Socket | Error {
  try {
    return dial({
      host: address,
      port,
      lookup: refuseNames,
      autoSelectFamily: false,
      allowHalfOpen: true,
      noDelay: true,
    });
  } catch (error) {
    return error as Error;
  }
}

/** Listens; rejects with `LISTEN_FAILED`. */
export function listenTcp(
  at: Endpoint,
  options: ListenOptions & { readonly around: Surroundings },
  accepted: (connection: Connection) => void,
): Promise<Listener> {
  const everywhere = at.address === '0.0.0.0' || at.address === '::' || at.port === 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const remote = far(socket);
    const local = everywhere ? near(socket) : at;
    if (remote) accepted(new SocketConnection(socket, { local, remote }, options.around));
    else socket.destroy();
  });
  server.maxConnections = options.connectionsMax;
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => reject(listenFailed('TCP', at, error));
    server.once('error', failed);
    const where = {
      host: at.address,
      port: at.port,
      exclusive: true,
      reusePort: options.reusePort ?? false,
      // `[::]` means IPv6 and no more, so that `0.0.0.0` can stand beside it.
      ipv6Only: isIpv6(at.address),
    };
    try {
      server.listen(where, () => resolve(listenerOf(server, at)));
    } catch (error) {
      failed(error);
    }
  });
}

/** The peer of a socket; nothing where it left before we looked. */
function far(socket: Socket): Endpoint | undefined {
  const address = parseIp(socket.remoteAddress ?? '');
  const port = socket.remotePort;
  return address && port !== undefined ? { address, port } : undefined;
}

/** The near end of a socket; all zero where it was closed before we looked. */
function near(socket: Socket): Endpoint {
  const address = parseIp(socket.localAddress ?? '') ?? ('0.0.0.0' as IpAddress);
  return { address, port: socket.localPort ?? 0 };
}

function listenerOf(server: Server, asked: Endpoint): Listener {
  // A failed accept (no file handles left) costs that connection; the server goes on listening.
  server.removeAllListeners('error').on('error', () => {});
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : asked.port;
  return {
    at: { address: asked.address, port },
    close() {
      // Its callback waits for every open connection; the port is free as soon as this returns.
      server.close();
      return Promise.resolve();
    },
  };
}
