// NS-V6, NS-DISTINCT-IP, NS-CNAME, NS-UNRESOLVED, NS-ADDR-SPECIAL and NS-SPOF-PREFIX: where name
// servers are.
import { nsAddrSpecial } from '../../../../src/checks/rules/delegation/ns-addr-special.ts';
import { nsCname } from '../../../../src/checks/rules/delegation/ns-cname.ts';
import { nsDistinctIp } from '../../../../src/checks/rules/delegation/ns-distinct-ip.ts';
import { nsSpofPrefix } from '../../../../src/checks/rules/delegation/ns-spof-prefix.ts';
import { nsUnresolved } from '../../../../src/checks/rules/delegation/ns-unresolved.ts';
import { nsV6 } from '../../../../src/checks/rules/delegation/ns-v6.ts';
import { failure, type Scene } from '../../../support/scene.ts';
import {
  CANNOT_ASK,
  delegated,
  found,
  MISSING,
  type ServerPlan,
  table,
  WITHOUT_WALK,
} from './rule-table.ts';

const A = 'a.example.net';
const B = 'b.example.net';
const two = (a: ServerPlan, b: ServerPlan): Scene => delegated({ [A]: a, [B]: b });
const none = delegated({});
const WELL = two(
  { ipv4: ['192.0.2.53'], ipv6: ['2001:db8:1::53'] },
  { ipv4: ['198.51.100.53'], ipv6: ['2001:db8:2::53'] },
);
const UNSURE = two({ ipv4: ['192.0.2.53'] }, { ipv4: failure(), ipv6: failure() });

table(nsV6, [
  ['two servers of both families pass', WELL, ['pass example.com']],
  [
    'no IPv6 is worth a notice',
    two({ ipv4: ['192.0.2.53'] }, { ipv4: ['198.51.100.53'] }),
    'notice example.com: none of the name servers of example.com has an IPv6 address',
  ],
  [
    'IPv6 at one server too',
    two({ ipv4: ['192.0.2.53'], ipv6: ['2001:db8::1'] }, { ipv4: ['198.51.100.53'] }),
    'notice example.com: only a.example.net of the name servers of example.com has an IPv6 address',
  ],
  [
    'no IPv4 cuts most senders off',
    two({ ipv6: ['2001:db8:1::53'] }, { ipv6: ['2001:db8:2::53'] }),
    'warning example.com: none of the name servers of example.com has an IPv4 address',
  ],
  [
    'one IPv4 server is for NS-COUNT',
    two({ ipv4: ['192.0.2.53'], ipv6: ['2001:db8:1::53'] }, { ipv6: ['2001:db8:2::53'] }),
    ['pass example.com'],
  ],
  ['a lookup that failed leaves it open', UNSURE, ['unknown example.com']],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

table(nsDistinctIp, [
  ['different addresses pass', WELL, ['pass example.com']],
  [
    'a shared one is found',
    two({ ipv4: ['192.0.2.53'] }, { ipv4: ['192.0.2.53', '198.51.100.53'] }),
    'error example.com: a.example.net and b.example.net share 192.0.2.53',
  ],
  ['an address that is not known may be shared', UNSURE, ['unknown example.com']],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

table(nsCname, [
  ['hosts pass', WELL, [`pass ${A}`, `pass ${B}`]],
  [
    'an alias is found, each server on its own',
    two({ ipv4: found(['192.0.2.53'], ['host.example.org']) }, { ipv4: ['198.51.100.53'] }),
    'error a.example.net: a.example.net is an alias of host.example.org',
  ],
  [
    'so is one with IPv6 only',
    two({ ipv6: found(['2001:db8::1'], ['host.example.org']) }, { ipv4: ['198.51.100.53'] }),
    [`error ${A}`, `pass ${B}`],
  ],
  ['one that cannot be looked up is unknown', UNSURE, [`pass ${A}`, `unknown ${B}`]],
  ['no server, no alias', none, ['not-applicable example.com']],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

table(nsUnresolved, [
  [
    'an address of one family is enough',
    two({ ipv4: ['192.0.2.53'] }, { ipv6: ['2001:db8::1'] }),
    [`pass ${A}`, `pass ${B}`],
  ],
  [
    'a host without addresses is found',
    two({ ipv4: ['192.0.2.53'] }, {}),
    'error b.example.net: b.example.net has no address',
  ],
  [
    'and one that does not exist, glue or not',
    two({ ipv4: ['192.0.2.53'] }, { ipv4: MISSING, ipv6: MISSING, glue: ['192.0.2.9'] }),
    'error b.example.net: b.example.net does not exist, though the parent gives 192.0.2.9',
  ],
  [
    'a lookup that failed leaves it open',
    two({ ipv4: MISSING, ipv6: failure() }, { ipv4: failure() }),
    [`unknown ${A}`, `unknown ${B}`],
  ],
  ['no server, no address', none, ['not-applicable example.com']],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

table(nsAddrSpecial, [
  [
    'public addresses pass',
    two({ ipv4: ['192.0.2.53'] }, { ipv6: ['2001:db8:2::53'] }),
    [`pass ${A} 192.0.2.53`, `pass ${B} 2001:db8:2::53`],
  ],
  [
    'private ones are found, each on its own',
    two({ ipv4: ['10.0.0.53', '192.0.2.53'] }, { ipv6: ['::1'] }),
    'error a.example.net 10.0.0.53: a.example.net has 10.0.0.53, which is set apart: private use (RFC 1918)\n' +
      'error b.example.net ::1: b.example.net has ::1, which is set apart: loopback (RFC 4291)',
  ],
  ['no address, nothing to judge', none, ['not-applicable example.com']],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

table(nsSpofPrefix, [
  ['different networks pass', WELL, ['pass example.com']],
  [
    'one network of each family is found',
    two(
      { ipv4: ['192.0.2.53'], ipv6: ['2001:db8:1:1::53'] },
      { ipv4: ['192.0.2.54'], ipv6: ['2001:db8:1:2::53'] },
    ),
    'warning example.com: name servers of example.com: ' +
      'all IPv4 addresses are in 192.0.2.0/24, all IPv6 addresses are in 2001:db8:1::/48',
  ],
  [
    'one family is enough',
    two(
      { ipv4: ['192.0.2.53'], ipv6: ['2001:db8:1::53'] },
      { ipv4: ['192.0.2.54'], ipv6: ['2001:db8:2::53'] },
    ),
    ['warning example.com'],
  ],
  [
    'a single address is for other rules',
    two({ ipv4: ['192.0.2.53'] }, { ipv6: ['2001:db8::1'] }),
    ['not-applicable example.com'],
  ],
  [
    'an address that is not known may be elsewhere',
    delegated({
      [A]: { ipv4: ['192.0.2.53'] },
      [B]: { ipv4: ['192.0.2.54'] },
      c: { ipv4: failure() },
    }),
    ['unknown example.com'],
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);
