// Whether mail hosts can be reached, and whether it is we who cannot: SMTP-CONNECT, SELF-EGRESS25 and
// SMTP-NOLISTING, as tables of scenes. Nobody is blamed for a network that lets us not out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../../../src/checks/rule.ts';
import { smtpConnect } from '../../../../src/checks/rules/smtp/connect.ts';
import { selfEgress25 } from '../../../../src/checks/rules/smtp/egress25.ts';
import { SMTP_RULES } from '../../../../src/checks/rules/smtp/family.ts';
import { smtpNolisting } from '../../../../src/checks/rules/smtp/nolisting.ts';
import type { ConnectSeen } from '../../../../src/smtp/probe.ts';
import { aboutOf, failure, outcomes, type Scene, told } from '../../../support/scene.ts';

const failed = (kind: Extract<ConnectSeen, { kind: 'failed' }>['failure']): ConnectSeen => ({
  kind: 'failed',
  failure: kind,
  because: `it was ${kind}`,
  tookMs: 15_000,
});

const ONE = { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' };
const DUAL = { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10\nmail AAAA 2001:db8::10' };
const TWO = {
  'example.com': '@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 192.0.2.20',
};
const CLOSED = { open: false, because: 'three large services: no answer' };
const V6 = '2001:db8::10';
const self = (more: object) => ({ about: { self: { ...aboutOf().self, ...more } } });

type Row = readonly [rule: Rule, what: string, scene: Scene, expected: readonly string[]];

const TABLE: readonly Row[] = [
  [smtpConnect, 'a connection passes', { zones: ONE }, ['pass mail.example.com 192.0.2.10']],
  [
    smtpConnect,
    'one address of two that fails is an error',
    { zones: DUAL, hosts: { 'mail.example.com 192.0.2.10': { connect: failed('timeout') } } },
    ['error mail.example.com 192.0.2.10', `pass mail.example.com ${V6}`],
  ],
  [
    smtpConnect,
    'where nothing takes a connection mail is lost now',
    { zones: ONE, hosts: { 'mail.example.com': { connect: failed('refused') } } },
    ['critical mail.example.com 192.0.2.10'],
  ],
  [
    smtpConnect,
    'where nobody at all can be reached it is us',
    {
      zones: ONE,
      hosts: { 'mail.example.com': { connect: failed('timeout') } },
      egress: CLOSED,
    },
    ['unknown mail.example.com 192.0.2.10'],
  ],
  [
    smtpConnect,
    'a refusal may be a firewall of ours as well',
    {
      zones: ONE,
      hosts: { 'mail.example.com': { connect: failed('refused') } },
      egress: CLOSED,
    },
    ['unknown mail.example.com 192.0.2.10'],
  ],
  [
    smtpConnect,
    'where it could not be told who is to blame nobody is',
    {
      zones: ONE,
      hosts: { 'mail.example.com': { connect: failed('timeout') } },
      egress: { because: 'no reference was found' },
    },
    ['unknown mail.example.com 192.0.2.10'],
  ],
  [
    smtpConnect,
    'what was not tried is unknown',
    {
      zones: ONE,
      hosts: {
        'mail.example.com': { connect: { kind: 'not-tried', because: 'it said 421 a moment ago' } },
      },
    },
    ['unknown mail.example.com 192.0.2.10'],
  ],
  [
    smtpConnect,
    'our own trouble is unknown',
    { zones: ONE, hosts: { 'mail.example.com': { connect: failed('other') } } },
    ['unknown mail.example.com 192.0.2.10'],
  ],
  [
    smtpConnect,
    'without a route for IPv6 nothing is said of IPv6',
    {
      zones: DUAL,
      hosts: { [`mail.example.com ${V6}`]: { connect: failed('unreachable') } },
      ...self({ families: { ipv4: true, ipv6: false } }),
    },
    ['pass mail.example.com 192.0.2.10', `unknown mail.example.com ${V6}`],
  ],
  [
    smtpConnect,
    'nor where a route for IPv6 was never seen to lead anywhere',
    { zones: DUAL, hosts: { [`mail.example.com ${V6}`]: { connect: failed('timeout') } } },
    ['pass mail.example.com 192.0.2.10', `unknown mail.example.com ${V6}`],
  ],
  [
    smtpConnect,
    'with a global IPv6 address of our own silence is a fault of theirs',
    {
      zones: DUAL,
      hosts: { [`mail.example.com ${V6}`]: { connect: failed('timeout') } },
      ...self({ addresses: ['2001:db8::99'] }),
    },
    ['pass mail.example.com 192.0.2.10', `error mail.example.com ${V6}`],
  ],
  [
    smtpConnect,
    'a refusal by IPv6 proves that IPv6 works here',
    { zones: DUAL, hosts: { [`mail.example.com ${V6}`]: { connect: failed('refused') } } },
    ['pass mail.example.com 192.0.2.10', `error mail.example.com ${V6}`],
  ],
  [
    smtpConnect,
    'not all is lost for certain while addresses are not known',
    {
      zones: ONE,
      hosts: { 'mail.example.com': { connect: failed('refused') } },
      lookups: { 'mail.example.com AAAA': failure() },
    },
    ['error mail.example.com 192.0.2.10'],
  ],
  [
    smtpConnect,
    'a domain that takes no mail has nobody to connect to',
    { zones: { 'example.com': '@ MX 0 .' } },
    ['not-applicable example.com'],
  ],
  [
    smtpConnect,
    'nor has one whose hosts have no address',
    { zones: { 'example.com': '@ MX 10 mail' } },
    ['not-applicable example.com'],
  ],
  [
    smtpConnect,
    'a failed lookup of the MX records is unknown',
    { zones: ONE, lookups: { 'example.com MX': failure() } },
    ['unknown example.com'],
  ],
  [
    smtpConnect,
    'so is one of all addresses',
    {
      zones: ONE,
      lookups: { 'mail.example.com A': failure(), 'mail.example.com AAAA': failure() },
    },
    ['unknown example.com'],
  ],
  [
    smtpConnect,
    'of a domain without MX it is only said: MX-IMPLICIT-TEST weighs it',
    {
      zones: { 'example.com': '@ A 192.0.2.80' },
      hosts: { 'example.com': { connect: failed('refused') } },
    },
    ['info example.com 192.0.2.80'],
  ],
  [
    smtpConnect,
    'silence by IPv6 is theirs where others were reached by IPv6',
    {
      zones: DUAL,
      hosts: { [`mail.example.com ${V6}`]: { connect: failed('timeout') } },
      egress: { open: true, because: 'well', families: { ipv4: true, ipv6: true } },
    },
    ['pass mail.example.com 192.0.2.10', `error mail.example.com ${V6}`],
  ],
  [
    smtpConnect,
    'and may be ours where nobody was',
    {
      zones: DUAL,
      hosts: { [`mail.example.com ${V6}`]: { connect: failed('timeout') } },
      egress: { open: true, because: 'well', families: { ipv4: true, ipv6: false } },
    },
    ['pass mail.example.com 192.0.2.10', `unknown mail.example.com ${V6}`],
  ],
  [selfEgress25, 'a connection is proof enough', { zones: ONE }, ['pass example.com']],
  [
    selfEgress25,
    'without one a reference is asked',
    { zones: ONE, hosts: { 'mail.example.com': { connect: failed('timeout') } } },
    ['pass example.com'],
  ],
  [
    selfEgress25,
    'a closed way out is unknown, and no finding',
    {
      zones: ONE,
      hosts: { 'mail.example.com': { connect: failed('timeout') } },
      egress: CLOSED,
    },
    ['unknown example.com'],
  ],
  [
    selfEgress25,
    'without a host there is nothing to tell',
    { zones: { 'example.com': '@ MX 0 .' } },
    ['not-applicable example.com'],
  ],
  [
    smtpNolisting,
    'a best exchange that answers passes',
    { zones: TWO, hosts: { 'backup.example.com': { connect: failed('refused') } } },
    ['pass mail.example.com'],
  ],
  [
    smtpNolisting,
    'one that refuses while the next accepts is said',
    { zones: TWO, hosts: { 'mail.example.com': { connect: failed('refused') } } },
    ['notice mail.example.com'],
  ],
  [
    smtpNolisting,
    'one that is silent is down, or not: unknown',
    { zones: TWO, hosts: { 'mail.example.com': { connect: failed('timeout') } } },
    ['unknown mail.example.com'],
  ],
  [
    smtpNolisting,
    'where the backup refuses too nobody falls through',
    {
      zones: TWO,
      hosts: {
        'mail.example.com': { connect: failed('refused') },
        'backup.example.com': { connect: failed('refused') },
      },
    },
    ['unknown mail.example.com'],
  ],
  [
    smtpNolisting,
    'two of one preference are no order',
    {
      zones: { 'example.com': '@ MX 10 a\n@ MX 10 b\na A 192.0.2.1\nb A 192.0.2.2' },
      hosts: { 'a.example.com': { connect: failed('refused') } },
    },
    ['not-applicable example.com'],
  ],
];

for (const [rule, what, scene, expected] of TABLE) {
  test(`${rule.id}: ${what}`, () => {
    assert.deepEqual(outcomes(rule, scene), expected);
  });
}

test('SMTP-CONNECT keeps apart how connections fail, and says so', () => {
  const says = (['refused', 'timeout', 'reset', 'unreachable'] as const).map((kind) => {
    const scene = { zones: ONE, hosts: { 'mail.example.com': { connect: failed(kind) } } };
    return told(smtpConnect, scene).at(-1);
  });
  const where = 'critical mail.example.com 192.0.2.10: mail.example.com at 192.0.2.10';
  const end = 'on port 25: no other address takes mail of example.com';
  assert.deepEqual(says, [
    `${where} refuses connections ${end}`,
    `${where} does not answer ${end}`,
    `${where} breaks connections off ${end}`,
    `${where} cannot be reached by the network ${end}`,
  ]);
});

test('whoever is shut in finds no fault with anybody, whatever the rule', () => {
  const scene: Scene = {
    zones: TWO,
    hosts: {
      'mail.example.com': { connect: failed('timeout') },
      'backup.example.com': { connect: failed('refused') },
    },
    egress: CLOSED,
  };
  for (const rule of SMTP_RULES) {
    const kinds = outcomes(rule, scene).map((text) => text.split(' ')[0] ?? '');
    assert.ok(
      kinds.every((kind) => kind === 'unknown' || kind === 'not-applicable'),
      `${rule.id}: ${kinds.join(' ')}`,
    );
  }
});

test('whoever is sent away with 421 finds no fault with anybody either', () => {
  for (const step of ['greeting', 'ehlo', 'mail'] as const) {
    const away = { replies: { [step]: '421 4.7.0 Too many connections' } };
    const hosts = { 'mail.example.com': away, 'backup.example.com': away };
    for (const rule of SMTP_RULES) {
      const kinds = outcomes(rule, { zones: TWO, hosts }).map((text) => text.split(' ')[0] ?? '');
      assert.ok(
        kinds.every((kind) => ['unknown', 'not-applicable', 'pass'].includes(kind)),
        `${rule.id} after 421 to ${step}: ${kinds.join(' ')}`,
      );
    }
  }
});
