// What the server says of its own accord, each with its enhanced code (RFC 2034, RFC 3463). The
// greeting, the answers to EHLO and HELO and 354 carry none.
import { type Reply, reply } from './reply.ts';

export const SENDER_TAKEN = reply(250, '2.1.0', 'Sender ok');
export const RECIPIENT_TAKEN = reply(250, '2.1.5', 'Recipient ok');
export const SEND_MESSAGE = reply(354, undefined, 'Send the message, and end it with a lone dot');
export const MESSAGE_TAKEN = reply(250, '2.0.0', 'Message accepted');

export const OK = reply(250, '2.0.0', 'Ok');
export const HELP_TEXT = reply(
  214,
  '2.0.0',
  'EHLO MAIL RCPT DATA RSET NOOP VRFY QUIT; see RFC 5321',
);
// RFC 5321 §3.5.3, §7.3: neither yes nor no.
export const CANNOT_VERIFY = reply(252, '2.1.5', 'Not told; send a message and see');
export const READY_FOR_TLS = reply(220, '2.0.0', 'Ready to start TLS');

export const UNKNOWN_COMMAND = reply(500, '5.5.2', 'Command not recognized');
export const NOT_IMPLEMENTED = reply(502, '5.5.1', 'Command not implemented');
export const NO_ARGUMENT = reply(501, '5.5.4', 'This command takes no argument');
export const ARGUMENT_NEEDED = reply(501, '5.5.4', 'This command needs an argument');
export const TLS_ACTIVE = reply(503, '5.5.1', 'TLS is active already');
export const LINE_TOO_LONG = reply(500, '5.5.2', 'Line too long');
export const BARE_IN_LINE = reply(500, '5.5.2', 'Lines end with CR LF, and hold neither elsewhere');

export const MESSAGE_TOO_BIG = reply(552, '5.3.4', 'Message is larger than this server takes');
export const BARE_IN_MESSAGE = reply(
  550,
  '5.5.2',
  'Message has a CR or LF by itself; lines must end with CR LF',
);
// RFC 5321 §4.5.3.1.10: a client sends the others in another transaction.
export const TOO_MANY_RECIPIENTS = reply(452, '4.5.3', 'Too many recipients for one transaction');

// RFC 5321 §3.8: after 421 the server closes.
export const NOT_SMTP = reply(421, '4.7.0', 'This is a mail server; closing');
export const TOO_MANY_ERRORS = reply(421, '4.7.0', 'Too many errors; closing');
export const TOO_MANY_COMMANDS = reply(
  421,
  '4.7.0',
  'Too many commands without a message; closing',
);
export const TIMED_OUT = reply(421, '4.4.2', 'Waited too long; closing');
export const SHUTTING_DOWN = reply(421, '4.3.2', 'Server is shutting down; try again later');

export const greeting = (hostname: string): Reply =>
  reply(220, undefined, `${hostname} ESMTP Fingerpost`);

export const goodbye = (hostname: string): Reply =>
  reply(221, '2.0.0', `${hostname} closes the connection`);

/** The answer to EHLO: what is offered (RFC 5321 §4.1.1.1). */
export function ehloReply(hostname: string, sizeBytesMax: number, startTls: boolean): Reply {
  const offered = ['PIPELINING', `SIZE ${sizeBytesMax}`, '8BITMIME', 'ENHANCEDSTATUSCODES'];
  return { code: 250, lines: [hostname, ...offered, ...(startTls ? ['STARTTLS'] : [])] };
}
