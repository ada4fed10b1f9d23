// Which addresses of mail hosts are talked to: all of them where they are not too many, else some of
// every host, of both families.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isIpv6 } from '../../src/base/ip.ts';
import type { Fact } from '../../src/checks/fact.ts';
import { mailPlaces, type Place } from '../../src/checks/mail.ts';
import { TYPE } from '../../src/dns/types.ts';
import { ip } from '../support/api-parts.ts';
import { aboutOf } from '../support/scene.ts';
import { nameOf } from '../support/zones.ts';

const known = { kind: 'records', ttlSeconds: 60, secure: false, aliases: [] } as const;

/** `counts`: how many addresses each exchange has, of IPv4 and of IPv6. */
function placesOf(counts: readonly (readonly [number, number])[]): readonly Place[] {
  const inquiry = mailPlaces(aboutOf({}));
  let step = inquiry.next();
  while (!step.done) {
    const facts = step.value.map((want) => {
      assert.ok(want.kind === 'lookup');
      return { want, id: 'L1', at: 0, tookMs: 0, kind: 'lookup', lookup: lookupOf(want) };
    });
    step = inquiry.next(facts as unknown as readonly Fact[]);
  }
  return step.value;

  function lookupOf({ name, type }: { readonly name: string; readonly type: number }) {
    if (type === TYPE.MX) {
      const records = counts.map((_, at) => {
        return { kind: 'MX', preference: at, exchange: nameOf(`m${at}.example.com`) };
      });
      return { ...known, records };
    }
    const host = Number(/^m(\d+)/.exec(name)?.[1]);
    const [ipv4 = 0, ipv6 = 0] = counts[host] ?? [];
    const isV6 = type === TYPE.AAAA;
    const records = Array.from({ length: isV6 ? ipv6 : ipv4 }, (_, at) => {
      const address = isV6 ? `2001:db8:${host}::${at + 1}` : `10.${host}.${at >> 8}.${at & 255}`;
      return { kind: isV6 ? 'AAAA' : 'A', address: ip(address) };
    });
    return { ...known, records };
  }
}

const countOf = (places: readonly Place[], host: string): number =>
  places.filter((place) => place.host === nameOf(host)).length;

test('all addresses are talked to, most preferred host first', () => {
  const places = placesOf([
    [2, 1],
    [1, 0],
  ]);
  assert.deepEqual(
    places.map(({ host, address }) => `${host} ${address}`),
    [
      'm0.example.com. 10.0.0.0',
      'm0.example.com. 10.0.0.1',
      'm0.example.com. 2001:db8::1',
      'm1.example.com. 10.1.0.0',
    ],
  );
});

test('of a thousand addresses a hundred are, of both families', () => {
  const places = placesOf([[500, 500]]);
  assert.equal(places.length, 100);
  assert.equal(places.filter(({ address }) => isIpv6(address)).length, 50);
});

test('a host with few addresses is not left out for one with many', () => {
  const places = placesOf([[600, 0], ...Array.from({ length: 9 }, () => [2, 0] as const)]);
  assert.equal(countOf(places, 'm0.example.com'), 82);
  assert.equal(countOf(places, 'm9.example.com'), 2);
});

test('fifty hosts with fifty addresses each are talked to at two', () => {
  const places = placesOf(Array.from({ length: 50 }, () => [25, 25] as const));
  assert.equal(places.length, 100);
  for (const at of [0, 25, 49]) assert.equal(countOf(places, `m${at}.example.com`), 2);
});
