// Received fields as programs in use write them, and as nobody should.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromLatin1 } from '../../src/base/bytes.ts';
import { instantAt } from '../../src/base/time.ts';
import { readHeader } from '../../src/message/header.ts';
import { receivedField } from '../../src/message/received.ts';
import { type Received, readReceived, readReceivedField } from '../../src/message/received-read.ts';
import { ip } from '../support/api-parts.ts';

const at = (text: string) => instantAt(Date.parse(text));
const read = (text: string) => readReceived(readHeader(fromLatin1(text)));
const client = ip('192.0.2.1');

/** By the program that writes it so. */
const WRITTEN: Readonly<Record<string, readonly [field: string, read: Received]>> = {
  Postfix: [
    `from out.example.net (out.example.net [192.0.2.1])
	(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)
	 key-exchange X25519 server-signature ECDSA (P-256) server-digest SHA256)
	(No client certificate requested)
	by mail.example.com (Postfix) with ESMTPS id 4Xy1Z2
	for <user@example.com>; Sat, 31 Jan 2026 14:05:09 +0100 (CET)`,
    {
      from: 'out.example.net',
      client,
      by: 'mail.example.com',
      protocol: 'ESMTPS',
      tls: { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
      id: '4Xy1Z2',
      at: at('2026-01-31T13:05:09Z'),
    },
  ],
  Exim: [
    `from [192.0.2.1] (helo=out.example.net)
	by mail.example.com with esmtps  (TLS1.2) tls TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
	(Exim 4.96) (envelope-from <>) id 1abc-000-00; Sat, 31 Jan 2026 13:05:09 +0000`,
    {
      from: '[192.0.2.1]',
      client,
      by: 'mail.example.com',
      protocol: 'esmtps',
      tls: { protocol: 'TLSv1.2', cipher: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' },
      id: '1abc-000-00',
      at: at('2026-01-31T13:05:09Z'),
    },
  ],
  'a large receiver': [
    `from out.example.net (out.example.net. [2001:db8::1]) by mx.example.org with ESMTPS id
	a640c23a62f3a-b9c.12.2026.01.31 for <user@example.org>
	(version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256 bits=128/128);
	Sat, 31 Jan 2026 05:05:09 -0800 (PST)`,
    {
      from: 'out.example.net',
      client: ip('2001:db8::1'),
      by: 'mx.example.org',
      protocol: 'ESMTPS',
      tls: { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
      id: 'a640c23a62f3a-b9c.12.2026.01.31',
      at: at('2026-01-31T13:05:09Z'),
    },
  ],
  'one that hides TLS in a comment': [
    `from A.example.net ([IPv6:2001:DB8::1]) by B.example.com (fe80::1) with Microsoft SMTP
	Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.1;
	31 Jan 2026 13:05 +0000`,
    {
      from: 'A.example.net',
      client: ip('2001:db8::1'),
      by: 'B.example.com',
      protocol: 'Microsoft',
      tls: { protocol: 'TLSv1.2', cipher: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384' },
      id: '15.20.1',
      at: at('2026-01-31T13:05:00Z'),
    },
  ],
  qmail: [
    'from unknown (HELO out) (192.0.2.1)\n  by 0 with SMTP; 31 Jan 26 13:05:09 -0000',
    { from: 'unknown', client, by: '0', protocol: 'SMTP', at: at('2026-01-31T13:05:09Z') },
  ],
  'one without a network': [
    '(from root@localhost) by box (8.18/8.18) id 60V; Sat, 31 Jan 2026 08:05:09 EST',
    { by: 'box', id: '60V', at: at('2026-01-31T13:05:09Z') },
  ],
};

for (const [who, [field, expected]] of Object.entries(WRITTEN)) {
  test(`as written by ${who}`, () => {
    assert.deepEqual(read(`Received: ${field}\n\n`), [expected]);
  });
}

test('what we write we read', () => {
  const now = at('2026-01-31T13:05:09Z');
  const written = receivedField({
    hello: 'out.example.net',
    client: ip('2001:db8::1'),
    by: 'mail.example.com',
    protocol: 'ESMTPS',
    tls: { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
    id: '0-1abc',
    recipient: 'user@example.com',
    at: now,
  });
  assert.deepEqual(read(`${written}\r\n`), [
    {
      from: 'out.example.net',
      client: ip('2001:db8::1'),
      by: 'mail.example.com',
      protocol: 'ESMTPS',
      tls: { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
      id: '0-1abc',
      at: now,
    },
  ]);
});

/** What is no field of the standard still gives what can be had. */
const ODD: readonly (readonly [field: string, read: Received])[] = [
  ['', {}],
  ['; ', {}],
  ['by', {}],
  ['from by by with', { from: 'by', by: 'with' }],
  ['from a (by b) by c; x; Sat, 31 Jan 2026 13:05:09 GMT', { from: 'a', by: 'c' }],
  ['from a (open (and by b; never', { from: 'a' }],
  ['from a \\( by b', { from: 'a' }],
  ['from a by b from c by d', { from: 'a', by: 'b' }],
  ['with UTF8SMTPSA by b', { by: 'b', protocol: 'UTF8SMTPSA', tls: {} }],
  ['by b with SMTPX', { by: 'b', protocol: 'SMTPX' }],
];

for (const [field, expected] of ODD) {
  test(`the odd field "${field}"`, () => {
    const { at: _, ...rest } = readReceivedField(field);
    assert.deepEqual(rest, expected);
  });
}

const DATES: readonly (readonly [text: string, iso: string | undefined])[] = [
  ['Sat, 31 Jan 2026 13:05:09 +0000', '2026-01-31T13:05:09Z'],
  ['31 Jan 2026 13:05:09 +0530 (IST (India))', '2026-01-31T07:35:09Z'],
  ['1 Mar 126 00:00 UT', '2026-03-01T00:00:00Z'],
  ['29 Feb 2024 23:59:60 GMT', '2024-03-01T00:00:00Z'],
  ['29 Feb 2026 13:05:09 +0000', undefined],
  ['31 Foo 2026 13:05:09 +0000', undefined],
  ['31 Jan 2026 24:05:09 +0000', undefined],
  ['31 Jan 2026 13:65:09 +0000', undefined],
  ['31 Jan 2026 13:05:09 +0099', undefined],
  ['31 Jan 2026 13:05:09', undefined],
  ['yesterday', undefined],
];

for (const [text, iso] of DATES) {
  test(`the date "${text}"`, () => {
    assert.equal(readReceivedField(`by b; ${text}`).at, iso === undefined ? undefined : at(iso));
  });
}

test('the first host comes first, and no more than a hundred are told', () => {
  const fields = (count: number) =>
    Array.from({ length: count }, (_, index) => `Received: by host${index}\n`).join('');
  assert.deepEqual(
    read(`${fields(3)}\n`).map(({ by }) => by),
    ['host2', 'host1', 'host0'],
  );
  assert.equal(read(`${fields(150)}\n`).length, 100);
});

test('whatever stands there, something bounded comes back', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...'from by with id for via ( ) ; \\ [ ] [192.0.2.1] TLSv1.3 2026 Jan'.split(' '),
    ),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 200 }),
      fc.constantFrom(' ', '', '\t'),
      (parts, gap) => {
        const hop = readReceivedField(parts.join(gap));
        for (const text of [hop.from, hop.by, hop.protocol, hop.id]) {
          assert.ok(text === undefined || text.length <= 320);
        }
        assert.ok(hop.at === undefined || Number.isFinite(hop.at));
      },
    ),
  );
});

test('of a field of many thousand characters only the beginning is read', () => {
  for (const text of ['(', '()', 'TLS_', '1:', 'from ', '(\\', 'a;']) {
    const long = text.repeat(100_000);
    assert.deepEqual(readReceivedField(long), readReceivedField(long.slice(0, 4_096)), text);
  }
});
