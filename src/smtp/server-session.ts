// The server's half of an SMTP dialogue without a network (RFC 5321, with 1870, 2034, 2920, 3207
// and 6152). Bytes come in by `receive`; `next` gives what the application is to know and what is
// to be sent. Whether a sender, a recipient and a message are wanted is the application's to
// decide:
//
//   hello → sender? → recipient?… → message-begins? → body… → message-ends? → sender? → …
//
// At each `?` the session stands still until `accept` or `refuse`. Replies that are ready together
// are sent together. Whatever a client sends is answered, never thrown; what is buffered stays
// below what `wantsMore` let in.
import { fromLatin1 } from '../base/bytes.ts';
import type { Session, TlsFacts, TransportEvent } from '../base/session.ts';
import type { Instant } from '../base/time.ts';
import { parseHello, parseMail, parseRcpt, refusalOfUnknown, splitCommand } from './commands.ts';
import { type LineFault, LineStream } from './line-stream.ts';
import { isPermanent, isReply, type Reply, wireReply } from './reply.ts';
import type { Proposal, ServerEvent } from './server-event.ts';
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from './server-limits.ts';
import { IncomingMessage } from './server-message.ts';
import { Patience } from './server-patience.ts';
import * as say from './server-replies.ts';
import { isInTransaction, isVerb, type State, transition, type Verb } from './transitions.ts';

export interface ServerOptions {
  /** Our name, for the greeting and EHLO. */
  readonly hostname: string;
  /** Those that differ from `DEFAULT_SERVER_LIMITS`. */
  readonly limits?: Partial<ServerLimits>;
  /** `offered`: STARTTLS. */
  readonly tls: 'off' | 'offered';
  /** When the connection came to be. */
  readonly now: Instant;
}

/** Whose turn it is, or what is coming. */
type Stage = 'commands' | 'decision' | 'message' | 'handshake' | 'over';

/** What may wait unread before the client is made to wait. */
const BUFFERED_BYTES_MAX = 65_536;

export class ServerSession implements Session<ServerEvent> {
  readonly #hostname: string;
  readonly #limits: ServerLimits;
  readonly #tlsOffered: boolean;
  readonly #input: LineStream;
  readonly #patience: Patience;
  readonly #events: ServerEvent[] = [];
  /** Replies that are not sent yet. */
  #out = '';
  /** What follows once they are sent. */
  #afterwards: TransportEvent | undefined;
  #stage: Stage = 'commands';
  #state: State = 'connected';
  #asked: Proposal['kind'] | undefined;
  #recipients = 0;
  #message: IncomingMessage;
  #commands = 0;
  #errors = 0;
  #shuttingDown = false;
  #tls: TlsFacts | undefined;
  #now: Instant;

  constructor({ hostname, limits, tls, now }: ServerOptions) {
    this.#hostname = hostname;
    this.#limits = { ...DEFAULT_SERVER_LIMITS, ...limits };
    this.#tlsOffered = tls === 'offered';
    this.#input = new LineStream(this.#limits.commandBytesMax);
    this.#message = new IncomingMessage(this.#limits.messageBytesMax);
    this.#patience = new Patience(this.#limits, now);
    this.#now = now;
    this.#say(say.greeting(hostname));
  }

  /** What TLS agreed on, once it is active. */
  get tls(): TlsFacts | undefined {
    return this.#tls;
  }

  receive(bytes: Uint8Array, now: Instant): void {
    this.#now = now;
    // RFC 3207 §4.2: what comes in clear after STARTTLS is nobody's.
    if (this.#stage === 'handshake' || this.#stage === 'over') return;
    this.#patience.received(bytes.length, now);
    this.#input.push(bytes);
  }

  /** False while so much is unread that the client should be made to wait. */
  wantsMore(): boolean {
    return this.#input.bufferedBytes <= BUFFERED_BYTES_MAX;
  }

  next(): ServerEvent | TransportEvent | undefined {
    for (;;) {
      const event = this.#events.shift();
      if (event) return event;
      if (!this.#work()) return this.#transport();
    }
  }

  /**
   * Yes to what was asked last; `text` replaces the usual words. Nothing where nothing is asked.
   */
  accept(text?: string, now: Instant = this.#now): void {
    const asked = this.#decided(now);
    if (asked === 'sender') {
      this.#state = 'sender';
      this.#say(say.SENDER_TAKEN, text);
    } else if (asked === 'recipient') {
      this.#state = 'recipients';
      this.#recipients += 1;
      this.#say(say.RECIPIENT_TAKEN, text);
    } else if (asked === 'message-begins') this.#beginMessage(text);
    else if (asked === 'message-ends') {
      this.#commands = 0;
      this.#errors = 0;
      this.#say(say.MESSAGE_TAKEN, text);
    }
    this.#boundary();
  }

  /** No to what was asked last; after a 421 the session closes. Nothing where nothing is asked. */
  refuse(reply: Reply, now: Instant = this.#now): void {
    if (this.#decided(now) === undefined) return;
    this.#refuse(reply);
    this.#boundary();
  }

  deadline(): Instant | undefined {
    return this.#patience.due;
  }

  expire(now: Instant): void {
    const { due } = this.#patience;
    if (due !== undefined && now >= due) this.#hangUp(say.TIMED_OUT);
  }

  /** Says 421 and closes as soon as no message and no decision is under way. */
  shutdown(now: Instant): void {
    this.#now = now;
    this.#shuttingDown = true;
    this.#boundary();
  }

  tlsStarted(facts: TlsFacts, now: Instant): void {
    if (this.#stage !== 'handshake') return;
    this.#tls = facts;
    this.#stage = 'commands';
    this.#patience.forCommand(now);
    this.#boundary();
  }

  tlsFailed(_because: string, now: Instant): void {
    if (this.#stage !== 'handshake') return;
    this.closed(undefined, now);
    this.#afterwards = { kind: 'close' };
  }

  closed(_because: string | undefined, now: Instant): void {
    this.#now = now;
    if (this.#stage === 'over') return;
    this.#abort();
    this.#end();
    this.#out = '';
    this.#afterwards = undefined;
  }

  /** Does one thing with what was received; false where there is nothing to do. */
  #work(): boolean {
    if (this.#stage === 'commands') return this.#readCommand();
    return this.#stage === 'message' && this.#readMessage();
  }

  #transport(): TransportEvent | undefined {
    if (this.#out !== '') {
      const bytes = fromLatin1(this.#out);
      this.#out = '';
      return { kind: 'send', bytes };
    }
    const event = this.#afterwards;
    this.#afterwards = undefined;
    return event;
  }

  #readCommand(): boolean {
    const line = this.#input.line();
    if (line === undefined) return false;
    this.#patience.forCommand(this.#now);
    this.#commands += 1;
    if (this.#commands > this.#limits.commandsMax) this.#hangUp(say.TOO_MANY_COMMANDS);
    else if (typeof line === 'string') this.#command(line);
    else this.#refuseLine(line);
    return true;
  }

  #refuseLine({ because }: LineFault): void {
    if (because === 'endless') this.#hangUp(say.NOT_SMTP);
    else this.#refuse(because === 'bare' ? say.BARE_IN_LINE : say.LINE_TOO_LONG);
  }

  #command(line: string): void {
    const { verb, argument } = splitCommand(line);
    const refusal = isVerb(verb) ? this.#inTurn(verb, argument) : refusalOfUnknown(verb);
    if (refusal) this.#refuse(refusal);
  }

  #inTurn(verb: Verb, argument: string): Reply | undefined {
    const next = transition(this.#state, verb);
    return isReply(next) ? next : this.#perform(verb, argument, next);
  }

  /** Does what a command asks for, or says why not. */
  #perform(verb: Verb, argument: string, next: State): Reply | undefined {
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        return this.#hello(verb === 'EHLO', argument, next);
      case 'MAIL':
        return this.#mail(argument);
      case 'RCPT':
        return this.#rcpt(argument);
      case 'STARTTLS':
        return this.#startTls(argument, next);
      case 'NOOP':
      case 'HELP':
        return this.#say(verb === 'HELP' ? say.HELP_TEXT : say.OK);
      case 'VRFY':
        return argument === '' ? say.ARGUMENT_NEEDED : this.#say(say.CANNOT_VERIFY);
    }
    if (argument !== '') return say.NO_ARGUMENT;
    switch (verb) {
      case 'DATA':
        return this.#ask({ kind: 'message-begins' });
      case 'RSET':
        this.#reset(next);
        return this.#say(say.OK);
      case 'QUIT':
        return this.#hangUp(say.goodbye(this.#hostname), true);
    }
  }

  #hello(extended: boolean, argument: string, next: State): Reply | undefined {
    const name = parseHello(argument);
    if (isReply(name)) return name;
    this.#reset(next);
    this.#events.push({ kind: 'hello', name, extended });
    const startTls = this.#tlsOffered && this.#tls === undefined;
    return this.#say(
      extended
        ? say.ehloReply(this.#hostname, this.#limits.messageBytesMax, startTls)
        : { code: 250, lines: [this.#hostname] },
    );
  }

  #mail(argument: string): Reply | undefined {
    const mail = parseMail(argument);
    if (isReply(mail)) return mail;
    // RFC 1870 §6.1: told before a byte of it is sent.
    if (mail.sizeBytes !== undefined && mail.sizeBytes > this.#limits.messageBytesMax) {
      this.#events.push({ kind: 'refused-message', reply: say.MESSAGE_TOO_BIG });
      return say.MESSAGE_TOO_BIG;
    }
    return this.#ask({ kind: 'sender', ...mail });
  }

  #rcpt(argument: string): Reply | undefined {
    const path = parseRcpt(argument);
    if (isReply(path)) return path;
    if (this.#recipients >= this.#limits.recipientsMax) return say.TOO_MANY_RECIPIENTS;
    return this.#ask({ kind: 'recipient', path });
  }

  /** RFC 3207 §4. */
  #startTls(argument: string, next: State): Reply | undefined {
    if (!this.#tlsOffered) return say.NOT_IMPLEMENTED;
    if (this.#tls) return say.TLS_ACTIVE;
    if (argument !== '') return say.NO_ARGUMENT;
    this.#reset(next);
    this.#say(say.READY_FOR_TLS);
    this.#input.clear();
    this.#patience.suspend();
    this.#stage = 'handshake';
    this.#afterwards = { kind: 'start-tls' };
    return undefined;
  }

  #beginMessage(text: string | undefined): void {
    this.#stage = 'message';
    this.#message = new IncomingMessage(this.#limits.messageBytesMax);
    this.#patience.forMessage(this.#now);
    this.#say(say.SEND_MESSAGE, text);
  }

  #readMessage(): boolean {
    if (this.#input.bufferedBytes === 0) return false;
    const { content, ended, rest } = this.#message.read(this.#input.take());
    if (this.#message.refusal) this.#abort();
    else if (content.length > 0) this.#events.push({ kind: 'body', bytes: content });
    if (ended) {
      this.#input.putBack(rest);
      this.#endMessage();
    }
    return true;
  }

  #endMessage(): void {
    const { refusal, sizeBytes } = this.#message;
    this.#state = 'greeted';
    this.#recipients = 0;
    if (refusal) this.#refuseMessage(refusal);
    else this.#ask({ kind: 'message-ends', sizeBytes });
  }

  #refuseMessage(reply: Reply): void {
    this.#stage = 'commands';
    this.#patience.forCommand(this.#now);
    this.#events.push({ kind: 'refused-message', reply });
    this.#refuse(reply);
    this.#boundary();
  }

  /** Stands still until the application decides. */
  #ask(proposal: Proposal): undefined {
    this.#events.push(proposal);
    this.#asked = proposal.kind;
    this.#stage = 'decision';
    this.#patience.suspend();
  }

  /** What was asked, which is asked no longer. */
  #decided(now: Instant): Proposal['kind'] | undefined {
    const asked = this.#asked;
    if (asked === undefined) return undefined;
    this.#asked = undefined;
    this.#now = now;
    this.#stage = 'commands';
    this.#patience.forCommand(now);
    return asked;
  }

  /** Between two commands: is there a reason to end here? */
  #boundary(): void {
    if (this.#shuttingDown && this.#stage === 'commands') this.#hangUp(say.SHUTTING_DOWN);
  }

  #say(reply: Reply, text?: string): undefined {
    this.#out += wireReply(text === undefined ? reply : { ...reply, lines: [text] });
  }

  #refuse(reply: Reply): void {
    const { errorsMax, errorsBeforeHelloMax } = this.#limits;
    const most = this.#state === 'connected' ? errorsBeforeHelloMax : errorsMax;
    if (isPermanent(reply)) this.#errors += 1;
    // RFC 5321 §3.8: a server that says 421 closes.
    if (reply.code === 421) this.#hangUp(reply);
    else if (this.#errors > most) this.#hangUp(say.TOO_MANY_ERRORS);
    else this.#say(reply);
  }

  #hangUp(reply: Reply, farewell = false): undefined {
    this.#abort();
    this.#say(reply);
    this.#end();
    this.#afterwards = { kind: 'close', farewell };
  }

  #reset(state: State): void {
    this.#abort();
    this.#state = state;
  }

  /** A transaction that was begun, or was about to be, comes to nothing. */
  #abort(): void {
    if (isInTransaction(this.#state) || this.#asked === 'sender') {
      this.#events.push({ kind: 'aborted' });
      this.#state = 'greeted';
    }
    this.#recipients = 0;
  }

  #end(): void {
    this.#stage = 'over';
    this.#asked = undefined;
    this.#input.clear();
    this.#patience.suspend();
  }
}
