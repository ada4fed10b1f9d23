// NS-LAME, NS-TCP, NS-QTYPE-DROP and NS-NONAUTH-MX: how name servers answer.
import { nsLame } from '../../../../src/checks/rules/delegation/ns-lame.ts';
import { nsNonauthMx } from '../../../../src/checks/rules/delegation/ns-nonauth-mx.ts';
import { nsQtypeDrop } from '../../../../src/checks/rules/delegation/ns-qtype-drop.ts';
import { nsTcp } from '../../../../src/checks/rules/delegation/ns-tcp.ts';
import { RCODE } from '../../../../src/dns/packet.ts';
import { TYPE } from '../../../../src/dns/types.ts';
import type { Scene, ServerBehaviour } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';
import {
  CANNOT_ASK,
  delegationOf,
  referralOf,
  serverOf,
  table,
  WITHOUT_WALK,
  withFamilies,
} from './rule-table.ts';

/** One server with IPv4, one with both families. */
const ZONE =
  '@ NS ns1\n@ NS ns2\nns1 A 192.0.2.53\nns2 A 198.51.100.53\nns2 AAAA 2001:db8:2::53\n' +
  '@ MX 10 mail\nmail A 192.0.2.10';
const NS1 = 'ns1.example.com 192.0.2.53';
const NS2 = 'ns2.example.com 198.51.100.53';
const NS2_V6 = 'ns2.example.com 2001:db8:2::53';
const ALL_PASS = [`pass ${NS1}`, `pass ${NS2}`, `pass ${NS2_V6}`];

const scene = (servers: NonNullable<Scene['servers']> = {}, more: Partial<Scene> = {}): Scene => ({
  zones: { 'example.com': ZONE },
  servers,
  ...more,
});

/** ns1 behaves so, and the others well. */
const first = (behaviour: ServerBehaviour, more: Partial<Scene> = {}): Scene =>
  scene({ 'ns1.example.com': behaviour }, more);

/** Drops what is asked so, and answers all else. */
const drops =
  (is: (asked: { type: number; by: string; name: string }) => boolean): ServerBehaviour =>
  (asked, good) =>
    is(asked) ? 'timeout' : good;

const silentOn = (by: 'udp' | 'tcp'): ServerBehaviour => drops((asked) => asked.by === by);

table(nsLame, [
  ['servers that answer pass, each at each address', scene(), ALL_PASS],
  [
    'a refusal is found',
    first('refused'),
    `error ${NS1}: ns1.example.com (192.0.2.53) answered REFUSED ` +
      'when asked for the SOA record of example.com',
  ],
  ['so is SERVFAIL', first('servfail'), [`error ${NS1}`, `pass ${NS2}`, `pass ${NS2_V6}`]],
  [
    'so is an answer without authority',
    first('not-authoritative'),
    `error ${NS1}: ns1.example.com (192.0.2.53) answered without authority (no AA) ` +
      'when asked for the SOA record of example.com',
  ],
  [
    'so is the word that there is no such zone',
    first((_, good) => ({ ...good, rcode: RCODE.NXDOMAIN, answers: [] })),
    `error ${NS1}: ns1.example.com (192.0.2.53) says that example.com does not exist`,
  ],
  [
    'and an answer without the record',
    first((_, good) => ({ ...good, answers: [] })),
    `error ${NS1}: ns1.example.com (192.0.2.53) has no SOA record of example.com`,
  ],
  [
    'a server that is silent to everything is found',
    first('timeout'),
    `error ${NS1}: ns1.example.com (192.0.2.53) does not answer: did not answer within 5 s`,
  ],
  [
    'one that answers over TCP alone as well',
    first(silentOn('udp')),
    `error ${NS1}: ns1.example.com (192.0.2.53) answers over TCP, but not over UDP: ` +
      'did not answer within 5 s',
  ],
  [
    'one lost answer is not a lame server',
    first(drops(({ type, by }) => type === TYPE.SOA && by === 'udp')),
    `unknown ${NS1}: one question was not answered, others were: did not answer within 5 s`,
  ],
  [
    'an answer that was cut off is an answer',
    first((_, good) => ({ ...good, truncated: true })),
    ALL_PASS,
  ],
  [
    'an IPv6 address is unknown where this machine has no route',
    scene({ [NS2_V6]: 'timeout' }, { about: withFamilies(true, false) }),
    `unknown ${NS2_V6}: this machine has no route for IPv6`,
  ],
  [
    'and where nobody at all was reached over IPv6',
    scene({ [NS2_V6]: 'timeout' }),
    `unknown ${NS2_V6}: nobody was reached over IPv6 from here: did not answer within 5 s`,
  ],
  [
    'but not where a server of the parent was',
    scene(
      { [NS2_V6]: 'timeout' },
      {
        delegations: {
          'example.com': delegationOf(
            [
              serverOf('ns1.example.com', { ipv4: ['192.0.2.53'] }),
              serverOf('ns2.example.com', { ipv6: ['2001:db8:2::53'] }),
            ],
            [referralOf('2001:db8:ffff::1', ['ns1.example.com', 'ns2.example.com'])],
          ),
        },
      },
    ),
    [`pass ${NS1}`, `error ${NS2_V6}`],
  ],
  [
    'a private address is for another rule',
    {
      zones: { 'example.com': ZONE.replace('192.0.2.53', '10.0.0.53') },
      servers: { 'ns1.example.com': 'timeout' },
    },
    'unknown ns1.example.com 10.0.0.53: 10.0.0.53 is not a public address: ' +
      'private use (RFC 1918)',
  ],
  [
    'servers without addresses leave nothing to ask',
    { zones: { 'example.com': '@ NS ns.example.net.\n@ MX 10 mail\nmail A 192.0.2.10' } },
    'unknown example.com: no name server has an address that can be asked',
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

const NOBODY_ON_TCP: NonNullable<Scene['servers']> = {
  'ns1.example.com': silentOn('tcp'),
  'ns2.example.com': silentOn('tcp'),
};

table(nsTcp, [
  ['servers that answer pass', scene(), ALL_PASS],
  [
    'one that does not is found',
    first(silentOn('tcp')),
    `error ${NS1}: ns1.example.com (192.0.2.53) answers over UDP, but not over TCP: ` +
      'did not answer within 5 s',
  ],
  [
    'one that is lame is for another rule',
    first('timeout'),
    [`unknown ${NS1}`, `pass ${NS2}`, `pass ${NS2_V6}`],
  ],
  [
    'where nobody answers it may be this machine',
    scene(NOBODY_ON_TCP),
    [`unknown ${NS1}`, `unknown ${NS2}`, `unknown ${NS2_V6}`],
  ],
  [
    'but not where the servers of the parent do',
    scene(NOBODY_ON_TCP, { zones: { com: '', 'example.com': ZONE } }),
    [`error ${NS1}`, `error ${NS2}`, `error ${NS2_V6}`],
  ],
  [
    'an IPv6 address is unknown where this machine has no route',
    scene({ [NS2_V6]: 'timeout' }, { about: withFamilies(true, false) }),
    `unknown ${NS2_V6}: this machine has no route for IPv6`,
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

const dropsType = (type: number): ServerBehaviour => drops((asked) => asked.type === type);
const refuses =
  (type: number, rcode: number): ServerBehaviour =>
  (asked, good) =>
    asked.type === type ? { ...good, rcode, answers: [], authority: [] } : good;

table(nsQtypeDrop, [
  ['servers that answer everything pass', scene(), ALL_PASS],
  [
    'dropped TLSA is a warning in a zone that is not signed',
    first(dropsType(TYPE.TLSA)),
    `warning ${NS1}: ns1.example.com (192.0.2.53) answers for MX, ` +
      'but not for TLSA (did not answer within 5 s)',
  ],
  [
    'and an error in one that is',
    first(dropsType(TYPE.TLSA), { secure: ['example.com'] }),
    [`error ${NS1}`, `pass ${NS2}`, `pass ${NS2_V6}`],
  ],
  [
    'dropped AAAA delays everybody',
    first(dropsType(TYPE.AAAA)),
    [`error ${NS1}`, `pass ${NS2}`, `pass ${NS2_V6}`],
  ],
  [
    'a type that nobody knows is no reason to be silent, or to refuse',
    first((asked, good) => {
      if (asked.type === 65_280) return { ...good, rcode: RCODE.NOTIMP };
      return asked.type === TYPE.CAA ? 'timeout' : good;
    }),
    `warning ${NS1}: ns1.example.com (192.0.2.53) answers for MX, ` +
      'but not for CAA (did not answer within 5 s) and TYPE65280 (answered NOTIMP)',
  ],
  [
    'a refusal is found at the first try',
    first(refuses(TYPE.TXT, RCODE.SERVFAIL)),
    [`warning ${NS1}`, `pass ${NS2}`, `pass ${NS2_V6}`],
  ],
  [
    'one answer that was lost is not dropped',
    first(drops(({ type, name }) => type === TYPE.CAA && name === 'example.com.')),
    ALL_PASS,
  ],
  [
    'a server that is dead drops nothing in particular',
    first('timeout'),
    `unknown ${NS1}: nor does it answer for MX: did not answer within 5 s`,
  ],
  [
    'TLSA is asked at a mail host of the zone',
    first(
      drops(
        ({ type, name }) =>
          type === TYPE.TLSA &&
          !/^_(25|465)\._tcp\.mail/.test(name) &&
          name !== '_465._tcp.example.com.',
      ),
    ),
    ALL_PASS,
  ],
  [
    'a referral to a zone below is an answer',
    first((asked, good) => (asked.type === TYPE.TLSA ? { ...good, authoritative: false } : good)),
    ALL_PASS,
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

const withoutAuthority: ServerBehaviour = ({ type }, good) =>
  type === TYPE.MX ? { ...good, authoritative: false } : good;

table(nsNonauthMx, [
  ['authoritative answers pass', scene(), ALL_PASS],
  [
    'one without AA is found',
    first(withoutAuthority),
    `error ${NS1}: ns1.example.com (192.0.2.53) answers for the MX records of example.com ` +
      'without authority (no AA)',
  ],
  [
    'where SOA has none either the server is lame',
    first('not-authoritative'),
    `not-applicable ${NS1}: it is not authoritative for the zone at all (NS-LAME)`,
  ],
  ['silence says nothing', first('timeout'), [`unknown ${NS1}`, `pass ${NS2}`, `pass ${NS2_V6}`]],
  ['nor does a refusal', first('refused'), [`unknown ${NS1}`, `pass ${NS2}`, `pass ${NS2_V6}`]],
  [
    'a name of the zone is asked for its own MX records',
    {
      ...first(withoutAuthority),
      zones: { 'example.com': `${ZONE}\nwww MX 5 mail` },
      about: { domain: nameOf('www.example.com') },
    },
    [`error ${NS1}`, `pass ${NS2}`, `pass ${NS2_V6}`],
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);
