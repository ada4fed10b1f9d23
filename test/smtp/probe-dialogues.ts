// Conversations that a probe must have, line for line (see test/support/probe-dialogue.ts).
import type { ProbeDialogue } from '../support/probe-dialogue.ts';

const HELLO = ['S: 220 mx ESMTP', 'C: EHLO us.example.net'];
const PLAIN = [...HELLO, 'S: 250-mx', 'S: 250 SIZE 1000'];
const POSTMASTER = [
  'C: MAIL FROM:<>',
  'S: 250 2.1.0 Ok',
  'C: RCPT TO:<postmaster@example.com>',
  'S: 250 2.1.5 Ok',
  'C: RCPT TO:<Postmaster>',
  'S: 250 2.1.5 Ok',
];
const LEAVE = ['C: RSET', 'S: 250 2.0.0 Ok', 'C: QUIT', 'S: 221 2.0.0 Bye', '* close'];
const OFFERS = [...HELLO, 'S: 250-mx', 'S: 250 STARTTLS'];
const CLEAR_MAIL = ['C: MAIL FROM:<>', 'S: 250 Ok', 'C: RSET', 'S: 250 Ok'];
const TO_TLS = [...OFFERS, ...CLEAR_MAIL, 'C: STARTTLS', 'S: 220 go', '* start-tls'];
const GOODBYE = ['C: QUIT', 'S: 221 bye', '* close'];
const RELAY = ['C: MAIL FROM:<postmaster@us.example.net>', 'S: 250 Ok'];
const RELAY_RCPT = ['C: RCPT TO:<relay-test@example.org>', 'S: 554 5.7.1 Denied'];
const VRFY = ['C: VRFY postmaster', 'S: 252 Cannot'];

const consent = {
  recipients: ['dmarc@example.com', '"a b"@example.com'],
  unknown: 'no@example.com',
};

export const DIALOGUES: Readonly<Record<string, ProbeDialogue>> = {
  'without TLS and consent': { lines: [...PLAIN, ...POSTMASTER, ...LEAVE] },
  'with TLS': {
    tls: true,
    lines: [
      ...TO_TLS,
      '! tls',
      'C: EHLO us.example.net',
      'S: 250-mx',
      'S: 250 STARTTLS',
      ...POSTMASTER,
      ...LEAVE,
    ],
  },
  'a host without STARTTLS is not asked for clear text apart': {
    tls: true,
    lines: [...PLAIN, ...POSTMASTER, ...LEAVE],
  },
  'TLS that is offered and not wanted': { lines: [...OFFERS, ...POSTMASTER, ...LEAVE] },
  'a host that takes no mail in clear text has nothing to undo': {
    tls: true,
    lines: [
      ...OFFERS,
      'C: MAIL FROM:<>',
      'S: 530 5.7.0 Must issue a STARTTLS command first',
      'C: STARTTLS',
      'S: 220 go',
      '* start-tls',
      '! tls',
      'C: EHLO us.example.net',
      'S: 250 mx',
      ...POSTMASTER,
      ...LEAVE,
    ],
  },
  'with consent': {
    consent,
    lines: [
      ...PLAIN,
      ...POSTMASTER,
      'C: RCPT TO:<dmarc@example.com>',
      'S: 250 Ok',
      'C: RCPT TO:<"a b"@example.com>',
      'S: 550 5.1.1 Nobody',
      'C: RCPT TO:<no@example.com>',
      'S: 550 5.1.1 Nobody',
      'C: RSET',
      'S: 250 Ok',
      ...RELAY,
      ...RELAY_RCPT,
      'C: RSET',
      'S: 250 Ok',
      ...VRFY,
      ...GOODBYE,
    ],
  },
  'a refused sender leaves out what belongs to it, and no more': {
    consent,
    lines: [
      ...PLAIN,
      'C: MAIL FROM:<>',
      'S: 550 5.7.1 No bounces here',
      ...RELAY,
      ...RELAY_RCPT,
      'C: RSET',
      'S: 250 Ok',
      ...VRFY,
      ...GOODBYE,
    ],
  },
  'two refused senders': {
    consent,
    lines: [
      ...PLAIN,
      'C: MAIL FROM:<>',
      'S: 451 4.7.1 Later',
      'C: MAIL FROM:<postmaster@us.example.net>',
      'S: 451 4.7.1 Later',
      ...VRFY,
      ...GOODBYE,
    ],
  },
  'a refused RSET leaves out the next sender': {
    consent: { recipients: [], unknown: 'no@example.com' },
    lines: [
      ...PLAIN,
      ...POSTMASTER,
      'C: RCPT TO:<no@example.com>',
      'S: 550 5.1.1 Nobody',
      'C: RSET',
      'S: 502 What?',
      ...VRFY,
      ...GOODBYE,
    ],
  },
  'a refused RSET before TLS matters to nobody': {
    tls: true,
    lines: [
      ...OFFERS,
      'C: MAIL FROM:<>',
      'S: 250 Ok',
      'C: RSET',
      'S: 502 What?',
      'C: STARTTLS',
      'S: 220 go',
      '* start-tls',
    ],
  },
  'HELO where EHLO is not known': {
    tls: true,
    lines: [
      ...HELLO,
      'S: 502 What?',
      'C: HELO us.example.net',
      'S: 250 mx',
      ...POSTMASTER,
      ...LEAVE,
    ],
  },
  'no HELO after "later"': { lines: [...HELLO, 'S: 450 4.3.2 Later', ...GOODBYE] },
  'HELO refused': {
    lines: [...HELLO, 'S: 550 No', 'C: HELO us.example.net', 'S: 550 No', ...GOODBYE],
  },
  'EHLO refused after TLS': {
    tls: true,
    lines: [...TO_TLS, '! tls', 'C: EHLO us.example.net', 'S: 550 No', ...GOODBYE],
  },
  'a host that takes no mail': { lines: ['S: 554 5.3.2 No mail here', ...GOODBYE] },
  'a greeting of several lines': {
    lines: [
      'S: 220-one',
      'S: 220-two',
      'S: 220 three',
      'C: EHLO us.example.net',
      'S: 421 4.3.2 Off',
      '* close',
    ],
  },
  '421 at the greeting': { lines: ['S: 421 4.7.0 Too many', '* close'] },
  '421 at a recipient': {
    consent,
    lines: [...PLAIN, ...POSTMASTER.slice(0, 3), 'S: 421 4.7.0 Too many', '* close'],
  },
  '421 at STARTTLS': {
    tls: true,
    lines: [...OFFERS, ...CLEAR_MAIL, 'C: STARTTLS', 'S: 421 4.7.0 Too many', '* close'],
  },
  'STARTTLS refused': {
    tls: true,
    lines: [...OFFERS, ...CLEAR_MAIL, 'C: STARTTLS', 'S: 454 4.7.0 No TLS now', ...GOODBYE],
  },
  'a handshake that fails': { tls: true, lines: [...TO_TLS, '! no tls wrong version', '* close'] },
  'a connection that breaks in the handshake': {
    tls: true,
    lines: [...TO_TLS, '! closed', '* close'],
  },
  'what is no SMTP': { lines: ['S: SSH-2.0-OpenSSH_9.9', '* close'] },
  'a code that means nothing here': { lines: ['S: 354 go on', ...GOODBYE] },
};

export const BREAKS: Readonly<Record<string, ProbeDialogue>> = {
  'closed before the greeting': { lines: ['! closed', '* close'] },
  'reset at EHLO': { lines: [...HELLO, '! closed connection reset by peer', '* close'] },
  'no greeting': { lines: ['! expire', '* close'] },
  'no answer to RCPT': { lines: [...PLAIN, ...POSTMASTER.slice(0, 3), '! expire', '* close'] },
  'no answer to STARTTLS': {
    tls: true,
    lines: [...OFFERS, ...CLEAR_MAIL, 'C: STARTTLS', '! expire', '* close'],
  },
};
