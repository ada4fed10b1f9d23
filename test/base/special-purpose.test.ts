// The IANA special-purpose registries, range by range: the first and the last address of each are
// refused, their neighbours outside are not (but where another range begins there).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type IpAddress, ipBytes, ipFromBytes, parseCidr } from '../../src/base/ip.ts';
import { specialPurpose } from '../../src/base/special-purpose.ts';
import { ip } from '../support/routing.ts';

const RANGES: readonly (readonly [range: string, last: string, purpose: RegExp])[] = [
  ['0.0.0.0/8', '0.255.255.255', /this network/],
  ['10.0.0.0/8', '10.255.255.255', /private/],
  ['100.64.0.0/10', '100.127.255.255', /shared/],
  ['127.0.0.0/8', '127.255.255.255', /loopback/],
  ['169.254.0.0/16', '169.254.255.255', /link local/],
  ['172.16.0.0/12', '172.31.255.255', /private/],
  ['192.0.0.0/24', '192.0.0.255', /protocol/],
  ['192.0.2.0/24', '192.0.2.255', /documentation/],
  ['192.88.99.0/24', '192.88.99.255', /6to4/],
  ['192.168.0.0/16', '192.168.255.255', /private/],
  ['198.18.0.0/15', '198.19.255.255', /benchmarking/],
  ['198.51.100.0/24', '198.51.100.255', /documentation/],
  ['203.0.113.0/24', '203.0.113.255', /documentation/],
  ['224.0.0.0/4', '239.255.255.255', /multicast/],
  ['240.0.0.0/4', '255.255.255.255', /reserved/],
  ['::/128', '::', /unspecified/],
  ['::1/128', '::1', /loopback/],
  ['::ffff:0:0/96', '::ffff:255.255.255.255', /IPv4 address in IPv6/],
  ['64:ff9b::/96', '64:ff9b::ffff:ffff', /NAT64/],
  ['64:ff9b:1::/48', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff', /NAT64/],
  ['100::/64', '100::ffff:ffff:ffff:ffff', /discard/],
  ['100:0:0:1::/64', '100:0:0:1:ffff:ffff:ffff:ffff', /outside/],
  ['2001::/23', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', /protocol/],
  ['2001:db8::/32', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', /documentation/],
  ['2002::/16', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', /6to4/],
  ['3fff::/20', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', /documentation/],
  ['5f00::/16', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff', /outside/],
  ['fc00::/7', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', /unique local/],
  ['fe80::/10', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', /link local/],
  ['fec0::/10', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', /outside/],
  ['ff00::/8', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', /multicast/],
];

/** The address that many steps on; nothing past the ends. */
function step(address: IpAddress, by: 1 | -1): IpAddress | undefined {
  const bytes = Uint8Array.from(ipBytes(address) ?? []);
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    const sum = (bytes[at] ?? 0) + by;
    bytes[at] = sum;
    if (sum >= 0 && sum <= 255) return ipFromBytes(bytes);
  }
  return undefined;
}

const isListed = (address: IpAddress): boolean =>
  RANGES.some(([range, last]) => {
    const first = Buffer.from(parseCidr(range)?.bytes ?? []);
    const bytes = Buffer.from(ipBytes(address) ?? []);
    const end = Buffer.from(ipBytes(last) ?? []);
    return bytes.length === first.length && bytes.compare(first) >= 0 && bytes.compare(end) <= 0;
  });

describe('special-purpose addresses', () => {
  for (const [range, last, purpose] of RANGES) {
    it(`${range} to its ends`, () => {
      const first = ip(range.split('/')[0] ?? '');
      assert.match(specialPurpose(first) ?? '', purpose);
      assert.match(specialPurpose(ip(last)) ?? '', purpose);
      for (const neighbour of [step(first, -1), step(ip(last), 1)]) {
        if (neighbour === undefined || isListed(neighbour)) continue;
        const isGlobal = !neighbour.includes(':') || /^[23]\w\w\w:/.test(neighbour);
        assert.equal(specialPurpose(neighbour) === undefined, isGlobal, neighbour);
      }
    });
  }

  for (const text of [
    ...['1.1.1.1', '9.255.255.255', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.0'],
    ...['192.0.1.255', '192.0.3.0', '198.17.255.255', '198.20.0.0', '223.255.255.255'],
    ...['2000::1', '2001:200::1', '2001:4860:4860::8888', '2001:db9::', '2606:4700::1111'],
  ]) {
    it(`${text} is global`, () => assert.equal(specialPurpose(ip(text)), undefined));
  }

  it('no IPv6 address outside 2000::/3 is global', () => {
    const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(sixteen, (bytes) => {
        if ((bytes[0] ?? 0) >> 5 !== 1) assert.ok(specialPurpose(ipFromBytes(bytes)));
      }),
    );
  });

  it('no address that carries an IPv4 one is global, whichever it carries', () => {
    const four = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(ipFromBytes);
    fc.assert(
      fc.property(four, (inner) => {
        for (const prefix of ['::ffff:', '64:ff9b::', '::', '::ffff:0:']) {
          assert.ok(specialPurpose(ip(`${prefix}${inner}`)), `${prefix}${inner}`);
        }
      }),
    );
  });
});
