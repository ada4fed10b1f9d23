// Who we are: our name, the addresses we listen on, those that NAT gives us, and the families that
// this machine has a route for.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type SelfOptions, selfOf } from '../../src/delivery/asking.ts';
import { ip, nameOf } from '../support/routing.ts';

const ips = (texts: string) =>
  texts
    .split(' ')
    .filter((text) => text !== '')
    .map(ip);
const MACHINE = '127.0.0.1 192.0.2.1 ::1 2001:db8::1 fe80::1';

function self(listen: string, given: Partial<SelfOptions> = {}) {
  return selfOf({
    hostname: nameOf('mx.example.com'),
    listen: ips(listen),
    nat: [],
    interfaces: ips(MACHINE),
    globalNetworks: [],
    ...given,
  });
}

describe('our addresses', () => {
  const ROWS: readonly (readonly [sentence: string, listen: string, addresses: string])[] = [
    ['those we listen on', '192.0.2.1', '192.0.2.1'],
    ['an IPv4 wildcard: those of this machine except loopback', '0.0.0.0', '192.0.2.1'],
    ['an IPv6 wildcard: those of both families', '::', '192.0.2.1 2001:db8::1'],
    ['loopback where it is listened on', '127.0.0.5', '127.0.0.5'],
    ['each once', '0.0.0.0 :: 192.0.2.1', '192.0.2.1 2001:db8::1'],
    ['none where nothing is listened on', '', ''],
  ];
  for (const [sentence, listen, addresses] of ROWS) {
    it(sentence, () => assert.deepEqual(self(listen).addresses, ips(addresses)));
  }

  it('and those set as nat', () => {
    const nat = ips('198.51.100.1');
    assert.deepEqual(self('0.0.0.0', { nat }).addresses, ips('192.0.2.1 198.51.100.1'));
  });
});

describe('the families that have a route', () => {
  const ROWS: readonly (readonly [interfaces: string, ipv4: boolean, ipv6: boolean])[] = [
    [MACHINE, true, true],
    ['127.0.0.1 192.0.2.1 ::1 fe80::1', true, false],
    ['127.0.0.1 ::1 2001:db8::1', false, true],
    ['127.0.0.1 ::1', false, false],
    ['127.0.0.1 10.0.0.2', true, false],
  ];
  for (const [interfaces, ipv4, ipv6] of ROWS) {
    it(`with ${interfaces}`, () => {
      assert.deepEqual(self('', { interfaces: ips(interfaces) }).families, { ipv4, ipv6 });
    });
  }

  it('loopback has one in a closed world on it', () => {
    const world = { interfaces: ips('127.0.0.1 ::1'), globalNetworks: ['127.0.0.0/8'] };
    assert.deepEqual(self('', world).families, { ipv4: true, ipv6: false });
  });
});
