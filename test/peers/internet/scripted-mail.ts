// A program of the closed internet: mail hosts that say what a script tells them to, on real
// sockets. It is given a JSON file with all its hosts, and says `ready` when it listens.
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { Script } from './mail-hosts.ts';

export interface ScriptedHost extends Script {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly cert: string;
  readonly key: string;
}

export interface MailScripts {
  /** Domains whose mail all of them take, and the local parts that they know. */
  readonly domains: readonly string[];
  readonly users: readonly string[];
  readonly hosts: readonly ScriptedHost[];
}

const file = process.argv[2];
if (file === undefined) throw new Error('usage: scripted-mail.ts FILE');
const scripts = JSON.parse(readFileSync(file, 'utf8')) as MailScripts;
const domains = new Set(scripts.domains);
const users = new Set(scripts.users);

class Conversation {
  readonly #host: ScriptedHost;
  readonly #context: SecureContext;
  #socket: Socket;
  #input = '';
  #isSecure = false;
  #isOpen = true;
  #hasSender = false;

  constructor(host: ScriptedHost, context: SecureContext, socket: Socket) {
    this.#host = host;
    this.#context = context;
    this.#socket = socket;
    this.#listen();
    setTimeout(() => this.#greet(), host.greetingDelayMs ?? 0);
  }

  #greet(): void {
    const { greeting = `220 ${this.#name} ESMTP` } = this.#host;
    // RFC 5321 §3.1: after any other greeting it only waits for QUIT.
    this.#isOpen = greeting.startsWith('220');
    this.#say(greeting);
    if (greeting.startsWith('421')) this.#socket.end();
  }

  get #name(): string {
    return this.#host.calls ?? this.#host.name;
  }

  #listen(): void {
    this.#socket.setEncoding('latin1');
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('data', (text) => this.#receive(String(text)));
  }

  #receive(text: string): void {
    this.#input += text;
    for (;;) {
      const end = this.#input.indexOf('\r\n');
      if (end < 0) return;
      const line = this.#input.slice(0, end);
      this.#input = this.#input.slice(end + 2);
      this.#answer(line);
    }
  }

  #answer(line: string): void {
    const { answers = [] } = this.#host;
    const scripted = answers.find(([pattern]) => new RegExp(pattern, 'i').test(line));
    const said = scripted?.[1] ?? this.#usual(line);
    if (said === 'drop') {
      this.#socket.destroy();
      return;
    }
    if (/^MAIL/i.test(line)) this.#hasSender = said.startsWith('2');
    this.#say(said);
    if (said.startsWith('221') || said.startsWith('421')) this.#socket.end();
    if (said.startsWith('220')) this.#startTls();
  }

  #usual(line: string): string {
    const verb = line.split(/[ :]/)[0]?.toUpperCase() ?? '';
    if (!this.#isOpen && verb !== 'QUIT') return '503 5.5.1 No service here';
    const name = this.#name;
    const offersTls = this.#host.tls !== 'none' && !this.#isSecure;
    switch (verb) {
      case 'EHLO':
        return `250-${name}\r\n${offersTls ? '250-STARTTLS\r\n' : ''}250 8BITMIME`;
      case 'HELO':
        return `250 ${name}`;
      case 'STARTTLS':
        return offersTls ? '220 2.0.0 Ready' : '502 5.5.1 Not here';
      case 'RCPT':
        return this.#hasSender ? recipientReply(line) : '503 5.5.1 MAIL first';
      case 'QUIT':
        return '221 2.0.0 Bye';
      case 'DATA':
        return '554 5.3.4 This host is only asked';
      case 'VRFY':
        return '252 2.0.0 Perhaps';
      case 'MAIL':
        if (this.#host.tls === 'required' && !this.#isSecure) return '530 5.7.0 TLS first';
        return '250 2.0.0 Ok';
      case 'RSET':
      case 'NOOP':
        return '250 2.0.0 Ok';
      default:
        return '500 5.5.2 Unknown command';
    }
  }

  #startTls(): void {
    if (this.#host.tls === 'broken') {
      this.#socket.once('data', () => this.#socket.end('This is not TLS\r\n'));
      return;
    }
    this.#socket.removeAllListeners('data');
    this.#input = '';
    this.#isSecure = true;
    this.#socket = new TLSSocket(this.#socket, {
      isServer: true,
      secureContext: this.#context,
    });
    this.#listen();
  }

  #say(text: string): void {
    if (!this.#socket.destroyed) this.#socket.write(`${text}\r\n`);
  }
}

function recipientReply(line: string): string {
  const address = /<(.*)>/.exec(line)?.[1]?.toLowerCase() ?? '';
  const [user = '', domain] = address.split('@');
  if (domain !== undefined && !domains.has(domain)) return '554 5.7.1 Relay access denied';
  return users.has(user) ? '250 2.1.5 Ok' : '550 5.1.1 No such user here';
}

function contextOf({ cert, key, tlsVersion }: ScriptedHost): SecureContext {
  if (tlsVersion === undefined) return createSecureContext({ cert, key });
  const versions = { minVersion: tlsVersion, maxVersion: tlsVersion } as const;
  return createSecureContext({ cert, key, ...versions, ciphers: 'DEFAULT:@SECLEVEL=0' });
}

await Promise.all(
  scripts.hosts.flatMap((host) => {
    const context = contextOf(host);
    return host.addresses.map(
      (address) =>
        new Promise<void>((resolve) => {
          const server = createServer((socket) => new Conversation(host, context, socket));
          server.listen(25, address, resolve);
        }),
    );
  }),
);
process.stdout.write('ready\n');
