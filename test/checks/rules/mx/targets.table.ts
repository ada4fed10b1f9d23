// The rules about what a single MX record names: MX-TARGET-*.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../../../src/checks/rule.ts';
import { targetDoubled } from '../../../../src/checks/rules/mx/target-doubled.ts';
import { targetHostname } from '../../../../src/checks/rules/mx/target-hostname.ts';
import { targetIp } from '../../../../src/checks/rules/mx/target-ip.ts';
import { targetNoaddr } from '../../../../src/checks/rules/mx/target-noaddr.ts';
import { targetNxdomain } from '../../../../src/checks/rules/mx/target-nxdomain.ts';
import { targetPlaceholder } from '../../../../src/checks/rules/mx/target-placeholder.ts';
import { targetServfail } from '../../../../src/checks/rules/mx/target-servfail.ts';
import { targetSpecial } from '../../../../src/checks/rules/mx/target-special.ts';
import type { Lookup } from '../../../../src/dns/lookup.ts';
import { aboutOf, failure, outcomes, told } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';
import { mends, type Row, served, table, zone } from './table.ts';

const GOOD = '@ MX 10 mail\nmail A 192.0.2.10';
const { world } = aboutOf();

const LEFT_ALONE: readonly Row[] = [
  ['a host with an address', zone(GOOD), ['pass mail.example.com']],
  ['a null MX', zone('@ MX 0 .'), ['not-applicable example.com']],
  [
    'MX records that are not known',
    zone('', { lookups: { 'example.com MX': failure() } }),
    ['unknown example.com'],
  ],
];
const ALL: readonly Rule[] = [
  targetIp,
  targetHostname,
  targetNxdomain,
  targetNoaddr,
  targetServfail,
  targetPlaceholder,
  targetDoubled,
];
for (const rule of ALL) {
  table(rule, [
    ...LEFT_ALONE,
    ['a domain without MX', zone('@ A 192.0.2.80'), ['not-applicable example.com']],
    ['the null MX beside a host', zone(`${GOOD}\n@ MX 0 .`), ['pass mail.example.com']],
  ]);
}

table(targetIp, [
  ['an IPv4 address', zone('', served('10 192.0.2.10.')), ['critical 192.0.2.10']],
  ['an IPv6 address', zone('', served('10 2001:db8::25.')), ['critical 2001:db8::25']],
  ['an address in brackets', zone('@ MX 10 [192.0.2.10].'), ['critical [192.0.2.10]']],
  ['an address in one label', zone('@ MX 10 192\\.0\\.2\\.10.'), ['critical 192\\.0\\.2\\.10']],
  [
    'a name that begins with numbers',
    zone('@ MX 10 10.2.0.192.rev\n10.2.0.192.rev A 192.0.2.10'),
    ['pass 10.2.0.192.rev.example.com'],
  ],
]);

test('MX-TARGET-IP gives the two records to publish', () => {
  assert.deepEqual(mends(targetIp, zone('', served('20 192.0.2.10.', '30 2001:db8::25.'))), [
    'publish mail.example.com. A 192.0.2.10, and example.com. MX 20 mail.example.com.',
    'publish mail.example.com. AAAA 2001:db8::25, and example.com. MX 30 mail.example.com.',
  ]);
});

table(targetHostname, [
  ['an underscore', zone('@ MX 10 mail_1'), ['warning mail_1.example.com']],
  ['a hyphen at the end', zone('@ MX 10 mail-'), ['warning mail-.example.com']],
  ['a space', zone('@ MX 10 mail\\032one'), ['warning mail\\032one.example.com']],
  ['a number on top', zone('@ MX 10 mail.example.42.'), ['warning mail.example.42']],
  [
    'letters of other scripts',
    zone('@ MX 10 xn--bcher-kva.example.net.'),
    ['pass xn--bcher-kva.example.net'],
  ],
  ['two hyphens in a row', zone('@ MX 10 r3---sn'), ['pass r3---sn.example.com']],
  ['a digit in front', zone('@ MX 10 1mx.4u'), ['pass 1mx.4u.example.com']],
  [
    'an address is for another rule',
    zone('', served('10 192.0.2.10.')),
    ['not-applicable 192.0.2.10'],
  ],
]);

const silent = (host: string) => ({
  lookups: { [`${host} A`]: failure(), [`${host} AAAA`]: failure() },
});

table(targetNxdomain, [
  [
    'a host that does not exist, beside a good one',
    zone(`${GOOD}\n@ MX 20 gone`),
    ['pass mail.example.com', 'error gone.example.com'],
  ],
  [
    'none exists',
    zone('@ MX 10 gone\n@ MX 20 lost'),
    ['critical gone.example.com', 'critical lost.example.com'],
  ],
  [
    'one does not exist and the other has no address',
    zone('@ MX 10 gone\n@ MX 20 www\nwww TXT x'),
    ['critical gone.example.com', 'pass www.example.com'],
  ],
  [
    'an unknown one may be well',
    zone('@ MX 10 gone\n@ MX 20 mail', silent('mail.example.com')),
    ['error gone.example.com', 'unknown mail.example.com'],
  ],
  ['an alias of nothing', zone('@ MX 10 mail\nmail CNAME gone'), ['critical mail.example.com']],
  [
    'one type failed, the other says it all',
    zone('@ MX 10 gone', {
      lookups: { 'gone.example.com AAAA': failure() },
    }),
    ['critical gone.example.com'],
  ],
]);

const leftTo = (cause: string, host: string) =>
  `not-applicable ${host}: it does not exist: ${cause}`;

table(targetNxdomain, [
  [
    'what a rule of its own tells is left to it',
    zone('@ MX 10 mail.example.com\n@ MX 20 ms1.msv1.invalid.\n@ MX 30 [192.0.2.10].'),
    [
      'not-applicable mail.example.com.example.com',
      'not-applicable ms1.msv1.invalid',
      'not-applicable [192.0.2.10]',
    ],
  ],
]);

test('MX-TARGET-NXDOMAIN names the rule that tells the cause', () => {
  assert.deepEqual(told(targetNxdomain, zone('@ MX 10 mail.example.com\n@ MX 20 a.invalid.')), [
    leftTo('MX-TARGET-DOUBLED', 'mail.example.com.example.com'),
    leftTo('MX-TARGET-PLACEHOLDER', 'a.invalid'),
  ]);
  const free = { zones: { 'example.com': '@ MX 10 mail.sold.net.', net: '' } };
  assert.deepEqual(told(targetNxdomain, free), [leftTo('DANGLING', 'mail.sold.net')]);
});

test('MX-TARGET-NXDOMAIN names the end of an alias', () => {
  assert.deepEqual(told(targetNxdomain, zone('@ MX 10 mail\nmail CNAME gone')), [
    'critical mail.example.com: mail.example.com is an alias of gone.example.com, ' +
      'which does not exist (NXDOMAIN)',
  ]);
});

table(targetNoaddr, [
  [
    'a name without address, beside a good one',
    zone(`${GOOD}\n@ MX 20 www\nwww TXT x`),
    ['pass mail.example.com', 'error www.example.com'],
  ],
  ['no other', zone('@ MX 10 www\nwww TXT x'), ['critical www.example.com']],
  [
    'MX records of an exchange are not followed',
    zone('@ MX 10 www\nwww MX 10 mail\nmail A 192.0.2.1'),
    ['critical www.example.com'],
  ],
  [
    'IPv6 alone is an address',
    zone('@ MX 10 mail\nmail AAAA 2001:db8::25'),
    ['pass mail.example.com'],
  ],
  [
    'one that does not exist is for another rule',
    zone(`${GOOD}\n@ MX 20 gone`),
    ['pass mail.example.com', 'not-applicable gone.example.com'],
  ],
  [
    'half an answer is none',
    zone('@ MX 10 mail\nmail TXT x', {
      lookups: { 'mail.example.com AAAA': failure() },
    }),
    ['unknown mail.example.com'],
  ],
]);

const servfail: Lookup<never> = { kind: 'failure', failure: 'servfail', because: 'SERVFAIL' };

table(targetServfail, [
  [
    'both types fail',
    zone('@ MX 10 mail', {
      lookups: { 'mail.example.com A': servfail, 'mail.example.com AAAA': servfail },
    }),
    ['warning mail.example.com'],
  ],
  [
    'one type fails',
    zone(GOOD, { lookups: { 'mail.example.com AAAA': servfail } }),
    ['warning mail.example.com'],
  ],
  [
    'silence may be ours',
    zone(GOOD, { lookups: { 'mail.example.com AAAA': failure() } }),
    ['unknown mail.example.com'],
  ],
  [
    'a host that does not exist is well answered for',
    zone('@ MX 10 gone'),
    ['pass gone.example.com'],
  ],
]);

test('MX-TARGET-SERVFAIL says what failed', () => {
  const scene = zone(GOOD, { lookups: { 'mail.example.com AAAA': servfail } });
  assert.deepEqual(told(targetServfail, scene), [
    'warning mail.example.com: mail.example.com cannot be looked up: AAAA: SERVFAIL',
  ]);
});

const global = ['192.0.2.0/24', '2001:db8::/32'];
const inWorld = { about: { world: { ...world, global } } };

table(targetSpecial, [
  [
    'public addresses of both families',
    zone('@ MX 10 mail\nmail A 192.0.2.10\nmail AAAA 2001:db8::1'),
    ['pass mail.example.com 192.0.2.10', 'pass mail.example.com 2001:db8::1'],
  ],
  [
    'a private one beside a public one',
    zone('@ MX 10 mail\nmail A 192.0.2.10\nmail A 10.0.0.1'),
    ['pass mail.example.com 192.0.2.10', 'error mail.example.com 10.0.0.1'],
  ],
  [
    'nothing else',
    zone('@ MX 10 mail\nmail A 127.0.0.1\nmail AAAA fd00::1'),
    ['critical mail.example.com 127.0.0.1', 'critical mail.example.com fd00::1'],
  ],
  [
    'an IPv4 address in IPv6 form',
    zone(`${GOOD}\nmail AAAA ::ffff:192.0.2.10`),
    ['pass mail.example.com 192.0.2.10', 'error mail.example.com ::ffff:192.0.2.10'],
  ],
  [
    'one for documentation, which this world does not have',
    zone('@ MX 10 mail\nmail A 198.51.100.1', inWorld),
    ['critical mail.example.com 198.51.100.1'],
  ],
  [
    'another host may be well',
    zone('@ MX 10 mail\n@ MX 20 b\nmail A 10.0.0.1', silent('b.example.com')),
    ['error mail.example.com 10.0.0.1', 'unknown b.example.com'],
  ],
  ['the domain as its own exchange', zone('@ A 10.0.0.80'), ['critical example.com 10.0.0.80']],
  ['no address at all', zone('@ MX 10 gone'), ['not-applicable example.com']],
  ['a null MX', zone('@ MX 0 .\n@ A 10.0.0.80'), ['not-applicable example.com']],
  ['a failure', zone('', { lookups: { 'example.com MX': failure() } }), ['unknown example.com']],
]);

test('MX-TARGET-SPECIAL says what the address is set apart for', () => {
  assert.deepEqual(told(targetSpecial, zone('@ MX 10 mail\nmail A 10.0.0.25')), [
    'critical mail.example.com 10.0.0.25: mail.example.com has the address 10.0.0.25, ' +
      'which is set apart: private use (RFC 1918)',
  ]);
});

const LIVE = { domain: nameOf('shop.invented') };

table(targetPlaceholder, [
  [
    'a proof of ownership',
    zone(`${GOOD}\n@ MX 32767 ms1.msv1.invalid.`),
    ['pass mail.example.com', 'warning ms1.msv1.invalid'],
  ],
  ['localhost', zone('@ MX 10 localhost.'), ['critical localhost']],
  ['a name of the local network', zone('@ MX 10 mail.local.'), ['critical mail.local']],
  [
    'a name of examples',
    { zones: { 'shop.invented': '@ MX 10 mail.example.net.' }, about: LIVE },
    ['critical mail.example.net'],
  ],
  ['an example may name another', zone('@ MX 10 mail.example.net.'), ['pass mail.example.net']],
  [
    'a closed world has names of its own',
    {
      zones: { 'shop.invented': '@ MX 10 mail.test.\n@ MX 20 localhost.' },
      about: { ...LIVE, world: { ...world, isClosed: true } },
    },
    ['pass mail.test', 'critical localhost'],
  ],
  [
    'a name that only sounds like it',
    zone('@ MX 10 localhost.example.net.'),
    ['pass localhost.example.net'],
  ],
]);

test('MX-TARGET-PLACEHOLDER proposes a null MX where no host is left', () => {
  assert.deepEqual(mends(targetPlaceholder, zone('@ MX 10 localhost.')), ['example.com. MX 0 .']);
  assert.deepEqual(mends(targetPlaceholder, zone(`${GOOD}\n@ MX 20 localhost.`)), [
    'remove the MX record of example.com. that names localhost.',
  ]);
});

const NET = { 'example.net': 'mail A 192.0.2.20' };
const doubled = (text: string, more: object = {}) => ({
  zones: { 'example.com': text, ...NET },
  ...more,
});

const SLIPS: readonly (readonly [what: string, text: string, outcome: string, mend: string])[] = [
  [
    'the zone twice',
    '@ MX 10 mail.example.com',
    'critical mail.example.com.example.com',
    'example.com. MX 10 mail.example.com.',
  ],
  [
    'the zone alone twice',
    '@ MX 10 example.com',
    'critical example.com.example.com',
    'example.com. MX 10 example.com.',
  ],
  [
    'a host of another zone',
    '@ MX 20 mail.example.net',
    'critical mail.example.net.example.com',
    'example.com. MX 20 mail.example.net.',
  ],
  [
    'a bare label',
    '@ MX 10 mail.\nmail A 192.0.2.10',
    'critical mail',
    'example.com. MX 10 mail.example.com.',
  ],
  [
    'a wildcard that hides it',
    '@ MX 10 mail.example.com\n* A 192.0.2.1',
    'notice mail.example.com.example.com',
    'example.com. MX 10 mail.example.com.',
  ],
];
for (const [what, text, outcome, mend] of SLIPS) {
  test(`MX-TARGET-DOUBLED: ${what}`, () => {
    assert.deepEqual(outcomes(targetDoubled, doubled(text)), [outcome]);
    assert.deepEqual(mends(targetDoubled, doubled(text)), [mend]);
  });
}

table(targetDoubled, [
  ['a host that is gone is no slip', doubled('@ MX 10 gone'), ['pass gone.example.com']],
  ['nor one that is gone further below', doubled('@ MX 10 mx.gone'), ['pass mx.gone.example.com']],
  [
    'a host with the name of another is right where it is',
    doubled('@ MX 10 mail.example.net\nmail.example.net A 192.0.2.10'),
    ['pass mail.example.net.example.com'],
  ],
  [
    'so is one with the digits of its address',
    doubled('@ MX 10 192.0.2.10\n192.0.2.10 A 192.0.2.10'),
    ['pass 192.0.2.10.example.com'],
  ],
  ['the domain itself', doubled('@ MX 10 @\n@ A 192.0.2.10'), ['pass example.com']],
  ['localhost is for another rule', doubled('@ MX 10 localhost.'), ['pass localhost']],
  [
    'a doubled name that is not known',
    doubled('@ MX 10 mail.example.com', silent('mail.example.com.example.com')),
    ['unknown mail.example.com.example.com'],
  ],
  [
    'a domain within the zone',
    {
      zones: { 'example.com': 'shop MX 10 mail.shop.example.com', ...NET },
      about: { domain: nameOf('shop.example.com') },
    },
    ['critical mail.shop.example.com.example.com'],
  ],
  [
    'a name that repeats itself',
    {
      zones: { 'mail.mail': '@ MX 10 mail\nmail A 192.0.2.10' },
      about: { domain: nameOf('mail.mail') },
    },
    ['pass mail.mail.mail'],
  ],
]);

test('MX-TARGET-DOUBLED: an address', () => {
  const scene = zone('', served('10 192.0.2.10.example.com.'));
  assert.deepEqual(outcomes(targetDoubled, scene), ['critical 192.0.2.10.example.com']);
  assert.deepEqual(mends(targetDoubled, scene), [
    'publish mail.example.com. A 192.0.2.10, and example.com. MX 10 mail.example.com.',
  ]);
});
