// One end of a connection that exists only in memory, with the manners of a real one: bytes arrive
// later and in order, a reader that pauses makes the writer wait, ends are half-closed, TLS begins
// when both sides ask for it. What it carries is copied, as a kernel would.
import type { Endpoint } from '../../src/base/ip.ts';
import {
  type Clock,
  type Duration,
  milliseconds,
  seconds,
  type Timer,
} from '../../src/base/time.ts';
import type {
  Connection,
  ConnectionListener,
  TlsClient,
  TlsServer,
  TlsStarted,
} from '../../src/net/network.ts';

/** What both ends of a connection share: its faults, and who is told of its end. */
export interface Wire {
  readonly clock: Clock;
  /** How long everything takes on its way. */
  readonly delay: Duration;
  /** Nothing arrives, and nobody is told. */
  readonly mute: boolean;
  /** Breaks once this much was carried from that side. */
  readonly drop: { readonly sentBy: 'client' | 'server'; readonly afterBytes: number } | undefined;
  readonly tls: FalseTls;
  /** An end is closed for good. */
  readonly gone: (connection: FalseConnection) => void;
}

/** How handshakes end. */
export type FalseTls =
  | {
      readonly kind: 'works';
      readonly verified: boolean;
      readonly because?: string | undefined;
      /** What the server shows to a client that observes. */
      readonly chain?: readonly Uint8Array[];
    }
  | { readonly kind: 'fails'; readonly because: string };

type Carried =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly secure: boolean }
  | { readonly kind: 'end' }
  | { readonly kind: 'broken'; readonly because: string };

/** Unread bytes at the peer above which `write` says stop. */
const WINDOW_BYTES = 65_536;
const LINGER = seconds(10);
const PROTOCOL = { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };

export interface EndPoints {
  readonly side: 'client' | 'server';
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

export class FalseConnection implements Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #side: 'client' | 'server';
  readonly #wire: Wire;
  #peer: FalseConnection = this;
  #listener: ConnectionListener | undefined;
  readonly #inbox: Carried[] = [];
  #inboxBytes = 0;
  #sentBytes = 0;
  #paused = false;
  #peerWaits = false;
  #ended = false;
  #peerEnded = false;
  #lingering: Timer | undefined;
  #over = false;
  #because: string | undefined;
  #secure = false;
  #asked: TlsClient | TlsServer | undefined;
  #shake: ((started: TlsStarted) => void) | undefined;

  constructor({ side, local, remote }: EndPoints, wire: Wire) {
    this.local = local;
    this.remote = remote;
    this.#side = side;
    this.#wire = wire;
  }

  /** Both ends of one connection. */
  static join(client: FalseConnection, server: FalseConnection): void {
    client.#peer = server;
    server.#peer = client;
  }

  open(listener: ConnectionListener): void {
    this.#listener = listener;
    if (this.#over) queueMicrotask(() => listener.closed(this.#because));
    else queueMicrotask(() => this.#read());
  }

  write(bytes: Uint8Array): boolean {
    const peer = this.#peer;
    if (this.#ended || this.#over || this.#asked) return false;
    const limit = this.#wire.drop?.sentBy === this.#side ? this.#wire.drop.afterBytes : Infinity;
    const kept = bytes.slice(0, Math.min(bytes.length, limit - this.#sentBytes));
    this.#sentBytes += kept.length;
    this.#carry({ kind: 'bytes', bytes: kept, secure: this.#secure });
    if (this.#sentBytes >= limit) this.#break('connection reset by peer');
    peer.#inboxBytes += kept.length;
    peer.#peerWaits = peer.#inboxBytes > WINDOW_BYTES;
    return !peer.#peerWaits;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    queueMicrotask(() => this.#read());
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#paused = false;
    this.#carry({ kind: 'end' });
    if (this.#peerEnded) queueMicrotask(() => this.#tell(undefined));
    else this.#lingering = this.#wire.clock.after(LINGER, () => this.destroy());
    queueMicrotask(() => this.#read());
  }

  destroy(): void {
    if (!this.#ended) this.#carry({ kind: 'end' });
    this.#ended = true;
    queueMicrotask(() => this.#tell(undefined));
  }

  /** The connection breaks under both ends, at once. */
  cut(because: string): void {
    this.#receive({ kind: 'broken', because });
    this.#peer.#receive({ kind: 'broken', because });
  }

  startTls(options: TlsClient | TlsServer): Promise<TlsStarted> {
    if (this.#over || this.#ended) {
      return Promise.resolve({ kind: 'failed', because: 'connection closed' });
    }
    this.#forgetClearText();
    this.#asked = options;
    return new Promise((resolve) => {
      const late = this.#wire.clock.after(options.timeout, () =>
        this.#shaken({ kind: 'failed', because: 'the TLS handshake took too long' }),
      );
      this.#shake = (started) => {
        late.cancel();
        resolve(started);
      };
      if (this.#peer.#asked) this.#later(() => this.#meet());
    });
  }

  /** RFC 3207 §4.2: what came before TLS is dropped. */
  #forgetClearText(): void {
    const kept = this.#inbox.filter(({ kind }) => kind !== 'bytes');
    this.#inbox.splice(0, this.#inbox.length, ...kept);
    this.#inboxBytes = 0;
  }

  /** Both sides have asked for TLS. */
  #meet(): void {
    const [client, server] = this.#side === 'client' ? [this, this.#peer] : [this.#peer, this];
    if (!client.#shake || !server.#shake) return;
    const { tls } = this.#wire;
    const must = client.#asked?.role === 'client' && client.#asked.mustVerify;
    const proof = tls.because === undefined ? {} : { because: tls.because };
    if (tls.kind === 'fails' || (must && !tls.verified)) {
      const because = tls.because ?? 'certificate verify failed';
      client.#shaken({ kind: 'failed', because });
      server.#shaken({ kind: 'failed', because });
    } else {
      const { verified, chain = [] } = tls;
      const observes = client.#asked?.role === 'client' && client.#asked.observe;
      const seen = { ...PROTOCOL, ...(observes && { chain }) };
      client.#shaken({ kind: 'started', facts: { ...seen, verified, ...proof } });
      server.#shaken({ kind: 'started', facts: PROTOCOL });
    }
  }

  #shaken(started: TlsStarted): void {
    const shake = this.#shake;
    if (!shake) return;
    this.#shake = undefined;
    this.#asked = undefined;
    shake(started);
    if (started.kind === 'started') {
      this.#secure = true;
      queueMicrotask(() => this.#read());
    } else {
      this.#carry({ kind: 'end' });
      this.#ended = true;
      queueMicrotask(() => this.#tell(started.because));
    }
  }

  #break(because: string): void {
    this.#ended = true;
    this.#carry({ kind: 'broken', because });
    this.#later(() => this.#receive({ kind: 'broken', because }));
  }

  #carry(carried: Carried): void {
    const peer = this.#peer;
    this.#later(() => peer.#receive(carried));
  }

  #later(run: () => void): void {
    const { clock, delay, mute } = this.#wire;
    if (mute) return;
    if (delay > milliseconds(0)) clock.after(delay, run);
    else queueMicrotask(run);
  }

  #receive(carried: Carried): void {
    if (this.#over) return;
    // A reset waits for no reader: what was not read by now is lost.
    if (carried.kind === 'broken' && this.#paused) this.#readBroken(carried.because);
    else {
      this.#inbox.push(carried);
      this.#read();
    }
  }

  #read(): void {
    while ((this.#listener && !this.#paused) || this.#shake) {
      const carried = this.#over ? undefined : this.#inbox.shift();
      if (!carried) break;
      if (carried.kind === 'bytes') this.#readBytes(carried);
      else if (carried.kind === 'end') this.#readEnd();
      else this.#readBroken(carried.because);
    }
    if (this.#inbox.length > 0 || !this.#peerWaits) return;
    this.#peerWaits = false;
    const peer = this.#peer;
    this.#later(() => {
      if (!peer.#over && !peer.#ended) peer.#listener?.drained();
    });
  }

  #readBytes({ bytes, secure }: Extract<Carried, { kind: 'bytes' }>): void {
    this.#inboxBytes -= bytes.length;
    if (this.#shake && !secure) this.#shaken({ kind: 'failed', because: 'wrong version number' });
    if (!this.#ended && bytes.length > 0) this.#listener?.data(bytes);
  }

  #readEnd(): void {
    this.#peerEnded = true;
    const because = 'connection closed during the handshake';
    if (this.#shake) this.#shaken({ kind: 'failed', because });
    else if (this.#ended) this.#tell(undefined);
    else if (this.#listener?.halfClosed) this.#listener.halfClosed();
    else {
      this.end();
      this.#tell(undefined);
    }
  }

  #readBroken(because: string): void {
    this.#ended = true;
    if (this.#shake) this.#shaken({ kind: 'failed', because });
    else this.#tell(because);
  }

  #tell(because: string | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#because = because;
    this.#lingering?.cancel();
    this.#wire.gone(this);
    this.#shaken({ kind: 'failed', because: because ?? 'connection closed' });
    this.#listener?.closed(because);
  }
}
