// The rules about how the answers come and where they lead: MX-RESPONSE-SIZE, MX-ADDITIONAL-DIFF,
// MX-WILDCARD, MX-V6, MX-V4-NONE, MX-DNSSEC.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IpAddress, parseIp } from '../../../../src/base/ip.ts';
import type { AnswersFact, Fact } from '../../../../src/checks/fact.ts';
import type { Inquiry } from '../../../../src/checks/inquiry.ts';
import { additionalDiff } from '../../../../src/checks/rules/mx/additional-diff.ts';
import { dnssec } from '../../../../src/checks/rules/mx/dnssec.ts';
import { responseSize } from '../../../../src/checks/rules/mx/response-size.ts';
import { v4None } from '../../../../src/checks/rules/mx/v4-none.ts';
import { v6 } from '../../../../src/checks/rules/mx/v6.ts';
import { wildcard } from '../../../../src/checks/rules/mx/wildcard.ts';
import type { Lookup } from '../../../../src/dns/lookup.ts';
import { CLASS_IN, type Packet } from '../../../../src/dns/packet.ts';
import { TYPE } from '../../../../src/dns/types.ts';
import { aboutOf, failure, ran, told } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';
import { table, zone } from './table.ts';

const GOOD = '@ MX 10 mail\nmail A 192.0.2.10';
const LOST = { lookups: { 'example.com MX': failure() } };

for (const rule of [responseSize, additionalDiff, v6, v4None, dnssec]) {
  table(rule, [
    ['a null MX', zone('@ MX 0 .\n@ A 192.0.2.80'), ['not-applicable example.com']],
    ['a domain without MX', zone('@ A 192.0.2.80'), ['not-applicable example.com']],
    ['MX records that are not known', zone('', LOST), ['unknown example.com']],
  ]);
}

const cut = (_: unknown, good: Packet): Packet => ({ ...good, truncated: true, answers: [] });
const DEAF = { ns1: 'timeout', ns2: 'timeout' } as const;
const everyServer = (entries: object) =>
  Object.fromEntries(Object.entries(entries).map(([host, each]) => [`${host}.example.com`, each]));

table(responseSize, [
  ['an answer that fits', zone(GOOD), ['pass example.com']],
  [
    'one that is cut off for good',
    zone(GOOD, { servers: { 'ns2.example.com': cut } }),
    ['notice example.com'],
  ],
  [
    'servers that do not answer',
    zone(GOOD, { servers: everyServer(DEAF) }),
    ['unknown example.com'],
  ],
]);

/** As if every answer had to be fetched by TCP. */
function* cutOff<T>(inquiry: Inquiry<T>): Inquiry<T> {
  const byTcp = (fact: Fact): Fact =>
    fact.kind === 'answers'
      ? ({ ...fact, answers: fact.answers.map((each) => ({ ...each, by: 'tcp' })) } as AnswersFact)
      : fact;
  let step = inquiry.next();
  while (!step.done) step = inquiry.next((yield step.value).map(byTcp));
  return step.value;
}

test('MX-RESPONSE-SIZE: an answer that had to be fetched by TCP', () => {
  const [verdict] = ran(cutOff(responseSize.judge(aboutOf())), zone(GOOD));
  assert.equal(
    verdict?.outcome === 'finding' && verdict.says,
    'the MX records (1) do not fit into UDP at ns1.example.com and ns2.example.com',
  );
});

const ip = (text: string): IpAddress => parseIp(text) as IpAddress;
const adding =
  (...addresses: readonly string[]) =>
  (_: unknown, good: Packet): Packet => ({
    ...good,
    additional: addresses.map((text) => ({
      name: nameOf('MAIL.example.com'),
      type: text.includes(':') ? TYPE.AAAA : TYPE.A,
      class: CLASS_IN,
      ttlSeconds: 60,
      data: { kind: text.includes(':') ? 'AAAA' : 'A', address: ip(text) },
    })),
  });
const NS1 = ['ns1.example.com 192.0.2.53', 'ns1.example.com 2001:db8::53'] as const;
const adds = (...addresses: readonly string[]) => ({
  servers: {
    [NS1[0]]: adding(...addresses),
    [NS1[1]]: adding(),
    'ns2.example.com': adding(),
  },
});

table(additionalDiff, [
  ['the address that the host has', zone(GOOD, adds('192.0.2.10')), [`pass ${NS1[0]}`]],
  ['another address', zone(GOOD, adds('192.0.2.9')), [`warning ${NS1[0]}`]],
  ['one more address', zone(GOOD, adds('192.0.2.10', '192.0.2.9')), [`warning ${NS1[0]}`]],
  [
    'an address of a family that the host does not have',
    zone(GOOD, adds('2001:db8::9')),
    [`warning ${NS1[0]}`],
  ],
  ['some of several', zone(`${GOOD}\nmail A 192.0.2.11`, adds('192.0.2.11')), [`pass ${NS1[0]}`]],
  ['no address', zone(GOOD, adds()), ['not-applicable example.com']],
  [
    'a host whose answers change by the minute',
    zone('@ MX 10 mail\nmail 60 A 192.0.2.10', adds('192.0.2.9')),
    ['not-applicable example.com'],
  ],
  [
    'a host that cannot be looked up',
    zone(GOOD, {
      ...adds('192.0.2.9'),
      lookups: { 'mail.example.com A': failure() },
    }),
    ['not-applicable example.com'],
  ],
  [
    'servers that do not answer',
    zone(GOOD, { servers: everyServer(DEAF) }),
    ['unknown example.com'],
  ],
]);

test('MX-ADDITIONAL-DIFF names both addresses', () => {
  assert.deepEqual(told(additionalDiff, zone(GOOD, adds('192.0.2.9'))), [
    `warning ${NS1[0]}: ns1.example.com gives beside the MX records ` +
      'mail.example.com 192.0.2.9, which has 192.0.2.10',
  ]);
});

table(wildcard, [
  ['no wildcard', zone(GOOD), ['pass *.example.com']],
  ['a wildcard of addresses', zone(`${GOOD}\n* A 192.0.2.80`), ['pass *.example.com']],
  ['a wildcard of MX records', zone(`${GOOD}\n* MX 10 mail`), ['notice *.example.com']],
  ['a wildcard alias of the domain', zone(`${GOOD}\n* CNAME @`), ['notice *.example.com']],
  ['a wildcard that takes no mail', zone(`${GOOD}\n* MX 0 .`), ['pass *.example.com']],
  [
    'a failure',
    zone(GOOD, { lookups: { 'nobody-5f2c.example.com MX': failure() } }),
    ['unknown *.example.com'],
  ],
  [
    'a domain so long that nothing fits below it',
    {
      zones: {},
      about: { domain: nameOf(`${`${'a'.repeat(60)}.`.repeat(4)}example`) },
    },
    [`unknown ${`${'a'.repeat(60)}.`.repeat(4)}example`],
  ],
]);

test('MX-WILDCARD says through which alias', () => {
  assert.deepEqual(told(wildcard, zone(`${GOOD}\n* CNAME @`)), [
    'notice *.example.com: any name below example.com takes mail as an alias of example.com, ' +
      'at mail.example.com',
  ]);
});

const refused = {
  connect: { kind: 'failed', failure: 'refused', because: 'connection refused', tookMs: 1 },
} as const;
const noRoute = { connect: { kind: 'not-tried', because: 'no route for IPv6' } } as const;
const BOTH = `${GOOD}\nmail AAAA 2001:db8::25`;
const at6 = (plan: object) => ({ hosts: { 'mail.example.com 2001:db8::25': plan } });

table(v6, [
  ['an exchange that answers over IPv6', zone(BOTH), ['pass mail.example.com']],
  ['none has an IPv6 address', zone(`${GOOD}\n@ MX 20 b\nb A 192.0.2.11`), ['notice example.com']],
  [
    'one of two has',
    zone(`${BOTH}\n@ MX 20 b\nb A 192.0.2.11`),
    ['pass mail.example.com', 'notice b.example.com'],
  ],
  [
    'one that refuses over IPv6 alone: SMTP-CONNECT',
    zone(BOTH, at6(refused)),
    ['not-applicable mail.example.com'],
  ],
  ['one that this machine cannot reach', zone(BOTH, at6(noRoute)), ['unknown mail.example.com']],
  [
    'AAAA records that are not known',
    zone(GOOD, {
      lookups: { 'mail.example.com AAAA': failure() },
    }),
    ['unknown mail.example.com'],
  ],
  ['no address at all', zone('@ MX 10 gone'), ['not-applicable example.com']],
]);

table(v4None, [
  ['both families', zone(BOTH), ['pass example.com']],
  [
    'one exchange of two',
    zone('@ MX 10 a\n@ MX 20 b\na AAAA 2001:db8::1\nb A 192.0.2.1'),
    ['pass example.com'],
  ],
  ['IPv6 alone', zone('@ MX 10 mail\nmail AAAA 2001:db8::25'), ['warning example.com']],
  [
    'A records that are not known',
    zone('@ MX 10 mail\nmail AAAA 2001:db8::25', {
      lookups: { 'mail.example.com A': failure() },
    }),
    ['unknown example.com'],
  ],
  ['no address at all', zone('@ MX 10 gone'), ['not-applicable example.com']],
]);

const bogus: Lookup<never> = { kind: 'failure', failure: 'bogus', because: 'DNSSEC Bogus' };
const { self } = aboutOf();
const blind = { ...self, validates: { ok: false, because: 'no AD bit on the root' } };

table(dnssec, [
  ['addresses that are proven', zone(GOOD, { secure: ['example.com'] }), ['pass mail.example.com']],
  ['addresses that are not signed', zone(GOOD), ['info mail.example.com']],
  [
    'addresses that are proven false',
    {
      zones: { 'example.com': '@ MX 10 mail.example.net.', 'example.net': 'mail A 192.0.2.10' },
      resolved: { 'mail.example.net A': bogus },
    },
    ['error mail.example.net'],
  ],
  [
    'those of the domain itself: SEC-VALID',
    zone(GOOD, {
      resolved: { 'mail.example.com A': bogus },
    }),
    ['not-applicable mail.example.com'],
  ],
  [
    'a resolver that fails',
    zone(GOOD, { resolved: { 'mail.example.com AAAA': failure() } }),
    ['unknown mail.example.com'],
  ],
  [
    'a resolver that proves nothing',
    zone(GOOD, { about: { self: blind } }),
    ['unknown example.com'],
  ],
]);
