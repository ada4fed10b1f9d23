// What a probe says to a mail host and what it makes of the replies, as conversations with a
// scripted host, cut at every byte.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromLatin1 } from '../../src/base/bytes.ts';
import { after, milliseconds, minutes, seconds } from '../../src/base/time.ts';
import { inShort, later, out, probe, probeSession, START } from '../support/probe-dialogue.ts';
import { BREAKS, DIALOGUES } from './probe-dialogues.ts';

const cutAt = (place: number) => (bytes: Uint8Array) =>
  [bytes.subarray(0, place), bytes.subarray(place)].filter((piece) => piece.length > 0);
const byteByByte = (bytes: Uint8Array) => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
const nowAt = (count: number) => after(START, milliseconds(count));

describe('probe session: conversations', () => {
  for (const [name, dialogue] of Object.entries({ ...DIALOGUES, ...BREAKS })) {
    it(name, () => assert.deepEqual(probe(dialogue).lines, dialogue.lines));
  }
});

describe('probe session: every split of the bytes', () => {
  for (const [name, dialogue] of Object.entries(DIALOGUES)) {
    it(name, () => {
      const whole = probe(dialogue);
      const longest = Math.max(...dialogue.lines.map((line) => line.length)) * 4;
      for (let place = 1; place < longest; place += 1) {
        assert.deepEqual(probe(dialogue, cutAt(place)), whole);
      }
      assert.deepEqual(probe(dialogue, byteByByte), whole);
    });
  }
});

const dialogueOf = (name: string) => {
  const found = DIALOGUES[name] ?? BREAKS[name];
  assert.ok(found, name);
  return found;
};

describe('probe session: steps', () => {
  const expected: Readonly<Record<string, readonly string[]>> = {
    'with consent': [
      'greeting: 220 mx ESMTP',
      'ehlo: 250 mx / SIZE 1000',
      'mail: 250 2.1.0 Ok',
      'postmaster postmaster@example.com: 250 2.1.5 Ok',
      'bare-postmaster Postmaster: 250 2.1.5 Ok',
      'published dmarc@example.com: 250 Ok',
      'published "a b"@example.com: 550 5.1.1 Nobody',
      'unknown no@example.com: 550 5.1.1 Nobody',
      'rset: 250 Ok',
      'relay-mail: 250 Ok',
      'relay-rcpt relay-test@example.org: 554 5.7.1 Denied',
      'rset: 250 Ok',
      'vrfy: 252 Cannot',
      'quit: 221 bye',
    ],
    'with TLS': [
      'greeting: 220 mx ESMTP',
      'ehlo: 250 mx / STARTTLS',
      'clear-mail: 250 Ok',
      'rset: 250 Ok',
      'starttls: 220 go',
      'ehlo-tls: 250 mx / STARTTLS',
      'mail: 250 2.1.0 Ok',
      'postmaster postmaster@example.com: 250 2.1.5 Ok',
      'bare-postmaster Postmaster: 250 2.1.5 Ok',
      'rset: 250 2.0.0 Ok',
      'quit: 221 2.0.0 Bye',
    ],
    'HELO refused': ['greeting: 220 mx ESMTP', 'ehlo: 550 No', 'helo: 550 No', 'quit: 221 bye'],
    '421 at the greeting': ['greeting: 421 4.7.0 Too many'],
    'what is no SMTP': ['greeting: the answer is not SMTP'],
    'closed before the greeting': ['greeting: the host closed the connection'],
    'reset at EHLO': ['greeting: 220 mx ESMTP', 'ehlo: connection reset by peer'],
    'no greeting': ['greeting: no greeting within 1 min'],
    'no answer to RCPT': [
      'greeting: 220 mx ESMTP',
      'ehlo: 250 mx / SIZE 1000',
      'mail: 250 2.1.0 Ok',
      'postmaster postmaster@example.com: no answer to RCPT within 30 s',
    ],
  };
  for (const [name, steps] of Object.entries(expected)) {
    it(name, () => assert.deepEqual(probe(dialogueOf(name)).steps, steps));
  }

  it('hold the line that was sent and the times since the connection was begun', () => {
    const session = probeSession();
    session.receive(fromLatin1('220 mx\r\n'), nowAt(105));
    out(session);
    session.receive(fromLatin1('250 mx\r\n'), nowAt(125));
    assert.deepEqual(session.steps(), [
      { name: 'greeting', atMs: 5, tookMs: 100, reply: { code: 220, lines: ['mx'] } },
      {
        name: 'ehlo',
        sent: 'EHLO us.example.net',
        atMs: 105,
        tookMs: 20,
        reply: { code: 250, lines: ['mx'] },
      },
    ]);
  });

  it('an address that SMTP cannot write is not said, and a step says why', () => {
    const recipients = ['x>\r\nDATA\r\n@example.com', 'ü@example.com', 'good@example.com'];
    const consent = { recipients, unknown: 'no one@example.com' };
    const yes = Array.from({ length: 12 }, () => '250 Ok');
    const session = probeSession({ consent });
    const said = ['220 mx', ...yes].flatMap((reply) => {
      session.receive(fromLatin1(`${reply}\r\n`), nowAt(10));
      return out(session);
    });
    assert.deepEqual(
      said.filter((line) => line.includes('RCPT')),
      [
        'C: RCPT TO:<postmaster@example.com>',
        'C: RCPT TO:<Postmaster>',
        'C: RCPT TO:<good@example.com>',
        'C: RCPT TO:<relay-test@example.org>',
      ],
    );
    assert.ok(!said.some((line) => /DATA/.test(line)));
    const unsaid = session.steps().filter(({ because }) => because !== undefined);
    assert.deepEqual(unsaid.map(inShort), [
      `published ${recipients[0]}: not asked: the part before the @ has characters that are not ` +
        'printable ASCII',
      'published ü@example.com: not asked: the part before the @ has characters that are not ' +
        'printable ASCII',
      'unknown no one@example.com: not asked: the part before the @ has a character or a dot that ' +
        'needs quotes',
    ]);
    assert.ok(unsaid.every(({ sent }) => sent === undefined));
  });
});

describe('probe session: answers nobody asked for', () => {
  it('an answer before its question ends the conversation', () => {
    const session = probeSession();
    session.receive(fromLatin1('220 mx\r\n250 mx\r\n'), nowAt(10));
    assert.deepEqual(out(session), ['* close']);
    assert.deepEqual(session.steps().map(inShort), [
      'greeting: 220 mx',
      'ehlo: an answer out of place (250)',
    ]);
    assert.equal(session.steps()[1]?.sent, undefined);
  });

  it('421 may come at any time, and nothing is said after it', () => {
    const session = probeSession();
    session.receive(fromLatin1('220 mx\r\n421 4.3.2 Going down\r\n'), nowAt(10));
    assert.deepEqual(out(session), ['* close']);
    assert.deepEqual(session.steps().map(inShort), [
      'greeting: 220 mx',
      'ehlo: 421 4.3.2 Going down',
    ]);
    assert.equal(session.steps()[1]?.sent, undefined);
  });
});

describe('probe session: TLS', () => {
  const seen = (name: string) => {
    const { tls, isBrokenAtTls } = probe(dialogueOf(name));
    return { tls, isBrokenAtTls };
  };
  const unproved = 'no certificate was shown';

  it('is told, as far as it came', () => {
    assert.deepEqual(seen('with TLS'), {
      tls: {
        kind: 'started',
        protocol: 'TLSv1.3',
        cipher: 'X',
        verified: false,
        because: unproved,
        chain: [],
      },
      isBrokenAtTls: false,
    });
    assert.deepEqual(seen('a handshake that fails'), {
      tls: { kind: 'failed', because: 'wrong version' },
      isBrokenAtTls: true,
    });
    assert.deepEqual(seen('a connection that breaks in the handshake'), {
      tls: { kind: 'failed', because: 'the host closed the connection' },
      isBrokenAtTls: true,
    });
    for (const name of ['STARTTLS refused', 'no answer to STARTTLS']) {
      assert.deepEqual(seen(name), { tls: undefined, isBrokenAtTls: true }, name);
    }
    for (const name of ['421 at STARTTLS', 'without TLS and consent', 'EHLO refused after TLS']) {
      assert.equal(seen(name).isBrokenAtTls, false, name);
    }
  });

  it('keeps the chain, and what it did not prove', () => {
    const chain = [Uint8Array.of(1), Uint8Array.of(2)];
    const facts = { protocol: 'TLSv1.2', cipher: 'X', chain };
    for (const more of [{ verified: true }, { verified: false, because: 'CERT_HAS_EXPIRED' }]) {
      const session = toHandshake('');
      session.tlsStarted({ ...facts, ...more }, nowAt(20));
      assert.deepEqual(session.tls(), { kind: 'started', ...facts, ...more });
    }
  });

  it('bytes in clear behind the answer to STARTTLS are an attack, in one piece or in two', () => {
    for (const behind of ['250 mx\r\n', '2', '\r\n']) {
      const two = toHandshake('');
      two.receive(fromLatin1(behind), nowAt(20));
      for (const session of [toHandshake(behind), two]) {
        assert.deepEqual(out(session), ['* close']);
        assert.deepEqual(session.tls(), {
          kind: 'failed',
          because: 'the host sent bytes in clear after its answer to STARTTLS',
        });
        assert.ok(session.isBrokenAtTls);
      }
    }
  });

  const toHandshake = (behind: string) => {
    const session = probeSession({ tls: true });
    for (const reply of ['220 mx', '250-mx\r\n250 STARTTLS', '530 No']) {
      session.receive(fromLatin1(`${reply}\r\n`), nowAt(10));
      out(session);
    }
    session.receive(fromLatin1(`220 go\r\n${behind}`), nowAt(10));
    return session;
  };
});

describe('probe session: deadlines', () => {
  it('are a minute for the greeting, half a minute for a reply, none in the handshake', () => {
    const session = probeSession({ tls: true, now: START });
    assert.equal(session.deadline(), later(60));
    const replies = ['220 mx', '250-mx\r\n250 STARTTLS', '530 No'];
    for (const [at, reply] of replies.entries()) {
      session.receive(fromLatin1(`${reply}\r\n`), later(20 * at));
      out(session);
      assert.equal(session.deadline(), later(20 * at + 30));
    }
    session.receive(fromLatin1('220 go\r\n'), later(60));
    assert.equal(session.deadline(), undefined);
  });

  it('four minutes are enough for all of it', () => {
    const consent = { recipients: ['a@b.test'], unknown: 'c@b.test' };
    const session = probeSession({ now: START, consent });
    for (let at = 0; at <= 220; at += 20) {
      session.receive(fromLatin1(at === 0 ? '220 mx\r\n' : '250 Ok\r\n'), later(at));
      out(session);
    }
    assert.equal(session.deadline(), later(240));
    session.expire(later(240));
    assert.deepEqual(out(session), ['* close']);
    assert.equal(session.steps().at(-1)?.because, 'the conversation took longer than 4 min');
  });

  it('are others where others are given', () => {
    const timeouts = { greeting: seconds(1), reply: seconds(2), whole: minutes(1) };
    const session = probeSession({ now: START, timeouts });
    assert.equal(session.deadline(), later(1));
    session.receive(fromLatin1('220 mx\r\n'), later(1));
    assert.equal(session.deadline(), later(3));
  });
});

describe('probe session: anything at all', () => {
  const reply = fc.oneof(
    fc.constantFrom('220 mx', '250 Ok', '250-mx\r\n250 STARTTLS', '354 go', '421 off', '451 later'),
    fc.constantFrom('550 no', '503 order', '220 go', '', '250', '999 x', '25', '\n', '250-'),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  const happening = fc.oneof(
    { weight: 20, arbitrary: reply.map((text) => ({ kind: 'reply', text }) as const) },
    fc.constantFrom(
      { kind: 'tls' } as const,
      { kind: 'no tls' } as const,
      { kind: 'closed' } as const,
      { kind: 'expire' } as const,
    ),
  );
  const consent = fc.option(
    fc.record({
      recipients: fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }),
      unknown: fc.string(),
    }),
    { nil: undefined },
  );

  it('never throws, always ends, sends whole lines, and never DATA', () => {
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 40 }),
        fc.boolean(),
        consent,
        (all, tls, may) => {
          const session = probeSession({ tls, ...(may && { consent: may }) });
          const said: string[] = [];
          let now = later(1);
          for (const each of all) {
            now = after(now, milliseconds(1));
            if (each.kind === 'reply') session.receive(fromLatin1(`${each.text}\r\n`), now);
            else if (each.kind === 'tls') session.tlsStarted({ protocol: 'T', cipher: 'C' }, now);
            else if (each.kind === 'no tls') session.tlsFailed('no', now);
            else if (each.kind === 'closed') session.closed(undefined, now);
            else {
              now = session.deadline() ?? now;
              session.expire(now);
            }
            said.push(...out(session));
          }
          if (!said.includes('* close')) {
            session.closed('reset', now);
            said.push(...out(session));
          }
          assert.equal(said.at(-1), '* close');
          assert.equal(said.filter((line) => line === '* close').length, 1);
          assert.equal(session.deadline(), undefined);
          for (const line of said) assert.match(line, /^[ -~]+$/);
          assert.ok(!said.some((line) => /^C: (?:DATA|BDAT)/i.test(line)));
          // One command at a time: each that was sent has its step, and its answer or the reason why not.
          const sent = session.steps().filter((step) => step.sent !== undefined);
          assert.equal(sent.length, said.filter((line) => line.startsWith('C: ')).length);
          for (const step of session.steps()) {
            assert.equal(step.reply === undefined, step.because !== undefined);
          }
        },
      ),
    );
  });
});
