// A client in a false network that says to a mail server, line by line, whatever a test wants.
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import { parseEndpoint } from '../../src/base/ip.ts';
import { minutes, seconds } from '../../src/base/time.ts';
import type { Connection, Network } from '../../src/net/network.ts';
import type { FalseClock } from './false-clock.ts';
import { RECIPIENT, SENDER } from './fingerpost.ts';

/** RFC 5321 §4.2.1: the last line of a reply has a space after its code. */
const REPLY = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r\n/;

export class Visitor {
  readonly #clock: FalseClock;
  readonly #connection: Connection;
  #received = '';
  #isClosed = false;

  constructor(connection: Connection, clock: FalseClock) {
    this.#clock = clock;
    this.#connection = connection;
    connection.open({
      data: (bytes) => {
        this.#received += latin1(bytes);
      },
      drained: () => {},
      closed: () => {
        this.#isClosed = true;
      },
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The next whole reply as it came, without the last CRLF; `closed` where none comes any more. */
  async reply(): Promise<string> {
    await this.#clock.until(() => this.#isClosed || REPLY.test(this.#received), minutes(30));
    const found = REPLY.exec(this.#received)?.[0];
    if (found === undefined) return 'closed';
    this.#received = this.#received.slice(found.length);
    return found.trimEnd();
  }

  say(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return this.reply();
  }

  /** Sends without waiting for an answer. */
  write(text: string): void {
    this.#connection.write(fromLatin1(text));
  }

  /** The replies to several lines, each said after the one before was answered. */
  async says(...lines: readonly string[]): Promise<readonly string[]> {
    const replies: string[] = [];
    for (const line of lines) replies.push(await this.say(line));
    return replies;
  }

  destroy(): void {
    this.#connection.destroy();
  }
}

/** Connects to `192.0.2.1:25`, and takes the greeting. */
export async function visit(network: Network, clock: FalseClock, at: string): Promise<Visitor> {
  const to = parseEndpoint(at);
  if (!to) throw new Error(`${at} is no endpoint`);
  const connected = await network.connect(to, { timeout: seconds(30) });
  if (connected.kind === 'failed') throw new Error(`${at}: ${connected.because}`);
  const visitor = new Visitor(connected.connection, clock);
  await visitor.reply();
  return visitor;
}

export interface Brought {
  readonly from?: string;
  readonly to?: readonly string[];
  readonly text: string;
}

/** Brings one message; the reply to its dot, or the first refusal before it. */
export async function bring(visitor: Visitor, mail: Brought): Promise<string> {
  const { from = SENDER, to = [RECIPIENT], text } = mail;
  const envelope = [`MAIL FROM:<${from}>`, ...to.map((address) => `RCPT TO:<${address}>`), 'DATA'];
  for (const line of ['EHLO client.example.net', ...envelope]) {
    const reply = await visitor.say(line);
    if (reply >= '4') return reply;
  }
  return visitor.say(`${text.replace(/^\./gm, '..').replace(/\r\n$/, '')}\r\n.`);
}
