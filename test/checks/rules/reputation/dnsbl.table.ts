// DNSBL-IP, DNSBL-DOMAIN and DNSBL-LISTS-ROT, with lists that are well, dead, or refuse to answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpAddress } from '../../../../src/base/ip.ts';
import { dnsblDomain } from '../../../../src/checks/rules/reputation/dnsbl-domain.ts';
import { dnsblIp } from '../../../../src/checks/rules/reputation/dnsbl-ip.ts';
import { dnsblListsRot } from '../../../../src/checks/rules/reputation/dnsbl-lists-rot.ts';
import { reversedLabels } from '../../../../src/dns/reverse.ts';
import { aboutOf, failure, ran, type Scene } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';
import { table } from '../delegation/rule-table.ts';

const nibbles = (address: string): string => reversedLabels(address as IpAddress);

/** Test entries of RFC 5782 §5. */
const TESTS = `2.0.0.127 A 127.0.0.2\n${nibbles('::ffff:127.0.0.2')} A 127.0.0.2\n`;
const DOMAIN_TESTS = 'test A 127.0.1.2\n';
const MAIL = '@ MX 10 mail\nmail A 192.0.2.10';

interface Lists {
  /** Text of zones of lists, by name. */
  readonly addresses?: Readonly<Record<string, string>>;
  readonly domains?: Readonly<Record<string, string>>;
}

const scene = (lists: Lists, more: Partial<Scene> = {}): Scene => ({
  ...more,
  zones: { 'example.com': MAIL, ...lists.addresses, ...lists.domains, ...more.zones },
  about: {
    blocklists: {
      addresses: Object.keys(lists.addresses ?? {}).map((name) => nameOf(name)),
      domains: Object.keys(lists.domains ?? {}).map((name) => nameOf(name)),
    },
    ...more.about,
  },
});

const listed = (text: string): Lists => ({ addresses: { 'bl.example': TESTS + text } });
const PLACE = 'mail.example.com 192.0.2.10';
const V6 = { zones: { 'example.com': '@ MX 10 mail\nmail AAAA 2001:db8::10' } };
const DEAD = { 'dead.example': '' };
const EVERYTHING = { 'all.example': '* A 127.0.0.2' };

table(dnsblIp, [
  ['an address that is not listed passes', scene(listed('')), [`pass ${PLACE}`]],
  [
    'one that is listed is told, with code and reason',
    scene(listed('10.2.0.192 A 127.0.0.4\n10.2.0.192 TXT "see https://bl.example/192.0.2.10"')),
    `warning ${PLACE}: 192.0.2.10 of mail.example.com is listed by ` +
      'bl.example (127.0.0.4: see https://bl.example/192.0.2.10)',
  ],
  [
    'with all its codes, and without a reason',
    scene(listed('10.2.0.192 A 127.0.0.4\n10.2.0.192 A 127.0.0.10')),
    [`warning ${PLACE}`],
  ],
  [
    'an IPv6 address is asked for by its nibbles',
    scene(listed(`${nibbles('2001:db8::10')} A 127.0.0.3`), V6),
    'warning mail.example.com 2001:db8::10: 2001:db8::10 of mail.example.com ' +
      'is listed by bl.example (127.0.0.3)',
  ],
  [
    'a list without IPv6 says nothing of IPv6',
    scene({ addresses: { 'bl.example': '2.0.0.127 A 127.0.0.2' } }, V6),
    ['unknown mail.example.com 2001:db8::10'],
  ],
  [
    'senders that were declared are asked for as well, each address once',
    scene(listed('20.100.51.198 A 127.0.0.2'), {
      about: {
        blocklists: { addresses: [nameOf('bl.example')], domains: [] },
        declared: {
          selectors: [],
          senders: ['192.0.2.10' as IpAddress, '198.51.100.20' as IpAddress],
        },
      },
    }),
    [`pass ${PLACE}`, 'warning 198.51.100.20'],
  ],
  ...(
    [
      ['127.255.255.252', 'the name of the list is written wrongly (127.255.255.252)'],
      ['127.255.255.254', 'the list does not answer public resolvers (127.255.255.254)'],
      ['127.255.255.255', 'the list was asked too often (127.255.255.255)'],
      ['127.0.0.1', 'the list refuses this resolver (127.0.0.1)'],
      ['198.51.100.7', '198.51.100.7 is no answer of a list'],
    ] as const
  ).map(
    ([code, because]) =>
      [
        `${code} is no listing`,
        scene(listed(`10.2.0.192 A ${code}`)),
        `unknown ${PLACE}: bl.example: ${because}`,
      ] as const,
  ),
  [
    'a list that refuses its test entry is not asked on',
    scene({ addresses: { 'bl.example': '* A 127.255.255.254' } }),
    `unknown ${PLACE}: bl.example: ` +
      'the list does not answer public resolvers (127.255.255.254)',
  ],
  [
    'a list that lists everything lists nobody',
    scene({ addresses: EVERYTHING }),
    `unknown ${PLACE}: all.example: it lists 1.0.0.127.all.example, as it lists everything`,
  ],
  [
    'one that is well is enough',
    scene({ addresses: { ...DEAD, 'bl.example': TESTS } }),
    [`pass ${PLACE}`],
  ],
  [
    'and a listing there counts',
    scene({ addresses: { ...DEAD, 'bl.example': `${TESTS}10.2.0.192 A 127.0.0.2` } }),
    [`warning ${PLACE}`],
  ],
  [
    'a lookup that fails is unknown',
    scene(listed(''), { resolved: { '10.2.0.192.bl.example A': failure() } }),
    `unknown ${PLACE}: bl.example: did not answer within 5 s`,
  ],
  ['no list, nothing to ask', scene({}), ['not-applicable example.com']],
  [
    'no address, nothing to ask for',
    scene(listed(''), { zones: { 'example.com': '@ MX 0 .' } }),
    ['not-applicable example.com'],
  ],
]);

const domains = (text: string): Lists => ({ domains: { 'dbl.example': DOMAIN_TESTS + text } });

table(dnsblDomain, [
  ['a domain that is not listed passes', scene(domains('')), ['pass example.com']],
  [
    'one that is listed is told',
    scene(domains('example.com A 127.0.1.4\nexample.com TXT "phish"')),
    'warning example.com: example.com is listed by dbl.example (127.0.1.4: phish)',
  ],
  ['a dead list is no witness', scene({ domains: DEAD }), ['unknown example.com']],
  ['nor is one that lists everything', scene({ domains: EVERYTHING }), ['unknown example.com']],
  ['no list, nothing to ask', scene({}), ['not-applicable example.com']],
]);

table(dnsblListsRot, [
  [
    'lists that are well pass',
    scene({ ...listed(''), ...domains('') }),
    ['pass bl.example', 'pass dbl.example'],
  ],
  [
    'one without its test entry is dead',
    scene({ addresses: DEAD }),
    'info dead.example: dead.example cannot be believed: ' +
      'it does not list its test entry 2.0.0.127.dead.example',
  ],
  [
    'so is one of domains',
    scene({ domains: DEAD }),
    'info dead.example: dead.example cannot be believed: ' +
      'it does not list its test entry test.dead.example',
  ],
  [
    'one that lists everything is worse',
    scene({ addresses: EVERYTHING }),
    'info all.example: all.example cannot be believed: ' +
      'it lists 1.0.0.127.all.example, as it lists everything',
  ],
  [
    'one that refuses this resolver is unknown',
    scene({ addresses: { 'bl.example': '* A 127.255.255.254' } }),
    'unknown bl.example: the list does not answer public resolvers (127.255.255.254)',
  ],
  [
    'so is one that is silent',
    scene(listed(''), { resolved: { '2.0.0.127.bl.example A': failure() } }),
    ['unknown bl.example'],
  ],
  ['no list, nothing to test', scene({}), ['not-applicable example.com']],
]);

test('a list that is not well is not asked for addresses', () => {
  const dead = scene({ addresses: DEAD });
  const asked: string[] = [];
  const rule = dnsblIp.judge(aboutOf(dead.about));
  function* watched(): ReturnType<typeof dnsblIp.judge> {
    let step = rule.next();
    while (!step.done) {
      for (const want of step.value) if (want.kind === 'resolved') asked.push(want.name);
      step = rule.next(yield step.value);
    }
    return step.value;
  }
  ran(watched(), dead);
  assert.deepEqual(asked, ['2.0.0.127.dead.example.', '1.0.0.127.dead.example.']);
});
