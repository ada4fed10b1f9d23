// UDP by `node:dgram`: best effort, as UDP is. A packet that cannot be sent is reported to the
// listener and forgotten; a packet from an address with a zone id is not for us and dropped.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Endpoint, IpAddress } from '../base/ip.ts';
import { isIpv6, parseIp } from '../base/ip.ts';
import type { DatagramListener, Datagrams, UdpOptions } from './network.ts';
import { inWords, listenFailed } from './words.ts';

type Resolved = (error: Error | null, address: string, family: number) => void;

/**
 * Stands where `node:dns` would be asked. What is no address is handed on too, since the system
 * knows addresses only and refuses it; to look here would cost a twentieth of a whole answer.
 */
function addressesOnly(address: string, family: unknown, resolved: Resolved): void {
  resolved(null, address, Number(family));
}

/** Binds, and connects where asked; rejects with `LISTEN_FAILED`. */
export function openUdp(
  at: Endpoint,
  options: UdpOptions,
  listener: DatagramListener,
): Promise<Datagrams> {
  return new Promise((resolve, reject) => {
    const ipv6 = isIpv6(at.address);
    const socket = createSocket({
      type: ipv6 ? 'udp6' : 'udp4',
      ipv6Only: ipv6,
      reusePort: options.reusePort ?? false,
      lookup: addressesOnly as never,
    });
    const failed = (error: Error): void => {
      socket.close();
      reject(listenFailed('UDP', at, error));
    };
    const ready = (): void => {
      socket.off('error', failed);
      resolve(new SocketDatagrams(socket, options, listener));
    };
    const to = options.connectedTo;
    socket.once('error', failed);
    const bound = (): void => {
      if (to === undefined) ready();
      else connectTo(socket, to, { ready, failed });
    };
    try {
      socket.bind({ address: at.address, port: at.port, exclusive: true }, bound);
    } catch (error) {
      failed(error as Error);
    }
  });
}

interface Settled {
  readonly ready: () => void;
  readonly failed: (error: Error) => void;
}

function connectTo(socket: Socket, to: Endpoint, { ready, failed }: Settled): void {
  try {
    socket.connect(to.port, to.address, ((error?: Error) =>
      error ? failed(error) : ready()) as () => void);
  } catch (error) {
    failed(error as Error);
  }
}

class SocketDatagrams implements Datagrams {
  readonly at: Endpoint;
  readonly #socket: Socket;
  readonly #listener: DatagramListener;
  readonly #connected: boolean;
  readonly #isIpv6: boolean;
  #closed: Promise<void> | undefined;

  constructor(socket: Socket, options: UdpOptions, listener: DatagramListener) {
    const { address, port } = socket.address();
    this.at = { address: parseIp(address) ?? (address as Endpoint['address']), port };
    this.#socket = socket;
    this.#listener = listener;
    this.#connected = options.connectedTo !== undefined;
    this.#isIpv6 = isIpv6(this.at.address);
    socket.on('message', this.#received);
    socket.on('error', (error) => listener.failed(inWords(error)));
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.#closed) return;
    try {
      if (this.#connected) this.#socket.send(bytes, this.#sent);
      else this.#socket.send(bytes, to.port, to.address, this.#sent);
    } catch (error) {
      // A forged packet can come from port 0, where nothing can be sent.
      this.#listener.failed(inWords(error));
    }
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => this.#socket.close(() => resolve()));
    return this.#closed;
  }

  readonly #received = (bytes: Uint8Array, from: RemoteInfo): void => {
    // The system writes IPv4 as we do; IPv6 it may write otherwise, or with a zone id.
    const address = this.#isIpv6 ? parseIp(from.address) : (from.address as IpAddress);
    if (address) this.#listener.received(bytes, { address, port: from.port });
  };

  readonly #sent = (error: Error | null): void => {
    if (error && !this.#closed) this.#listener.failed(inWords(error));
  };
}
