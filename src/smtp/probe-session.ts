// One careful conversation with a mail host, without a network: it asks what a check wants to know,
// one command at a time, and sends no message. Whatever the host says, or leaves out, becomes a
// step and never an exception; the session always ends by `close`.
//
//   greeting → EHLO (else HELO) → MAIL, RSET, STARTTLS → EHLO → MAIL RCPT… RSET → … → QUIT → close
//
// It does not speak before the greeting, says nothing after 421, and leaves with QUIT unless the
// connection breaks first. Where TLS fails it ends; whoever drives it may come again without.
import { fromLatin1 } from '../base/bytes.ts';
import type { Session, TlsFacts, TransportEvent } from '../base/session.ts';
import {
  after,
  between,
  type Duration,
  earlier,
  type Instant,
  minutes,
  printDuration,
  seconds,
} from '../base/time.ts';
import { readExtensions } from './client-extensions.ts';
import type { Step, TlsSeen } from './probe.ts';
import {
  commandsToTls,
  type EnvelopeOptions,
  envelopeCommands,
  helloCommand,
  type ProbeCommand,
  QUIT,
} from './probe-commands.ts';
import { isPermanent, type Reply } from './reply.ts';
import { ReplyReader } from './reply-reader.ts';

export interface ProbeTimeouts {
  /** Operators let strangers wait for the greeting on purpose; that is no fault. */
  readonly greeting: Duration;
  /** For every other reply. */
  readonly reply: Duration;
  /** For the whole conversation. */
  readonly whole: Duration;
}

const PROBE_TIMEOUTS: ProbeTimeouts = {
  greeting: seconds(60),
  reply: seconds(30),
  whole: minutes(4),
};

export interface ProbeOptions extends EnvelopeOptions {
  /** Change to TLS where the host offers it. */
  readonly tls: boolean;
  readonly timeouts?: Partial<ProbeTimeouts>;
  /** When the connection was begun: steps are timed from there. */
  readonly begunAt: Instant;
  /** When it came to be. */
  readonly now: Instant;
}

const GREETING: ProbeCommand = { name: 'greeting' };

export class ProbeSession implements Session<never> {
  readonly #options: ProbeOptions;
  readonly #timeouts: ProbeTimeouts;
  readonly #until: Instant;
  readonly #steps: Step[] = [];
  #reader = new ReplyReader();
  #plan: readonly ProbeCommand[] = [];
  /** The step that is under way; `#isSaid` when its line is out. */
  #asking: ProbeCommand | undefined = GREETING;
  #isSaid = true;
  #askedAt: Instant;
  #deadline: Instant | undefined;
  #isHandshaking = false;
  #tls: TlsSeen | undefined;
  #isBrokenAtTls = false;
  #out: TransportEvent[] = [];

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#timeouts = { ...PROBE_TIMEOUTS, ...options.timeouts };
    this.#until = after(options.now, this.#timeouts.whole);
    this.#askedAt = options.now;
    this.#deadline = after(options.now, this.#timeouts.greeting);
  }

  /** What was said so far, in order. */
  steps(): readonly Step[] {
    return this.#steps;
  }

  /** What TLS showed, where a handshake was begun. */
  tls(): TlsSeen | undefined {
    return this.#tls;
  }

  /** STARTTLS was refused or not answered, or the handshake failed. */
  get isBrokenAtTls(): boolean {
    return this.#isBrokenAtTls;
  }

  next(): TransportEvent | undefined {
    const event = this.#out.shift();
    const line = this.#isSaid ? undefined : this.#asking?.line;
    if (event || line === undefined) return event;
    this.#isSaid = true;
    return { kind: 'send', bytes: fromLatin1(`${line}\r\n`) };
  }

  deadline(): Instant | undefined {
    return this.#deadline && earlier(this.#deadline, this.#until);
  }

  receive(bytes: Uint8Array, now: Instant): void {
    if (this.#isHandshaking) this.#tlsEnded(IN_CLEAR_AFTER_STARTTLS);
    else if (this.#asking) this.#reader.push(bytes);
    while (this.#asking) {
      const read = this.#reader.next();
      if (!read) return;
      if (read.kind === 'broken') this.#break(read.because, now);
      else if (this.#isSaid || read.reply.code === 421) this.#answered(read.reply, now);
      else this.#break(`an answer out of place (${read.reply.code})`, now);
    }
  }

  expire(now: Instant): void {
    const due = this.deadline();
    if (due === undefined || now < due) return;
    const { greeting, reply, whole } = this.#timeouts;
    const verb = this.#asking?.line?.split(' ')[0];
    if (due === this.#until) {
      this.#break(`the conversation took longer than ${printDuration(whole)}`, now);
    } else if (verb === undefined) {
      this.#break(`no greeting within ${printDuration(greeting)}`, now);
    } else this.#break(`no answer to ${verb} within ${printDuration(reply)}`, now);
  }

  tlsStarted(facts: TlsFacts, now: Instant): void {
    if (!this.#isHandshaking) return;
    this.#isHandshaking = false;
    // RFC 3207 §4.2: what was learned before counts for nothing.
    this.#reader = new ReplyReader();
    this.#tls = tlsSeen(facts);
    this.#plan = [helloCommand('ehlo-tls', this.#options.hello)];
    this.#proceed(now);
  }

  tlsFailed(because: string, _now: Instant): void {
    if (this.#isHandshaking) this.#tlsEnded(because);
  }

  closed(because: string | undefined, now: Instant): void {
    const reason = because ?? 'the host closed the connection';
    if (this.#isHandshaking) this.#tlsEnded(reason);
    else this.#break(reason, now);
  }

  #answered(reply: Reply, now: Instant): void {
    const asked = this.#asking;
    if (!asked) return;
    this.#record({ reply }, now);
    this.#asking = undefined;
    // RFC 5321 §3.8: after 421 the host closes, and hears nothing more.
    if (reply.code === 421 || asked.name === 'quit') this.#close(true);
    else if (asked.name === 'starttls' && isYes(reply)) this.#startTls();
    else {
      this.#decide(asked, reply);
      this.#proceed(now);
    }
  }

  /** What the reply makes of the plan. */
  #decide({ name }: ProbeCommand, reply: Reply): void {
    const { hello } = this.#options;
    switch (name) {
      case 'greeting':
        this.#plan = [isYes(reply) ? helloCommand('ehlo', hello) : QUIT];
        return;
      case 'ehlo':
        // RFC 5321 §3.2: a host that does not know EHLO may know HELO.
        if (isPermanent(reply)) this.#plan = [helloCommand('helo', hello)];
        else this.#greeted(reply);
        return;
      case 'helo':
      case 'ehlo-tls':
        this.#greeted(reply);
        return;
      case 'starttls':
        this.#isBrokenAtTls = true;
        this.#plan = [QUIT];
        return;
      case 'clear-mail':
      case 'mail':
      case 'relay-mail':
        // Without a sender there is nothing to ask a recipient for, and nothing to undo.
        if (!isYes(reply)) this.#leaveOutTransaction();
        return;
      case 'rset':
        // A sender who may still be there would have the next MAIL refused for no fault of it.
        if (!isYes(reply) && this.#plan[0]?.name === 'relay-mail') this.#leaveOutTransaction();
        return;
    }
  }

  #greeted(reply: Reply): void {
    const offersTls = readExtensions(reply).starttls && !this.#tls;
    if (!isYes(reply)) this.#plan = [QUIT];
    else if (offersTls && this.#options.tls) this.#plan = commandsToTls();
    else this.#plan = envelopeCommands(this.#options);
  }

  #leaveOutTransaction(): void {
    const end = this.#plan.findIndex(({ name }) => name === 'rset');
    this.#plan = this.#plan.slice(end + 1);
  }

  /** To the next step that can be said. */
  #proceed(now: Instant): void {
    this.#askedAt = now;
    for (;;) {
      const [next, ...rest] = this.#plan;
      if (!next) return this.#close(false);
      this.#plan = rest;
      this.#asking = next;
      this.#isSaid = false;
      if (next.because === undefined) break;
      this.#record({ because: next.because }, now);
    }
    this.#deadline = after(now, this.#timeouts.reply);
  }

  #startTls(): void {
    this.#deadline = undefined;
    // What came behind the answer was not protected, whoever sent it (RFC 3207 §4.2).
    this.#isHandshaking = this.#reader.isEmpty;
    if (this.#isHandshaking) this.#out.push({ kind: 'start-tls' });
    else this.#tlsEnded(IN_CLEAR_AFTER_STARTTLS);
  }

  #tlsEnded(because: string): void {
    this.#isHandshaking = false;
    this.#isBrokenAtTls = true;
    this.#tls = { kind: 'failed', because };
    this.#close(false);
  }

  /** The step under way gets no reply, and none comes after it. */
  #break(because: string, now: Instant): void {
    if (!this.#asking) return;
    if (this.#asking.name === 'starttls') this.#isBrokenAtTls = true;
    this.#record({ because }, now);
    this.#close(false);
  }

  #record(ending: Pick<Step, 'reply' | 'because'>, now: Instant): void {
    const asked = this.#asking;
    if (!asked) return;
    const { name, recipient, line } = asked;
    this.#steps.push({
      name,
      ...(line !== undefined && this.#isSaid && { sent: line }),
      ...(recipient !== undefined && { recipient }),
      atMs: between(this.#options.begunAt, this.#askedAt),
      tookMs: between(this.#askedAt, now),
      ...ending,
    });
  }

  #close(farewell: boolean): void {
    this.#asking = undefined;
    this.#deadline = undefined;
    this.#plan = [];
    this.#out = [farewell ? { kind: 'close', farewell } : { kind: 'close' }];
  }
}

const isYes = ({ code }: Reply): boolean => code >= 200 && code < 300;

function tlsSeen(facts: TlsFacts): TlsSeen {
  const { protocol, cipher, verified = false, chain = [] } = facts;
  const because = facts.because ?? (chain.length === 0 ? 'no certificate was shown' : undefined);
  return {
    kind: 'started',
    protocol,
    cipher,
    verified,
    ...(!verified && because !== undefined && { because }),
    chain,
  };
}

const IN_CLEAR_AFTER_STARTTLS = 'the host sent bytes in clear after its answer to STARTTLS';
