// DOM-SYNTAX, DOM-NOT-ZONE and DEL-NONE: is there such a domain, and what is it?
import { delNone } from '../../../../src/checks/rules/delegation/del-none.ts';
import { domNotZone } from '../../../../src/checks/rules/delegation/dom-not-zone.ts';
import { domSyntax } from '../../../../src/checks/rules/delegation/dom-syntax.ts';
import { failure, type Scene, type ServerBehaviour } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';
import {
  CANNOT_ASK,
  delegated,
  MISSING,
  type Row,
  table,
  WITHOUT_WALK,
  withFamilies,
} from './rule-table.ts';

const about = (domain: string): Scene => ({ zones: {}, about: { domain: nameOf(domain) } });

const SYNTAX: readonly Row[] = [
  [
    'letters, digits and hyphens pass',
    about('my-shop2.example.com'),
    ['pass my-shop2.example.com'],
  ],
  ['an A-label passes', about('xn--bcher-kva.example'), ['pass xn--bcher-kva.example']],
  [
    'an underscore is refused by senders',
    about('my_shop.example.com'),
    'error my_shop.example.com: my_shop.example.com: ' +
      'the label my_shop is not of letters, digits and hyphens',
  ],
  ['a space is refused as well', about('a\\032b.example'), ['error a\\032b.example']],
  ['a hyphen at the start is an error', about('-shop.example'), ['error -shop.example']],
  ['and one at the end', about('shop-.example'), ['error shop-.example']],
  [
    'an A-label that is no Punycode is an error',
    about('xn--99999.example'),
    ['error xn--99999.example'],
  ],
  [
    'hyphens in the third and fourth place are only told',
    about('ab--c.example'),
    ['notice ab--c.example'],
  ],
  ['a number as top-level domain is an error', about('192.0.2.1'), ['error 192.0.2.1']],
  ['the root is no mail domain', about('.'), ['not-applicable .']],
];
table(domSyntax, SYNTAX);

const EXAMPLE = {
  'example.com': '@ MX 10 mail\nmail A 192.0.2.10\nwww MX 5 mail\nother CNAME www',
};

const at = (name: string, more: Partial<Scene> = {}): Scene => ({
  zones: EXAMPLE,
  ...more,
  about: { ...more.about, domain: nameOf(name) },
});

table(domNotZone, [
  ['the top of a zone passes', at('example.com'), ['pass example.com']],
  [
    'a name in a zone is told with the zone',
    at('www.example.com'),
    'info www.example.com: www.example.com is a name in the zone example.com, ' +
      'whose name servers are judged here',
  ],
  [
    'an alias is told with its target',
    at('other.example.com'),
    'info other.example.com: other.example.com is an alias of www.example.com: ' +
      'mail follows it, so check www.example.com as well',
  ],
  [
    'a domain that does not exist is for another rule',
    at('none.example.com'),
    ['not-applicable none.example.com'],
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
  [
    'so it is where the walk ended',
    at('example.com', {
      delegations: {
        'example.com': {
          kind: 'failure',
          failure: 'timeout',
          at: nameOf('com'),
          because: 'silence',
        },
      },
    }),
    'unknown example.com: silence',
  ],
]);

const both = (ns1: ServerBehaviour, ns2 = ns1): NonNullable<Scene['servers']> => ({
  'ns1.example.com': ns1,
  'ns2.example.com': ns2,
});
const onlyTcp: ServerBehaviour = ({ by }, good) => (by === 'tcp' ? good : 'timeout');

const ENDED: Partial<Scene> = {
  delegations: {
    'www.example.com': {
      kind: 'failure',
      failure: 'timeout',
      at: nameOf('example.com'),
      because: 'ns1.example.com did not answer',
    },
  },
};

table(delNone, [
  [
    'one server that answers is enough',
    at('example.com', { servers: { 'ns1.example.com': 'timeout' } }),
    ['pass example.com'],
  ],
  [
    'a domain that does not exist loses its mail',
    { zones: { com: '' } },
    'critical example.com: example.com does not exist in the DNS: the zone com has no such name',
  ],
  [
    'so does one whose servers refuse',
    at('example.com', { servers: both('refused') }),
    'critical example.com: no name server answers for example.com: ' +
      'ns1.example.com (192.0.2.53) answered REFUSED, ' +
      'ns1.example.com (2001:db8::53) answered REFUSED, ' +
      'ns2.example.com (192.0.2.54) answered REFUSED and ' +
      'ns2.example.com (2001:db8::54) answered REFUSED',
  ],
  [
    'and one whose servers are silent',
    at('example.com', { servers: both('timeout') }),
    ['critical example.com'],
  ],
  [
    'a server that answers over TCP alone still answers',
    at('example.com', {
      servers: both(onlyTcp, 'timeout'),
    }),
    ['pass example.com'],
  ],
  [
    'where IPv6 cannot be tried from here, dead IPv4 servers prove nothing',
    at('example.com', { servers: both('refused'), about: withFamilies(true, false) }),
    'unknown example.com: no name server of example.com could be asked: ' +
      'this machine has no route for IPv6',
  ],
  [
    'servers without any address are found',
    delegated({ 'ns1.example.net': { ipv4: MISSING, ipv6: MISSING } }),
    'critical example.com: no name server of example.com has an address',
  ],
  [
    'a dead zone cannot give the addresses of its servers: those of the parent were asked',
    {
      ...delegated({
        'ns1.example.com': { glue: ['192.0.2.53'], ipv4: failure(), ipv6: failure() },
      }),
      servers: { 'ns1.example.com': 'refused' },
    },
    'critical example.com: no name server answers for example.com: ' +
      'ns1.example.com (192.0.2.53) answered REFUSED',
  ],
  [
    'servers whose addresses cannot be looked up are not',
    delegated({ 'ns1.example.net': { ipv4: failure(), ipv6: MISSING } }),
    ['unknown example.com'],
  ],
  [
    'a walk that ended at the zone of the domain is a finding',
    at('www.example.com', { ...ENDED, lookups: { 'www.example.com MX': failure() } }),
    'critical www.example.com: no name server of example.com answers: ' +
      'ns1.example.com did not answer',
  ],
  [
    'but not where the MX records were found all the same',
    at('www.example.com', ENDED),
    'unknown www.example.com: ns1.example.com did not answer',
  ],
  [
    'one that ended above may be our own trouble',
    at('example.com', {
      lookups: { 'example.com MX': failure() },
      delegations: {
        'example.com': {
          kind: 'failure',
          failure: 'timeout',
          at: nameOf('com'),
          because: 'silence',
        },
      },
    }),
    ['unknown example.com'],
  ],
  [
    'an alias of nothing exists all the same',
    { zones: { 'example.com': 'www CNAME none' }, about: { domain: nameOf('www.example.com') } },
    ['pass example.com'],
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);
