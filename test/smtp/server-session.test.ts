// The server's half of SMTP, as dialogues: what a client says, what it hears, what we are told.
import { test } from 'node:test';
import { reply } from '../../src/smtp/reply.ts';
import { type DialogueOptions, dialogue } from '../support/smtp-dialogue.ts';

/** A session that has been greeted and has a sender and a recipient. */
const ENVELOPE = `
  S: 220 mx.example.com ESMTP
  C: HELO client
  E: hello client
  S: 250 mx.example.com
  C: MAIL FROM:<a@example.net>
  E: sender <a@example.net>
  S: 250 2.1.0
  C: RCPT TO:<b@example.com>
  E: recipient <b@example.com>
  S: 250 2.1.5
`;

/** A line of a message, after nearly five minutes. */
const TRICKLE = `
  D: wait 290
  C: x
  E: body "x\\r\\n"
`;

interface Scene extends DialogueOptions {
  readonly script: string;
}

const SCENES: Readonly<Record<string, Scene>> = {
  'one message, each command awaited': {
    script: `
      S: 220 mx.example.com ESMTP
      C: EHLO client.example.net
      E: hello client.example.net extended
      S: 250-mx.example.com
      S: 250-PIPELINING
      S: 250-SIZE 26214400
      S: 250-8BITMIME
      S: 250 ENHANCEDSTATUSCODES
      C: MAIL FROM:<a@example.net> SIZE=20 BODY=8BITMIME
      E: sender <a@example.net> size 20 8bit
      S: 250 2.1.0
      C: RCPT TO:<b@example.com>
      E: recipient <b@example.com>
      S: 250 2.1.5
      C: DATA
      E: message-begins
      S: 354 Send
      C: Subject: x
      E: body "Subject: x\\r\\n"
      C: ..dot
      E: body ".dot\\r\\n"
      C: .
      E: message-ends 18
      S: 250 2.0.0 kept as 0-1
      C: QUIT
      S: 221 2.0.0
      E: close
    `,
    decide: ({ kind }) => (kind === 'message-ends' ? 'kept as 0-1' : undefined),
  },
  'pipelined: the replies come together, after the decisions': {
    script: `
      C: EHLO c
      C: MAIL FROM:<>
      C: RCPT TO:<Postmaster>
      C: RCPT TO:<x@example.com>
      C: DATA
      E: hello c extended
      E: sender <>
      E: recipient <postmaster>
      E: recipient <x@example.com>
      E: message-begins
      S: 220 mx.example.com
      S: 250-mx.example.com
      S: 250-PIPELINING
      S: 250-SIZE
      S: 250-8BITMIME
      S: 250 ENHANCED
      S: 250 2.1.0
      S: 250 2.1.5
      S: 250 2.1.5
      S: 354
      C: .
      C: MAIL FROM:<a@example.net>
      E: message-ends 0
      E: sender <a@example.net>
      S: 250 2.0.0
      S: 250 2.1.0
    `,
  },
  'refusals of the application': {
    script: `
      S: 220
      C: HELO c
      E: hello c
      S: 250 mx
      C: MAIL FROM:<bad@example.net>
      E: sender <bad@example.net>
      S: 550 5.7.1 no
      C: MAIL FROM:<good@example.net>
      E: sender <good@example.net>
      S: 250 2.1.0
      C: RCPT TO:<bad@example.com>
      C: DATA
      E: recipient <bad@example.com>
      S: 550 5.7.1 no
      S: 554 5.5.1
      C: RCPT TO:<good@example.com>
      E: recipient <good@example.com>
      S: 250 2.1.5
      C: DATA
      E: message-begins
      S: 354
      C: .
      E: message-ends 0
      S: 550 5.7.1 no
      C: MAIL FROM:<good@example.net>
      E: sender <good@example.net>
      S: 250 2.1.0
    `,
    decide: (proposal) =>
      /bad@|message-ends/.test(JSON.stringify(proposal)) ? reply(550, '5.7.1', 'no') : undefined,
  },
  'a 421 of the application ends the session': {
    script: `
      S: 220
      C: HELO c
      C: MAIL FROM:<a@example.net>
      C: RCPT TO:<b@example.com>
      C: DATA
      E: hello c
      E: sender <a@example.net>
      E: recipient <b@example.com>
      E: aborted
      S: 250 mx
      S: 250 2.1.0
      S: 421 4.3.0 later
      E: close
      C: QUIT
    `,
    decide: ({ kind }) => (kind === 'recipient' ? reply(421, '4.3.0', 'later') : undefined),
  },
  'RSET, EHLO and QUIT abort a transaction, and only a transaction': {
    script: `${ENVELOPE}
      C: RSET
      E: aborted
      S: 250 2.0.0
      C: RSET
      S: 250 2.0.0
      C: DATA
      S: 503 5.5.1
      C: MAIL FROM:<c@example.net>
      E: sender <c@example.net>
      S: 250 2.1.0
      C: HELO again
      E: aborted
      E: hello again
      S: 250 mx
      C: MAIL FROM:<d@example.net>
      E: sender <d@example.net>
      S: 250 2.1.0
      C: QUIT
      E: aborted
      S: 221 2.0.0
      E: close
    `,
  },
  'out of turn, unknown and malformed': {
    script: `
      S: 220
      C: MAIL FROM:<a@example.net>
      S: 503 5.5.1
      C: EHLO
      S: 501 5.5.4
      C: EHLO (c)
      S: 501 5.5.4
      C: helo [192.0.2.1]
      E: hello [192.0.2.1]
      S: 250 mx.example.com
      C: NOOP anything
      S: 250 2.0.0
      C: HELP MAIL
      S: 214 2.0.0
      C: VRFY
      S: 501 5.5.4
      C: VRFY b
      S: 252 2.1.5
      C: EXPN list
      S: 502 5.5.1
      C: AUTH PLAIN
      S: 502 5.5.1
      C: STARTTLS
      S: 502 5.5.1
      C: XYZZY
      S: 500 5.5.2
      C:
      S: 500 5.5.2
      C: QUIT now
      S: 501 5.5.4
      C: RCPT TO:<b@example.com>
      S: 503 5.5.1
    `,
  },
  'MAIL and its parameters': {
    script: `
      S: 220
      C: HELO c
      E: hello c
      S: 250
      C: MAIL
      S: 501 5.5.4
      C: MAIL TO:<a@example.net>
      S: 501 5.5.4
      C: MAIL FROM:a@example.net
      S: 501 5.5.4
      C: MAIL FROM:<a@example.net>SIZE=1
      S: 501 5.5.4
      C: MAIL FROM:<a@example.net
      S: 501 5.5.4
      C: MAIL FROM:<a>
      S: 501 5.1.7 Not an address: there is no @ in it
      C: MAIL FROM:<postmaster>
      S: 501 5.1.7
      C: MAIL FROM:<\xc3\xa9@example.net>
      S: 553 5.6.7
      C: MAIL FROM:<a@example.net> SIZE=x
      S: 501 5.5.4
      C: MAIL FROM:<a@example.net> BODY=BINARYMIME
      S: 501 5.5.4
      C: MAIL FROM:<a@example.net> SIZE=1 size=2
      S: 501 5.5.4
      C: MAIL FROM:<a@example.net> =
      S: 501 5.5.4
      C: MAIL FROM:<a@example.net> SMTPUTF8
      S: 555 5.5.4
      C: mail from: <"x> y"@example.net>  size=0  body=7bit
      E: sender <"x> y"@example.net> size 0
      S: 250 2.1.0
      C: RCPT TO:<b@example.com> NOTIFY=NEVER
      S: 555 5.5.4
      C: RCPT TO:<>
      S: 501 5.1.3
      C: RCPT TO:<@relay.example:b@example.com>
      E: recipient <b@example.com>
      S: 250 2.1.5
    `,
  },
  'too many recipients: those above the limit wait for another transaction': {
    limits: { recipientsMax: 1 },
    script: `${ENVELOPE}
      C: RCPT TO:<c@example.com>
      S: 452 4.5.3
      C: RSET
      E: aborted
      S: 250
      C: MAIL FROM:<a@example.net>
      E: sender <a@example.net>
      S: 250
      C: RCPT TO:<c@example.com>
      E: recipient <c@example.com>
      S: 250
    `,
  },
  'too big, as announced': {
    limits: { messageBytesMax: 10 },
    script: `
      S: 220
      C: HELO c
      E: hello c
      S: 250
      C: MAIL FROM:<a@example.net> SIZE=11
      E: refused-message 552 5.3.4 Message is larger than this server takes
      S: 552 5.3.4
      C: MAIL FROM:<a@example.net> SIZE=10
      E: sender <a@example.net> size 10
      S: 250
    `,
  },
  'too big, as it turns out: read to its end, and refused there': {
    limits: { messageBytesMax: 10 },
    script: `${ENVELOPE}
      C: DATA
      E: message-begins
      S: 354
      C: 12345678
      E: body "12345678\\r\\n"
      C: 1
      E: aborted
      C: QUIT
      C: .
      E: refused-message 552 5.3.4 Message is larger than this server takes
      S: 552 5.3.4
      C: DATA
      S: 503 5.5.1
      C: MAIL FROM:<a@example.net>
      E: sender <a@example.net>
      S: 250
    `,
  },
  'a bare CR or LF in a message': {
    script: `${ENVELOPE}
      C: DATA
      E: message-begins
      S: 354
      C: one\\n.\\nMAIL FROM:<smuggled@example.net>
      E: aborted
      C: .
      E: refused-message 550 5.5.2 Message has a CR or LF by itself; lines must end with CR LF
      S: 550 5.5.2
      C: NOOP
      S: 250
    `,
  },
  'a bare CR or LF, and too much, in a command': {
    limits: { commandBytesMax: 20, errorsBeforeHelloMax: 4 },
    script: `
      S: 220
      C: HELO\\nx
      S: 500 5.5.2 Lines end
      S: 500 5.5.2 Command not recognized
      C: NO\\rOP
      S: 500 5.5.2 Lines end
      C: NOOP 6789012345678
      S: 250 2.0.0
      C: NOOP 67890123456789
      S: 500 5.5.2 Line too long
      C: WHAT
      S: 421 4.7.0 Too many errors
      E: close
    `,
  },
  'errors after EHLO are counted, and forgiven with a message': {
    limits: { errorsMax: 1 },
    script: `${ENVELOPE}
      C: WHAT
      S: 500
      C: DATA
      E: message-begins
      S: 354
      C: .
      E: message-ends 0
      S: 250
      C: WHAT
      S: 500
      C: WHAT
      S: 421 4.7.0
      E: close
    `,
  },
  'commands without a message are counted': {
    limits: { commandsMax: 2 },
    script: `
      S: 220
      C: NOOP
      S: 250
      C: NOOP
      S: 250
      C: NOOP
      S: 421 4.7.0
      E: close
    `,
  },
  'a browser that was sent here goes at once': {
    script: `
      S: 220
      C: POST / HTTP/1.1
      C: EHLO c
      S: 421 4.7.0
      E: close
    `,
  },
  'STARTTLS forgets everything, what was sent behind it too': {
    tls: 'offered',
    script: `
      S: 220
      C: STARTTLS
      S: 503
      C: EHLO c
      E: hello c extended
      S: 250-mx.example.com
      S: 250-PIPELINING
      S: 250-SIZE
      S: 250-8BITMIME
      S: 250-ENHANCED
      S: 250 STARTTLS
      C: STARTTLS now
      S: 501 5.5.4
      C: MAIL FROM:<a@example.net>
      E: sender <a@example.net>
      S: 250
      C: STARTTLS
      C: MAIL FROM:<injected@example.net>
      E: aborted
      S: 220 2.0.0
      E: start-tls
      C: RSET
      D: tls
      C: MAIL FROM:<a@example.net>
      S: 503 5.5.1
      C: EHLO c
      E: hello c extended
      S: 250-mx.example.com
      S: 250-PIPELINING
      S: 250-SIZE
      S: 250-8BITMIME
      S: 250 ENHANCED
      C: STARTTLS
      S: 503 5.5.1
    `,
  },
  'a handshake that failed ends the session': {
    tls: 'offered',
    script: `
      C: HELO c
      C: STARTTLS
      E: hello c
      S: 220
      S: 250
      S: 220
      E: start-tls
      D: tls-failed
      E: close
      C: EHLO c
    `,
  },
  'a command must be complete in time, whatever trickles in': {
    script: `${ENVELOPE}
      D: wait 299
      C: NOOP
      S: 250
      D: wait 299
      D: wait 1
      E: aborted
      S: 421 4.4.2
      E: close
    `,
  },
  'a message must make progress': {
    script: `${ENVELOPE}
      C: DATA
      E: message-begins
      S: 354
      D: wait 200
      C: x
      E: body "x\\r\\n"
      D: wait 100
      E: aborted
      S: 421 4.4.2
      E: close
    `,
  },
  'a message must end in time': {
    limits: { progressBytes: 1 },
    script: `${ENVELOPE}
      C: DATA
      E: message-begins
      S: 354
${TRICKLE.repeat(6)}
      D: wait 60
      E: aborted
      S: 421 4.4.2
      E: close
    `,
  },
  'shutdown between two commands': {
    script: `${ENVELOPE}
      D: shutdown
      E: aborted
      S: 421 4.3.2
      E: close
    `,
  },
  'shutdown waits for the message that is coming': {
    script: `${ENVELOPE}
      C: DATA
      E: message-begins
      S: 354
      D: shutdown
      C: x
      E: body "x\\r\\n"
      C: .
      C: NOOP
      E: message-ends 3
      S: 250 2.0.0
      S: 421 4.3.2
      E: close
    `,
  },
  'a client that goes away aborts its transaction': {
    script: `${ENVELOPE}
      D: closed
      E: aborted
      D: closed
      C: QUIT
    `,
  },
};

for (const [name, { script, ...options }] of Object.entries(SCENES)) {
  test(name, () => dialogue(script, options));
}
