// A change carries a zone from one version to the next, whatever lies between them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Zone } from '../../src/dns/zone.ts';
import { applyChanges, changeBetween } from '../../src/nameserver/zone-change.ts';
import { zonesOf } from '../support/zone-queries.ts';
import { APEX, nameOf, zoneFrom } from '../support/zones.ts';

/** Lines that a zone may have or not, some of them below others. */
const LINES = [
  '@ 300 MX 10 mail',
  '@ 300 MX 20 backup',
  '@ 60 TXT "v=spf1 -all"',
  '@ 60 TXT "\\255\\000"',
  'mail 300 A 192.0.2.1',
  'mail 300 A 192.0.2.2',
  'mail 300 AAAA 2001:db8::1',
  'a.b.c 300 A 192.0.2.3',
  'b.c 300 CNAME mail',
  '*.c 300 TXT "wild"',
  'Mail2 600 A 192.0.2.1',
];

const zone = (lines: readonly string[], serial: number): Zone =>
  zoneFrom(`${APEX.replace(' 1 ', ` ${serial} `)}${lines.join('\n')}\n`);

const zones = fc
  .tuple(fc.shuffledSubarray(LINES), fc.nat({ max: 2 }))
  .map(([lines, serial]) => zone(lines, serial));

describe('a change between two versions', () => {
  test('makes the one out of the other, and leaves the one as it was', () => {
    fc.assert(
      fc.property(zones, zones, (before, after) => {
        const copy = structuredClone(before);
        const served = zonesOf(before);
        const change = changeBetween(before, after);
        const next = change ? applyChanges(served, [change]) : served;
        assert.deepEqual(next, zonesOf(after));
        assert.deepEqual(before, copy);
        assert.deepEqual(served, zonesOf(before));
      }),
      { numRuns: 300 },
    );
  });

  test('survives the way to another thread', () => {
    fc.assert(
      fc.property(zones, zones, (before, after) => {
        const change = structuredClone(changeBetween(before, after));
        const next = change ? applyChanges(zonesOf(before), [change]) : zonesOf(before);
        assert.deepEqual(next, zonesOf(after));
      }),
      { numRuns: 100 },
    );
  });

  test('is as large as what changed', () => {
    const hosts = Array.from({ length: 200 }, (_, at) => `h${at} 300 A 192.0.2.${at}`);
    const change = changeBetween(
      zone(hosts, 1),
      zone([...hosts.slice(1), 'new 300 A 192.0.2.1'], 2),
    );
    assert.ok(change?.kind === 'change');
    assert.deepEqual(
      change.nodes.map(([key, node]) => `${node ? 'is' : 'is gone:'} ${key}`).sort(),
      ['is example.com.', 'is gone: h0.example.com.', 'is new.example.com.'],
    );
  });

  test('is nothing where nothing changed', () => {
    assert.equal(changeBetween(zone(LINES.slice(0, 8), 1), zone(LINES.slice(0, 8), 1)), undefined);
  });

  test('is the whole zone where there was none', () => {
    const after = zone([], 1);
    assert.deepEqual(changeBetween(undefined, after), { kind: 'load', zone: after });
  });
});

describe('changes', () => {
  const first = zone(['@ 300 MX 10 mail.example.net.'], 1);
  const second = zone(['@ 300 MX 20 mail.example.net.'], 2);
  const other = zoneFrom(APEX, 'example.org.');

  test('are applied in order, whatever the case of an origin', () => {
    const change = changeBetween(first, second);
    assert.ok(change);
    const applied = applyChanges(zonesOf(other), [
      { kind: 'load', zone: first },
      change,
      { kind: 'remove', origin: nameOf('EXAMPLE.org.') },
    ]);
    assert.deepEqual(applied, zonesOf(second));
  });

  test('of a zone that is not there are refused: half a zone would deny names that exist', () => {
    const change = changeBetween(first, second);
    assert.ok(change);
    assert.throws(() => applyChanges(zonesOf(other), [change]), /example\.com\..*before it is/);
  });
});
