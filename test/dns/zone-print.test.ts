// A printed zone is the same zone when it is read again, whatever is in it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Name, nameFromLabels } from '../../src/dns/name.ts';
import { CLASS_IN, type ResourceRecord } from '../../src/dns/packet.ts';
import type { RecordData } from '../../src/dns/records/record-data.ts';
import { TYPE } from '../../src/dns/types.ts';
import { zoneFromRecords } from '../../src/dns/zone-build.ts';
import { printZone } from '../../src/dns/zone-print.ts';
import { readZone } from '../../src/dns/zone-text.ts';
import { APEX, nameOf, zoneFrom } from '../support/zones.ts';

test('a zone is printed sorted, aligned, with owners relative to the origin', () => {
  const text = 'mail A 192.0.2.1\n@ MX 20 b.example.net.\n@ MX 10 mail\nb.mail 60 TXT "x"\n';
  assert.equal(
    printZone(zoneFrom(APEX + text)),
    [
      '$ORIGIN example.com.',
      '@        3600 IN SOA   ns.example.com. hostmaster.example.com. 1 7200 3600 1209600 300',
      '@        3600 IN NS    ns.example.net.',
      '@        3600 IN MX    10 mail.example.com.',
      '@        3600 IN MX    20 b.example.net.',
      'mail     3600 IN A     192.0.2.1',
      'b.mail     60 IN TXT   "x"',
      '',
    ].join('\n'),
  );
});

/** Plain objects, as the parser makes them. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;

const label = fc.oneof(
  fc.constantFrom(
    'a',
    'B',
    'mail',
    '*',
    '@',
    '$TTL',
    'IN',
    '60',
    'MX',
    'a.b',
    'x y',
    '"',
    '(',
    ';',
  ),
  fc.uint8Array({ minLength: 1, maxLength: 5 }).map((bytes) => String.fromCharCode(...bytes)),
);
const below = (origin: readonly string[]): fc.Arbitrary<Name> =>
  fc.array(label, { maxLength: 3 }).map((labels) => nameFromLabels([...labels, ...origin]));

const anyName = fc.oneof(below([]), below(['example', 'net']));
const bytes = fc.uint8Array({ maxLength: 20 });
const u16 = fc.nat(65_535);

const data: fc.Arbitrary<readonly [number, RecordData]> = fc.oneof(
  record({ kind: fc.constant('MX' as const), preference: u16, exchange: anyName }).map(
    (mx) => [TYPE.MX, mx] as const,
  ),
  record({ kind: fc.constant('PTR' as const), target: anyName }).map(
    (ptr) => [TYPE.PTR, ptr] as const,
  ),
  record({
    kind: fc.constant('TXT' as const),
    strings: fc.array(bytes, { minLength: 1, maxLength: 3 }),
  }).map((txt) => [TYPE.TXT, txt] as const),
  record({ kind: fc.constant('unknown' as const), bytes }).map(
    (unknown) => [65_280, unknown] as const,
  ),
);

const TTL_MAX = 2_147_483_647;

const records = (origin: readonly string[]): fc.Arbitrary<ResourceRecord[]> =>
  fc.array(
    fc
      .record({ name: below(origin), ttlSeconds: fc.nat(TTL_MAX), typed: data })
      .map(({ name, ttlSeconds, typed: [type, data] }) => ({
        name,
        type,
        class: CLASS_IN,
        ttlSeconds,
        data,
      })),
    { maxLength: 12 },
  );

const top = (origin: Name): readonly ResourceRecord[] => {
  const host = nameOf('ns.example.net.');
  const soa: RecordData = {
    kind: 'SOA',
    primary: host,
    contact: host,
    serial: 4_294_967_295,
    refreshSeconds: 1,
    retrySeconds: 2,
    expireSeconds: 3,
    negativeTtlSeconds: TTL_MAX,
  };
  const common = { name: origin, class: CLASS_IN, ttlSeconds: 60 };
  return [
    { ...common, type: TYPE.SOA, data: soa },
    { ...common, type: TYPE.NS, data: { kind: 'NS', host } },
  ];
};

for (const labels of [['Example', 'com'], ['a b', '$c'], []]) {
  const origin = nameFromLabels(labels);
  test(`what is printed of a zone ${origin} is read back as it was`, () => {
    fc.assert(
      fc.property(records(labels), (more) => {
        const built = zoneFromRecords([...top(origin), ...more]);
        assert.ok(built.kind === 'zone');
        const text = printZone(built.zone);
        const read = readZone({ file: 'printed', text }, {});
        assert.ok(read.kind === 'zone', JSON.stringify([text, read]));
        assert.deepEqual(sorted(read.zone), sorted(built.zone));
        assert.equal(printZone(read.zone), text);
      }),
      { numRuns: 200 },
    );
  });
}

/** With the records of each set in the order in which they are printed. */
function sorted(zone: ReturnType<typeof zoneFrom>): unknown {
  const order = (one: RecordData): string =>
    JSON.stringify(one, (_, value) => (value instanceof Uint8Array ? [...value] : value));
  const nodes = Array.from(
    zone.nodes,
    ([key, node]) =>
      [
        key,
        new Map(
          Array.from(node, ([type, set]) => [
            type,
            { ...set, data: set.data.toSorted((a, b) => (order(a) < order(b) ? -1 : 1)) },
          ]),
        ),
      ] as const,
  );
  return { ...zone, nodes: new Map(nodes) };
}
