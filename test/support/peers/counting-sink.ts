// A mail host in the test's own process that takes everything and counts: how often each message
// came for each recipient, and whether it was whole. It shares no code with what is tested.
import { createServer, type Server, type Socket } from 'node:net';
import { pauseMs } from './eventually.ts';

export interface SinkPlan {
  readonly address: string;
  readonly port: number;
  /** How long the reply after the dot is held back. */
  readonly replyDelayMs: () => number;
}

/** The last line of every message, so that a part of one is not taken for the whole. */
export const LAST_LINE = 'this is the end';

export class CountingSink {
  /** By `<number> <recipient>`. */
  readonly copies = new Map<string, number>();
  readonly cut: string[] = [];
  readonly #plan: SinkPlan;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(plan: SinkPlan) {
    this.#plan = plan;
    this.#server = createServer((socket) => void this.#serve(socket));
  }

  async start(): Promise<this> {
    const { address, port } = this.#plan;
    await new Promise<void>((resolve) => this.#server.listen(port, address, resolve));
    return this;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    const conversation = new Conversation();
    socket.write('220 sink.example ESMTP\r\n');
    try {
      for await (const bytes of socket) {
        for (const line of conversation.lines((bytes as Buffer).toString('latin1'))) {
          const reply = conversation.take(line);
          if (conversation.message !== undefined) await this.#count(conversation);
          if (reply !== undefined && !socket.destroyed) socket.write(`${reply}\r\n`);
          if (line === 'QUIT') socket.end();
        }
      }
    } catch {
      // The sender was killed; what it had not ended is not counted.
    }
  }

  async #count(conversation: Conversation): Promise<void> {
    const { message = '', recipients } = conversation;
    conversation.message = undefined;
    const number = /^Subject: (\d+)$/m.exec(message)?.[1] ?? '?';
    for (const recipient of recipients) {
      const key = `${number} ${recipient}`;
      this.copies.set(key, (this.copies.get(key) ?? 0) + 1);
    }
    if (!message.endsWith(`\n${LAST_LINE}\n`)) this.cut.push(number);
    const delayMs = this.#plan.replyDelayMs();
    if (delayMs > 0) await pauseMs(delayMs);
  }
}

/** The server's side of SMTP, as far as an honest client needs it. */
class Conversation {
  /** A message that just ended. */
  message: string | undefined;
  recipients: string[] = [];
  #rest = '';
  #data: string[] | undefined;

  *lines(text: string): Generator<string> {
    const lines = (this.#rest + text).split('\r\n');
    this.#rest = lines.pop() ?? '';
    yield* lines;
  }

  take(line: string): string | undefined {
    if (this.#data !== undefined) return this.#takeData(this.#data, line);
    const [verb = ''] = line.toUpperCase().split(/[ :]/);
    if (verb === 'MAIL') this.recipients = [];
    if (verb === 'RCPT') this.recipients.push(/<(.*?)>/.exec(line)?.[1] ?? '');
    if (verb === 'DATA') this.#data = [];
    return (
      { DATA: '354 go on', QUIT: '221 bye', EHLO: '250-sink\r\n250 PIPELINING' }[verb] ?? '250 ok'
    );
  }

  #takeData(data: string[], line: string): string | undefined {
    if (line !== '.') {
      data.push(line.startsWith('.') ? line.slice(1) : line);
      return undefined;
    }
    this.message = `${data.join('\n')}\n`;
    this.#data = undefined;
    return '250 taken';
  }
}
