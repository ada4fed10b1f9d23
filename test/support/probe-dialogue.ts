// Conversations of a probe as lines, so that a test reads like a transcript:
//
//   S: what the host says     C: what the probe says     * what it does     ! what else happens:
//   tls, no tls, closed, expire
//
// Lines S and ! are the input; the others are what must come out, in that order.
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import { after, type Instant, instantAt, milliseconds, seconds } from '../../src/base/time.ts';
import type { Step, TlsSeen } from '../../src/smtp/probe.ts';
import { type ProbeOptions, ProbeSession } from '../../src/smtp/probe-session.ts';
import { printReply } from '../../src/smtp/reply.ts';

export interface ProbeDialogue {
  readonly tls?: boolean;
  readonly consent?: ProbeOptions['consent'];
  readonly lines: readonly string[];
}

export interface Probed {
  readonly lines: readonly string[];
  /** `mail: 250 Ok`, `quit: the host closed the connection`. */
  readonly steps: readonly string[];
  readonly tls: TlsSeen | undefined;
  readonly isBrokenAtTls: boolean;
}

export const START = instantAt(1_790_000_000_000);

/** Every reply takes this long. */
const PACE = milliseconds(10);

export function probeSession(more: Partial<ProbeOptions> = {}): ProbeSession {
  return new ProbeSession({
    hello: 'us.example.net',
    domain: 'example.com',
    tls: false,
    begunAt: START,
    now: after(START, milliseconds(5)),
    ...more,
  });
}

/** How the bytes of consecutive S lines are cut. */
export type Cut = (bytes: Uint8Array) => readonly Uint8Array[];

/** Runs the input lines; what came out, in order. */
export function probe(dialogue: ProbeDialogue, cut: Cut = (bytes) => [bytes]): Probed {
  const { tls = false, consent, lines } = dialogue;
  const session = probeSession({ tls, ...(consent && { consent }) });
  const log: string[] = [];
  let now = after(START, milliseconds(5));
  let heard: string[] = [];
  const hear = (): void => {
    log.push(...heard);
    const bytes = fromLatin1(heard.map((line) => `${line.slice(3)}\r\n`).join(''));
    if (heard.length > 0) now = after(now, PACE);
    for (const piece of heard.length > 0 ? cut(bytes) : []) {
      session.receive(piece, now);
      log.push(...out(session));
    }
    heard = [];
  };
  for (const line of lines) {
    if (line.startsWith('S: ')) heard.push(line);
    else hear();
    if (!line.startsWith('! ')) continue;
    log.push(line);
    now = happen(session, line, now);
    log.push(...out(session));
  }
  hear();
  const { isBrokenAtTls } = session;
  return { lines: log, steps: session.steps().map(inShort), tls: session.tls(), isBrokenAtTls };
}

function happen(session: ProbeSession, line: string, now: Instant): Instant {
  const [, what = '', text = ''] = /^! (no tls|\w+) ?(.*)$/.exec(line) ?? [];
  if (what === 'tls') session.tlsStarted({ protocol: 'TLSv1.3', cipher: 'X', chain: [] }, now);
  else if (what === 'no tls') session.tlsFailed(text, now);
  else if (what === 'closed') session.closed(text || undefined, now);
  else if (what === 'expire') {
    const due = session.deadline() ?? now;
    session.expire(after(due, milliseconds(-1)));
    session.expire(due);
    return due;
  } else throw new Error(`what is ${line}?`);
  return now;
}

/** All events that wait, as lines. */
export function out(session: ProbeSession): readonly string[] {
  const lines: string[] = [];
  for (let event = session.next(); event; event = session.next()) {
    if (event.kind === 'send') lines.push(`C: ${latin1(event.bytes).replace(/\r\n$/, '')}`);
    else lines.push(`* ${event.kind}`);
  }
  return lines;
}

export function inShort({ name, recipient, reply, because }: Step): string {
  const what = recipient === undefined ? name : `${name} ${recipient}`;
  return `${what}: ${reply ? printReply(reply) : because}`;
}

export const later = (count: number): Instant => after(START, seconds(count));
