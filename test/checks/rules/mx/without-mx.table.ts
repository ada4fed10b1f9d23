// The rules about domains without MX records: MX-LOOKUP, MX-NONE, MX-IMPLICIT-TEST, MX-OWNER-ALIAS.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { implicitTest } from '../../../../src/checks/rules/mx/implicit-test.ts';
import { mxLookup } from '../../../../src/checks/rules/mx/lookup.ts';
import { noMx } from '../../../../src/checks/rules/mx/none.ts';
import { ownerAlias } from '../../../../src/checks/rules/mx/owner-alias.ts';
import { aboutOf, failure, told } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';
import { mends, table, zone } from './table.ts';

const LOST = { lookups: { 'example.com MX': failure() } };
const SHOP = { about: { domain: nameOf('shop.example.com') } };

table(mxLookup, [
  ['MX records pass', zone('@ MX 10 mail\nmail A 192.0.2.10'), ['pass example.com']],
  ['so does their absence, which is an answer', zone('@ A 192.0.2.80'), ['pass example.com']],
  ['and a null MX', zone('@ MX 0 .'), ['pass example.com']],
  ['a domain that does not exist: DEL-NONE', zone('', SHOP), ['not-applicable shop.example.com']],
  [
    'unless name servers cannot be asked',
    zone('', {
      about: { ...SHOP.about, self: { ...aboutOf().self, walk: { ok: false, because: 'closed' } } },
    }),
    ['error shop.example.com'],
  ],
  [
    'an alias into a domain that is free: DANGLING',
    { zones: { 'example.com': 'shop CNAME sold.net.', net: '' }, ...SHOP },
    ['not-applicable shop.example.com'],
  ],
  ['an alias of nothing', zone('shop CNAME gone', SHOP), ['error shop.example.com']],
  ['a failure is no finding', zone('', LOST), ['unknown example.com']],
]);

test('MX-LOOKUP names the end of an alias that leads nowhere', () => {
  assert.deepEqual(told(mxLookup, zone('shop CNAME gone', SHOP)), [
    'error shop.example.com: shop.example.com is an alias of gone.example.com, ' +
      'which does not exist: all mail is returned',
  ]);
});

table(noMx, [
  ['MX records pass', zone('@ MX 10 mail\nmail A 192.0.2.10'), ['pass example.com']],
  ['a null MX says it too', zone('@ MX 0 .'), ['pass example.com']],
  ['implicit MX is worth saying and not wrong', zone('@ A 192.0.2.80'), ['info example.com']],
  ['over IPv6 alone too', zone('@ AAAA 2001:db8::80'), ['info example.com']],
  ['neither MX nor address', zone('www A 192.0.2.80'), ['error example.com']],
  [
    'unless nobody uses the domain for mail',
    zone('@ TXT "v=spf1 -all"\nwww A 192.0.2.80'),
    ['info example.com'],
  ],
  [
    'one whose addresses cannot be looked up',
    zone('', {
      lookups: { 'example.com A': failure(), 'example.com AAAA': failure() },
    }),
    ['unknown example.com'],
  ],
  ['a failure', zone('', LOST), ['unknown example.com']],
  ['a domain that does not exist', zone('', SHOP), ['not-applicable shop.example.com']],
]);

const refused = {
  connect: {
    kind: 'failed',
    failure: 'refused',
    because: 'connection refused',
    tookMs: 1,
  },
} as const;
const at = (plan: object) => ({ hosts: { 'example.com': plan } });

table(implicitTest, [
  ['a domain that answers at its address', zone('@ A 192.0.2.80'), ['pass example.com']],
  ['one that refuses', zone('@ A 192.0.2.80', at(refused)), ['error example.com']],
  [
    'one of two addresses is enough',
    zone('@ A 192.0.2.80\n@ A 192.0.2.81', { hosts: { 'example.com 192.0.2.80': refused } }),
    ['pass example.com'],
  ],
  [
    'a refusal where this machine reaches nobody is no finding',
    zone('@ A 192.0.2.80', { ...at(refused), egress: { open: false, because: 'blocked' } }),
    ['unknown example.com'],
  ],
  [
    'nor is an address that was not tried',
    zone('@ A 192.0.2.80', at({ connect: { kind: 'not-tried', because: 'no route' } })),
    ['unknown example.com'],
  ],
  [
    'nor a host that is too busy',
    zone('@ A 192.0.2.80', at({ replies: { greeting: '421 Try again later' } })),
    ['unknown example.com'],
  ],
  [
    'nor one that refuses us',
    zone('@ A 192.0.2.80', at({ replies: { greeting: '554 5.7.1 Go away' } })),
    ['unknown example.com'],
  ],
  [
    'nor one that says nothing',
    zone('@ A 192.0.2.80', at({ replies: { greeting: '' } })),
    ['unknown example.com'],
  ],
  [
    'a host that says that it never takes mail',
    zone('@ A 192.0.2.80', at({ replies: { greeting: '521 www.example.com takes no mail' } })),
    ['error example.com'],
  ],
  [
    'where no mail is wanted it matters less',
    zone('@ A 192.0.2.80\n@ TXT "v=spf1 -all"', at(refused)),
    ['notice example.com'],
  ],
  [
    'a domain with exchanges',
    zone('@ MX 10 mail\nmail A 192.0.2.10'),
    ['not-applicable example.com'],
  ],
  ['a domain without an address', zone('www A 192.0.2.80'), ['not-applicable example.com']],
  ['a failure', zone('', LOST), ['unknown example.com']],
]);

test('MX-IMPLICIT-TEST says what happened at the address', () => {
  const scene = zone('@ A 192.0.2.80', at(refused));
  assert.deepEqual(told(implicitTest, scene), [
    'error example.com: example.com has no MX records, and nobody takes mail at its own address ' +
      '192.0.2.80: no connection: connection refused',
  ]);
  assert.deepEqual(mends(implicitTest, scene), ['example.com. MX 0 .']);
});

test('MX-IMPLICIT-TEST holds no conversation where there are exchanges', () => {
  const inquiry = implicitTest.judge(aboutOf());
  const wanted = inquiry.next().value as readonly { kind: string }[];
  assert.deepEqual(
    wanted.map(({ kind }) => kind),
    ['lookup'],
  );
});

table(ownerAlias, [
  ['a domain with records of its own', zone('@ MX 10 mail'), ['pass example.com']],
  ['one without MX records', zone('@ A 192.0.2.80'), ['pass example.com']],
  [
    'an alias of a domain with exchanges',
    zone('shop CNAME shops\nshops MX 10 mail\nmail A 192.0.2.10', SHOP),
    ['warning shop.example.com'],
  ],
  [
    'an alias of a web server',
    zone('shop CNAME www\nwww A 192.0.2.80', SHOP),
    ['warning shop.example.com'],
  ],
  ['a failure', zone('', LOST), ['unknown example.com']],
]);
