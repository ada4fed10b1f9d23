// The rules about exchanges side by side: MX-DUP-*, MX-SPOF-*, MX-TOO-MANY, MX-EXPECTED.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../../../src/checks/rule.ts';
import { dupAddr } from '../../../../src/checks/rules/mx/dup-addr.ts';
import { dupPref } from '../../../../src/checks/rules/mx/dup-pref.ts';
import { dupTarget } from '../../../../src/checks/rules/mx/dup-target.ts';
import { expected } from '../../../../src/checks/rules/mx/expected.ts';
import { spofDns } from '../../../../src/checks/rules/mx/spof-dns.ts';
import { spofHost } from '../../../../src/checks/rules/mx/spof-host.ts';
import { spofNet } from '../../../../src/checks/rules/mx/spof-net.ts';
import { tooMany } from '../../../../src/checks/rules/mx/too-many.ts';
import type { Exchange } from '../../../../src/routing/facts.ts';
import { failure, judged, outcomes, type Scene, told } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';
import { mends, table, zone } from './table.ts';

const ONE = '@ MX 10 mail\nmail A 192.0.2.10';
const TWO = `${ONE}\n@ MX 20 backup\nbackup A 198.51.100.10`;
const LOST = { lookups: { 'example.com MX': failure() } };
const half = (host: string) => ({ lookups: { [`${host} AAAA`]: failure() } });

const ALL: readonly Rule[] = [dupTarget, dupAddr, dupPref, spofHost, spofNet, spofDns, tooMany];
for (const rule of ALL) {
  table(rule, [
    ['a null MX', zone('@ MX 0 .\n@ A 192.0.2.80'), ['not-applicable example.com']],
    ['a domain without MX', zone('@ A 192.0.2.80'), ['not-applicable example.com']],
    ['MX records that are not known', zone('', LOST), ['unknown example.com']],
  ]);
}

table(dupTarget, [
  ['two hosts', zone(TWO), ['pass mail.example.com', 'pass backup.example.com']],
  ['one host twice', zone(`${ONE}\n@ MX 20 mail`), ['notice mail.example.com']],
]);

test('MX-DUP-TARGET proposes to remove the record that never counts', () => {
  const scene = zone(`${ONE}\n@ MX 30 mail\n@ MX 20 mail`);
  assert.deepEqual(told(dupTarget, scene), [
    'notice mail.example.com: mail.example.com is named with the preferences 10, 20 and 30',
  ]);
  assert.deepEqual(mends(dupTarget, scene), [
    'remove the record example.com. MX 30 mail.example.com.',
  ]);
});

table(dupAddr, [
  ['addresses of their own', zone(TWO), ['pass mail.example.com', 'pass backup.example.com']],
  [
    'one machine with two names',
    zone(`${ONE}\n@ MX 20 mx2\nmx2 A 192.0.2.10`),
    ['pass mail.example.com', 'warning mx2.example.com'],
  ],
  [
    'a pool with two names',
    zone('@ MX 10 a\n@ MX 10 b\na A 192.0.2.1\na A 192.0.2.2\nb A 192.0.2.1\nb A 192.0.2.2'),
    ['pass a.example.com', 'info b.example.com'],
  ],
  [
    'one that adds an address',
    zone(`${ONE}\n@ MX 20 b\nb A 192.0.2.10\nb A 192.0.2.11`),
    ['pass mail.example.com', 'info b.example.com'],
  ],
  ['one exchange', zone(ONE), ['not-applicable example.com']],
  [
    'one that cannot be looked up',
    zone(`${ONE}\n@ MX 20 b`, {
      lookups: { 'b.example.com A': failure(), 'b.example.com AAAA': failure() },
    }),
    ['pass mail.example.com', 'unknown b.example.com'],
  ],
]);

test('MX-DUP-PREF says who shares, and never finds fault', () => {
  const scene = zone(`${ONE}\n@ MX 10 b\n@ MX 20 c\n@ MX 20 d\n@ MX 30 e`);
  const [verdict] = judged(dupPref, scene);
  assert.deepEqual(outcomes(dupPref, scene), ['pass example.com']);
  assert.equal(
    verdict?.outcome === 'pass' && verdict.says,
    'b.example.com and mail.example.com share the preference 10; ' +
      'c.example.com and d.example.com share the preference 20',
  );
  assert.equal(judged(dupPref, zone(TWO))[0]?.outcome, 'pass');
  assert.ok(!('says' in (judged(dupPref, zone(TWO))[0] ?? {})));
});

/** A provider's name, which is the point of these rows. */
const GOOGLE = {
  'google.com': 'smtp A 192.0.2.26',
  'example.com': '@ MX 1 smtp.google.com.',
};

table(spofHost, [
  ['one address', zone(ONE), ['notice example.com']],
  ['one of each family', zone(`${ONE}\nmail AAAA 2001:db8::25`), ['notice example.com']],
  ['two names of one address', zone(`${ONE}\n@ MX 20 b\nb A 192.0.2.10`), ['notice example.com']],
  ['two addresses of one name', zone(`${ONE}\nmail A 192.0.2.11`), ['pass example.com']],
  ['two hosts', zone(TWO), ['pass example.com']],
  ['a host of a large provider', { zones: GOOGLE }, ['pass example.com']],
  ['an address that may be there', zone(ONE, half('mail.example.com')), ['unknown example.com']],
  ['no address', zone('@ MX 10 gone'), ['not-applicable example.com']],
]);

table(spofNet, [
  ['two networks', zone(TWO), ['pass example.com']],
  ['one network', zone(`${ONE}\n@ MX 20 b\nb A 192.0.2.11`), ['notice example.com']],
  [
    'one of each family',
    zone(`${ONE}\nmail AAAA 2001:db8::25\n@ MX 20 b\nb A 192.0.2.11\nb AAAA 2001:db8::26`),
    ['notice example.com'],
  ],
  [
    'two networks of IPv6 alone',
    zone(`${ONE}\nmail AAAA 2001:db8::25\n@ MX 20 b\nb A 192.0.2.11\nb AAAA 2001:db8:1::26`),
    ['pass example.com'],
  ],
  ['one address has nothing beside it', zone(ONE), ['not-applicable example.com']],
  ['a host of a large provider', { zones: GOOGLE }, ['pass example.com']],
  [
    'an address that may be there',
    zone(`${ONE}\n@ MX 20 b\nb A 192.0.2.11`, half('b.example.com')),
    ['unknown example.com'],
  ],
]);

test('MX-SPOF-NET names the network', () => {
  assert.deepEqual(told(spofNet, zone(`${ONE}\n@ MX 20 b\nb A 192.0.2.11`)), [
    'notice example.com: all 2 addresses of the exchanges are in 192.0.2.0/24',
  ]);
});

/** Exchanges in the zone of somebody else, whose name servers are at these addresses. */
function elsewhere(first: string, second: string): Scene {
  const own = '@ MX 10 a.example.net.\n@ MX 20 b.example.net.';
  const theirs =
    `@ NS dns1\n@ NS dns2\ndns1 A ${first}\ndns2 A ${second}\n` +
    'a A 192.0.2.10\nb A 198.51.100.10';
  return { zones: { 'example.com': own, 'example.net': theirs } };
}

table(spofDns, [
  ['in the zone of the domain', zone(TWO), ['pass example.com']],
  ['name servers in two networks', elsewhere('192.0.2.53', '203.0.113.53'), ['pass example.com']],
  [
    'name servers in one network',
    elsewhere('203.0.113.53', '203.0.113.54'),
    ['notice example.com'],
  ],
  [
    'one exchange in a zone that others serve',
    {
      zones: {
        ...elsewhere('203.0.113.53', '203.0.113.54').zones,
        'example.com': '@ MX 10 a.example.net.\n@ MX 20 mail\nmail A 192.0.2.1',
      },
    },
    ['pass example.com'],
  ],
  ['one exchange', zone(ONE), ['not-applicable example.com']],
  [
    'a zone that cannot be found',
    {
      ...elsewhere('203.0.113.53', '203.0.113.54'),
      delegations: {
        'b.example.net': {
          kind: 'failure',
          failure: 'timeout',
          at: nameOf('net'),
          because: 'nobody answered',
        },
      },
    },
    ['unknown example.com'],
  ],
  [
    'a name server that cannot be looked up',
    {
      ...elsewhere('203.0.113.53', '203.0.113.54'),
      lookups: { 'dns2.example.net A': failure() },
    },
    ['unknown example.com'],
  ],
]);

test('MX-SPOF-DNS names the zone and the network', () => {
  assert.deepEqual(told(spofDns, elsewhere('203.0.113.53', '203.0.113.54')), [
    'notice example.com: all exchanges are named in example.net, ' +
      'whose name servers are all in 203.0.113.0/24',
  ]);
});

const pool = (host: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${host} A 192.0.2.${at + 1}\n`).join('');

table(tooMany, [
  [
    'a backup behind four addresses',
    zone(`@ MX 10 mx\n${pool('mx', 4)}@ MX 20 b\nb A 198.51.100.1`),
    ['pass mx.example.com', 'pass b.example.com'],
  ],
  [
    'a backup behind five',
    zone(`@ MX 10 mx\n${pool('mx', 5)}@ MX 20 b\nb A 198.51.100.1`),
    ['pass mx.example.com', 'warning b.example.com'],
  ],
  [
    'five names of one address are one',
    zone(`${[1, 2, 3, 4, 5].map((n) => `@ MX 10 a${n}\na${n} A 192.0.2.1\n`).join('')}@ MX 20 b`),
    [1, 2, 3, 4, 5].map((n) => `pass a${n}.example.com`).concat('pass b.example.com'),
  ],
  ['ten addresses of one host', zone(`@ MX 10 mx\n${pool('mx', 10)}`), ['pass mx.example.com']],
  [
    'addresses that may be there',
    zone(`@ MX 10 mx\n${pool('mx', 4)}@ MX 20 b\nb A 198.51.100.1`, half('mx.example.com')),
    ['pass mx.example.com', 'unknown b.example.com'],
  ],
]);

const declared = (...exchanges: readonly string[]) => ({
  about: {
    declared: {
      selectors: [],
      senders: [],
      exchanges: exchanges.map((text): Exchange => {
        const [preference = '', host = ''] = text.split(' ');
        return { preference: Number(preference), host: nameOf(host) };
      }),
    },
  },
});

table(expected, [
  ['nobody declared any', zone(TWO), ['not-applicable example.com']],
  [
    'the declared ones, in whatever order and case',
    zone(TWO, declared('20 BACKUP.example.com', '10 mail.example.com')),
    ['pass example.com'],
  ],
  ['a null MX that was declared', zone('@ MX 0 .', declared('0 .')), ['pass example.com']],
  ['none, and none was declared', zone('@ A 192.0.2.80', declared()), ['pass example.com']],
  [
    'one is missing',
    zone(ONE, declared('10 mail.example.com', '20 b.example.com')),
    ['error example.com'],
  ],
  [
    'all are missing',
    zone('@ A 192.0.2.80', declared('10 mail.example.com')),
    ['error example.com'],
  ],
  ['one too many', zone(TWO, declared('10 mail.example.com')), ['error example.com']],
  ['another preference', zone(ONE, declared('20 mail.example.com')), ['error example.com']],
  ['a failure', zone('', { ...LOST, ...declared('10 mail.example.com') }), ['unknown example.com']],
]);

test('MX-EXPECTED says what is missing and what is too many', () => {
  const scene = zone(TWO, declared('10 mail.example.com', '30 third.example.com'));
  assert.deepEqual(told(expected, scene), [
    'error example.com: the MX records are not the declared ones; ' +
      'missing: example.com. MX 30 third.example.com.; ' +
      'not declared: example.com. MX 20 backup.example.com.',
  ]);
  assert.deepEqual(mends(expected, scene), [
    'add example.com. MX 30 third.example.com.; remove example.com. MX 20 backup.example.com.',
  ]);
  const missing = zone(ONE, declared('10 mail.example.com', '20 b.example.com'));
  assert.deepEqual(mends(expected, missing), ['example.com. MX 20 b.example.com.']);
});
