// What a client waits for: each answer with the phase it belongs to, the class that means yes, how
// it is called in a sentence, and how long is long enough (RFC 5321 §4.5.3.2).
import { type Duration, minutes, seconds } from '../base/time.ts';
import type { Phase } from './ending.ts';

export interface ClientTimeouts {
  readonly greeting: Duration;
  /** EHLO, HELO and STARTTLS. */
  readonly ehlo: Duration;
  /** MAIL and RSET. */
  readonly mail: Duration;
  readonly rcpt: Duration;
  readonly data: Duration;
  /** From one part of the message to the next. */
  readonly body: Duration;
  /** From the dot to its answer. */
  readonly final: Duration;
  readonly quit: Duration;
}

/** RFC 5321 §4.5.3.2, but for QUIT: all is settled then, and nobody should wait for courtesy. */
export const DEFAULT_CLIENT_TIMEOUTS: ClientTimeouts = {
  greeting: minutes(5),
  ehlo: minutes(5),
  mail: minutes(5),
  rcpt: minutes(5),
  data: minutes(2),
  body: minutes(3),
  final: minutes(10),
  quit: seconds(5),
};

export type Awaited =
  | 'greeting'
  | 'ehlo'
  | 'helo'
  | 'starttls'
  | 'rset'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'final'
  /** The dot that ends a message without recipients (RFC 2920 §3.1); its answer says nothing. */
  | 'lone-dot'
  | 'quit';

export interface Wait {
  readonly phase: Phase;
  /** The first digit of the code that means yes. */
  readonly yes: 2 | 3;
  readonly timeout: keyof ClientTimeouts;
  /** What did not come: `no … within 5 min`. */
  readonly what: string;
  /** Is the answer part of the story that the ledger keeps? */
  readonly isTold: boolean;
}

export const WAITS: Readonly<Record<Awaited, Wait>> = {
  greeting: { phase: 'greeting', yes: 2, timeout: 'greeting', what: 'greeting', isTold: true },
  ehlo: { phase: 'ehlo', yes: 2, timeout: 'ehlo', what: 'answer to EHLO', isTold: true },
  helo: { phase: 'ehlo', yes: 2, timeout: 'ehlo', what: 'answer to HELO', isTold: true },
  starttls: {
    phase: 'starttls',
    yes: 2,
    timeout: 'ehlo',
    what: 'answer to STARTTLS',
    isTold: true,
  },
  rset: { phase: 'mail', yes: 2, timeout: 'mail', what: 'answer to RSET', isTold: false },
  mail: { phase: 'mail', yes: 2, timeout: 'mail', what: 'answer to MAIL', isTold: true },
  rcpt: { phase: 'rcpt', yes: 2, timeout: 'rcpt', what: 'answer to RCPT', isTold: true },
  data: { phase: 'data', yes: 3, timeout: 'data', what: 'answer to DATA', isTold: true },
  final: { phase: 'final', yes: 2, timeout: 'final', what: 'answer to the message', isTold: true },
  'lone-dot': {
    phase: 'final',
    yes: 2,
    timeout: 'final',
    what: 'answer to the lone dot',
    isTold: false,
  },
  quit: { phase: 'final', yes: 2, timeout: 'quit', what: 'answer to QUIT', isTold: false },
};

/** While the message is on its way nothing is awaited but its next part, or room to send it. */
export const BODY_WAIT = { what: 'more of the message', timeout: 'body' } as const;
