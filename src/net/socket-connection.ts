// A `Connection` on a socket of the system. It promises what `network.ts` says: `closed` exactly
// once and last, no exception after the end, no wait without a deadline. A peer that ends its half
// still gets our replies; after our own `end` the peer has a while to read them and to close.
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Endpoint } from '../base/ip.ts';
import type { Clock, Timer } from '../base/time.ts';
import { seconds } from '../base/time.ts';
import type {
  Connection,
  ConnectionListener,
  TlsClient,
  TlsServer,
  TlsStarted,
} from './network.ts';
import { type ClientTrust, handshake, wrapped } from './tls.ts';
import { inWords } from './words.ts';

/** What the connections of one network share. */
export interface Surroundings {
  readonly clock: Clock;
  readonly trust: () => ClientTrust;
}

export interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** After `end`: how long nothing may move before the connection is closed for good. */
const LINGER = seconds(10);

const NOTHING = new Uint8Array(0);

export class SocketConnection implements Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #around: Surroundings;
  #stream: Socket;
  #listener: ConnectionListener | undefined;
  #because: string | undefined;
  #lingering: Timer | undefined;
  #paused = false;
  #handshaking = false;
  #ending = false;
  #over = false;
  #told = false;

  constructor(stream: Socket, { local, remote }: Ends, around: Surroundings) {
    this.#stream = stream;
    this.local = local;
    this.remote = remote;
    this.#around = around;
    stream.on('error', this.#onError).on('close', this.#onClose);
  }

  open(listener: ConnectionListener): void {
    this.#listener = listener;
    if (this.#over) process.nextTick(this.#onClose);
    else this.#listen();
  }

  write(bytes: Uint8Array): boolean {
    const stream = this.#stream;
    return stream.writable && !this.#handshaking ? stream.write(bytes) : false;
  }

  pause(): void {
    this.#paused = true;
    if (!this.#handshaking) this.#stream.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#handshaking) this.#stream.resume();
  }

  end(farewell = false): void {
    if (this.#ending || this.#over) return;
    this.#ending = true;
    // The system still sends what it was given; TLS has a last word of its own.
    const isSaid = farewell && this.#stream.writableLength === 0;
    if (this.#handshaking || (isSaid && !(this.#stream instanceof TLSSocket))) {
      this.#stream.destroy();
      return;
    }
    this.#stream.end();
    // What still comes is thrown away; unread, it would hide the peer's end.
    this.#stream.resume();
    this.#linger(this.#stream.writableLength);
  }

  destroy(): void {
    this.#ending = true;
    this.#stream.destroy();
  }

  async startTls(options: TlsClient | TlsServer): Promise<TlsStarted> {
    if (!this.#stream.writable) return { kind: 'failed', because: 'connection closed' };
    const plain = this.#stream;
    this.#handshaking = true;
    this.#leave();
    let late = false;
    const timer = this.#around.clock.after(options.timeout, () => {
      late = true;
      this.#stream.destroy();
    });
    const secured = await this.#secure(plain, options);
    timer.cancel();
    this.#handshaking = false;
    if (secured.kind === 'started' && !this.#stream.destroyed) {
      this.#goOn();
      return secured;
    }
    const because = late ? 'the TLS handshake took too long' : whyNot(secured);
    this.#because = because;
    this.#stream.destroy();
    process.nextTick(this.#onClose);
    return { kind: 'failed', because };
  }

  /** Waits until all is out, forgets what came in, then shakes hands. */
  async #secure(plain: Socket, options: TlsClient | TlsServer): Promise<TlsStarted> {
    // Node would wrap a socket with writes under way as well, but in a slow stand-in for it.
    if (plain.writableLength > 0) {
      await new Promise<void>((flushed) => plain.write(NOTHING, () => flushed()));
    }
    // RFC 3207 §4.2: nothing that came before TLS may be believed after it.
    while (plain.read() !== null);
    if (plain.destroyed) return { kind: 'failed', because: 'connection closed' };
    try {
      const socket = wrapped(plain, options, this.#around.trust());
      this.#stream = socket.on('error', this.#onError);
      return await handshake(socket, options);
    } catch (error) {
      return { kind: 'failed', because: inWords(error) };
    }
  }

  #listen(): void {
    this.#stream.on('data', this.#onData).on('end', this.#onEnd).on('drain', this.#onDrain);
    if (this.#paused) this.#stream.pause();
  }

  #leave(): void {
    const plain = this.#stream.pause();
    plain.off('data', this.#onData).off('end', this.#onEnd).off('drain', this.#onDrain);
    plain.off('close', this.#onClose);
  }

  #goOn(): void {
    this.#stream.on('close', this.#onClose);
    if (this.#listener) this.#listen();
  }

  /** One timer at a time, moved on for as long as the peer takes what waits for it. */
  #linger(waitingBytes: number): void {
    this.#lingering = this.#around.clock.after(LINGER, () => {
      const left = this.#stream.writableLength;
      if (left < waitingBytes) this.#linger(left);
      else this.#stream.destroy();
    });
  }

  #tell(): void {
    if (this.#told || !this.#listener) return;
    this.#told = true;
    this.#listener.closed(this.#because);
  }

  readonly #onData = (bytes: Uint8Array): void => {
    if (!this.#ending) this.#listener?.data(bytes);
  };

  readonly #onDrain = (): void => {
    if (!this.#ending) this.#listener?.drained();
  };

  readonly #onEnd = (): void => {
    if (this.#ending) return;
    if (this.#listener?.halfClosed) this.#listener.halfClosed();
    else {
      this.end();
      this.#tell();
    }
  };

  readonly #onError = (error: Error): void => {
    this.#because ??= inWords(error);
  };

  readonly #onClose = (): void => {
    this.#over = true;
    this.#lingering?.cancel();
    this.#tell();
  };
}

const whyNot = (secured: TlsStarted): string =>
  secured.kind === 'failed' ? secured.because : 'connection closed after the handshake';
