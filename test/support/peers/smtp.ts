// The least of SMTP on plain sockets of Node, apart from our own code, so that what is tested is
// not also what tests.
import { connect, type Socket } from 'node:net';

/** Does anybody take connections there? */
export function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/**
 * A client that says one thing and waits for one reply. Every call rejects when the connection
 * ends.
 */
export class SmtpClient {
  readonly #socket: Socket;
  #received = '';
  #lines: string[] = [];
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(host: string, port: number, localAddress?: string) {
    this.#socket = connect({ host, port, ...(localAddress !== undefined && { localAddress }) });
    this.#socket.setNoDelay(true);
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#receive(text));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  /** The next reply, its lines joined. */
  async reply(): Promise<string> {
    for (;;) {
      const last = this.#lines.findIndex((line) => /^\d{3}( |$)/.test(line));
      if (last >= 0) return this.#lines.splice(0, last + 1).join('\n');
      if (this.#isClosed) throw new Error('the connection was closed');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  write(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  /** Says it; the reply must begin with `expected`. */
  async say(line: string, expected: string): Promise<string> {
    this.write(`${line}\r\n`);
    const reply = await this.reply();
    if (reply.startsWith(expected)) return reply;
    throw new Error(`${line.slice(0, 80)} was answered ${reply}`);
  }

  async greet(): Promise<void> {
    const greeting = await this.reply();
    if (!greeting.startsWith('220')) throw new Error(`greeted with ${greeting}`);
    await this.say('EHLO client.example', '250');
  }

  /** Gives one message (CRLF lines, the last one too); the reply after the dot. */
  async send(sender: string, recipients: readonly string[], message: string): Promise<string> {
    await this.say(`MAIL FROM:<${sender}>`, '250');
    for (const recipient of recipients) await this.say(`RCPT TO:<${recipient}>`, '250');
    await this.say('DATA', '354');
    this.write(`${message}.\r\n`);
    return this.reply();
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(text: string): void {
    const lines = (this.#received + text).split('\r\n');
    this.#received = lines.pop() ?? '';
    this.#lines.push(...lines);
    this.#wake();
  }
}
