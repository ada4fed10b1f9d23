// The Received field for every way in which a message may have come.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromLatin1 } from '../../src/base/bytes.ts';
import type { IpAddress } from '../../src/base/ip.ts';
import { instantAt } from '../../src/base/time.ts';
import { printDate } from '../../src/message/date.ts';
import { fieldOf, readHeader } from '../../src/message/header.ts';
import { type Reception, receivedField } from '../../src/message/received.ts';

const AT = instantAt(Date.UTC(2026, 9, 2, 3, 4, 5));

const reception = (given: Partial<Reception> = {}): Reception => ({
  hello: 'client.example',
  client: '192.0.2.1' as IpAddress,
  by: 'mx.example',
  protocol: 'ESMTP',
  id: '0-abc',
  at: AT,
  ...given,
});

describe('Received field', () => {
  it('prints dates as RFC 5322 has them', () => {
    assert.equal(printDate(AT), 'Fri, 02 Oct 2026 03:04:05 +0000');
    assert.equal(printDate(instantAt(0)), 'Thu, 01 Jan 1970 00:00:00 +0000');
  });

  it('is as RFC 5321 §4.4 has it', () => {
    const tls = { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
    assert.equal(
      receivedField(reception({ protocol: 'ESMTPS', tls, recipient: 'user@example.com' })),
      [
        'Received: from client.example ([192.0.2.1])',
        '\tby mx.example (Fingerpost) with ESMTPS (TLSv1.3 TLS_AES_256_GCM_SHA384)',
        '\tid 0-abc',
        '\tfor <user@example.com>;',
        '\tFri, 02 Oct 2026 03:04:05 +0000',
        '',
      ].join('\r\n'),
    );
  });

  it('without TLS and without a recipient', () => {
    assert.equal(
      receivedField(reception({ client: '2001:db8::1' as IpAddress, protocol: 'SMTP' })),
      [
        'Received: from client.example ([IPv6:2001:db8::1])',
        '\tby mx.example (Fingerpost) with SMTP',
        '\tid 0-abc;',
        '\tFri, 02 Oct 2026 03:04:05 +0000',
        '',
      ].join('\r\n'),
    );
  });

  const HELLOS: readonly (readonly [hello: string, from: string])[] = [
    ['', 'from [192.0.2.1]'],
    ['[192.0.2.9]', 'from [192.0.2.9] ([192.0.2.1])'],
    ['a (by trusted) b', 'from a??by?trusted??b ([192.0.2.1])'],
    ['x\r\nSubject: y', 'from x??Subject:?y ([192.0.2.1])'],
    ['a; b', 'from a??b ([192.0.2.1])'],
    ['\xe9.example', 'from ?.example ([192.0.2.1])'],
    ['x'.repeat(2_000), `from ${'x'.repeat(255)} ([192.0.2.1])`],
  ];
  for (const [hello, from] of HELLOS) {
    it(`hello ${JSON.stringify(hello.slice(0, 20))}`, () => {
      assert.equal(receivedField(reception({ hello })).split('\r\n')[0], `Received: ${from}`);
    });
  }

  it('leaves out a recipient that would break it', () => {
    for (const recipient of ['a b@c', 'a@b\r\nX: y', '\xe9@b', `${'x'.repeat(400)}@b`, '']) {
      assert.doesNotMatch(receivedField(reception({ recipient })), /for </);
    }
  });

  it('is one field of printable lines whatever a client says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (hello, cipher) => {
        const tls = { protocol: 'TLSv1.3', cipher };
        const field = receivedField(reception({ hello, tls, recipient: hello }));
        assert.match(field, /^(?:[\t\x20-\x7e]{1,998}\r\n)+$/);
        const header = readHeader(fromLatin1(`${field}\r\n`));
        assert.equal(header.fields.length, 1);
        assert.match(fieldOf(header, 'received') ?? '', /; *\tFri, 02 Oct 2026 03:04:05 \+0000$/);
      }),
    );
  });
});
