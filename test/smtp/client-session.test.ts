// The client's half of SMTP, as dialogues with a scripted server, cut at every byte.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import { minutes } from '../../src/base/time.ts';
import { type ClientEvent, ClientSession } from '../../src/smtp/client-session.ts';
import { DEFAULT_CLIENT_TIMEOUTS } from '../../src/smtp/client-waits.ts';
import { printEnding, replay, START, transaction } from '../support/smtp-client-dialogue.ts';
import { DIALOGUES, TIMEOUTS } from './client-dialogues.ts';

const cutAt = (place: number) => (bytes: Uint8Array) =>
  [bytes.subarray(0, place), bytes.subarray(place)].filter((piece) => piece.length > 0);
const byteByByte = (bytes: Uint8Array) => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));

describe('client session: dialogues', () => {
  for (const [name, dialogue] of Object.entries(DIALOGUES)) {
    it(name, () => assert.deepEqual(replay(dialogue), dialogue.lines));
  }
});

describe('client session: deadlines', () => {
  for (const [name, dialogue] of Object.entries(TIMEOUTS)) {
    it(name, () => assert.deepEqual(replay(dialogue), dialogue.lines));
  }

  it('starts anew with every answer and every part of the body', () => {
    const session = ready('PIPELINING');
    const at = (count: number) => (START + minutes(count)) as typeof START;
    session.begin(transaction(), at(0));
    session.receive(fromLatin1('250 Ok\r\n'), at(4));
    assert.equal(session.deadline(), at(9));
    session.receive(fromLatin1('250 Ok\r\n354 go\r\n'), at(8));
    assert.equal(session.deadline(), at(11));
    session.body(fromLatin1('Hi'), at(10));
    assert.equal(session.deadline(), at(13));
    session.bodyEnd(at(12));
    assert.equal(session.deadline(), at(22));
    session.receive(fromLatin1('250 kept\r\n'), at(20));
    assert.equal(session.deadline(), undefined);
  });

  it('takes other times where they are given', () => {
    const timeouts = { ...DEFAULT_CLIENT_TIMEOUTS, greeting: minutes(1) };
    const session = new ClientSession({ hello: 'us', tls: false, timeouts, now: START });
    assert.equal(session.deadline(), START + minutes(1));
  });
});

describe('client session: every split of the bytes', () => {
  // A premature 250 is an answer out of place however it arrives, but then the body may be begun.
  const dialogues = Object.entries(DIALOGUES).filter(([name]) => name !== 'taken before the dot');
  for (const [name, dialogue] of dialogues) {
    it(name, () => {
      const longest = Math.max(...dialogue.lines.map((line) => line.length)) * 4;
      for (let place = 1; place < longest; place += 1) {
        assert.deepEqual(replay(dialogue, cutAt(place)), dialogue.lines);
      }
      assert.deepEqual(replay(dialogue, byteByByte), dialogue.lines);
    });
  }
});

describe('client session: TLS', () => {
  const toStartTls = (behind: string): ClientSession => {
    const session = new ClientSession({ hello: 'us', tls: true, now: START });
    session.receive(fromLatin1('220 mx\r\n'), START);
    session.receive(fromLatin1('250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n'), START);
    drain(session);
    session.receive(fromLatin1(`220 go\r\n${behind}`), START);
    return session;
  };
  const failed = [
    'tls-failed: the server sent bytes in clear after its answer to STARTTLS',
    'close',
  ];

  it('bytes in clear behind the answer are an attack, in one piece or in two', () => {
    for (const behind of ['250 mx\r\n', '2', '\r\n']) {
      assert.deepEqual(drain(toStartTls(behind)), failed);
      const later = toStartTls('');
      later.receive(fromLatin1(behind), START);
      assert.deepEqual(drain(later), failed);
    }
  });

  it('has no deadline of its own in the handshake, and forgets what it learned before', () => {
    const session = toStartTls('');
    assert.equal(session.deadline(), undefined);
    assert.deepEqual(drain(session), ['start-tls']);
    const facts = { protocol: 'TLSv1.3', cipher: 'X', verified: false };
    session.tlsStarted(facts, START);
    assert.deepEqual(drain(session), ['EHLO us']);
    session.receive(fromLatin1('250 mx\r\n'), START);
    const event = session.next();
    assert.equal(event?.kind, 'ready');
    assert.deepEqual(event?.kind === 'ready' && event.tls, facts);
    assert.equal(event?.kind === 'ready' && event.extensions.pipelining, false);
  });
});

describe('client session: bodies', () => {
  const sent = (parts: readonly Uint8Array[]): readonly Uint8Array[] => {
    const session = ready('PIPELINING');
    session.begin(transaction(), START);
    session.receive(fromLatin1('250 Ok\r\n250 Ok\r\n354 go\r\n'), START);
    drain(session);
    for (const part of parts) session.body(part, START);
    session.bodyEnd(START);
    const pieces: Uint8Array[] = [];
    for (let event = session.next(); event; event = session.next()) {
      if (event.kind === 'send') pieces.push(event.bytes);
    }
    return pieces;
  };

  it('a small message and its dot are one write', () => {
    const pieces = sent([fromLatin1('Subject: x\r\n\r\n'), fromLatin1('.dot\r\n')]);
    assert.deepEqual(pieces.map(latin1), ['Subject: x\r\n\r\n..dot\r\n.\r\n']);
  });

  it('large parts go out as they are, without a copy', () => {
    const part = fromLatin1(`${'x'.repeat(70_000)}\r\n`);
    const pieces = sent([part, part]);
    assert.deepEqual(
      pieces.map((piece) => piece.length),
      [70_002, 70_002, 3],
    );
    assert.equal(pieces[0], part);
  });

  it('breaks at the body, not after it, while the dot has not been handed out', () => {
    const session = ready('PIPELINING');
    session.begin(transaction(), START);
    session.receive(fromLatin1('250 Ok\r\n250 Ok\r\n354 go\r\n'), START);
    drain(session);
    session.body(fromLatin1('Hi'), START);
    session.bodyEnd(START);
    session.closed('EPIPE', START);
    assert.deepEqual(drain(session), ['broken at body: EPIPE; b@to.example 250', 'close']);
  });
});

describe('client session: the rest', () => {
  it('keeps the replies of a transaction, the first with those before it', () => {
    const session = ready('PIPELINING');
    const transcript = () =>
      session.transcript().map(({ phase, reply }) => `${phase} ${reply.code}`);
    session.begin(transaction(), START);
    session.receive(fromLatin1('250 Ok\r\n550 no\r\n503 no\r\n'), START);
    const first = transcript();
    session.begin(transaction(), START);
    session.receive(fromLatin1('250 reset\r\n450 later\r\n503 no\r\n503 no\r\n'), START);
    assert.deepEqual(first, ['greeting 220', 'ehlo 250', 'mail 250', 'rcpt 550', 'data 503']);
    assert.deepEqual(transcript(), ['mail 450', 'rcpt 503', 'data 503']);
  });

  it('reads what is announced', () => {
    const session = new ClientSession({ hello: 'us', tls: false, now: START });
    session.receive(fromLatin1('220 mx\r\n'), START);
    drain(session);
    const lines = ['mx', 'SIZE=10', 'Pipelining', '8bitmime', 'ENHANCEDSTATUSCODES', 'STARTTLS'];
    const last = lines.pop();
    session.receive(
      fromLatin1(`${lines.map((line) => `250-${line}\r\n`).join('')}250 ${last}\r\n`),
      START,
    );
    assert.deepEqual(session.next(), {
      kind: 'ready',
      extensions: {
        pipelining: true,
        size: true,
        sizeBytesMax: 10,
        eightBit: true,
        enhanced: true,
        starttls: true,
      },
    });
  });

  it('ends a transaction that is begun when the connection has gone', () => {
    const session = ready('PIPELINING');
    session.closed(undefined, START);
    assert.equal(session.isIdle, false);
    session.begin(transaction(), START);
    assert.deepEqual(drain(session), ['close', 'broken at mail: the connection had ended']);
  });

  it('begin twice is a fault of the program', () => {
    const session = ready('PIPELINING');
    session.begin(transaction(), START);
    assert.throws(() => session.begin(transaction(), START));
  });
});

describe('client session: any server', () => {
  const line = fc.oneof(
    fc.constantFrom('220 mx', '250 Ok', '250-PIPELINING', '250 STARTTLS', '354 go', '421 bye'),
    fc.constantFrom('550 5.1.1 no', '450 later', '250', '2', '', '999 x', '250-'),
    fc.string({ unit: 'binary-ascii' }),
  );
  const input = fc.oneof(
    { weight: 8, arbitrary: line.map((text) => fromLatin1(`${text}\r\n`)) },
    { weight: 1, arbitrary: fc.uint8Array() },
    { weight: 1, arbitrary: fc.constantFrom('tls', 'no tls', 'closed', 'expire', 'body') },
  );

  it('never makes it throw, and there is one ending for each try', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(input, { maxLength: 30 }), (tls, inputs) => {
        const session = new ClientSession({ hello: 'us', tls, now: START });
        const seen = { endings: 0, tries: 1, closes: 0 };
        for (const given of inputs) {
          feed(session, given);
          for (let event = session.next(); event; event = session.next()) {
            assert.equal(seen.closes, 0, 'nothing follows close');
            if (event.kind === 'ended') seen.endings += 1;
            if (event.kind === 'close') seen.closes += 1;
            if (event.kind === 'ready') seen.tries -= 1;
            if (event.kind === 'body-wanted') session.body(fromLatin1('x\r\n'), START);
            if (!session.isIdle || session.deadline() !== undefined) continue;
            if (event.kind !== 'ready' && event.kind !== 'ended') continue;
            session.begin(transaction({ recipients: ['b@to.example', 'c@to.example'] }), START);
            seen.tries += 1;
          }
        }
        assert.ok(seen.endings === seen.tries || seen.endings === seen.tries - 1);
        if (seen.closes > 0) assert.equal(session.deadline(), undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  function feed(session: ClientSession, given: Uint8Array | string): void {
    if (typeof given !== 'string') session.receive(given, START);
    else if (given === 'tls') session.tlsStarted({ protocol: 'TLSv1.3', cipher: 'X' }, START);
    else if (given === 'no tls') session.tlsFailed('no', START);
    else if (given === 'closed') session.closed(undefined, START);
    else if (given === 'expire') session.expire((session.deadline() ?? START) as typeof START);
    else session.bodyEnd(START);
  }
});

/** A session that has heard the greeting and this extension. */
function ready(extension: string): ClientSession {
  const session = new ClientSession({ hello: 'us', tls: false, now: START });
  session.receive(fromLatin1('220 mx\r\n'), START);
  session.receive(fromLatin1(`250-mx\r\n250 ${extension}\r\n`), START);
  drain(session);
  return session;
}

function drain(session: ClientSession): readonly string[] {
  const seen: string[] = [];
  for (let event = session.next(); event; event = session.next()) {
    if (event.kind === 'send') seen.push(latin1(event.bytes).trimEnd());
    else seen.push(event.kind === 'ended' ? printEnding(ended(event)) : event.kind);
  }
  return seen;
}

const ended = (event: Extract<ClientEvent, { kind: 'ended' }>) => event.ending;
