// Bytes in, bytes out: a remembered reply is the reply that would be made anew.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Packet } from '../../src/dns/packet.ts';
import { RCODE } from '../../src/dns/packet.ts';
import { decode, encode } from '../../src/dns/wire.ts';
import type { Zones } from '../../src/dns/zone.ts';
import { Responder } from '../../src/nameserver/respond.ts';
import { bytesOf } from '../support/dns-client.ts';
import { packets } from '../support/packets.ts';
import { shownReply, zonesOf } from '../support/zone-queries.ts';
import { APEX, nameOf, zoneFrom } from '../support/zones.ts';

const MANY = Array.from({ length: 90 }, (_, at) => `big 300 A 192.0.2.${at}`).join('\n');
const zones = zonesOf(
  zoneFrom(`${APEX}@ 300 MX 10 mail\nmail 300 A 192.0.2.1\n* 300 TXT "wild"\n${MANY}\n`),
);

function serving(served: Zones = zones, memoryBytesMax?: number): Responder {
  const responder = new Responder(memoryBytesMax === undefined ? {} : { memoryBytesMax });
  responder.serve(served);
  return responder;
}

function replyOf(responder: Responder, query: Uint8Array, by: 'udp' | 'tcp' = 'udp'): Packet {
  const reply = responder.respond(query, by);
  assert.ok(reply);
  return decode(reply);
}

const FIRST = 'example.com. MX';

const NAMES = [
  'example.com.',
  'EXAMPLE.com.',
  'x.example.com.',
  'X.eXample.com.',
  'big.EXAMPLE.com.',
  '\\065\\200.example.com.',
  'org.',
  'ORG.',
  '.',
];

describe('a reply that is remembered', () => {
  const variants: readonly (readonly [title: string, question: string, more: Partial<Packet>])[] = [
    ['another id', FIRST, { id: 0xffff }],
    ['id 0', FIRST, { id: 0 }],
    ['recursion desired', FIRST, { recursionDesired: true }],
    ['other letters in capitals', 'eXaMpLe.CoM. MX', {}],
    ['another type', 'example.com. TXT', {}],
    ['EDNS', FIRST, { edns: { version: 0, udpBytesMax: 4_096, dnssecOk: false, options: [] } }],
    ['DO', FIRST, { edns: { version: 0, udpBytesMax: 4_096, dnssecOk: true, options: [] } }],
  ];
  for (const [title, question, more] of variants) {
    test(`is not that of a query with ${title}`, () => {
      const responder = serving();
      for (const id of [1, 2]) replyOf(responder, bytesOf(FIRST, { id }));
      const query = bytesOf(question, more);
      for (const time of ['first', 'second', 'third']) {
        const reply = replyOf(responder, query);
        const { id, recursionDesired, questions, edns } = decode(query);
        assert.equal(reply.id, id, time);
        assert.equal(reply.recursionDesired, recursionDesired, time);
        assert.deepEqual(reply.questions, questions, time);
        assert.equal(reply.edns?.dnssecOk, edns?.dnssecOk, time);
      }
    });
  }

  test('is a new one for each who asks: the bytes of the last may not have left yet', () => {
    const responder = serving();
    const replies = [1, 2, 3, 4].map((id) => responder.respond(bytesOf(FIRST, { id }), 'udp'));
    assert.deepEqual(
      replies.map((reply) => reply && decode(reply).id),
      [1, 2, 3, 4],
    );
  });

  test('is forgotten when another version is served', () => {
    const responder = serving();
    replyOf(responder, bytesOf(FIRST));
    replyOf(responder, bytesOf(FIRST));
    responder.serve(zonesOf(zoneFrom(`${APEX}@ 300 MX 20 backup\n`)));
    assert.equal(responder.rememberedBytes, 0);
    assert.deepEqual(
      shownReply(replyOf(responder, bytesOf(FIRST)))[1]
        ?.split(' ')
        .slice(-2),
      ['20', 'backup.example.com.'],
    );
  });

  test('by UDP, cut short, is not what TCP gets', () => {
    const responder = serving();
    const big = bytesOf('big.example.com. A');
    for (const truncated of [true, true])
      assert.equal(replyOf(responder, big).truncated, truncated);
    const whole = replyOf(responder, big, 'tcp');
    assert.deepEqual([whole.truncated, whole.answers.length], [false, 90]);
  });

  test('equals the reply of one who never heard the question, for whatever comes', () => {
    const ours = fc.tuple(packets, fc.constantFrom(...NAMES)).map(([packet, name]) => ({
      ...packet,
      isResponse: false,
      opcode: 0,
      answers: [],
      authority: [],
      questions: packet.questions.slice(0, 1).map((asked) => ({ ...asked, name: nameOf(name) })),
    }));
    const bytes = fc.oneof(
      ours.map((packet) => encode(packet, 65_535)),
      packets.map((packet) => encode(packet, 65_535)),
      fc.uint8Array({ maxLength: 60 }),
    );
    const responder = serving(zones, 4_000);
    fc.assert(
      fc.property(bytes, fc.uint8Array({ minLength: 2, maxLength: 2 }), (query, id) => {
        for (const _ of ['answered', 'remembered']) {
          const reply = responder.respond(query, 'udp');
          assert.deepEqual(bytesIn(reply), bytesIn(serving().respond(query, 'udp')));
        }
        const again = query.slice();
        again.set(id.subarray(0, again.length));
        assert.deepEqual(
          bytesIn(responder.respond(again, 'udp')),
          bytesIn(serving().respond(again, 'udp')),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

const bytesIn = (reply: Uint8Array | undefined): readonly number[] | undefined =>
  reply && Array.from(reply);

describe('what is remembered', () => {
  test('stays within its bounds', () => {
    const memoryBytesMax = 20_000;
    const responder = serving(zones, memoryBytesMax);
    let largest = 0;
    for (let at = 0; at < 2_000; at += 1) {
      const query = bytesOf(`n${at}.example.com. TXT`);
      for (const _ of ['answered', 'remembered']) {
        assert.equal(replyOf(responder, query).answers.length, 1);
      }
      largest = Math.max(largest, responder.rememberedBytes);
    }
    assert.ok(largest > memoryBytesMax && largest <= 2 * memoryBytesMax, `${largest} bytes`);
  });

  test('is what comes for the second time, once for all letters and ids', () => {
    const responder = serving();
    replyOf(responder, bytesOf(FIRST));
    assert.equal(responder.rememberedBytes, 0);
    replyOf(responder, bytesOf('EXAMPLE.COM. MX', { id: 1 }));
    const once = responder.rememberedBytes;
    assert.ok(once > 0);
    for (let id = 0; id < 100; id += 1) replyOf(responder, bytesOf('eXample.coM. MX', { id }));
    assert.equal(responder.rememberedBytes, once);
  });

  test('is nothing of a flood in which no name comes twice', () => {
    const responder = serving();
    for (let at = 0; at < 5_000; at += 1) replyOf(responder, bytesOf(`n${at}.example.com. A`));
    assert.ok(responder.rememberedBytes < 2_000, `${responder.rememberedBytes} bytes`);
  });

  test('is nothing of long queries, nor of TCP', () => {
    const responder = serving();
    const options = [{ code: 12, bytes: new Uint8Array(600) }];
    const edns = { version: 0, udpBytesMax: 1_232, dnssecOk: false, options };
    for (const _ of ['answered', 'again']) {
      replyOf(responder, bytesOf(FIRST, { edns }));
      replyOf(responder, bytesOf(FIRST), 'tcp');
    }
    assert.equal(responder.rememberedBytes, 0);
  });
});

describe('no reply', () => {
  const silence: readonly (readonly [string, Uint8Array])[] = [
    ['to nothing', new Uint8Array(0)],
    ['to less than a header', bytesOf(FIRST).subarray(0, 11)],
    ['to a response', bytesOf(FIRST, { isResponse: true })],
    ['to a response that is broken', bytesOf(FIRST, { isResponse: true }).subarray(0, 20)],
  ];
  for (const [title, bytes] of silence) {
    test(title, () => {
      for (const by of ['udp', 'tcp'] as const) {
        assert.equal(serving().respond(bytes, by), undefined);
      }
    });
  }
});

describe('a reply of an error', () => {
  test('FORMERR to what cannot be read', () => {
    const query = bytesOf(FIRST, { id: 77 }).subarray(0, -1);
    for (const by of ['udp', 'tcp'] as const) {
      const { rcode, id, isResponse } = replyOf(serving(), query, by);
      assert.deepEqual(
        { rcode, id, isResponse },
        { rcode: RCODE.FORMERR, id: 77, isResponse: true },
      );
    }
  });

  test('SERVFAIL where this program fails', () => {
    const broken = {
      get: () => {
        throw new Error('a fault of ours');
      },
    } as unknown as Zones;
    assert.equal(replyOf(serving(broken), bytesOf(FIRST)).rcode, RCODE.SERVFAIL);
  });
});
