// check_host() beyond the shared tests of `spf-vectors.test.ts`: what it asks and when, how it tells
// its way to the result, and the limits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpAddress } from '../../src/base/ip.ts';
import { fromDns } from '../../src/checks/inquiry.ts';
import { hostText } from '../../src/dns/name.ts';
import { typeText } from '../../src/dns/types.ts';
import type { DnsInquiry } from '../../src/policies/inquiry.ts';
import { evaluateSpf, type SpfQuestion, type SpfResult } from '../../src/policies/spf.ts';
import { failure, ran, type Scene } from '../support/scene.ts';

const asked = (ip: string, more: Partial<SpfQuestion> = {}): SpfQuestion => ({
  ip: ip as IpAddress,
  helo: 'mail.example.com',
  sender: { local: 'user', domain: 'example.com' },
  ...more,
});

const resultFor = (ip: string, scene: Scene, more: Partial<SpfQuestion> = {}): SpfResult =>
  ran(fromDns(evaluateSpf(asked(ip, more))), scene);

const spf = (terms: string, rest = ''): Scene => ({
  zones: { 'example.com': `@ TXT "v=spf1 ${terms}"\n${rest}` },
});

/** The batches in which an inquiry asks, while it gets the answers of a scene. */
function batchesOf(inquiry: DnsInquiry<unknown>, scene: Scene): readonly string[] {
  const batches: string[] = [];
  const watched = (function* (): DnsInquiry<void> {
    let step = inquiry.next();
    while (!step.done) {
      batches.push(
        step.value.map(({ name, type }) => `${hostText(name)} ${typeText(type)}`).join(', '),
      );
      step = inquiry.next(yield step.value);
    }
  })();
  ran(fromDns(watched), scene);
  return batches;
}

test('all hosts of one mx are asked for at once, and nothing after the term that matches', () => {
  const hosts = '@ MX 10 mx1\n@ MX 20 mx2\nmx1 A 192.0.2.1\nmx2 A 192.0.2.2';
  const scene = spf('mx a:other.example.com -all', hosts);
  assert.deepEqual(batchesOf(evaluateSpf(asked('192.0.2.2')), scene), [
    'example.com TXT',
    'example.com MX',
    'mx1.example.com A, mx2.example.com A',
  ]);
});

test('an IPv6 client is looked for in AAAA records, but exists asks for A', () => {
  const scene = spf('a exists:example.com -all', '@ AAAA 2001:db8::1\n@ A 192.0.2.1');
  assert.deepEqual(batchesOf(evaluateSpf(asked('2001:db8::2')), scene), [
    'example.com TXT',
    'example.com AAAA',
    'example.com A',
  ]);
});

test('the names of the client are asked for once, and their addresses together', () => {
  const scene: Scene = {
    zones: {
      ...spf('ptr:example.net exists:%{p}.example.net -all').zones,
      '2.0.192.in-addr.arpa': '1 PTR a.example.org.\n1 PTR b.example.org.',
    },
  };
  assert.deepEqual(batchesOf(evaluateSpf(asked('192.0.2.1')), scene), [
    'example.com TXT',
    '1.2.0.192.in-addr.arpa PTR',
    'a.example.org A, b.example.org A',
    'unknown.example.net A',
  ]);
});

test('the result tells the way to the term that decided', () => {
  const scene: Scene = {
    zones: {
      'example.com':
        '@ TXT "v=spf1 redirect=_spf.example.com"\n_spf TXT "v=spf1 include:example.net -all"',
      'example.net': '@ TXT "v=spf1 ip4:192.0.2.0/24 ~all"',
    },
  };
  const inside = resultFor('192.0.2.7', scene);
  assert.equal(inside.result, 'pass');
  assert.deepEqual(
    inside.path.map(({ domain, term }) => `${domain} ${term}`),
    [
      'example.com. redirect=_spf.example.com',
      '_spf.example.com. include:example.net',
      'example.net. ip4:192.0.2.0/24',
    ],
  );
  assert.deepEqual([inside.lookups, inside.voids], [2, 0]);
  const outside = resultFor('198.51.100.1', scene);
  assert.equal(outside.result, 'fail');
  assert.equal(outside.because, '-all of _spf.example.com matches 198.51.100.1');
});

type Row = readonly [what: string, terms: string, rest: string, result: string, because: string];

const VOID = 'more than 2 terms look up what does not exist';
const RESULTS: readonly Row[] = [
  ['no term', '', '', 'neutral', 'no term of example.com matches 192.0.2.1'],
  [
    'a fault',
    'ip4:1 -all',
    '',
    'permerror',
    'at character 12 of the SPF record of example.com: this is no IPv4 address',
  ],
  [
    'three void terms',
    'a:x.example.com a:y.example.com exists:z.example.com +all',
    '',
    'permerror',
    VOID,
  ],
  [
    'two void terms',
    'a:x.example.com mx ~all',
    '',
    'softfail',
    '~all of example.com matches 192.0.2.1',
  ],
  [
    'one void host among those of mx',
    'mx mx mx -all',
    '@ MX 1 mx\n@ MX 2 gone\nmx A 192.0.2.9',
    'permerror',
    VOID,
  ],
  ['null MX', 'mx mx mx -all', '@ MX 0 .', 'fail', '-all of example.com matches 192.0.2.1'],
  [
    'eleven lookups',
    `${'a '.repeat(11)}+all`,
    '@ A 192.0.2.9',
    'permerror',
    'more than 10 terms need a lookup',
  ],
  ['a loop', 'include:example.com', '', 'permerror', 'more than 10 terms need a lookup'],
  [
    'a redirect to nothing',
    'redirect=x.example.com',
    '',
    'permerror',
    'x.example.com has no SPF record',
  ],
  [
    'a redirect beside all',
    'redirect=x.example.com ?all',
    '',
    'neutral',
    '?all of example.com matches 192.0.2.1',
  ],
  [
    'a target that is no name',
    'a:x..example.com -all',
    '',
    'fail',
    '-all of example.com matches 192.0.2.1',
  ],
  [
    'an included name that is none',
    'include:%{l}',
    '',
    'permerror',
    'user is no domain that can have a policy',
  ],
];

for (const [what, terms, rest, result, because] of RESULTS) {
  test(`${what}: ${result}`, () => {
    const got = resultFor('192.0.2.1', spf(terms, rest));
    assert.deepEqual([got.result, got.because], [result, because]);
  });
}

test('a host that matches counts more than one that cannot be looked up', () => {
  const scene = {
    ...spf('mx -all', '@ MX 10 late\n@ MX 20 mx\nmx A 192.0.2.1'),
    lookups: { 'late.example.com A': failure() },
  };
  assert.equal(resultFor('192.0.2.1', scene).result, 'pass');
  const other = resultFor('192.0.2.2', scene);
  assert.deepEqual(
    [other.result, other.because],
    ['temperror', 'late.example.com: did not answer within 5 s'],
  );
});

test('a local part outside ASCII can match nothing', () => {
  const sender = { local: 'us\u00e9r', domain: 'example.com' };
  const scene = spf('exists:%{l}.example.com -all', '* A 192.0.2.1');
  assert.equal(resultFor('192.0.2.1', scene, { sender }).result, 'fail');
});

test('without a sender the HELO name is asked about, as postmaster', () => {
  const scene: Scene = {
    zones: {
      'example.com': 'mail TXT "v=spf1 -all exp=why.example.com"\nwhy TXT "no %{s} from %{c}"',
    },
  };
  const got = ran(
    fromDns(evaluateSpf({ ip: '::ffff:192.0.2.1' as IpAddress, helo: 'mail.example.com' })),
    scene,
  );
  assert.equal(got.explanation, 'no postmaster@mail.example.com from 192.0.2.1');
});

test('the policy of another domain can be asked, with the sender as it is', () => {
  const scene: Scene = {
    zones: { 'example.net': '@ TXT "v=spf1 exists:%{o}.example.net"\nexample.com A 192.0.2.1' },
  };
  const got = resultFor('192.0.2.1', scene, { domain: 'example.net' });
  assert.equal(got.result, 'pass');
});
