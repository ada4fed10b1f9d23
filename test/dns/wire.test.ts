// The wire format: what is written is read back, what a stranger sends is read or refused, and what
// has no room is left out as the standards say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameKey } from '../../src/dns/name.ts';
import { CLASS_ANY, CLASS_CH, CLASS_IN, type Packet, RCODE } from '../../src/dns/packet.ts';
import { TYPE } from '../../src/dns/types.ts';
import { decode, decodeHeader, encode, errorReply, WireError } from '../../src/dns/wire.ts';
import { nameOf, packetOf, packets, recordOf } from '../support/packets.ts';

const LARGE = 65_535;
const asked = (name: string, type: number) => ({ name: nameOf(name), type, class: CLASS_IN });
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => recordOf(line.trim()));
const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replace(/ /g, ''), 'hex'));

/** The packet, or nothing for bytes that are none; any other error is the test's. */
function tryDecode(bytes: Uint8Array): Packet | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    assert.ok(error.offset <= bytes.length);
    return undefined;
  }
}

test('every packet that is written is read back as it was', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      assert.deepEqual(decode(encode(packet, LARGE)), packet);
    }),
    { numRuns: 300 },
  );
});

test('random bytes are a packet or a WireError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      tryDecode(bytes);
    }),
    { numRuns: 1_000 },
  );
});

test('a packet with some bytes changed is a packet, which can be written, or a WireError', () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(packets, changes, (packet, changed) => {
      const bytes = encode(packet, LARGE);
      for (const [at, byte] of changed) bytes[at % bytes.length] = byte;
      const read = tryDecode(bytes);
      if (!read) return;
      // Names are written once more, perhaps in the case of an earlier one.
      const again = decode(encode(read, LARGE));
      assert.equal(lowered(again), lowered(read));
    }),
    { numRuns: 1_000 },
  );
});

const lowered = (packet: Packet): string => JSON.stringify(packet).toLowerCase();

test('a packet that ends early is refused, wherever it ends', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      const bytes = encode({ ...packet, truncated: false }, LARGE);
      for (let length = 0; length < bytes.length; length += 7) {
        assert.equal(tryDecode(bytes.subarray(0, length)), undefined);
      }
      assert.equal(tryDecode(Uint8Array.of(...bytes, 0)), undefined);
    }),
    { numRuns: 50 },
  );
});

test('a reply with TC that was cut anywhere has the records that are whole', () => {
  const packet = packetOf({
    isResponse: true,
    truncated: true,
    questions: [asked('example.com', TYPE.MX)],
    answers: lines(`example.com. 300 MX 10 a.example.com.
                    example.com. 300 MX 20 b.example.com.`),
    authority: lines('example.com. 300 NS ns.example.com.'),
  });
  const bytes = encode(packet, LARGE);
  const counts = new Set<number>();
  for (let length = 29; length < bytes.length; length += 1) {
    const { answers, authority } = decode(bytes.subarray(0, length));
    counts.add(answers.length + authority.length);
  }
  assert.deepEqual([...counts], [0, 1, 2]);
  // The question is never cut, and nobody may send a query like that.
  assert.throws(() => decode(bytes.subarray(0, 20)), WireError);
  const query = encode({ ...packet, isResponse: false }, LARGE);
  assert.throws(() => decode(query.subarray(0, query.length - 1)), WireError);
});

const HEADER = '1234 0100 0001 0000 0000 0000';
const REPLY = '1234 8400 0000 0001 0000 0000';
const A_ROOT = '00 0001 0001';

const REFUSED: readonly (readonly [what: string, hex: string, because: RegExp])[] = [
  ['no bytes', '', /too early/],
  ['half a header', '1234 0100', /too early/],
  ['a question that is not there', HEADER, /too early/],
  ['a pointer to itself', `${HEADER} c00c 0001 0001`, /lead back/],
  ['a pointer forward', `${HEADER} c00e ${A_ROOT}`, /lead back/],
  ['a pointer into the header', `${HEADER} c000 0001 0001`, /lead back/],
  ['a loop of a label and a pointer', `${HEADER} 0161 c00c 0001 0001`, /lead back/],
  ['half a pointer', `${HEADER} c0`, /too early/],
  ['a label of kind 01', `${HEADER} 4161 ${A_ROOT}`, /kind that does not exist/],
  ['a label of kind 10', `${HEADER} 8161 ${A_ROOT}`, /kind that does not exist/],
  ['a name of 257 bytes', `${HEADER} ${'0161'.repeat(128)} ${A_ROOT}`, /255 bytes/],
  ['bytes behind the end', `${HEADER} ${A_ROOT} 00`, /after the last record/],
  ['data that end within a name', `${REPLY} 00 0002 0001 00000000 0001 0161 00`, /another length/],
  ['data that go on after the name', `${REPLY} 00 0002 0001 00000000 0002 0000`, /another length/],
  ['data beyond the end', `${REPLY} 00 0001 0001 00000000 0005 c0000201`, /too early/],
  ['an A record of 5 bytes', `${REPLY} 00 0001 0001 00000000 0005 c000020100`, /not 4 bytes/],
  ['an MX record without data', `${REPLY} 00 000f 0001 00000000 0000`, /too early/],
  ['OPT among the answers', `${REPLY} 00 0029 1000 00000000 0000`, /wrong place/],
  ['OPT of a name', '1234 8400 0000 0000 0000 0001 0161 00 0029 1000 00000000 0000', /wrong place/],
  [
    'two OPT',
    `1234 8400 0000 0000 0000 0002 ${'00 0029 1000 00000000 0000'.repeat(2)}`,
    /more than one/,
  ],
  [
    'an option longer than its OPT',
    '1234 8400 0000 0000 0000 0001 00 0029 1000 00000000 0005 0001 0002 00 00',
    /longer than/,
  ],
];

test('broken packets are refused with the reason', () => {
  for (const [what, hex, because] of REFUSED) {
    assert.throws(
      () => decode(fromHex(hex)),
      (error) => {
        assert.ok(error instanceof WireError, `${what}: ${error}`);
        assert.match(error.because, because, what);
        return true;
      },
    );
  }
});

test('a long chain of pointers is refused, a short one is read', () => {
  const chain = (jumps: number): Uint8Array => {
    const parts = ['1234 8400 0000 0002 0000 0000', '00 ff00 0001 00000000'];
    const start = 23;
    parts.push((2 * jumps + 1).toString(16).padStart(4, '0'), '00');
    for (let at = 0; at < jumps; at += 1) {
      parts.push((0xc000 + start + (at === 0 ? 0 : 2 * at - 1)).toString(16));
    }
    const last = start + 2 * jumps - 1;
    parts.push((0xc000 + last).toString(16), 'ff00 0001 00000000 0000');
    return fromHex(parts.join(''));
  };
  assert.equal(decode(chain(100)).answers[1]?.name, '.');
  assert.throws(() => decode(chain(2_000)), /too many compression pointers/);
});

test('the hardest packet for its size is read in no time', () => {
  // One name of 127 labels, and as many records as there can be that point to it.
  const name = '0161'.repeat(127);
  const count = Math.floor((65_535 - 12 - 255 - 4) / 12);
  const head = `1234 8400 0001 ${count.toString(16).padStart(4, '0')} 0000 0000`;
  const bytes = fromHex(
    `${head}${name}00 0001 0001${'c00e ff00 0001 00000000 0000'.repeat(count)}`,
  );
  const { answers } = decode(bytes);
  assert.equal(answers.length, count);
  assert.equal(answers[count - 1]?.name, 'a.'.repeat(126));
});

test('compressed names are read in every type that may have them', () => {
  // mail.example.com. at 12.
  const head = '1234 8400 0001 0001 0000 0000 046d61696c 076578616d706c65 03636f6d 00 000f 0001';
  const srv = decode(fromHex(`${head} c011 0021 0001 0000012c 0008 0001 0002 0019 c00c`));
  assert.deepEqual(srv.answers, lines('example.com. 300 SRV 1 2 25 mail.example.com.'));
  const mx = decode(fromHex(`${head} C011 000f 0001 0000012c 0004 000a c00c`));
  assert.deepEqual(mx.answers, lines('example.com. 300 MX 10 mail.example.com.'));
});

test('names are compressed, but never within data of types that forbid it', () => {
  const packet = packetOf({
    isResponse: true,
    questions: [asked('example.com', TYPE.MX)],
    answers: lines(`EXAMPLE.com. 300 MX 10 mail.example.com.
                    example.com. 300 SRV 1 2 25 mail.example.com.
                    example.com. 300 NS mail.example.com.`),
  });
  const question = '076578616d706c6503636f6d00 000f 0001';
  const expected = [
    '1234 8000 0001 0003 0000 0000',
    question,
    'c00c 000f 0001 0000012c 0009 000a 046d61696c c00c',
    'c00c 0021 0001 0000012c 0018 0001 0002 0019 046d61696c 076578616d706c65 03636f6d 00',
    'c00c 0002 0001 0000012c 0002 c02b',
  ];
  assert.deepEqual(encode(packet, LARGE), fromHex(expected.join('')));
});

test('a TTL with the highest bit is zero', () => {
  const { answers } = decode(fromHex(`${REPLY} 00 0001 0001 80000000 0004 c0000201`));
  assert.equal(answers[0]?.ttlSeconds, 0);
});

test('data mean what they mean in class IN; in others they are bytes, or absent in updates', () => {
  const read = (recordClass: number, type: number, data: string) => {
    const hex = (value: number): string => value.toString(16).padStart(4, '0');
    const length = hex(data.length / 2);
    return decode(fromHex(`${REPLY}00${hex(type)}${hex(recordClass)}00000000${length}${data}`))
      .answers[0]?.data.kind;
  };
  assert.equal(read(CLASS_CH, TYPE.A, '0161000001'), 'unknown');
  assert.equal(read(CLASS_CH, TYPE.TXT, '0161'), 'TXT');
  assert.equal(read(CLASS_ANY, TYPE.MX, ''), 'unknown');
  assert.equal(read(254, TYPE.A, 'c0000201'), 'A');
  assert.equal(read(254, TYPE.A, ''), 'unknown');
});

test('the header is read and answered even where the rest is broken', () => {
  const broken = fromHex('beef 2910 0001 0000 0000 0000 c0');
  assert.deepEqual(decodeHeader(broken), {
    ...decodeHeader(new Uint8Array(12)),
    id: 0xbeef,
    opcode: 5,
    recursionDesired: true,
    checkingDisabled: true,
  });
  const reply = errorReply(broken, RCODE.FORMERR);
  assert.deepEqual(reply, fromHex('beef a901 0000 0000 0000 0000'));
  assert.equal(decode(reply ?? broken).rcode, RCODE.FORMERR);
  assert.equal(errorReply(broken.subarray(0, 11), RCODE.FORMERR), undefined);
  assert.equal(errorReply(fromHex('beef 8000 0000 0000 0000 0000'), RCODE.FORMERR), undefined);
});

test('an extended response code needs OPT', () => {
  const edns = { version: 0, udpBytesMax: 1_232, dnssecOk: true, options: [] };
  const packet = packetOf({ isResponse: true, rcode: RCODE.BADVERS, edns });
  assert.deepEqual(
    encode(packet, 512),
    fromHex('1234 8000 0000 0000 0000 0001 00 0029 04d0 01 00 8000 0000'),
  );
  assert.throws(() => encode(packetOf({ rcode: RCODE.BADVERS }), 512), RangeError);
});

// What follows is about packets that have no room for all.

const summary = (packet: Packet): string =>
  [
    packet.truncated ? 'TC' : '--',
    ...[packet.answers, packet.authority, packet.additional].map((section) => section.length),
    packet.edns ? 'OPT' : 'no OPT',
  ].join(' ');

const fits = (packet: Packet, bytesMax: number): string => {
  const bytes = encode(packet, bytesMax);
  assert.ok(bytes.length <= bytesMax, `${bytes.length} > ${bytesMax}`);
  return summary(decode(bytes));
};

/** What is left at every size down to the least, each state once. */
function shrinking(packet: Packet): string[] {
  const states: string[] = [];
  const whole = encode(packet, LARGE).length;
  for (let bytesMax = whole; bytesMax >= 23; bytesMax -= 1) {
    const state = fits(packet, bytesMax);
    if (state !== states.at(-1)) states.push(state);
  }
  return states;
}

const edns = { version: 0, udpBytesMax: 1_232, dnssecOk: false, options: [] };

test('extra records go first and in silence, then the answer as a whole, OPT never', () => {
  const packet = packetOf({
    isResponse: true,
    authoritative: true,
    questions: [asked('example.com', TYPE.MX)],
    answers: lines(`example.com. 300 MX 10 mail.example.com.
                    example.com. 300 MX 20 backup.example.com.`),
    authority: lines(`example.com. 300 NS ns1.example.com.
                      example.com. 300 NS ns2.example.com.`),
    additional: lines(`mail.example.com. 300 A 192.0.2.1
                       backup.example.com. 300 A 192.0.2.2
                       backup.example.com. 300 A 192.0.2.3`),
    edns,
  });
  assert.deepEqual(shrinking(packet), [
    '-- 2 2 3 OPT',
    '-- 2 2 1 OPT',
    '-- 2 2 0 OPT',
    '-- 2 0 1 OPT',
    '-- 2 0 0 OPT',
    'TC 0 0 0 OPT',
  ]);
});

test('a chain of aliases is cut between its links', () => {
  const packet = packetOf({
    isResponse: true,
    questions: [asked('a.example', TYPE.A)],
    answers: lines(`a.example. 300 CNAME b.example.
                    b.example. 300 A 192.0.2.1
                    b.example. 300 A 192.0.2.2`),
  });
  assert.deepEqual(shrinking(packet), ['-- 3 0 0 no OPT', 'TC 1 0 0 no OPT', 'TC 0 0 0 no OPT']);
});

test('without its SOA record, "no" is truncated', () => {
  const packet = packetOf({
    isResponse: true,
    authoritative: true,
    rcode: RCODE.NXDOMAIN,
    questions: [asked('a.example', TYPE.A)],
    authority: lines('example. 300 SOA ns.example. root.example. 1 2 3 4 5'),
    edns,
  });
  assert.deepEqual(shrinking(packet), ['-- 0 1 0 OPT', 'TC 0 0 0 OPT']);
});

test('a referral is truncated without the glue within the delegation, not without other', () => {
  const packet = packetOf({
    isResponse: true,
    questions: [asked('a.child.example', TYPE.A)],
    authority: lines(`child.example. 300 NS ns.other.example.
                      child.example. 300 NS ns.child.example.`),
    additional: lines(`ns.other.example. 300 A 192.0.2.1
                       ns.child.example. 300 A 192.0.2.2
                       NS.child.example. 300 AAAA 2001:db8::2`),
  });
  assert.deepEqual(shrinking(packet), [
    '-- 0 2 3 no OPT',
    '-- 0 2 2 no OPT',
    'TC 0 2 1 no OPT',
    'TC 0 2 0 no OPT',
    'TC 0 0 0 no OPT',
  ]);
  const whole = encode(packet, LARGE).length;
  const kept = decode(encode(packet, whole - 1)).additional;
  assert.deepEqual(
    kept.map(({ name }) => nameKey(name)),
    ['ns.child.example.', 'ns.child.example.'],
  );
});

test('whatever the limit: never more bytes, no RRset in parts, TC where an answer is missing', () => {
  fc.assert(
    fc.property(packets, fc.integer({ min: 23, max: 1_500 }), (packet, bytesMax) => {
      const bytes = encode(packet, bytesMax);
      assert.ok(bytes.length <= bytesMax);
      const read = decode(bytes);
      assert.deepEqual(read.answers, packet.answers.slice(0, read.answers.length));
      assert.equal(read.edns !== undefined, packet.edns !== undefined);
      const next = packet.answers[read.answers.length];
      const last = read.answers.at(-1);
      if (next) assert.equal(read.truncated, true);
      if (next && last)
        assert.ok(next.type !== last.type || nameKey(next.name) !== nameKey(last.name));
      if (!read.truncated) assert.deepEqual(read.questions, packet.questions);
    }),
    { numRuns: 300 },
  );
});

test('options that leave no room for OPT are left out, OPT stays', () => {
  const options = [{ code: 1, bytes: new Uint8Array(600) }];
  assert.equal(fits(packetOf({ edns: { ...edns, options } }), 512), '-- 0 0 0 OPT');
});

test('names beyond the reach of a pointer are written in full', () => {
  const answers = Array.from({ length: 1_500 }, (_, at) =>
    recordOf(`h${at}.example. 1 A 192.0.2.1`),
  );
  const packet = packetOf({ answers: [...answers, ...lines('h1499.example. 1 A 192.0.2.1')] });
  assert.deepEqual(decode(encode(packet, LARGE)), packet);
});
