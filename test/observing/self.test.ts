// What this machine finds out about itself before it looks at others.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IpAddress } from '../../src/base/ip.ts';
import type { Lookup } from '../../src/dns/lookup.ts';
import { ROOT } from '../../src/dns/name.ts';
import type { RecordData } from '../../src/dns/records/record-data.ts';
import { TYPE } from '../../src/dns/types.ts';
import { type SelfDoors, selfCheck } from '../../src/observing/self.ts';
import { lookupsFrom } from '../support/lookups.ts';
import { nameOf } from '../support/zones.ts';

const GLOBAL = ['198.51.100.0/24', '2001:db8::/32'];
const failure: Lookup<never> = { kind: 'failure', failure: 'timeout', because: 'nobody answered' };

interface Scene {
  readonly addresses?: readonly string[];
  readonly rows?: Readonly<Record<string, string>>;
  readonly walk?: Lookup<RecordData>;
  readonly soa?: Lookup<RecordData>;
  readonly isClosed?: boolean;
}

const known = { ttlSeconds: 60, aliases: [] };
const roots: Lookup<RecordData> = {
  ...known,
  kind: 'records',
  secure: false,
  records: [{ kind: 'NS', host: nameOf('a.root-servers.example') }],
};
/** What is in the record does not matter here. */
const soa = (secure: boolean): Lookup<RecordData> => ({
  ...known,
  kind: 'records',
  secure,
  records: [],
});

function doors({
  addresses = [],
  rows = {},
  walk = roots,
  soa: top = soa(true),
  isClosed = false,
}: Scene): SelfDoors {
  const lookup = lookupsFrom(rows);
  return {
    network: { interfaceAddresses: () => addresses as readonly IpAddress[] },
    hostname: nameOf('mail.example.com'),
    walker: {
      async lookup(name, type) {
        assert.deepEqual([name, type], [ROOT, TYPE.NS]);
        return { lookup: walk };
      },
    },
    resolver: {
      lookup: async (name, type) => (name === ROOT && type === TYPE.SOA ? top : lookup(name, type)),
    },
    global: GLOBAL,
    isClosed,
  };
}

describe('this machine', () => {
  test('knows its families and its global addresses by its interfaces', async () => {
    const cases = [
      [['127.0.0.1', '::1', 'fe80::1'], [false, false], []],
      [['127.0.0.1', '10.0.0.5'], [true, false], []],
      [
        ['198.51.100.7', '2001:db8::7', 'fd00::1'],
        [true, true],
        ['198.51.100.7', '2001:db8::7'],
      ],
      [['fd00::1'], [false, false], []],
    ] as const;
    for (const [addresses, [ipv4, ipv6], global] of cases) {
      const seen = await selfCheck(doors({ addresses }));
      assert.deepEqual(seen.families, { ipv4, ipv6 });
      assert.deepEqual(seen.addresses, global);
      assert.equal(seen.hostname, 'mail.example.com.');
    }
  });

  test('knows whether name servers can be asked directly', async () => {
    const cases = [
      [roots, { ok: true, because: 'a root server answered' }],
      [
        failure,
        { ok: false, because: 'the root servers cannot be asked from here: nobody answered' },
      ],
    ] as const;
    for (const [walk, expected] of cases) {
      assert.deepEqual((await selfCheck(doors({ walk }))).walk, expected);
    }
  });

  test('is not deceived by a network that redirects port 53 to a resolver of its own', async () => {
    const answers: readonly Lookup<RecordData>[] = [
      { ...known, kind: 'no-name', secure: false },
      { ...known, kind: 'no-data', secure: false },
      { kind: 'failure', failure: 'refused', because: 'answered without authority' },
    ];
    for (const walk of answers) {
      const seen = (await selfCheck(doors({ walk }))).walk;
      assert.equal(seen.ok, false);
      assert.match(seen.because, /is no root server \(is port 53 redirected here\?\)/);
      // There need not be a root zone in a small world of one's own.
      assert.equal((await selfCheck(doors({ walk, isClosed: true }))).walk.ok, true);
    }
  });

  test('knows whether its resolver proves what it says', async () => {
    const proved = await selfCheck(doors({}));
    assert.equal(proved.validates.ok, true);
    const unproved = await selfCheck(doors({ soa: soa(false) }));
    assert.equal(unproved.validates.ok, false);
    assert.match(unproved.validates.because, /does not prove the root by DNSSEC, or it is not on/);
    const { validates } = await selfCheck(doors({ soa: failure }));
    assert.deepEqual(validates, {
      because: 'the resolver did not answer about the root: nobody answered',
    });
  });
});

describe('the names of our own addresses', () => {
  const V4 = '7.100.51.198.in-addr.arpa';
  const addresses = ['127.0.0.1', '198.51.100.7'];
  const cases: readonly (readonly [string, Scene, boolean | undefined, string])[] = [
    [
      'no global address',
      { addresses: ['10.0.0.1'] },
      undefined,
      'no interface has a global address',
    ],
    [
      'both ways',
      {
        addresses,
        rows: { [`${V4} PTR`]: 'MAIL.example.com', 'mail.example.com A': '198.51.100.7' },
      },
      true,
      '198.51.100.7 is mail.example.com both ways',
    ],
    [
      'one of several names',
      {
        addresses,
        rows: {
          [`${V4} PTR`]: 'www.example.com mail.example.com',
          'www.example.com A': '198.51.100.7',
          'mail.example.com A': '198.51.100.8 198.51.100.7',
        },
      },
      true,
      '198.51.100.7 is mail.example.com both ways',
    ],
    ['no name', { addresses }, false, '198.51.100.7 has no name (PTR record)'],
    [
      'a name that leads elsewhere',
      {
        addresses,
        rows: { [`${V4} PTR`]: 'mail.example.com', 'mail.example.com A': '198.51.100.8' },
      },
      false,
      '198.51.100.7 is called mail.example.com, which has another address',
    ],
    [
      'another name',
      {
        addresses,
        rows: { [`${V4} PTR`]: 'vps.example.net', 'vps.example.net A': '198.51.100.7' },
      },
      false,
      '198.51.100.7 is vps.example.net, and not mail.example.com',
    ],
    [
      'a lookup that failed',
      { addresses, rows: { [`${V4} PTR`]: 'failure' } },
      undefined,
      'the name of 198.51.100.7 could not be looked up: nobody answered',
    ],
    [
      'a way back that failed',
      { addresses, rows: { [`${V4} PTR`]: 'mail.example.com', 'mail.example.com A': 'failure' } },
      undefined,
      'the addresses of mail.example.com could not be looked up',
    ],
    [
      'IPv6 that has none beside IPv4 that does',
      {
        addresses: ['198.51.100.7', '2001:db8::7'],
        rows: { [`${V4} PTR`]: 'mail.example.com', 'mail.example.com A': '198.51.100.7' },
      },
      false,
      '2001:db8::7 has no name (PTR record)',
    ],
  ];
  for (const [what, scene, ok, because] of cases) {
    test(what, async () => {
      const { reverse } = await selfCheck(doors(scene));
      assert.deepEqual(reverse, ok === undefined ? { because } : { ok, because });
    });
  }
});
