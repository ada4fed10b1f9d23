// An SMTP server that says what a script tells it to, in a false network. It remembers every
// command and every message that it was sent, whatever it answered.
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import type { Endpoint } from '../../src/base/ip.ts';
import { seconds } from '../../src/base/time.ts';
import type { Connection, Listener, Network, TlsIdentity } from '../../src/net/network.ts';
import { falseIdentity } from './false-network.ts';

/**
 * A reply; or `hang`: no answer, ever; or `drop`: the connection breaks; a list: one after another
 * for each time of asking, the last for ever.
 */
export type Say = 'hang' | 'drop' | (string & {}) | readonly string[];

export interface MailScript {
  readonly greeting?: Say;
  readonly ehlo?: Say;
  readonly helo?: Say;
  /** What follows the first line of its answer to EHLO. */
  readonly extensions?: readonly string[];
  readonly starttls?: Say;
  readonly mail?: Say;
  /** May depend on the address, and on how many were accepted before it in this transaction. */
  readonly rcpt?: Say | ((address: string, accepted: number) => string);
  readonly data?: Say;
  /** At the first byte of a message. */
  readonly body?: 'drop' | 'hang';
  /** The answer to the dot. */
  readonly final?: Say;
}

/** A message that came as far as its dot. */
export interface SentMessage {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly text: string;
  readonly isSecure: boolean;
  /** Of the connection, counted from 1. */
  readonly connection: number;
  readonly reply: string;
}

const EXTENSIONS = ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES'];

export class MailHost {
  /** All that was sent; `taken` are those that it said yes to. */
  readonly messages: SentMessage[] = [];
  /** Command lines, of all connections. */
  readonly commands: string[] = [];
  connections = 0;
  openConnections = 0;
  mostConnections = 0;
  #script: MailScript;
  readonly #asked = new Map<keyof MailScript, number>();

  constructor(script: MailScript = {}) {
    this.#script = script;
  }

  get taken(): readonly SentMessage[] {
    return this.messages.filter(({ reply }) => reply.startsWith('2'));
  }

  /** From now on; what is not named is as usual. */
  says(script: MailScript): void {
    this.#script = script;
    this.#asked.clear();
  }

  /** At port 25 of every address of a machine. */
  async listen(network: Network): Promise<void> {
    for (const address of network.interfaceAddresses()) {
      await this.listenAt(network, { address, port: 25 });
    }
  }

  /** At one place; what it shows in a handshake matters where TLS is real. */
  listenAt(network: Network, at: Endpoint, identity = falseIdentity): Promise<Listener> {
    return network.listen(at, { connectionsMax: 1_000 }, (connection) => {
      new Dialogue(this, connection, identity).begin();
    });
  }

  script(): MailScript {
    return this.#script;
  }

  /** What is to be said now. */
  choose(of: keyof MailScript, usual: string): string {
    const said = (this.#script[of] ?? usual) as Say;
    if (typeof said === 'string') return said;
    const count = this.#asked.get(of) ?? 0;
    this.#asked.set(of, count + 1);
    return said[Math.min(count, said.length - 1)] ?? usual;
  }
}

/** One connection. */
class Dialogue {
  readonly #host: MailHost;
  readonly #connection: Connection;
  readonly #identity: TlsIdentity;
  #input = '';
  #isMessage = false;
  #isSecure = false;
  #isMute = false;
  #number = 0;
  /** Of the transaction that is open. */
  #sender: string | undefined;
  #recipients: string[] = [];

  constructor(host: MailHost, connection: Connection, identity: TlsIdentity) {
    this.#host = host;
    this.#connection = connection;
    this.#identity = identity;
  }

  begin(): void {
    const host = this.#host;
    host.connections += 1;
    host.openConnections += 1;
    host.mostConnections = Math.max(host.mostConnections, host.openConnections);
    this.#number = host.connections;
    this.#connection.open({
      data: (bytes) => this.#receive(latin1(bytes)),
      drained: () => {},
      closed: () => {
        host.openConnections -= 1;
      },
    });
    this.#say(host.choose('greeting', '220 scripted ESMTP'));
  }

  #receive(text: string): void {
    this.#input += text;
    while (!this.#isMute && (this.#isMessage ? this.#readMessage() : this.#readCommand())) {}
  }

  #readCommand(): boolean {
    const end = this.#input.indexOf('\r\n');
    if (end < 0) return false;
    const line = this.#input.slice(0, end);
    this.#input = this.#input.slice(end + 2);
    this.#host.commands.push(line);
    this.#command(line);
    return true;
  }

  #command(line: string): void {
    const host = this.#host;
    const address = /<(.*)>/.exec(line)?.[1] ?? '';
    switch (line.split(' ')[0]?.toUpperCase()) {
      case 'EHLO':
        return this.#say(host.choose('ehlo', this.#announcement()));
      case 'HELO':
        return this.#say(host.choose('helo', '250 scripted'));
      case 'STARTTLS':
        return this.#startTls();
      case 'MAIL':
        return this.#mail(address);
      case 'RCPT':
        return this.#recipient(address);
      case 'DATA':
        return this.#data();
      case 'QUIT':
        this.#say('221 2.0.0 bye');
        return this.#connection.end();
      default:
        return this.#say('250 2.0.0 ok');
    }
  }

  #announcement(): string {
    const { extensions = EXTENSIONS } = this.#host.script();
    const lines = ['scripted', ...(this.#isSecure ? withoutStartTls(extensions) : extensions)];
    return lines.map((line, at) => `250${at < lines.length - 1 ? '-' : ' '}${line}`).join('\r\n');
  }

  #startTls(): void {
    const said = this.#host.choose('starttls', '220 2.0.0 go on');
    this.#say(said);
    if (!said.startsWith('220')) return;
    const timeout = seconds(30);
    const identity = this.#identity;
    const begun = this.#connection.startTls({ role: 'server', identity, timeout });
    void begun.then(({ kind }) => {
      this.#isSecure = kind === 'started';
    });
  }

  #mail(sender: string): void {
    const said = this.#host.choose('mail', '250 2.1.0 sender ok');
    this.#sender = said.startsWith('2') ? sender : undefined;
    this.#recipients = [];
    this.#say(said);
  }

  #recipient(address: string): void {
    if (this.#sender === undefined) return this.#say('503 5.5.1 MAIL first');
    const { rcpt } = this.#host.script();
    const usual = '250 2.1.5 recipient ok';
    const said =
      typeof rcpt === 'function'
        ? rcpt(address, this.#recipients.length)
        : this.#host.choose('rcpt', usual);
    if (said.startsWith('2')) this.#recipients.push(address);
    this.#say(said);
  }

  #data(): void {
    const none = '554 5.5.1 no valid recipients';
    const said = this.#recipients.length === 0 ? none : this.#host.choose('data', '354 go on');
    this.#isMessage = said.startsWith('354');
    this.#say(said);
  }

  #readMessage(): boolean {
    const { body } = this.#host.script();
    if (body !== undefined && this.#input !== '') {
      this.#say(body);
      return false;
    }
    const end = `\r\n${this.#input}`.indexOf('\r\n.\r\n');
    if (end < 0) return false;
    const text = this.#input.slice(0, end).replace(/^\./gm, '');
    this.#input = this.#input.slice(end + 3);
    this.#isMessage = false;
    const reply = this.#host.choose('final', '250 2.0.0 taken');
    const [sender = '', recipients] = [this.#sender, this.#recipients];
    const [connection, isSecure] = [this.#number, this.#isSecure];
    this.#sender = undefined;
    this.#recipients = [];
    this.#host.messages.push({ sender, recipients, text, isSecure, connection, reply });
    this.#say(reply);
    return true;
  }

  #say(what: string): void {
    if (what === 'drop' || what === 'hang') {
      this.#isMute = true;
      if (what === 'drop') this.#connection.destroy();
      return;
    }
    this.#connection.write(fromLatin1(`${what}\r\n`));
    // RFC 5321 §3.8: a server that says 421 closes.
    if (what.startsWith('421')) this.#connection.end();
  }
}

const withoutStartTls = (extensions: readonly string[]): readonly string[] =>
  extensions.filter((word) => word !== 'STARTTLS');
