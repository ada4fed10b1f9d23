// Commands as a client writes them (RFC 5321 §4.1), with the parameters of SIZE (RFC 1870) and
// 8BITMIME (RFC 6152). Text in; out comes what it asks for, or the reply that refuses it. Whether
// it may come now is for `transitions.ts`.
import { type AddressFault, isAddressFault, type RecipientPath, type Sender } from './address.ts';
import { parseForwardPath, parseReversePath, pathEnd } from './path.ts';
import { isReply, type Reply, reply } from './reply.ts';
import { NOT_IMPLEMENTED, NOT_SMTP, UNKNOWN_COMMAND } from './server-replies.ts';

export interface CommandLine {
  /** In upper case. */
  readonly verb: string;
  readonly argument: string;
}

export interface MailArguments {
  readonly sender: Sender;
  /** What the client says of the message's size (RFC 1870 §5). */
  readonly sizeBytes?: number;
  readonly eightBit: boolean;
}

interface PathAndParameters {
  readonly path: string;
  readonly parameters: readonly Parameter[];
}

interface Parameter {
  /** In upper case. */
  readonly keyword: string;
  readonly value: string | undefined;
}

// RFC 5321 §4.1.2: esmtp-param.
const PARAMETER = /^([a-z\d][a-z\d-]*)(?:=([!-<>-~]+))?$/i;
// Looser than RFC 5321 §4.1.1.1, since many names are wrong and their mail is not; yet nothing that
// could leave the field of a Received line.
const HELLO_NAME = /^[\w!#$%&'*+\-/=?^`{|}~.:[\]]{1,255}$/;
const NOT_ASCII = /[\x80-\xff]/;

// RFC 5321 §4.2.4: known, and not here.
const NOT_HERE: readonly string[] = [
  'AUTH',
  'BDAT',
  'ETRN',
  'EXPN',
  'SAML',
  'SEND',
  'SOML',
  'TURN',
];
/** Of browsers that were sent to us: what follows may be commands that somebody hid in a form. */
const NOT_SMTP_VERBS: readonly string[] = [
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'POST',
  'PUT',
];

const badSize = reply(501, '5.5.4', 'Syntax: SIZE=number');
const badBody = reply(501, '5.5.4', 'Syntax: BODY=7BIT or BODY=8BITMIME');
const badParameter = reply(501, '5.5.4', 'Malformed or repeated parameter');
const unknownParameter = reply(555, '5.5.4', 'Parameter not recognized');
const notAscii = reply(553, '5.6.7', 'Addresses outside ASCII are not taken here');
const mailSyntax = reply(501, '5.5.4', 'Syntax: MAIL FROM:<address>');
const rcptSyntax = reply(501, '5.5.4', 'Syntax: RCPT TO:<address>');

/** The verb, and what follows it without the spaces around. */
export function splitCommand(line: string): CommandLine {
  const space = line.indexOf(' ');
  if (space < 0) return { verb: line.toUpperCase(), argument: '' };
  return { verb: line.slice(0, space).toUpperCase(), argument: line.slice(space + 1).trim() };
}

/** What is said to a verb that `transitions.ts` does not know. */
export function refusalOfUnknown(verb: string): Reply {
  if (NOT_SMTP_VERBS.includes(verb)) return NOT_SMTP;
  return NOT_HERE.includes(verb) ? NOT_IMPLEMENTED : UNKNOWN_COMMAND;
}

/** The name that a client gives itself in EHLO or HELO. */
export function parseHello(argument: string): string | Reply {
  return HELLO_NAME.test(argument)
    ? argument
    : reply(501, '5.5.4', 'Syntax: EHLO followed by your host name');
}

/** What follows MAIL. */
export function parseMail(argument: string): MailArguments | Reply {
  const parts = splitPath(argument, 'FROM:', mailSyntax);
  if (isReply(parts)) return parts;
  const sender = parseReversePath(parts.path);
  if (isAddressFault(sender)) return refusedAddress(parts.path, '5.1.7', sender);
  let mail: MailArguments = { sender, eightBit: false };
  for (const { keyword, value = '' } of parts.parameters) {
    if (keyword === 'SIZE') {
      // RFC 1870 §5: 1 to 20 digits.
      if (!/^\d{1,20}$/.test(value)) return badSize;
      mail = { ...mail, sizeBytes: Number(value) };
    } else if (keyword === 'BODY') {
      const body = value.toUpperCase();
      if (body !== '7BIT' && body !== '8BITMIME') return badBody;
      mail = { ...mail, eightBit: body === '8BITMIME' };
    } else return unknownParameter;
  }
  return mail;
}

/** What follows RCPT; no parameter of it is offered. */
export function parseRcpt(argument: string): RecipientPath | Reply {
  const parts = splitPath(argument, 'TO:', rcptSyntax);
  if (isReply(parts)) return parts;
  const path = parseForwardPath(parts.path);
  if (isAddressFault(path)) return refusedAddress(parts.path, '5.1.3', path);
  return parts.parameters.length > 0 ? unknownParameter : path;
}

/** A space after the colon is against the letter, and common: it is let pass. */
function splitPath(argument: string, label: string, syntax: Reply): PathAndParameters | Reply {
  if (argument.slice(0, label.length).toUpperCase() !== label) return syntax;
  const rest = argument.slice(label.length).trimStart();
  const end = rest.startsWith('<') ? pathEnd(rest) : -1;
  if (end < 0 || (end < rest.length && rest[end] !== ' ')) return syntax;
  const path = rest.slice(0, end);
  if (end === rest.length) return { path, parameters: [] };
  const parameters = parseParameters(rest.slice(end + 1));
  return parameters ? { path, parameters } : badParameter;
}

/** Nothing where one is malformed or comes twice. */
function parseParameters(text: string): Parameter[] | undefined {
  const parameters: Parameter[] = [];
  for (const word of text.split(' ')) {
    if (word === '') continue;
    const match = PARAMETER.exec(word);
    const keyword = match?.[1]?.toUpperCase();
    if (!keyword || parameters.some((other) => other.keyword === keyword)) return undefined;
    parameters.push({ keyword, value: match?.[2] });
  }
  return parameters;
}

function refusedAddress(path: string, enhanced: string, { because }: AddressFault): Reply {
  // RFC 6531 §3.5: its own code, where the only fault may be that SMTPUTF8 is missing.
  return NOT_ASCII.test(path) ? notAscii : reply(501, enhanced, `Not an address: ${because}`);
}
