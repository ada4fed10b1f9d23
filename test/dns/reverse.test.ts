// Reverse names, against the examples of the RFCs, and read back by a property.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipFromBytes, parseIp } from '../../src/base/ip.ts';
import { labelsOf } from '../../src/dns/name.ts';
import { reversedLabels, reverseName } from '../../src/dns/reverse.ts';

const TABLE: readonly (readonly [address: string, name: string])[] = [
  // RFC 1035 §3.5
  ['10.2.0.52', '52.0.2.10.in-addr.arpa.'],
  ['192.0.2.1', '1.2.0.192.in-addr.arpa.'],
  ['0.0.0.0', '0.0.0.0.in-addr.arpa.'],
  // RFC 3596 §2.5
  [
    '4321:0:1:2:3:4:567:89ab',
    'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa.',
  ],
  ['::1', `1.${'0.'.repeat(31)}ip6.arpa.`],
  // An IPv4 address in IPv6 form is an IPv6 address.
  ['::ffff:192.0.2.1', `1.0.2.0.0.0.0.c.f.f.f.f.${'0.'.repeat(20)}ip6.arpa.`],
];

for (const [text, name] of TABLE) {
  test(`the reverse name of ${text}`, () => {
    const address = parseIp(text);
    assert.ok(address);
    assert.equal(reverseName(address), name);
    assert.equal(reversedLabels(address), name.replace(/\.(?:in-addr|ip6)\.arpa\.$/, ''));
  });
}

const octet = fc.integer({ min: 0, max: 255 });
const bytesOf = (count: number) => fc.array(octet, { minLength: count, maxLength: count });

test('an address can be read back from its reverse name', () => {
  fc.assert(
    fc.property(fc.oneof(bytesOf(4), bytesOf(16)), (bytes) => {
      const labels = labelsOf(reverseName(ipFromBytes(Uint8Array.from(bytes)))).slice(0, -2);
      const back = labels.toReversed();
      const digits =
        bytes.length === 4
          ? back.map(Number)
          : bytes.map((_, at) => Number.parseInt(`${back[2 * at]}${back[2 * at + 1]}`, 16));
      assert.deepEqual(digits, bytes);
    }),
  );
});
