// A session whose events a test writes down: each line that comes in is one command, and `script`
// says which events it makes. For tests of what drives sessions.
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import type { Session, TlsFacts, TransportEvent } from '../../src/base/session.ts';
import type { Instant } from '../../src/base/time.ts';

export type Told = { readonly kind: 'told'; readonly text: string };

export const send = (text: string): TransportEvent => ({ kind: 'send', bytes: fromLatin1(text) });
export const tell = (text: string): Told => ({ kind: 'told', text });

export class ScriptedSession implements Session<Told> {
  /** Everything that happened to it, in words. */
  readonly log: string[] = [];
  readonly events: (Told | TransportEvent)[] = [];
  due: Instant | undefined;
  more = true;
  /** Commands wait while this is set, as a session's do that needs a decision. */
  undecided = false;
  readonly #script: (line: string, session: ScriptedSession) => readonly (Told | TransportEvent)[];
  #text = '';

  constructor(
    script: (line: string, session: ScriptedSession) => readonly (Told | TransportEvent)[],
  ) {
    this.#script = script;
  }

  receive(bytes: Uint8Array): void {
    this.#text += latin1(bytes);
  }

  next(): Told | TransportEvent | undefined {
    const end = this.#text.indexOf('\n');
    if (this.events.length === 0 && end >= 0 && !this.undecided) {
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 1);
      this.events.push(...this.#script(line, this));
      return this.next();
    }
    return this.events.shift();
  }

  wantsMore(): boolean {
    return this.more;
  }

  deadline(): Instant | undefined {
    return this.due;
  }

  expire(now: Instant): void {
    this.log.push(`expired ${now}`);
    this.due = undefined;
    this.events.push(send('421\n'), { kind: 'close' });
  }

  tlsStarted(facts: TlsFacts): void {
    this.log.push(`tls ${facts.protocol}`);
    this.#text = '';
  }

  tlsFailed(because: string): void {
    this.log.push(`no tls: ${because}`);
    this.events.push({ kind: 'close' });
  }

  closed(because: string | undefined): void {
    this.log.push(`closed: ${because}`);
    this.events.push(tell('the end'));
  }
}
