// DNS over TCP: lengths, many queries on a connection, and those who never finish one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat, fromLatin1, latin1 } from '../../src/base/bytes.ts';
import { after, instantAt, seconds } from '../../src/base/time.ts';
import { TcpDnsSession } from '../../src/nameserver/tcp-session.ts';
import { framed } from '../support/dns-client.ts';
import { everySplit } from '../support/every-split.ts';

const NOON = instantAt(Date.UTC(2026, 0, 1, 12));

/** Replies with what it was asked, in capitals; to `no` it has nothing to say. */
function session(): TcpDnsSession & { readonly asked: string[] } {
  const asked: string[] = [];
  const respond = (query: Uint8Array): Uint8Array | undefined => {
    const text = latin1(query);
    asked.push(text);
    return text === 'no' ? undefined : fromLatin1(text.toUpperCase());
  };
  return Object.assign(new TcpDnsSession(respond, NOON), { asked });
}

function said(from: TcpDnsSession): readonly string[] {
  const events: string[] = [];
  for (let event = from.next(); event; event = from.next()) {
    events.push(event.kind === 'send' ? latin1(event.bytes) : event.kind);
  }
  return events;
}

const queries = (...texts: readonly string[]): Uint8Array =>
  concat(texts.map((text) => framed(fromLatin1(text))));

describe('DNS over TCP', () => {
  test('answers each query in order, however the bytes are cut', () => {
    const long = 'x'.repeat(300);
    const replies = everySplit(queries('first', 'second', long), (pieces) => {
      const tcp = session();
      return pieces.flatMap((piece) => {
        tcp.receive(piece, NOON);
        return said(tcp);
      });
    });
    assert.deepEqual(replies, ['\x00\x05FIRST', '\x00\x06SECOND', `\x01\x2c${'X'.repeat(300)}`]);
  });

  const garbage: readonly (readonly [string, Uint8Array, readonly string[]])[] = [
    ['what deserves no reply', queries('no', 'more'), ['close']],
    ['it, after what does', queries('yes', 'no', 'more'), ['\x00\x03YES', 'close']],
  ];
  for (const [title, bytes, expected] of garbage) {
    test(`ends at ${title}`, () => {
      const tcp = session();
      tcp.receive(bytes, NOON);
      assert.deepEqual(said(tcp), expected);
      tcp.receive(queries('late'), NOON);
      assert.deepEqual(said(tcp), []);
      assert.equal(tcp.deadline(), undefined);
    });
  }

  test('only a whole query moves the deadline', () => {
    const tcp = session();
    assert.equal(tcp.deadline(), after(NOON, seconds(10)));
    tcp.receive(queries('whole').subarray(0, 4), after(NOON, seconds(9)));
    assert.equal(tcp.deadline(), after(NOON, seconds(10)));
    tcp.receive(queries('whole').subarray(4), after(NOON, seconds(9)));
    assert.equal(tcp.deadline(), after(NOON, seconds(19)));
    assert.deepEqual(said(tcp), ['\x00\x05WHOLE']);
    tcp.receive(Uint8Array.of(0), after(NOON, seconds(18)));
    tcp.expire();
    assert.deepEqual(said(tcp), ['close']);
  });

  test('a query is answered when its reply is fetched, and not before', () => {
    const tcp = session();
    const many = queries(...new Array<string>(20_000).fill('a query'));
    tcp.receive(many, NOON);
    assert.deepEqual(tcp.asked, []);
    assert.equal(tcp.wantsMore(), false);
    tcp.next();
    assert.equal(tcp.asked.length, 1);
    assert.equal(said(tcp).length, 19_999);
    assert.equal(tcp.wantsMore(), true);
  });

  test('the largest query there can be is waited for', () => {
    const tcp = session();
    const largest = queries('q'.repeat(65_535));
    tcp.receive(largest.subarray(0, -1), NOON);
    assert.equal(tcp.wantsMore(), true);
    tcp.receive(largest.subarray(-1), NOON);
    assert.deepEqual(
      said(tcp).map((text) => text.length),
      [65_537],
    );
  });

  test('the peer that is gone, or wants TLS, is let go', () => {
    for (const end of ['closed', 'tlsFailed'] as const) {
      const tcp = session();
      tcp[end]();
      assert.deepEqual(said(tcp), ['close']);
    }
  });
});
