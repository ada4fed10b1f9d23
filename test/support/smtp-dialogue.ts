// SMTP dialogues as text. `C:` is a line of the client, `S:` how a reply of the server begins, `E:`
// an event in short, `D:` what somebody does to the session besides. After each run of `C:` and
// `D:` lines the session must say and tell exactly what follows, in that order.
import assert from 'node:assert/strict';
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import type { TransportEvent } from '../../src/base/session.ts';
import { type Instant, instantAt } from '../../src/base/time.ts';
import { printReply, type Reply } from '../../src/smtp/reply.ts';
import type { Proposal, ServerEvent } from '../../src/smtp/server-event.ts';
import type { ServerLimits } from '../../src/smtp/server-limits.ts';
import { ServerSession } from '../../src/smtp/server-session.ts';

/** A refusal, a text to accept with, or nothing to accept with the usual words. */
export type Decide = (proposal: Proposal) => Reply | string | undefined;

export interface DialogueOptions {
  readonly tls?: 'off' | 'offered';
  readonly limits?: Partial<ServerLimits>;
  readonly decide?: Decide;
}

export const START: Instant = instantAt(1_000_000);

const PROPOSALS: readonly string[] = ['sender', 'recipient', 'message-begins', 'message-ends'];

export const isProposal = (event: ServerEvent | TransportEvent): event is Proposal =>
  PROPOSALS.includes(event.kind);

export function newSession({ tls = 'off', limits = {} }: DialogueOptions = {}): ServerSession {
  return new ServerSession({ hostname: 'mx.example.com', limits, tls, now: START });
}

/** Takes what there is, deciding what is asked: events in short, `S:` lines among them. */
export function drain(session: ServerSession, decide: Decide = () => undefined): string[] {
  const said: string[] = [];
  for (let event = session.next(); event !== undefined; event = session.next()) {
    said.push(...inShort(event));
    if (!isProposal(event)) continue;
    const decision = decide(event);
    if (typeof decision === 'object') session.refuse(decision);
    else session.accept(decision);
  }
  return said;
}

/** Plays a dialogue; see the top of this file. */
export function dialogue(script: string, options: DialogueOptions = {}): void {
  const session = newSession(options);
  const actor = new Actor(session);
  let expected: string[] = [];
  const settle = (): void => {
    const said = drain(session, options.decide);
    assert.equal(
      said.length,
      expected.length,
      `${said.join('\n')}\n--- instead of\n${expected.join('\n')}`,
    );
    for (const [index, line] of said.entries()) {
      const wanted = expected[index] ?? '';
      const fits = wanted.startsWith('S:') ? line.startsWith(wanted) : line === wanted;
      assert.ok(fits, `${line}\n--- instead of\n${wanted}`);
    }
    expected = [];
  };
  let answering = false;
  for (const line of script.split('\n').map((text) => text.trim())) {
    if (line === '') continue;
    const isAct = line.startsWith('C:') || line.startsWith('D:');
    if (isAct && answering) settle();
    answering = !isAct;
    if (isAct) actor.act(line);
    else expected.push(line);
  }
  settle();
}

class Actor {
  readonly #session: ServerSession;
  #now = START;

  constructor(session: ServerSession) {
    this.#session = session;
  }

  act(line: string): void {
    const text = line.slice(3);
    const [what, seconds] = text.split(' ');
    if (line.startsWith('C:')) this.#session.receive(fromLatin1(unescaped(text)), this.#now);
    else if (what === 'shutdown') this.#session.shutdown(this.#now);
    else if (what === 'closed') this.#session.closed(undefined, this.#now);
    else if (what === 'tls-failed') this.#session.tlsFailed('no shared cipher', this.#now);
    else if (what === 'tls') {
      const facts = { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
      this.#session.tlsStarted(facts, this.#now);
    } else if (what === 'wait') {
      this.#now = instantAt(this.#now + Number(seconds) * 1000);
      this.#session.expire(this.#now);
    } else assert.fail(`no such deed: ${line}`);
  }
}

/** `\r` and `\n` inside of a line are written with a backslash. */
const unescaped = (text: string): string =>
  `${text.replaceAll('\\r', '\r').replaceAll('\\n', '\n')}\r\n`;

function inShort(event: ServerEvent | TransportEvent): string[] {
  switch (event.kind) {
    case 'send':
      return latin1(event.bytes)
        .replace(/\r\n$/, '')
        .split('\r\n')
        .map((line) => `S: ${line}`);
    case 'hello':
      return [`E: hello ${event.name}${event.extended ? ' extended' : ''}`];
    case 'sender': {
      const text = event.sender === 'null' ? '' : event.sender.text;
      const size = event.sizeBytes === undefined ? '' : ` size ${event.sizeBytes}`;
      return [`E: sender <${text}>${size}${event.eightBit ? ' 8bit' : ''}`];
    }
    case 'recipient':
      return [`E: recipient <${event.path === 'postmaster' ? 'postmaster' : event.path.text}>`];
    case 'body':
      return [`E: body ${JSON.stringify(latin1(event.bytes))}`];
    case 'message-ends':
      return [`E: message-ends ${event.sizeBytes}`];
    case 'refused-message':
      return [`E: refused-message ${printReply(event.reply)}`];
    default:
      return [`E: ${event.kind}`];
  }
}
