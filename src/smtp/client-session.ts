// An SMTP client without a network (RFC 5321, with 1870, 2034, 2920, 3207 and 6152). Whatever a
// server sends, or leaves out, becomes an `ended` event and never an exception:
//
//   greeting → EHLO (else HELO) → STARTTLS → EHLO → ready
//   idle → begin → MAIL RCPT… DATA → body-wanted → body…, bodyEnd → ended → idle → … → quit → close
//
// After `ended` with a transaction the session is idle again, unless `close` follows; every other
// ending is followed by `close`. One that breaks while idle closes without an ending.
import { fromLatin1 } from '../base/bytes.ts';
import type { Session, TlsFacts, TransportEvent } from '../base/session.ts';
import { after, type Instant, printDuration } from '../base/time.ts';
import { ClientBody } from './client-body.ts';
import { type Extensions, NO_EXTENSIONS, readExtensions } from './client-extensions.ts';
import { ClientTransaction, type Transaction } from './client-transaction.ts';
import {
  type Awaited,
  BODY_WAIT,
  type ClientTimeouts,
  DEFAULT_CLIENT_TIMEOUTS,
  WAITS,
} from './client-waits.ts';
import type { Ending, Phase } from './ending.ts';
import { isPermanent, type Reply } from './reply.ts';
import { ReplyReader } from './reply-reader.ts';

export type ClientEvent =
  /** The server may be given a transaction. */
  | { readonly kind: 'ready'; readonly extensions: Extensions; readonly tls?: TlsFacts }
  /** Call `body` with each part of the message, then `bodyEnd`. */
  | { readonly kind: 'body-wanted' }
  | { readonly kind: 'ended'; readonly ending: Ending };

export interface ClientOptions {
  /** Our name, for EHLO. */
  readonly hello: string;
  /** Change to TLS where the server offers it. */
  readonly tls: boolean;
  readonly timeouts?: ClientTimeouts;
  /** When the connection came to be. */
  readonly now: Instant;
}

/** One reply, with the phase of the dialogue it answered. */
export interface PhasedReply {
  readonly phase: Phase;
  readonly reply: Reply;
}

interface Command {
  readonly kind: Awaited;
  readonly line: string;
}

type Stage = 'hello' | 'handshake' | 'idle' | 'envelope' | 'body' | 'final' | 'quitting' | 'over';

/** One connection to one server, for any number of transactions, one after the other. */
export class ClientSession implements Session<ClientEvent> {
  readonly #hello: string;
  readonly #timeouts: ClientTimeouts;
  #reader = new ReplyReader();
  #stage: Stage = 'hello';
  #out: (ClientEvent | TransportEvent)[] = [];
  /** What was said and has no answer yet, in order. */
  #awaited: Awaited[] = ['greeting'];
  #deadline: Instant | undefined;
  #wantsTls: boolean;
  #tls: TlsFacts | undefined;
  #extensions = NO_EXTENSIONS;
  #transaction: ClientTransaction | undefined;
  #body = new ClientBody();
  #owesReset = false;
  #told: PhasedReply[] = [];
  #toldIsOld = false;

  constructor({ hello, tls, timeouts = DEFAULT_CLIENT_TIMEOUTS, now }: ClientOptions) {
    this.#hello = hello;
    this.#wantsTls = tls;
    this.#timeouts = timeouts;
    this.#wait(now);
  }

  /** May `begin` be called? */
  get isIdle(): boolean {
    return this.#stage === 'idle';
  }

  /** The replies of this transaction; those of the first begin with the greeting. */
  transcript(): readonly PhasedReply[] {
    return this.#told;
  }

  next(): ClientEvent | TransportEvent | undefined {
    return this.#out.shift();
  }

  deadline(): Instant | undefined {
    return this.#deadline;
  }

  /** Says the envelope. On a session that has ended meanwhile it ends at once, as `broken`. */
  begin(wanted: Transaction, now: Instant): void {
    if (this.#isOver) this.#ended(this.#brokenEnding('the connection had ended', false));
    else if (this.isIdle) this.#begin(wanted, now);
    else throw new Error('begin() while the session is not idle');
  }

  /** A part of the message; ignored when the transaction ended meanwhile. */
  body(bytes: Uint8Array, now: Instant): void {
    if (this.#stage !== 'body') return;
    for (const part of this.#body.part(bytes)) this.#out.push({ kind: 'send', bytes: part });
    this.#deadline = after(now, this.#timeouts.body);
  }

  /** The message is whole. */
  bodyEnd(now: Instant): void {
    if (this.#stage !== 'body') return;
    this.#stage = 'final';
    this.#out.push({ kind: 'send', bytes: this.#body.end() });
    this.#awaited.push('final');
    this.#wait(now);
  }

  /** Leaves politely when idle, at once otherwise (a message without its dot does not count). */
  quit(now: Instant): void {
    if (this.isIdle) {
      this.#stage = 'quitting';
      this.#say([{ kind: 'quit', line: 'QUIT' }], now);
    } else if (!this.#isOver && this.#stage !== 'quitting') this.#break('we left', false);
  }

  receive(bytes: Uint8Array, now: Instant): void {
    if (this.#stage === 'handshake') this.#tlsEnded(IN_CLEAR_AFTER_STARTTLS);
    else if (!this.#isOver) this.#reader.push(bytes);
    while (!this.#isOver) {
      const read = this.#reader.next();
      if (!read) return;
      if (read.kind === 'broken') this.#break(read.because, false);
      else this.#answered(read.reply, now);
    }
  }

  expire(now: Instant): void {
    if (this.#deadline === undefined || now < this.#deadline) return;
    const awaited = this.#awaited[0];
    const { what, timeout } = awaited ? WAITS[awaited] : BODY_WAIT;
    this.#break(`no ${what} within ${printDuration(this.#timeouts[timeout])}`, true);
  }

  tlsStarted(facts: TlsFacts, now: Instant): void {
    if (this.#stage !== 'handshake') return;
    // RFC 3207 §4.2: what was learned before counts for nothing.
    this.#reader = new ReplyReader();
    this.#extensions = NO_EXTENSIONS;
    this.#tls = facts;
    this.#stage = 'hello';
    this.#sayHello('ehlo', now);
  }

  tlsFailed(because: string, _now: Instant): void {
    if (this.#stage === 'handshake') this.#tlsEnded(because);
  }

  closed(because: string | undefined, _now: Instant): void {
    const reason = because ?? 'the server closed the connection';
    if (this.#stage === 'handshake') this.#tlsEnded(reason);
    else if (!this.#isOver) this.#break(reason, false);
  }

  #answered(given: Reply, now: Instant): void {
    const phase = this.#phase;
    const awaited = phase === 'body' ? undefined : this.#awaited[0];
    if (!awaited || WAITS[awaited].isTold) this.#told.push({ phase, reply: given });
    // RFC 5321 §3.8: 421 may come at any time. A refusal before the dot ends all as well: what we
    // went on to send might be read as commands.
    if (given.code === 421 || (phase === 'body' && given.code >= 400)) {
      this.#shutDown(given, phase);
    } else if (!awaited || !isInPlace(given, awaited)) {
      this.#break(`an answer out of place (${given.code})`, false);
    } else {
      this.#awaited.shift();
      this.#wait(now);
      if (this.#transaction) this.#envelopeAnswered(this.#transaction, awaited, given, now);
      else this.#helloAnswered(awaited, given, now);
    }
  }

  #helloAnswered(awaited: Awaited, given: Reply, now: Instant): void {
    if (awaited === 'quit') this.#end(undefined);
    // RFC 5321 §3.2: a server that does not know EHLO may know HELO.
    else if (awaited === 'ehlo' && isPermanent(given)) this.#sayHello('helo', now);
    else if (given.code >= 400) this.#refused(given, WAITS[awaited].phase);
    else if (awaited === 'greeting') this.#sayHello('ehlo', now);
    else if (awaited === 'starttls') this.#startTls();
    else this.#greeted(awaited === 'ehlo' ? readExtensions(given) : NO_EXTENSIONS, now);
  }

  #sayHello(kind: 'ehlo' | 'helo', now: Instant): void {
    this.#say([{ kind, line: `${kind.toUpperCase()} ${this.#hello}` }], now);
  }

  #greeted(extensions: Extensions, now: Instant): void {
    this.#extensions = extensions;
    if (this.#wantsTls && !this.#tls && extensions.starttls) {
      this.#say([{ kind: 'starttls', line: 'STARTTLS' }], now);
    } else {
      this.#stage = 'idle';
      this.#out.push({ kind: 'ready', extensions, ...(this.#tls && { tls: this.#tls }) });
    }
  }

  #startTls(): void {
    // What came behind the answer was not protected, whoever sent it (RFC 3207 §4.2).
    if (this.#reader.isEmpty) {
      this.#stage = 'handshake';
      this.#out.push({ kind: 'start-tls' });
    } else this.#tlsEnded(IN_CLEAR_AFTER_STARTTLS);
  }

  #begin(wanted: Transaction, now: Instant): void {
    if (this.#toldIsOld) this.#told = [];
    const circumstances = { extensions: this.#extensions, owesReset: this.#owesReset };
    this.#transaction = new ClientTransaction(wanted, circumstances);
    this.#stage = 'envelope';
    this.#proceed(this.#transaction, now);
  }

  #envelopeAnswered(
    transaction: ClientTransaction,
    awaited: Awaited,
    given: Reply,
    now: Instant,
  ): void {
    transaction.answered(awaited, given);
    if (awaited === 'rset' && given.code >= 400) this.#break('RSET was refused', false);
    else if (awaited === 'data' && given.code < 400) this.#dataWanted(transaction, now);
    else if (this.#awaited.length === 0) this.#proceed(transaction, now);
  }

  #dataWanted(transaction: ClientTransaction, now: Instant): void {
    if (transaction.hasAccepted) {
      this.#stage = 'body';
      this.#body = new ClientBody();
      this.#deadline = after(now, this.#timeouts.body);
      this.#out.push({ kind: 'body-wanted' });
      // RFC 2920 §3.1: the server took DATA though it took no recipient; it gets an empty message.
    } else this.#say([{ kind: 'lone-dot', line: '.' }], now);
  }

  /** All that was said is answered: what comes next? */
  #proceed(transaction: ClientTransaction, now: Instant): void {
    const ending = transaction.ending();
    if (ending) {
      this.#stage = 'idle';
      this.#transaction = undefined;
      this.#owesReset = transaction.leavesOpen;
      this.#ended(ending);
    } else this.#say(transaction.nextCommands(), now);
  }

  #say(commands: readonly Command[], now: Instant): void {
    const lines = commands.map(({ line }) => `${line}\r\n`);
    this.#out.push({ kind: 'send', bytes: fromLatin1(lines.join('')) });
    this.#awaited.push(...commands.map(({ kind }) => kind));
    this.#wait(now);
  }

  #wait(now: Instant): void {
    const awaited = this.#awaited[0];
    this.#deadline = awaited && after(now, this.#timeouts[WAITS[awaited].timeout]);
  }

  #ended(ending: Ending): void {
    this.#toldIsOld = true;
    this.#out.push({ kind: 'ended', ending });
  }

  #shutDown(given: Reply, phase: Phase): void {
    this.#transaction?.shutDown(given);
    this.#end(this.#transaction?.ending() ?? { kind: 'refused', phase, reply: given });
  }

  #refused(given: Reply, phase: Phase): void {
    // RFC 5321 §3.1: a server that refuses with 554 waits for our QUIT.
    const quit = { kind: 'send', bytes: fromLatin1('QUIT\r\n') } as const;
    this.#end({ kind: 'refused', phase, reply: given }, quit);
  }

  #break(because: string, timeout: boolean): void {
    this.#end(this.#transaction?.ending() ?? this.#brokenEnding(because, timeout));
  }

  #brokenEnding(because: string, timeout: boolean): Ending {
    const recipients = this.#transaction?.recipients ?? [];
    return { kind: 'broken', phase: this.#phase, because, timeout, recipients };
  }

  #tlsEnded(because: string): void {
    this.#end({ kind: 'tls-failed', because });
  }

  /** Nothing more is said; what the application has not heard yet stays. */
  #end(ending: Ending | undefined, goodbye?: TransportEvent): void {
    const isTrying = this.#stage !== 'idle' && this.#stage !== 'quitting';
    this.#stage = 'over';
    this.#deadline = undefined;
    this.#awaited = [];
    this.#transaction = undefined;
    this.#out = this.#out.filter(({ kind }) => kind !== 'send' && kind !== 'start-tls');
    if (ending && isTrying) this.#ended(ending);
    if (goodbye) this.#out.push(goodbye);
    this.#out.push({ kind: 'close' });
  }

  get #isOver(): boolean {
    return this.#stage === 'over';
  }

  get #phase(): Phase {
    if (this.#stage === 'handshake' || this.#stage === 'body') return this.#stage;
    // Until the dot has been handed out the server cannot have the message.
    const isDotOut = !this.#out.some(({ kind }) => kind === 'send');
    if (this.#stage === 'final' && !isDotOut) return 'body';
    const awaited = this.#awaited[0];
    return awaited ? WAITS[awaited].phase : 'mail';
  }
}

/** A refusal always is; a yes must be of the class that was asked for. */
const isInPlace = ({ code }: Reply, awaited: Awaited): boolean =>
  code >= 400 || Math.trunc(code / 100) === WAITS[awaited].yes;

const IN_CLEAR_AFTER_STARTTLS = 'the server sent bytes in clear after its answer to STARTTLS';
