// The same events however the bytes are cut, and no bytes that do any harm.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import type { TransportEvent } from '../../src/base/session.ts';
import { instantAt } from '../../src/base/time.ts';
import { reply, wireReply } from '../../src/smtp/reply.ts';
import type { ServerEvent } from '../../src/smtp/server-event.ts';
import type { ServerSession } from '../../src/smtp/server-session.ts';
import { everySplit } from '../support/every-split.ts';
import { drain, isProposal, newSession, START } from '../support/smtp-dialogue.ts';

interface Heard {
  readonly sent: string;
  /** Bodies of one message joined; those of an aborted one left out, since they do not count. */
  readonly told: readonly (ServerEvent | TransportEvent)[];
}

function hear(pieces: readonly Uint8Array[]): Heard {
  const session = newSession({ limits: { messageBytesMax: 40, commandBytesMax: 60 } });
  const told: (ServerEvent | TransportEvent)[] = [];
  let sent = '';
  let body = '';
  for (const piece of pieces) {
    session.receive(piece, START);
    for (let event = session.next(); event !== undefined; event = session.next()) {
      if (event.kind === 'aborted') body = '';
      if (event.kind === 'send') sent += latin1(event.bytes);
      else if (event.kind === 'body') body += latin1(event.bytes);
      else told.push(event);
      if (event.kind === 'message-ends') told.push({ kind: 'body', bytes: fromLatin1(body) });
      if (isProposal(event)) session.accept();
    }
  }
  return { sent, told };
}

const HELLO = 'EHLO c\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n';

test('whole sessions, in every split', () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    [`${HELLO}a\r\n..b\r\n.\r\nQUIT\r\n`, ['message-ends', 'body', 'close']],
    [`${HELLO}a\n.\nb\r\n.\r\nQUIT\r\n`, ['aborted', 'refused-message', 'close']],
    [`${HELLO}${'x'.repeat(50)}\r\n.\r\nRSET\r\nQUIT\r\n`, ['aborted', 'refused-message', 'close']],
    [`EHLO c\r\nNOOP ${'x'.repeat(80)}\r\nA\nB\rC\r\nMAIL FROM:<a@b.c>\r\n`, ['sender']],
  ];
  for (const [text, last] of table) {
    const { told } = everySplit(fromLatin1(text), hear);
    assert.deepEqual(
      told.slice(-last.length).map(({ kind }) => kind),
      last,
    );
  }
});

function startedSession(): ServerSession {
  const session = newSession();
  session.receive(fromLatin1('HELO c\r\n'), START);
  drain(session);
  return session;
}

test('until a decision is made nothing else happens, and the client can be made to wait', () => {
  const session = startedSession();
  session.receive(fromLatin1('NOOP\r\nMAIL FROM:<a@example.net>\r\nNOOP\r\n'), START);
  assert.equal(session.next()?.kind, 'sender');
  assert.equal(session.next()?.kind, 'send');
  assert.equal(session.next(), undefined);
  assert.equal(session.deadline(), undefined);
  session.expire(instantAt(START + 1e9));
  assert.ok(session.wantsMore());
  const noop = fromLatin1(`NOOP ${'x'.repeat(500)}\r\n`);
  for (let count = 0; count < 140; count += 1) session.receive(noop, START);
  assert.ok(!session.wantsMore());
  assert.equal(session.next(), undefined);
  const decidedAt = instantAt(START + 600_000);
  session.accept(undefined, decidedAt);
  assert.ok(Number(session.deadline()) > decidedAt);
  session.accept();
  const replies = drain(session);
  assert.equal(replies[0], 'S: 250 2.1.0 Sender ok');
  assert.ok(session.wantsMore());
});

test('a client that leaves during the decision on its sender leaves nothing behind', () => {
  const session = startedSession();
  session.receive(fromLatin1('MAIL FROM:<a@example.net>\r\n'), START);
  assert.equal(session.next()?.kind, 'sender');
  session.closed('ECONNRESET', START);
  session.accept();
  assert.deepEqual(drain(session), ['E: aborted']);
  assert.equal(session.deadline(), undefined);
});

test('a message that was handed over is not aborted by a client that leaves', () => {
  const session = newSession();
  session.receive(fromLatin1(`${HELLO}x\r\n.\r\n`), START);
  for (let event = session.next(); event; event = session.next()) {
    if (event.kind === 'message-ends') break;
    if (isProposal(event)) session.accept();
  }
  session.closed(undefined, START);
  session.accept('too late to be heard');
  assert.deepEqual(drain(session), []);
});

test('pieces of a command do not put off its deadline', () => {
  const session = startedSession();
  const due = session.deadline();
  for (const [index, piece] of ['N', 'O', 'O'].entries()) {
    session.receive(fromLatin1(piece), instantAt(START + (index + 1) * 60_000));
    assert.equal(session.next(), undefined);
    assert.equal(session.deadline(), due);
  }
});

test('what TLS agreed on is kept', () => {
  const session = newSession({ tls: 'offered' });
  session.receive(fromLatin1('HELO c\r\nSTARTTLS\r\n'), START);
  drain(session);
  assert.equal(session.deadline(), undefined);
  const facts = { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
  session.tlsStarted(facts, START);
  assert.deepEqual(session.tls, facts);
  assert.equal(session.deadline(), START + 300_000);
});

test('no text of ours forges a reply', () => {
  assert.equal(wireReply(reply(250, '2.0.0', 'a\r\n550 b\0\xe9')), '250 2.0.0 a??550 b??\r\n');
  const lines = ['one', 'x'.repeat(600)];
  const [first = '', second = ''] = wireReply({ code: 550, enhanced: '5.1.1', lines }).split('\n');
  assert.equal(first, '550-5.1.1 one\r');
  assert.ok(second.startsWith('550 5.1.1 xxx') && second.length <= 511);
});

const VERBS = [
  'EHLO c',
  'MAIL FROM:<a@b.c>',
  'RCPT TO:<d@e.f>',
  'DATA',
  '.',
  'RSET',
  'QUIT',
  'STARTTLS',
];

/** Lines that mean something, among bytes that mean nothing. */
const STREAM = fc.array(
  fc.oneof(
    fc.constantFrom(...VERBS).map((line) => fromLatin1(`${line}\r\n`)),
    fc.constantFrom('\r', '\n', '.', '\r\n.\r\n', '<', '"', ' ').map(fromLatin1),
    fc.uint8Array({ maxLength: 200 }),
  ),
  { maxLength: 40 },
);

test('fuzz: any bytes in any order never throw, and little is kept', () => {
  fc.assert(
    fc.property(STREAM, fc.array(fc.boolean(), { minLength: 1 }), (pieces, yes) => {
      const session = newSession({ tls: 'offered', limits: { errorsMax: 1_000 } });
      let decisions = 0;
      const decide = () =>
        yes[decisions++ % yes.length] ? undefined : reply(450, '4.3.0', 'another time');
      for (const [index, piece] of pieces.entries()) {
        const now = instantAt(START + index * 1_000);
        session.receive(piece, now);
        const events = drain(session, decide);
        if (events.includes('E: start-tls')) {
          session.tlsStarted({ protocol: 'TLSv1.3', cipher: 'x' }, now);
        }
        assert.ok(session.wantsMore());
      }
      session.expire(instantAt(START + 1e9));
      drain(session);
      session.closed(undefined, START);
      assert.equal(session.deadline(), undefined);
    }),
    { numRuns: 500 },
  );
});

test('fuzz: every accepted sender ends in one message or one abort', () => {
  fc.assert(
    fc.property(STREAM, (pieces) => {
      const session = newSession({ limits: { errorsMax: 1_000, errorsBeforeHelloMax: 1_000 } });
      session.receive(fromLatin1('EHLO c\r\n'), START);
      const events: string[] = [];
      for (const piece of pieces) {
        session.receive(piece, START);
        events.push(...drain(session));
      }
      session.closed(undefined, START);
      events.push(...drain(session));
      const marks = events
        .map((event) => /^E: (sender|message-ends|aborted)/.exec(event)?.[1])
        .filter((mark) => mark !== undefined);
      assert.equal(marks.length % 2, 0);
      assert.ok(
        marks.every((mark, index) => (mark === 'sender') === (index % 2 === 0)),
        marks.join(),
      );
    }),
    { numRuns: 500 },
  );
});
