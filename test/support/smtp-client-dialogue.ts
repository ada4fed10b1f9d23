// SMTP dialogues of a client session as lines, so that a test reads like a transcript:
//
//   S: what the server says          C: what the client sends, commands of one write with | between
//   * what the client tells          ! what else happens: tls, no tls, closed, expire, body, end, quit
//
// Lines S and ! are the input; the others are what must come out, in that order.
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import { after, type Instant, instantAt, milliseconds } from '../../src/base/time.ts';
import { type ClientEvent, ClientSession } from '../../src/smtp/client-session.ts';
import type { Transaction } from '../../src/smtp/client-transaction.ts';
import type { Ending } from '../../src/smtp/ending.ts';
import { printReply } from '../../src/smtp/reply.ts';

export interface Dialogue {
  readonly tls?: boolean;
  /** Begun one after the other, as soon as the session is idle; QUIT follows the last. */
  readonly transactions?: readonly Transaction[];
  /** Sent in these parts as soon as it is wanted; absent: `! body` and `! end` do it. */
  readonly body?: readonly string[];
  readonly lines: readonly string[];
}

/** How the bytes of consecutive S lines are cut. */
export type Cut = (bytes: Uint8Array) => readonly Uint8Array[];

export const START = instantAt(1_790_000_000_000);

/** One transaction with the usual values. */
export const transaction = (given: Partial<Transaction> = {}): Transaction => ({
  sender: 'a@from.example',
  recipients: ['b@to.example'],
  sizeBytes: 1_000,
  eightBit: false,
  ...given,
});

/** Runs the input lines; returns the lines as they came out. */
export function replay(dialogue: Dialogue, cut: Cut = (bytes) => [bytes]): readonly string[] {
  return new Player(dialogue, cut).play();
}

class Player {
  readonly #dialogue: Dialogue;
  readonly #cut: Cut;
  readonly #session: ClientSession;
  readonly #left: Transaction[];
  readonly #log: string[] = [];
  readonly #heard: string[] = [];
  #now: Instant = START;

  constructor(dialogue: Dialogue, cut: Cut) {
    this.#dialogue = dialogue;
    this.#cut = cut;
    this.#left = [...(dialogue.transactions ?? [])];
    this.#session = new ClientSession({
      hello: 'us.example',
      tls: dialogue.tls ?? false,
      now: START,
    });
  }

  play(): readonly string[] {
    for (const line of this.#dialogue.lines) {
      if (line.startsWith('S: ')) this.#heard.push(line);
      else this.#hear();
      if (line.startsWith('! ')) this.#happen(line);
    }
    this.#hear();
    return this.#log;
  }

  /** The lines of the server so far reach the client. */
  #hear(): void {
    const said = this.#heard.splice(0);
    this.#log.push(...said);
    const bytes = fromLatin1(said.map((text) => `${text.slice(3)}\r\n`).join(''));
    for (const piece of said.length > 0 ? this.#cut(bytes) : []) {
      this.#session.receive(piece, this.#now);
      this.#collect();
    }
  }

  #happen(line: string): void {
    this.#log.push(line);
    const [, what = '', text = ''] = /^! (no tls|\w+) ?(.*)$/.exec(line) ?? [];
    const session = this.#session;
    const now = this.#now;
    if (what === 'tls') session.tlsStarted({ protocol: 'TLSv1.3', cipher: 'X' }, now);
    else if (what === 'no tls') session.tlsFailed(text, now);
    else if (what === 'closed') session.closed(text || undefined, now);
    else if (what === 'body') session.body(fromLatin1(text), now);
    else if (what === 'end') session.bodyEnd(now);
    else if (what === 'quit') session.quit(now);
    else if (what === 'expire') this.#expire();
    else throw new Error(`what is ${line}?`);
    this.#collect();
  }

  #expire(): void {
    const deadline = this.#session.deadline();
    if (deadline === undefined) throw new Error('no deadline');
    this.#session.expire(after(deadline, milliseconds(-1)));
    this.#collect();
    this.#log.push(`* after ${(deadline - this.#now) / 1_000} s`);
    this.#now = deadline;
    this.#session.expire(deadline);
  }

  #collect(): void {
    for (let event = this.#session.next(); event; event = this.#session.next()) {
      if (event.kind === 'send') {
        this.#log.push(`C: ${latin1(event.bytes).replace(/\r\n$/, '').replaceAll('\r\n', ' | ')}`);
      } else if (event.kind === 'start-tls' || event.kind === 'close') {
        this.#log.push(`* ${event.kind}`);
      } else this.#told(event);
    }
  }

  #told(event: ClientEvent): void {
    if (event.kind === 'ended') this.#log.push(`* ${printEnding(event.ending)}`);
    else this.#log.push(`* ${event.kind}`);
    if (event.kind === 'body-wanted') this.#sendBody();
    else if (this.#session.isIdle) this.#goOn();
  }

  #sendBody(): void {
    const { body } = this.#dialogue;
    if (!body) return;
    for (const part of body) this.#session.body(fromLatin1(part), this.#now);
    this.#session.bodyEnd(this.#now);
  }

  #goOn(): void {
    const next = this.#left.shift();
    if (next) this.#session.begin(next, this.#now);
    else if (this.#dialogue.transactions) this.#session.quit(this.#now);
  }
}

/** An ending on one line. */
export function printEnding(ending: Ending): string {
  switch (ending.kind) {
    case 'refused':
      return `refused at ${ending.phase}: ${printReply(ending.reply)}`;
    case 'tls-failed':
      return `tls-failed: ${ending.because}`;
    case 'broken':
      return [
        `broken at ${ending.phase}${ending.timeout ? ' (timeout)' : ''}: ${ending.because}`,
        ...ending.recipients.map(({ recipient, reply }) => `${recipient} ${reply.code}`),
      ].join('; ');
    case 'transaction':
      return [
        `ended: mail ${printReply(ending.mail)}`,
        ...ending.recipients.map(({ recipient, reply }) => `${recipient} ${printReply(reply)}`),
        ...(ending.data ? [`data ${printReply(ending.data)}`] : []),
        ...(ending.final ? [`final ${printReply(ending.final)}`] : []),
        ...(ending.eightBitUnannounced ? ['8-bit unannounced'] : []),
      ].join('; ');
  }
}
