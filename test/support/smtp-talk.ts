// One SMTP conversation with a real server, for tests: lines out, whole replies in. It never waits
// without an end, and says what it was waiting for.
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { afterwards } from './afterwards.ts';

const PATIENCE_MS = 15_000;

export interface Place {
  readonly address: string;
  readonly port: number;
}

export interface Mail {
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
}

/** The last line of a reply has a space after its code (RFC 5321 §4.2.1). */
const REPLY = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r\n/;

export class SmtpTalk {
  readonly socket: Socket;
  /** Resolves when the connection is gone, however it went. */
  readonly closed: Promise<void>;
  #received = '';
  #closed = false;
  #look: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#closed = true;
        this.#look();
        resolve();
      });
    });
    socket.on('error', () => {});
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text;
      this.#look();
    });
  }

  /** The next whole reply, its lines joined by `\n`. */
  reply(waitingFor = 'a reply'): Promise<string> {
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new Error(`no ${waitingFor}, only: ${this.#received}`));
      const timer = setTimeout(late, PATIENCE_MS);
      this.#look = () => {
        const found = REPLY.exec(this.#received)?.[0];
        if (found === undefined && !this.#closed) return;
        clearTimeout(timer);
        this.#look = () => {};
        if (found === undefined) return late();
        this.#received = this.#received.slice(found.length);
        resolve(found.trimEnd().replaceAll('\r\n', '\n'));
      };
      this.#look();
    });
  }

  command(line: string): Promise<string> {
    this.socket.write(`${line}\r\n`, 'latin1');
    return this.reply(`reply to ${line.slice(0, 60)}`);
  }

  /** Sends bytes and waits until the other side has taken them in. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.socket.once('close', resolve);
      this.socket.write(bytes, () => {
        this.socket.off('close', resolve);
        resolve();
      });
    });
  }

  /** EHLO, MAIL and RCPT; the first reply that is a refusal, else the last. */
  async envelope({ from = 'ann@example.net', to = 'user@example.com' }: Mail): Promise<string> {
    let reply = '';
    for (const line of ['EHLO client.example.net', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`]) {
      reply = await this.command(line);
      if (reply >= '4') return reply;
    }
    return reply;
  }

  /** What was said to the message, or the refusal before it. */
  async message(text: string): Promise<string> {
    const ready = await this.command('DATA');
    return ready.startsWith('354') ? this.command(`${text}\r\n.`) : ready;
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** Connects, and takes the greeting. */
export async function greeted(at: Place): Promise<SmtpTalk> {
  const talk = new SmtpTalk(dial({ host: at.address, port: at.port }));
  await talk.reply('greeting');
  return talk;
}

export const plainText = (subject: string): string =>
  `From: ann@example.net\r\nSubject: ${subject}\r\n\r\nHello!`;

/** Brings one message; what was said to it, or the refusal before it. */
export async function bring(at: Place, mail: Mail = {}): Promise<string> {
  const talk = await greeted(at);
  const taken = await talk.envelope(mail);
  const reply = taken >= '4' ? taken : await talk.message(mail.text ?? plainText('a test'));
  await talk.command('QUIT');
  return reply;
}

/** What a scripted server says, by the first word of a command; `dot` is the end of a message. */
export type Says = Readonly<Record<'greeting' | 'dot' | string, string>>;

const USUAL: Says = {
  greeting: '220 scripted ESMTP',
  DATA: '354 go on',
  QUIT: '221 bye',
  dot: '250 2.0.0 taken',
};

/** An SMTP server that says what it is told to say, as it is. Ends with the test. */
export async function scriptedServer(t: TestContext, at: Place, says: Says): Promise<void> {
  const script: Says = { ...USUAL, ...says };
  const server = createServer((socket) => {
    const say = (what: string): void => {
      socket.write(`${script[what] ?? '250 ok'}\r\n`, 'latin1');
    };
    let isMessage = false;
    let rest = '';
    socket.on('error', () => {}).setEncoding('latin1');
    socket.on('data', (text: string) => {
      const lines = (rest + text).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const verb = (line.split(' ')[0] ?? '').toUpperCase();
        if (isMessage && line !== '.') continue;
        say(isMessage ? 'dot' : verb);
        isMessage = !isMessage && verb === 'DATA' && (script.DATA ?? '').startsWith('354');
        if (verb === 'QUIT') socket.end();
      }
    });
    say('greeting');
  });
  await listening(server, at);
  afterwards(t, () => server.close());
}

/** Resolves when the server listens; where, in case the system chose. */
export function listening(server: ReturnType<typeof createServer>, at: Place): Promise<Place> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.address, () => resolve(placeOf(server.address() as AddressInfo)));
  });
}

const placeOf = ({ address, port }: AddressInfo): Place => ({ address, port });
