// The wire format against another program's: what we write it reads, what it writes we read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import dnsPacket from 'dns-packet';
import { TYPE } from '../../src/dns/types.ts';
import { decode, encode } from '../../src/dns/wire.ts';
import { nameOf, packetOf, recordOf } from '../support/packets.ts';

interface Row {
  readonly line: string;
  /** The same record in the other program's words. */
  readonly record: dnsPacket.Answer;
}

const owner = { name: 'www.example.com', ttl: 300, class: 'IN' } as const;
const line = (rest: string): string => `www.example.com. 300 ${rest}`;

const ROWS: readonly Row[] = [
  { line: line('A 192.0.2.1'), record: { ...owner, type: 'A', data: '192.0.2.1' } },
  { line: line('AAAA 2001:db8::1'), record: { ...owner, type: 'AAAA', data: '2001:db8::1' } },
  { line: line('NS ns.example.com.'), record: { ...owner, type: 'NS', data: 'ns.example.com' } },
  { line: line('CNAME example.com.'), record: { ...owner, type: 'CNAME', data: 'example.com' } },
  { line: line('PTR a.example.org.'), record: { ...owner, type: 'PTR', data: 'a.example.org' } },
  {
    line: line('MX 10 mail.example.com.'),
    record: { ...owner, type: 'MX', data: { preference: 10, exchange: 'mail.example.com' } },
  },
  {
    line: line('SRV 1 2 587 mail.example.com.'),
    record: {
      ...owner,
      type: 'SRV',
      data: { priority: 1, weight: 2, port: 587, target: 'mail.example.com' },
    },
  },
  {
    line: line('SOA ns.example.com. root.example.com. 4294967295 3600 900 1209600 300'),
    record: {
      ...owner,
      type: 'SOA',
      data: {
        mname: 'ns.example.com',
        rname: 'root.example.com',
        serial: 4_294_967_295,
        refresh: 3_600,
        retry: 900,
        expire: 1_209_600,
        minimum: 300,
      },
    },
  },
  {
    line: line('TXT "v=spf1 -all" "b"'),
    record: { ...owner, type: 'TXT', data: [Buffer.from('v=spf1 -all'), Buffer.from('b')] },
  },
];

test('what we write, it reads', () => {
  for (const { line, record } of ROWS) {
    const { name, type } = recordOf(line);
    const bytes = encode(
      packetOf({
        id: 7,
        isResponse: true,
        recursionDesired: true,
        questions: [{ name, type, class: 1 }],
        answers: [recordOf(line)],
        edns: { version: 0, udpBytesMax: 1_232, dnssecOk: true, options: [] },
      }),
      512,
    );
    const read = dnsPacket.decode(Buffer.from(bytes));
    assert.equal(read.id, 7);
    assert.equal(read.flag_rd, true);
    assert.deepEqual(read.questions, [{ name: owner.name, type: record.type, class: 'IN' }]);
    assert.deepEqual(read.answers, [{ ...record, flush: false }]);
    assert.equal(read.additionals?.[0]?.type, 'OPT');
  }
});

test('what it writes, we read', () => {
  const bytes = dnsPacket.encode({
    type: 'response',
    id: 7,
    flags: dnsPacket.AUTHORITATIVE_ANSWER,
    questions: [{ type: 'MX', name: 'www.example.com' }],
    answers: ROWS.map(({ record }) => record),
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 1_232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: dnsPacket.DNSSEC_OK,
        flag_do: true,
        options: [],
      },
    ],
  });
  assert.deepEqual(
    decode(bytes),
    packetOf({
      id: 7,
      isResponse: true,
      authoritative: true,
      questions: [{ name: nameOf('www.example.com'), type: TYPE.MX, class: 1 }],
      answers: ROWS.map(({ line }) => recordOf(line)),
      edns: { version: 0, udpBytesMax: 1_232, dnssecOk: true, options: [] },
    }),
  );
});
