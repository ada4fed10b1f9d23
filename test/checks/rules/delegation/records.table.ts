// TTL-SANITY and ZONE-CNAME-OTHER: what the records in answers are like.
import { ttlSanity } from '../../../../src/checks/rules/delegation/ttl-sanity.ts';
import { zoneCnameOther } from '../../../../src/checks/rules/delegation/zone-cname-other.ts';
import type { ResourceRecord } from '../../../../src/dns/packet.ts';
import { TYPE } from '../../../../src/dns/types.ts';
import type { Scene, ServerBehaviour } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';
import { CANNOT_ASK, table, WITHOUT_WALK } from './rule-table.ts';

const scene = (text: string, more: Partial<Scene> = {}): Scene => ({
  zones: { 'example.com': text },
  ...more,
});

const MAIL = '@ MX 10 mail\nmail A 192.0.2.10';
const NOBODY: NonNullable<Scene['servers']> = {
  'ns1.example.com': 'timeout',
  'ns2.example.com': 'timeout',
};

/** Every second record of an answer lives for a minute. */
const uneven: ServerBehaviour = (_, good) => ({
  ...good,
  answers: good.answers.map((record, at) =>
    at % 2 === 0 ? record : { ...record, ttlSeconds: 60 },
  ),
});

table(ttlSanity, [
  ['equal TTLs pass', scene(MAIL), ['pass example.com MX', 'pass mail.example.com A']],
  [
    'different ones inside an RRset are found',
    scene(`${MAIL}\n@ MX 20 b\nb A 192.0.2.11`, {
      servers: { 'ns1.example.com 192.0.2.53': uneven },
    }),
    'warning example.com MX: example.com MX at ns1.example.com (192.0.2.53) has the TTLs 3600, 60 s',
  ],
  [
    'less than a minute for MX is told',
    scene('@ 30 MX 10 mail\nmail 30 A 192.0.2.10'),
    'info example.com MX: the MX records have a TTL of 30 s: every sender asks again and again, ' +
      'and none finds you while no name server is up',
  ],
  [
    'more than a week for MX too',
    scene('@ 1209600 MX 10 mail\nmail A 192.0.2.10'),
    'info example.com MX: the MX records have a TTL of 14 d: so long a change takes',
  ],
  [
    'of addresses they are nobody’s business',
    scene('@ MX 10 mail\nmail 30 A 192.0.2.10'),
    ['pass example.com MX', 'pass mail.example.com A'],
  ],
  ['exchanges of others are theirs', scene('@ MX 10 mail.example.net.'), ['pass example.com MX']],
  [
    'without an answer there is nothing to judge',
    scene(MAIL, { servers: NOBODY }),
    ['not-applicable example.com'],
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

const alias = (name: string, target: string): ResourceRecord => ({
  name: nameOf(name),
  type: TYPE.CNAME,
  class: 1,
  ttlSeconds: 3600,
  data: { kind: 'CNAME', target: nameOf(target) },
});

/** Has an alias at the domain, and gives it for all but SOA and NS. */
const aliasAtTop: ServerBehaviour = ({ name, type }, good) =>
  name === 'example.com.' && type !== TYPE.SOA && type !== TYPE.NS
    ? { ...good, answers: [alias('example.com', 'host.example.net')] }
    : good;

table(zoneCnameOther, [
  ['names without aliases pass', scene(MAIL), ['pass example.com', 'pass mail.example.com']],
  [
    'an alias at the top of the zone is found',
    scene(MAIL, { servers: { 'ns2.example.com 192.0.2.54': aliasAtTop } }),
    'error example.com: example.com is an alias and has SOA and NS records beside it ' +
      'at ns2.example.com (192.0.2.54)',
  ],
  [
    'so is one of a mail host for one type only',
    scene('@ MX 10 mail\nmail A 192.0.2.10\nmail AAAA 2001:db8::10', {
      servers: {
        'ns1.example.com 192.0.2.53': ({ name, type }, good) =>
          name === 'mail.example.com.' && type === TYPE.A
            ? { ...good, answers: [alias('mail.example.com', 'host.example.net')] }
            : good,
      },
    }),
    'error mail.example.com: mail.example.com is an alias and has AAAA records beside it ' +
      'at ns1.example.com (192.0.2.53)',
  ],
  [
    'and an alias of two names',
    scene(`${MAIL}\n_dmarc CNAME a.example.net.`, {
      servers: {
        'ns1.example.com 192.0.2.53': ({ name }, good) =>
          name === '_dmarc.example.com.'
            ? { ...good, answers: [...good.answers, alias('_dmarc.example.com', 'b.example.net')] }
            : good,
      },
    }),
    'error _dmarc.example.com: _dmarc.example.com is an alias of a.example.net. and b.example.net. ' +
      'at once at ns1.example.com (192.0.2.53)',
  ],
  [
    'an alias alone is as it should be',
    scene(`${MAIL}\n_dmarc CNAME a.example.net.`),
    ['pass example.com', 'pass _dmarc.example.com', 'pass mail.example.com'],
  ],
  [
    'a domain that is an alias is one, with what it leads to in the same zone',
    scene(`${MAIL}\nother CNAME @`, { about: { domain: nameOf('other.example.com') } }),
    ['pass other.example.com', 'pass mail.example.com'],
  ],
  [
    'without an answer there is nothing to judge',
    scene(MAIL, { servers: NOBODY }),
    ['not-applicable example.com'],
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);
