// The door to the network, as an interface: `tcp.ts`, `tls.ts` and `udp.ts` are the real thing,
// `test/support` has a false one. It connects to addresses only; names are somebody else's work.
// Every wait has a deadline; a peer's misbehaviour is a value, never an exception.
import type { Endpoint, IpAddress } from '../base/ip.ts';
import type { TlsFacts } from '../base/session.ts';
import type { Duration } from '../base/time.ts';

/** What a connection tells its owner; set by `open`, once, before any byte is read. */
export interface ConnectionListener {
  data(bytes: Uint8Array): void;
  /** Everything given to `write` has left this process (only after `write` returned false). */
  drained(): void;
  /**
   * The peer will send no more and may still read: the owner says what is left to say, then `end`.
   * Without this method the connection ends by itself as soon as the peer does.
   */
  halfClosed?(): void;
  /** Exactly once, last: an orderly end has no `because`. */
  closed(because: string | undefined): void;
}

/** A byte stream between two endpoints. */
export interface Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  open(listener: ConnectionListener): void;
  /** False when more is waiting than is wise: stop until `drained`. Never throws after the end. */
  write(bytes: Uint8Array): boolean;
  /** Stops, and goes on with, reading; what arrives meanwhile waits in the kernel. */
  pause(): void;
  resume(): void;
  /** Takes over the same connection for TLS; bytes received before are dropped (RFC 3207 §4.2). */
  startTls(options: TlsClient | TlsServer): Promise<TlsStarted>;
  /**
   * Sends what waits, then closes. After a `farewell` the peer sends no more and is not waited for.
   */
  end(farewell?: boolean): void;
  /** Closes now. */
  destroy(): void;
}

/** A certificate and key that `net/tls.ts` read; opaque to everybody else. */
export interface TlsIdentity {
  readonly kind: 'tls-identity';
  readonly context: unknown;
}

export interface TlsServer {
  readonly role: 'server';
  readonly identity: TlsIdentity;
  readonly timeout: Duration;
}

export interface TlsClient {
  readonly role: 'client';
  /** For SNI and for the comparison with the certificate. */
  readonly serverName: string;
  /** `false`: any certificate will do, what it proved is only reported. */
  readonly mustVerify: boolean;
  /** To see what the peer has: its chain is kept, and what is too old to be relied on is spoken. */
  readonly observe?: boolean;
  readonly timeout: Duration;
}

export type TlsStarted =
  | { readonly kind: 'started'; readonly facts: TlsFacts }
  | { readonly kind: 'failed'; readonly because: string };

export type Connected =
  | { readonly kind: 'connected'; readonly connection: Connection }
  | { readonly kind: 'failed'; readonly because: string; readonly timeout: boolean };

export interface Listener {
  /** Where it listens in truth (the port is chosen when 0 was asked for). */
  readonly at: Endpoint;
  /** No new connection from now on; open ones live. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** Several threads on one port (SO_REUSEPORT). */
  readonly reusePort?: boolean;
  /** Connections above this are closed at once. */
  readonly connectionsMax: number;
}

/** A UDP socket. `send` is best effort, as UDP is. */
export interface Datagrams {
  readonly at: Endpoint;
  send(bytes: Uint8Array, to: Endpoint): void;
  close(): Promise<void>;
}

export interface UdpOptions {
  readonly reusePort?: boolean;
  /** Only packets from this endpoint are received, and an ICMP refusal is reported. */
  readonly connectedTo?: Endpoint;
}

export interface DatagramListener {
  received(bytes: Uint8Array, from: Endpoint): void;
  /** An ICMP error or a local failure; the socket stays usable unless it is closed. */
  failed(because: string): void;
}

export interface Network {
  connect(to: Endpoint, options: { readonly timeout: Duration }): Promise<Connected>;
  /** Rejects with `LISTEN_FAILED`, which names the endpoint and the mend. */
  listen(
    at: Endpoint,
    options: ListenOptions,
    accepted: (connection: Connection) => void,
  ): Promise<Listener>;
  /** Rejects with `LISTEN_FAILED`. A port of 0 gives a random one. */
  udp(at: Endpoint, options: UdpOptions, listener: DatagramListener): Promise<Datagrams>;
  /** The addresses of this machine's interfaces, loopback among them. */
  interfaceAddresses(): readonly IpAddress[];
}

export interface HttpsRequest {
  /** `https:`; its host is whom the certificate must prove. */
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Where to connect, in this order until one does; the URL itself is never resolved. */
  readonly addresses: readonly IpAddress[];
  readonly port: number;
  /** For all of it. */
  readonly timeout: Duration;
  /** Of the body; the rest is not read. */
  readonly bytesMax: number;
  /** Gives up at once. */
  readonly signal?: AbortSignal;
}

export type HttpsEnding =
  | {
      readonly kind: 'answered';
      readonly address: IpAddress;
      readonly status: number;
      /** Names in lower case; several fields of one name are joined by commas. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
      /** There was more than `bytesMax`. */
      readonly isCut: boolean;
    }
  | {
      readonly kind: 'failed';
      /** How far it had come; `tls`: a certificate that does not prove the host counts too. */
      readonly stage: 'connect' | 'tls' | 'answer';
      readonly because: string;
    };

/** One request and its answer by HTTPS. No redirect is followed; it never rejects. */
export interface HttpsDoor {
  request(request: HttpsRequest): Promise<HttpsEnding>;
}
