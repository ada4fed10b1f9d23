// The root servers that the walk begins with: thirteen of them, at addresses that can be dialled.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isIpv6 } from '../../src/base/ip.ts';
import { specialPurpose } from '../../src/base/special-purpose.ts';
import { ROOT_SERVERS } from '../../src/resolver/root-servers.ts';

test('there are thirteen addresses of each family, all different and public', () => {
  const addresses = ROOT_SERVERS.map(({ address }) => address);
  assert.equal(addresses.filter(isIpv6).length, 13);
  assert.equal(new Set(addresses).size, 26);
  assert.deepEqual(
    addresses.filter((address) => specialPurpose(address) !== undefined),
    [],
  );
  assert.ok(ROOT_SERVERS.every(({ port }) => port === 53));
});
