// IP addresses and networks: what is one, how it is written (RFC 5952), what is inside what. The
// runtime's own `isIP` and `BlockList` are the oracles.
import assert from 'node:assert/strict';
import { BlockList, isIP } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  ipBytes,
  ipFromBytes,
  isIpv6,
  isWithin,
  parseCidr,
  parseEndpoint,
  parseIp,
  printEndpoint,
} from '../../src/base/ip.ts';
import { ip } from '../support/routing.ts';

describe('parseIp', () => {
  const CANONICAL: readonly (readonly [text: string, canonical: string])[] = [
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8::00A0', '2001:db8::a0'],
    // RFC 5952 §4.1 to §4.3
    ['2001:0db8:0000:0000:0000:0000:0002:0001', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['0:0:1:2:3:4:0:0', '::1:2:3:4:0:0'],
    ['1:2:3:4:5:6:0:0', '1:2:3:4:5:6::'],
    // RFC 5952 §5
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['::FFFF:192.0.2.1', '::ffff:192.0.2.1'],
    ['0:0:0:0:0:ffff:0:0', '::ffff:0.0.0.0'],
    ['::192.0.2.1', '::c000:201'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
  ];
  for (const [text, canonical] of CANONICAL) {
    it(`${text} is ${canonical}`, () => assert.equal(parseIp(text), canonical));
  }

  const NONE = [
    ...['', '.', ':', ':::', '1', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.4 '],
    ...['0x1.2.3.4', '1.2.3.-4', '1.2.3.4/8', '1.2.3.4:25', '[::1]', '::1%eth0', '1::2::3'],
    ...['1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::', '::1:2:3:4:5:6:7:8'],
    ...['12345::', 'g::', ':1:2:3:4:5:6:7', '1:2:3:4:5:6:7:', '1.2.3.4::', '1.2.3.4::1'],
    ...[
      '::1.2.3.4:5',
      '::1.2.3',
      '::1.2.3.256',
      '1:2:3:4:5:6:7:1.2.3.4',
      'example.com',
      '１.2.3.4',
    ],
  ];
  for (const text of NONE) {
    it(`${JSON.stringify(text)} is no address`, () => assert.equal(parseIp(text), undefined));
  }

  it('agrees with the runtime on whatever looks like an address', () => {
    const piece = fc.constantFrom('0', '1', '255', '256', 'ffff', 'a0', '10000', '1.2.3.4', '');
    const texts = fc
      .array(fc.tuple(piece, fc.constantFrom(':', '::', '.', '')), { maxLength: 10 })
      .map((pieces) => pieces.flat().join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const address = parseIp(text);
        assert.equal(address === undefined ? 0 : isIpv6(address) ? 6 : 4, isIP(text));
      }),
      { numRuns: 5_000 },
    );
  });
});

const fourBytes = fc.uint8Array({ minLength: 4, maxLength: 4 });
const sixteenBytes = fc
  .array(fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])));
const bytes = fc.oneof(fourBytes, sixteenBytes);

describe('ipFromBytes', () => {
  it('is undone by ipBytes', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        const text = ipFromBytes(given);
        assert.deepEqual([...(ipBytes(text) ?? [])], [...given]);
        assert.equal(parseIp(text), text, 'it is canonical');
      }),
      { numRuns: 2_000 },
    );
  });

  it('writes IPv6 as the URL parser of the runtime does, but for v4-mapped ones', () => {
    fc.assert(
      fc.property(sixteenBytes, (given) => {
        const text = ipFromBytes(given);
        if (text.startsWith('::ffff:') && text.includes('.')) return;
        assert.equal(`[${text}]`, new URL(`http://[${text}]`).hostname);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads a view of larger bytes', () => {
    const packet = Uint8Array.from([9, 9, 192, 0, 2, 1, 9]);
    assert.equal(ipFromBytes(packet.subarray(2, 6)), '192.0.2.1');
  });
});

describe('networks', () => {
  const ROWS: readonly (readonly [network: string, inside: string, outside: string])[] = [
    ['192.0.2.0/24', '192.0.2.255', '192.0.3.0'],
    ['192.0.2.0/25', '192.0.2.127', '192.0.2.128'],
    ['192.0.2.7', '192.0.2.7', '192.0.2.6'],
    ['0.0.0.0/0', '255.0.0.1', '::1'],
    ['::/0', 'ffff::1', '192.0.2.1'],
    ['2001:db8::/33', '2001:db8:7fff::', '2001:db8:8000::'],
    ['2001:db8::1/128', '2001:db8::1', '2001:db8::2'],
    ['::ffff:0:0/96', '::ffff:192.0.2.1', '192.0.2.1'],
  ];
  for (const [text, inside, outside] of ROWS) {
    it(`${text} holds ${inside} and not ${outside}`, () => {
      const network = parseCidr(text);
      assert.ok(network);
      assert.equal(isWithin(ip(inside), network), true);
      assert.equal(isWithin(ip(outside), network), false);
    });
  }

  it('are printed canonically', () => {
    assert.equal(parseCidr('2001:DB8:0::/32')?.text, '2001:db8::/32');
    assert.equal(parseCidr('192.0.2.1')?.text, '192.0.2.1/32');
  });

  for (const text of [
    ...['192.0.2.1/24', '192.0.2.0/33', '::/129', '192.0.2.0/', '192.0.2.0/24/8', '192.0.2.0/-1'],
    ...['192.0.2.0/a', '/24', '', '192.0.2/24', '2001:db8::1/64', '192.0.2.0/ 24', '0.0.0.0/1e1'],
  ]) {
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseCidr(text), undefined));
  }

  it('agree with the runtime', () => {
    const cut = (given: Uint8Array, bits: number): Uint8Array =>
      given.map((byte, at) => byte & (0xff << Math.min(8, Math.max(0, 8 * (at + 1) - bits))));
    const near = fc.tuple(bytes, fc.nat(127), fc.nat(127)).map(([given, length, flip]) => {
      const bits = length % (8 * given.length + 1);
      const other = given.with(Math.floor(flip / 8) % given.length, flip);
      return { network: cut(given, bits), bits, other };
    });
    fc.assert(
      fc.property(near, ({ network, bits, other }) => {
        const cidr = parseCidr(`${ipFromBytes(network)}/${bits}`);
        assert.ok(cidr);
        const address = ipFromBytes(other);
        const family = isIpv6(address) ? 'ipv6' : 'ipv4';
        const oracle = new BlockList();
        oracle.addSubnet(ipFromBytes(network), bits, family);
        assert.equal(isWithin(address, cidr), oracle.check(address, family));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('endpoints', () => {
  it('are read as they are printed', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 65_535 }), (given, port) => {
        const endpoint = { address: ipFromBytes(given), port };
        assert.deepEqual(parseEndpoint(printEndpoint(endpoint)), endpoint);
      }),
    );
  });
  it('of IPv6 stand in brackets', () => {
    assert.equal(printEndpoint({ address: ip('2001:db8::1'), port: 25 }), '[2001:db8::1]:25');
    assert.equal(printEndpoint({ address: ip('192.0.2.1'), port: 25 }), '192.0.2.1:25');
  });
  for (const text of [
    ...['', '192.0.2.1', '192.0.2.1:', ':25', '192.0.2.1:65536', '192.0.2.1:-1', '::1:25'],
    ...['[::1]', '[::1]25', '[::1]:', 'localhost:25', '192.0.2.1:25 ', '192.0.2.1:123456'],
  ]) {
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseEndpoint(text), undefined));
  }
});
