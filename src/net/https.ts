// HTTPS, out: one request to addresses that are given, one answer, and a deadline for the whole.
// The certificate must lead to a trusted root and fit the host of the URL. Redirects are somebody
// else's decision. Every way to fail is a value that says how far it had come.
import { request as begin } from 'node:https';
import { isIP } from 'node:net';
import { checkServerIdentity, type TLSSocket } from 'node:tls';
import { concat } from '../base/bytes.ts';
import type { IpAddress } from '../base/ip.ts';
import { after, between, type Clock, type Duration, printDuration } from '../base/time.ts';
import type { HttpsDoor, HttpsEnding, HttpsRequest } from './network.ts';
import { inWords, tlsInWords } from './words.ts';

export interface HttpsOptions {
  /** Certificates (PEM) to trust in place of those that the runtime knows; for closed worlds. */
  readonly authorities?: readonly string[];
}

/** The real thing; deadlines come from `clock`. */
export function realHttps(clock: Clock, options: HttpsOptions = {}): HttpsDoor {
  return { request: (wanted) => inTurn(wanted, clock, options) };
}

type Request = ReturnType<typeof begin>;
type Response = Parameters<NonNullable<Parameters<typeof begin>[2]>>[0];
type Failed = Extract<HttpsEnding, { readonly kind: 'failed' }>;

/** One address after the other until one connects; each has its share of the time that is left. */
async function inTurn(
  wanted: HttpsRequest,
  clock: Clock,
  options: HttpsOptions,
): Promise<HttpsEnding> {
  const deadline = after(clock.now(), wanted.timeout);
  const failures: string[] = [];
  for (const [at, address] of wanted.addresses.entries()) {
    const left = between(clock.now(), deadline);
    const share = (left / (wanted.addresses.length - at)) as Duration;
    const exchange = new Exchange(wanted, address, clock);
    const ending = await exchange.run(options, { connect: share, whole: left });
    if (ending.kind === 'answered' || ending.stage !== 'connect') return ending;
    failures.push(`${address}: ${ending.because}`);
    if (wanted.signal?.aborted) break;
  }
  const because = failures.join('; ') || 'there is no address to connect to';
  return { kind: 'failed', stage: 'connect', because };
}

interface Times {
  readonly connect: Duration;
  readonly whole: Duration;
}

const refuseNames = (hostname: string): never => {
  throw new Error(`only addresses are connected to, and ${hostname} is a name`);
};

/** One try at one address. */
class Exchange {
  readonly #wanted: HttpsRequest;
  readonly #address: IpAddress;
  readonly #clock: Clock;
  readonly #body: Uint8Array[] = [];
  #bodyBytes = 0;
  #hasBegun = false;
  #stage: Failed['stage'] = 'connect';
  #socket: TLSSocket | undefined;
  #resolve: (ending: HttpsEnding) => void = () => {};

  constructor(wanted: HttpsRequest, address: IpAddress, clock: Clock) {
    this.#wanted = wanted;
    this.#address = address;
    this.#clock = clock;
  }

  async run(options: HttpsOptions, { connect, whole }: Times): Promise<HttpsEnding> {
    const { signal, timeout } = this.#wanted;
    const giveUp = (): void => this.#fail('given up');
    const timers = [
      this.#clock.after(connect, () => {
        if (this.#stage === 'connect') this.#fail('connection timed out');
      }),
      this.#clock.after(whole, () => this.#fail(`it took longer than ${printDuration(timeout)}`)),
    ];
    let request: Request | undefined;
    const ending = await new Promise<HttpsEnding>((resolve) => {
      this.#resolve = resolve;
      if (signal?.aborted) return giveUp();
      signal?.addEventListener('abort', giveUp);
      try {
        request = this.#begin(options);
      } catch (error) {
        this.#fail(inWords(error));
      }
    });
    for (const timer of timers) timer.cancel();
    signal?.removeEventListener('abort', giveUp);
    request?.destroy();
    return ending;
  }

  #begin({ authorities }: HttpsOptions): Request {
    const { url, method, headers, body, port } = this.#wanted;
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const request = begin({
      host: this.#address,
      port,
      method,
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, host: url.host },
      // RFC 6066 §3: an address is no server name, and a server name has no dot at its end.
      servername: isIP(host) === 0 ? host.replace(/\.$/, '') : '',
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
      rejectUnauthorized: true,
      // RFC 8996: nothing below TLS 1.2.
      minVersion: 'TLSv1.2',
      ...(authorities && { ca: [...authorities] }),
      agent: false,
      lookup: refuseNames,
    });
    request.on('socket', (socket) => this.#follow(socket as TLSSocket));
    request.on('response', (response) => this.#read(response));
    request.on('error', (error) => this.#failWith(error));
    request.on('close', () => this.#closed());
    request.end(body);
    return request;
  }

  #follow(socket: TLSSocket): void {
    this.#socket = socket;
    socket.once('connect', () => {
      this.#stage = 'tls';
    });
    socket.once('secureConnect', () => {
      this.#stage = 'answer';
    });
  }

  #read(response: Response): void {
    this.#hasBegun = true;
    response.on('data', (bytes: Uint8Array) => {
      this.#body.push(bytes);
      this.#bodyBytes += bytes.length;
      if (this.#bodyBytes > this.#wanted.bytesMax) this.#answered(response);
    });
    response.on('end', () => this.#answered(response));
    response.on('error', () => this.#closed());
  }

  #closed(): void {
    const missing = this.#hasBegun ? 'before the end of the answer' : 'without an answer';
    this.#fail(`the connection was closed ${missing}`);
  }

  #answered(response: Response): void {
    const { bytesMax } = this.#wanted;
    this.#resolve({
      kind: 'answered',
      address: this.#address,
      status: response.statusCode ?? 0,
      headers: headersOf(response),
      body: new Uint8Array(concat(this.#body).subarray(0, bytesMax)),
      isCut: this.#bodyBytes > bytesMax,
    });
  }

  #failWith(error: Error): void {
    // Set, although the type says otherwise, only where a certificate was refused.
    const refused = this.#socket?.authorizationError as Error | string | null | undefined;
    if (this.#stage === 'tls' && refused) this.#fail(`certificate refused: ${refused}`);
    else this.#fail(this.#stage === 'tls' ? tlsInWords(error) : inWords(error));
  }

  #fail(because: string): void {
    this.#resolve({ kind: 'failed', stage: this.#stage, because });
  }
}

function headersOf({ headers }: Response): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = '']) => [name, [value].flat().join(', ')]),
  );
}
