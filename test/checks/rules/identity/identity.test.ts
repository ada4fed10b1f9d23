// The rules about who the hosts of a domain are: PTR-EXISTS, FCRDNS, PTR-GENERIC, HELO-MATCH,
// RETURN-OK.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IpAddress, parseIp } from '../../../../src/base/ip.ts';
import type { Rule } from '../../../../src/checks/rule.ts';
import { fcrdns } from '../../../../src/checks/rules/identity/fcrdns.ts';
import { heloMatch } from '../../../../src/checks/rules/identity/helo-match.ts';
import { ptrExists } from '../../../../src/checks/rules/identity/ptr-exists.ts';
import { ptrGeneric } from '../../../../src/checks/rules/identity/ptr-generic.ts';
import { returnOk } from '../../../../src/checks/rules/identity/return-ok.ts';
import { failure, type Scene, told } from '../../../support/scene.ts';
import { mends, table } from '../mx/table.ts';

const GOOD = '@ MX 10 mail\nmail A 192.0.2.10';
const MAIL = 'mail.example.com 192.0.2.10';

/** The zone of example.com, the reverse zone of 192.0.2.0/24, and the declared senders. */
function scene(
  zone: string,
  reverse: string,
  senders: readonly string[] = [],
  more: Omit<Scene, 'zones'> & { readonly zones?: Scene['zones'] } = {},
): Scene {
  const addresses = senders.map((text) => parseIp(text) as IpAddress);
  return {
    ...more,
    zones: { 'example.com': zone, '2.0.192.in-addr.arpa': reverse, ...more.zones },
    about: { declared: { selectors: [], senders: addresses }, ...more.about },
  };
}

const PTR = '10 PTR mail.example.com.';
const LOST = { lookups: { 'example.com MX': failure() } };
const LOST_PTR = { lookups: { '10.2.0.192.in-addr.arpa PTR': failure() } };

const ALL: readonly Rule[] = [ptrExists, fcrdns, ptrGeneric, heloMatch];
for (const rule of ALL) {
  table(rule, [
    ['a host with a name that leads back', scene(GOOD, PTR), [`pass ${MAIL}`]],
    ['a null MX', scene('@ MX 0 .', ''), ['not-applicable example.com']],
    ['MX records that are not known', scene('', '', [], LOST), ['unknown example.com']],
  ]);
}

table(ptrExists, [
  ['a mail host without a reverse name', scene(GOOD, ''), [`notice ${MAIL}`]],
  ['one that is declared to send', scene(GOOD, '', ['192.0.2.10']), [`error ${MAIL}`]],
  [
    'a sender that takes no mail',
    scene(GOOD, PTR, ['192.0.2.25']),
    [`pass ${MAIL}`, 'error example.com 192.0.2.25'],
  ],
  [
    'a sender of a domain without mail hosts',
    scene('@ MX 0 .', PTR, ['192.0.2.10']),
    ['pass example.com 192.0.2.10'],
  ],
  [
    'a name through an alias (RFC 2317)',
    scene(GOOD, '10 CNAME 10.0-31\n10.0-31 PTR mail.example.com.'),
    [`pass ${MAIL}`],
  ],
  ['a reverse name without PTR', scene(GOOD, '10 TXT x'), [`notice ${MAIL}`]],
  ['a failure', scene(GOOD, '', [], LOST_PTR), [`unknown ${MAIL}`]],
  [
    'an address that is not global',
    scene('@ MX 10 mail\nmail A 10.0.0.1', ''),
    ['not-applicable mail.example.com 10.0.0.1'],
  ],
]);

test('PTR-EXISTS gives the record to set', () => {
  assert.deepEqual(told(ptrExists, scene(GOOD, '', ['192.0.2.25'])), [
    `notice ${MAIL}: 192.0.2.10 has no reverse name (10.2.0.192.in-addr.arpa PTR)`,
    'error example.com 192.0.2.25: 192.0.2.25 has no reverse name (25.2.0.192.in-addr.arpa PTR)',
  ]);
  assert.deepEqual(mends(ptrExists, scene(GOOD, '', ['192.0.2.25'])), [
    '10.2.0.192.in-addr.arpa. PTR mail.example.com.',
    'set 25.2.0.192.in-addr.arpa. PTR to the name that the server says in EHLO',
  ]);
});

table(fcrdns, [
  [
    'one of several names leads back',
    scene(GOOD, `10 PTR other.example.com.\n${PTR}`),
    [`pass ${MAIL}`],
  ],
  ['a name that does not exist', scene(GOOD, '10 PTR gone.example.com.'), [`notice ${MAIL}`]],
  [
    'a name of another address',
    scene(`${GOOD}\nwww A 192.0.2.80`, '10 PTR www.example.com.'),
    [`notice ${MAIL}`],
  ],
  [
    'one that is declared to send',
    scene(GOOD, '10 PTR gone.example.com.', ['192.0.2.10']),
    [`error ${MAIL}`],
  ],
  ['no name is for another rule', scene(GOOD, ''), [`not-applicable ${MAIL}`]],
  ['a failure backward', scene(GOOD, '', [], LOST_PTR), [`unknown ${MAIL}`]],
  [
    'a failure forward',
    scene(GOOD, '10 PTR b.example.com.', [], {
      lookups: { 'b.example.com A': failure() },
    }),
    [`unknown ${MAIL}`],
  ],
  [
    'a failure beside a name that leads back',
    scene(GOOD, `10 PTR b.example.com.\n${PTR}`, [], {
      lookups: { 'b.example.com A': failure() },
    }),
    [`pass ${MAIL}`],
  ],
  [
    'IPv6',
    scene('@ MX 10 mail\nmail AAAA 2001:db8::25', '', [], {
      zones: { '8.b.d.0.1.0.0.2.ip6.arpa': `5.2.${'0.'.repeat(21)}0 PTR mail.example.com.` },
    }),
    ['pass mail.example.com 2001:db8::25'],
  ],
]);

test('FCRDNS says where the names lead, and gives the record to publish', () => {
  const ours = scene(`${GOOD}\nwww A 192.0.2.80`, '10 PTR www.example.com.');
  assert.deepEqual(told(fcrdns, ours), [
    `notice ${MAIL}: 192.0.2.10 has the reverse name www.example.com, which has 192.0.2.80`,
  ]);
  assert.deepEqual(mends(fcrdns, ours), ['www.example.com. A 192.0.2.10']);
  const theirs = scene(GOOD, '10 PTR gone.example.net.');
  assert.deepEqual(told(fcrdns, theirs), [
    `notice ${MAIL}: 192.0.2.10 has the reverse name gone.example.net, which does not exist`,
  ]);
  assert.deepEqual(mends(fcrdns, theirs), ['10.2.0.192.in-addr.arpa. PTR mail.example.com.']);
});

const GENERIC: readonly string[] = [
  '192-0-2-10.example.net',
  'static.10.2.0.192.example.net',
  'ip192x0x2x10.example.net',
  'host192000002010.example.net',
  'c000020a.example.net',
  '192.0.2.10.example.net',
  'dsl-1234.example.net',
  'pool12.dynamic.example.net',
  '10-2-0-192.example.com',
];
for (const name of GENERIC) {
  table(ptrGeneric, [
    [`made by a provider: ${name}`, scene(GOOD, `10 PTR ${name}.`), [`notice ${MAIL}`]],
  ]);
}

const CHOSEN: readonly string[] = [
  'mail.example.com',
  'mx10.example.com',
  'mail-192.example.net',
  '1192-0-2-10.example.net',
  '192-0-2-100.example.net',
  'cable.example.net',
  'poolside.example.net',
  'a1.mailout.example.net',
  'dsl-1234.example.com',
];
for (const name of CHOSEN) {
  table(ptrGeneric, [
    [`chosen by somebody: ${name}`, scene(GOOD, `10 PTR ${name}.`), [`pass ${MAIL}`]],
  ]);
}

const IPV6_REVERSE = (name: string) => ({
  zones: { '8.b.d.0.1.0.0.2.ip6.arpa': `5.2.${'0.'.repeat(21)}0 PTR ${name}.` },
});
const V6 = '@ MX 10 mail\nmail AAAA 2001:db8::25';

table(ptrGeneric, [
  [
    'one chosen name of two',
    scene(GOOD, `10 PTR 192-0-2-10.example.net.\n${PTR}`),
    [`pass ${MAIL}`],
  ],
  [
    'a host of somebody else may be called anything',
    {
      zones: {
        'example.com': '@ MX 10 mail.example.net.',
        'example.net': 'mail A 192.0.2.10',
        '2.0.192.in-addr.arpa': '10 PTR 192-0-2-10.example.net.',
      },
    },
    ['not-applicable mail.example.net 192.0.2.10'],
  ],
  ['no name', scene(GOOD, ''), [`not-applicable ${MAIL}`]],
  ['a failure', scene(GOOD, '', [], LOST_PTR), [`unknown ${MAIL}`]],
  [
    'an IPv6 address with hyphens',
    scene(V6, '', [], IPV6_REVERSE('2001-db8--25.example.net')),
    ['notice mail.example.com 2001:db8::25'],
  ],
  [
    'all digits of an IPv6 address',
    scene(V6, '', [], IPV6_REVERSE(`20010db8${'0'.repeat(22)}25.example.net`)),
    ['notice mail.example.com 2001:db8::25'],
  ],
  [
    'a chosen name of IPv6',
    scene(V6, '', [], IPV6_REVERSE('mail.example.com')),
    ['pass mail.example.com 2001:db8::25'],
  ],
]);

const greets = (ehlo: string, greeting = `220 ${ehlo} ESMTP`) => ({
  hosts: { 'mail.example.com': { replies: { greeting, ehlo: `250-${ehlo}\n250 SIZE 1000` } } },
});
const THEIRS: Scene['zones'] = {
  'example.com': '@ MX 10 mail.example.net.',
  'example.net': 'mail A 192.0.2.10',
};

table(heloMatch, [
  [
    'another name that has the address',
    scene(`${GOOD}\nmx A 192.0.2.10`, PTR, [], greets('mx.example.com')),
    [`pass ${MAIL}`],
  ],
  [
    'a name in the greeting that has it, and another in EHLO',
    scene(GOOD, PTR, [], greets('node7.example.com', '220 mail.example.com ESMTP')),
    [`pass ${MAIL}`],
  ],
  ['its address in brackets', scene(GOOD, PTR, [], greets('[192.0.2.10]')), [`pass ${MAIL}`]],
  ['another address in brackets', scene(GOOD, PTR, [], greets('[192.0.2.11]')), [`notice ${MAIL}`]],
  [
    'a name that leads nowhere',
    scene(GOOD, PTR, [], greets('node7.example.com')),
    [`notice ${MAIL}`],
  ],
  [
    'the same of a host that is declared to send',
    scene(GOOD, PTR, ['192.0.2.10'], greets('node7.example.com')),
    [`warning ${MAIL}`],
  ],
  [
    'the same of a host of somebody else',
    {
      zones: THEIRS,
      hosts: { 'mail.example.net': greets('node7.example.net').hosts['mail.example.com'] },
    },
    ['info mail.example.net 192.0.2.10'],
  ],
  [
    'a word that is no name is for another rule',
    scene(GOOD, PTR, [], greets('localhost')),
    [`not-applicable ${MAIL}`],
  ],
  [
    'a name that cannot be looked up',
    scene(GOOD, PTR, [], {
      ...greets('b.example.com'),
      lookups: { 'b.example.com A': failure() },
    }),
    [`unknown ${MAIL}`],
  ],
  [
    'a host that is not reached',
    scene(GOOD, PTR, [], {
      hosts: { 'mail.example.com': { connect: { kind: 'not-tried', because: 'no route' } } },
    }),
    [`unknown ${MAIL}`],
  ],
  [
    'a host that is too busy to say its name',
    scene(GOOD, PTR, [], {
      hosts: { 'mail.example.com': { replies: { greeting: '421 node7.example.com busy' } } },
    }),
    [`not-applicable ${MAIL}`],
  ],
  [
    'a sender that takes no mail',
    scene(GOOD, PTR, ['192.0.2.25']),
    [`pass ${MAIL}`, 'not-applicable example.com 192.0.2.25'],
  ],
]);

test('HELO-MATCH quotes the name', () => {
  assert.deepEqual(told(heloMatch, scene(GOOD, PTR, [], greets('node7.example.com'))), [
    `notice ${MAIL}: 192.0.2.10 calls itself node7.example.com, ` +
      'a name that does not have this address',
  ]);
});

const ME = ['192.0.2.25'];

table(returnOk, [
  ['nobody declared a sender', scene('@ MX 0 .', ''), ['not-applicable example.com']],
  ['a domain with exchanges', scene(GOOD, '', ME), ['pass example.com']],
  ['a domain with an address', scene('@ A 192.0.2.80', '', ME), ['pass example.com']],
  ['a null MX', scene('@ MX 0 .', '', ME), ['error example.com']],
  ['neither MX nor address: MX-NONE', scene('', '', ME), ['not-applicable example.com']],
  [
    'addresses that are not known',
    scene('', '', ME, {
      lookups: { 'example.com A': failure() },
    }),
    ['unknown example.com'],
  ],
  ['a failure', scene('', '', ME, LOST), ['unknown example.com']],
]);
