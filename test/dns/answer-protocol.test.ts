// What every server must answer properly, data apart: RFC 8906 §8 and what others send by mistake
// or ill will; and how large an answer may be.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answer, replyBytesMax } from '../../src/dns/answer.ts';
import { CLASS_CH, CLASS_IN, type Edns, type Packet } from '../../src/dns/packet.ts';
import { decode, encode } from '../../src/dns/wire.ts';
import { ask, queryOf, shownReply, zonesOf } from '../support/zone-queries.ts';
import { nameOf, zoneFrom } from '../support/zones.ts';

const zones = zonesOf(
  zoneFrom(
    '@ 60 SOA ns h 1 2 3 4 5\n@ NS ns.example.net.\nsub NS ns.example.net.\nsub2 A 192.0.2.1',
  ),
);

const SOA = '= example.com. 60 SOA ns.example.com. h.example.com. 1 2 3 4 5';
const GOOD = ['NOERROR AA', SOA, '< example.com. 60 NS ns.example.net.'];
const NOTAUTH = 'RCODE 9';

const edns = (more: Partial<Edns> = {}): Partial<Packet> => ({
  edns: { version: 0, udpBytesMax: 4_096, dnssecOk: false, options: [], ...more },
});
const option = { code: 100, bytes: new Uint8Array() };
const classOf = (code: number): Partial<Packet> => ({
  questions: [{ name: nameOf('example.com'), type: 6, class: code }],
});

const [asked] = queryOf('example.com SOA').questions;
assert.ok(asked);
const record = answer(zones, queryOf('example.com SOA'), 'udp').answers;

const TABLE: readonly (readonly [what: string, Partial<Packet>, reply: readonly string[]])[] = [
  ['plain (RFC 8906 §8.1.1)', {}, GOOD],
  [
    'an unknown type (§8.1.2)',
    { questions: [{ ...asked, type: 1_000 }] },
    ['NOERROR AA', '< example.com. 5 SOA ns.example.com. h.example.com. 1 2 3 4 5'],
  ],
  [
    'CD, AD and RD set (§8.1.3)',
    { checkingDisabled: true, authenticData: true, recursionDesired: true },
    GOOD,
  ],
  ['an unknown opcode (§8.1.4)', { opcode: 15 }, ['NOTIMP']],
  ['EDNS (§8.2.1)', edns(), GOOD],
  ['EDNS version 1 (§8.2.2)', edns({ version: 1 }), ['BADVERS']],
  ['an unknown option (§8.2.3)', edns({ options: [option] }), GOOD],
  ['DO (§8.2.6)', edns({ dnssecOk: true }), GOOD],
  [
    'EDNS version 1 with an unknown option (§8.2.5)',
    edns({ version: 1, options: [option] }),
    ['BADVERS'],
  ],
  ['NOTIFY', { opcode: 4 }, ['NOTIMP']],
  ['UPDATE', { opcode: 5 }, ['NOTIMP']],
  ['no question', { questions: [] }, ['FORMERR']],
  ['two questions (RFC 9619)', { questions: [asked, asked] }, ['FORMERR']],
  ['an answer in a query', { answers: record }, ['FORMERR']],
  ['authority in a query', { authority: record }, ['FORMERR']],
  ['class CH', classOf(CLASS_CH), ['REFUSED']],
  ['class 0', classOf(0), ['REFUSED']],
];

for (const [what, more, reply] of TABLE) {
  test(`a query: ${what}`, () => assert.deepEqual(ask(zones, 'example.com SOA', more), reply));
}

describe('zone transfers are refused', () => {
  const transfers: readonly (readonly [string, 'udp' | 'tcp', string])[] = [
    ['example.com AXFR', 'udp', 'NOTIMP'],
    ['example.com AXFR', 'tcp', 'REFUSED'],
    ['example.com IXFR', 'udp', 'REFUSED'],
    ['example.com IXFR', 'tcp', 'REFUSED'],
    ['sub.example.com AXFR', 'tcp', NOTAUTH],
    ['example.org IXFR', 'udp', NOTAUTH],
  ];
  for (const [question, by, rcode] of transfers) {
    test(`${question} over ${by}`, () => {
      const query = queryOf(question, { authority: question.endsWith('IXFR') ? record : [] });
      assert.deepEqual(shownReply(answer(zones, query, by)), [rcode]);
    });
  }
});

test('header: id, opcode, RD and the question come back; RA, AD, CD and TC never', () => {
  const query = queryOf('example.com SOA', {
    recursionDesired: true,
    checkingDisabled: true,
    authenticData: true,
    truncated: true,
  });
  const reply = answer(zones, query, 'udp');
  const { id, isResponse, recursionDesired, recursionAvailable } = reply;
  assert.deepEqual(
    [id, isResponse, recursionDesired, recursionAvailable],
    [4_711, true, true, false],
  );
  assert.deepEqual(
    [reply.authenticData, reply.checkingDisabled, reply.truncated],
    [false, false, false],
  );
  assert.deepEqual(reply.questions, query.questions);
  assert.equal(answer(zones, { ...query, opcode: 5 }, 'udp').opcode, 5);
});

test('OPT comes back to who sent it: our version and size, DO copied, no foreign options', () => {
  for (const more of [{}, { opcode: 5 }, { questions: [] }]) {
    const query = queryOf('example.com SOA', more);
    assert.equal(answer(zones, query, 'udp').edns, undefined);
    const reply = answer(
      zones,
      { ...query, ...edns({ dnssecOk: true, udpBytesMax: 512, version: 3, options: [option] }) },
      'udp',
    );
    assert.deepEqual(reply.edns, { version: 0, udpBytesMax: 1_232, dnssecOk: true, options: [] });
  }
});

test('how large a reply may be', () => {
  const sizes = (udpBytesMax?: number): readonly number[] => {
    const query = queryOf('a A', udpBytesMax === undefined ? {} : edns({ udpBytesMax }));
    return [replyBytesMax(query, 'udp'), replyBytesMax(query, 'tcp')];
  };
  assert.deepEqual(sizes(), [512, 65_535]);
  assert.deepEqual(sizes(0), [512, 65_535]);
  assert.deepEqual(sizes(1_000), [1_000, 65_535]);
  assert.deepEqual(sizes(1_232), [1_232, 65_535]);
  assert.deepEqual(sizes(4_096), [1_232, 65_535]);
});

test('every reply is one that fits on the wire', () => {
  const names = ['example.com', 'sub.example.com', 'x.sub2.example.com', 'example.org', '.'];
  for (const name of names) {
    for (const type of ['A', 'MX', 'ANY', 'DS', 'SOA', 'AXFR', 'OPT']) {
      const query = queryOf(`${name} ${type}`, edns());
      const reply = answer(zones, query, 'udp');
      assert.deepEqual(decode(encode(reply, 512)), reply, `${name} ${type}`);
    }
  }
  assert.equal(answer(zones, queryOf('example.com A'), 'udp').questions[0]?.class, CLASS_IN);
});
