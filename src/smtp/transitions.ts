// Which command may come when (RFC 5321 §4.1.4), and what state follows when it succeeds. Each row
// is a state, each column a command; a cell is the next state, or the refusal. Commands that are
// not in the table are unknown in every state. A message ends where it began: in `greeted`.
import { type Reply, reply } from './reply.ts';

/** What the server knows of its client: nothing, a name, a sender, a recipient or more. */
export type State = 'connected' | 'greeted' | 'sender' | 'recipients';

export type Verb =
  | 'EHLO'
  | 'HELO'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'RSET'
  | 'NOOP'
  | 'VRFY'
  | 'HELP'
  | 'QUIT'
  | 'STARTTLS';

const noHello = reply(503, '5.5.1', 'Say EHLO first');
const noSender = reply(503, '5.5.1', 'Say MAIL first');
const nested = reply(503, '5.5.1', 'A sender was given already; RSET forgets it');
// RFC 5321 §3.3: what to say to DATA where every RCPT was refused.
const nobody = reply(554, '5.5.1', 'No valid recipients');

const TRANSITIONS: Readonly<Record<State, Readonly<Record<Verb, State | Reply>>>> = {
  connected: {
    EHLO: 'greeted',
    HELO: 'greeted',
    MAIL: noHello,
    RCPT: noHello,
    DATA: noHello,
    RSET: 'connected',
    NOOP: 'connected',
    VRFY: 'connected',
    HELP: 'connected',
    QUIT: 'connected',
    STARTTLS: noHello,
  },
  greeted: {
    EHLO: 'greeted',
    HELO: 'greeted',
    MAIL: 'sender',
    RCPT: noSender,
    DATA: noSender,
    RSET: 'greeted',
    NOOP: 'greeted',
    VRFY: 'greeted',
    HELP: 'greeted',
    QUIT: 'greeted',
    STARTTLS: 'connected', // RFC 3207 §4.2: the client begins anew, with EHLO
  },
  sender: {
    EHLO: 'greeted', // RFC 5321 §4.1.4: as if RSET had come
    HELO: 'greeted',
    MAIL: nested,
    RCPT: 'recipients',
    DATA: nobody,
    RSET: 'greeted',
    NOOP: 'sender',
    VRFY: 'sender',
    HELP: 'sender',
    QUIT: 'greeted',
    STARTTLS: 'connected',
  },
  recipients: {
    EHLO: 'greeted',
    HELO: 'greeted',
    MAIL: nested,
    RCPT: 'recipients',
    DATA: 'greeted',
    RSET: 'greeted',
    NOOP: 'recipients',
    VRFY: 'recipients',
    HELP: 'recipients',
    QUIT: 'greeted',
    STARTTLS: 'connected',
  },
};

/** The state after `verb` succeeded in `state`, or why it may not come now. */
export const transition = (state: State, verb: Verb): State | Reply => TRANSITIONS[state][verb];

/** Is there a sender, hence something that a reset would abort? */
export const isInTransaction = (state: State): boolean =>
  state === 'sender' || state === 'recipients';

/** Text that names a command of the table, in upper case. */
export const isVerb = (text: string): text is Verb => Object.hasOwn(TRANSITIONS.connected, text);
