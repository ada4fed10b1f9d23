// The doors to the network for work that may have to be given up: once they are shut, whatever is
// open breaks, and nothing more can be opened. Whoever gives work up shuts its doors, so that no
// connection outlives it.
import type { Connection, Datagrams, HttpsDoor, Network } from './network.ts';

export interface Shuttable {
  /** For clients: what listens is not shut. */
  readonly network: Network;
  readonly https: HttpsDoor;
  shut(): void;
}

const SHUT = 'given up';

export function shuttable(network: Network, https: HttpsDoor): Shuttable {
  const shutting = new AbortController();
  const { signal } = shutting;
  /** How to end what is open. */
  const open = new Set<() => void>();
  return {
    network: {
      ...doorsOf(network),
      async connect(to, options) {
        if (signal.aborted) return { kind: 'failed', because: SHUT, timeout: false };
        const connected = await network.connect(to, options);
        if (connected.kind === 'failed') return connected;
        const { connection } = connected;
        if (!signal.aborted) return { kind: 'connected', connection: watched(connection, open) };
        connection.open({ data() {}, drained() {}, closed() {} });
        connection.destroy();
        return { kind: 'failed', because: SHUT, timeout: false };
      },
      async udp(at, options, listener) {
        if (signal.aborted) throw new Error(SHUT);
        const socket = await network.udp(at, options, listener);
        const end = (): void => {
          void socket.close();
          listener.failed(SHUT);
        };
        open.add(end);
        const close = (): Promise<void> => {
          open.delete(end);
          return socket.close();
        };
        return { at: socket.at, send: (bytes, to) => socket.send(bytes, to), close } as Datagrams;
      },
    },
    https: {
      request(request) {
        const signals = request.signal ? [signal, request.signal] : [signal];
        return https.request({ ...request, signal: AbortSignal.any(signals) });
      },
    },
    shut() {
      shutting.abort();
      for (const end of open) end();
      open.clear();
    },
  };
}

/** As functions of their own: a network may be a class, whose methods `...` would not find. */
const doorsOf = (network: Network): Pick<Network, 'listen' | 'interfaceAddresses'> => ({
  listen: (at, options, accepted) => network.listen(at, options, accepted),
  interfaceAddresses: () => network.interfaceAddresses(),
});

/** Forgotten when it is closed. */
function watched(connection: Connection, open: Set<() => void>): Connection {
  const end = (): void => connection.destroy();
  open.add(end);
  return {
    local: connection.local,
    remote: connection.remote,
    open(listener) {
      connection.open({
        data: (bytes) => listener.data(bytes),
        drained: () => listener.drained(),
        ...(listener.halfClosed && { halfClosed: () => listener.halfClosed?.() }),
        closed(because) {
          open.delete(end);
          listener.closed(because);
        },
      });
    },
    write: (bytes) => connection.write(bytes),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    startTls: (options) => connection.startTls(options),
    end: (farewell) => connection.end(farewell),
    destroy: () => connection.destroy(),
  };
}
