// Which DMARC record applies, and who may be sent its reports: worlds of records as tables.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Lookup } from '../../src/dns/lookup.ts';
import { hostText, labelsOf, nameKey } from '../../src/dns/name.ts';
import type { RecordData } from '../../src/dns/records/record-data.ts';
import {
  allDns,
  discoverDmarc,
  dmarcNameOf,
  reportPermission,
  walkOf,
} from '../../src/policies/dmarc-discovery.ts';
import type { DnsInquiry } from '../../src/policies/inquiry.ts';
import { nameOf } from '../support/zones.ts';

/** TXT records by name; `FAIL` is a lookup that fails. */
type World = Readonly<Record<string, readonly string[] | 'FAIL'>>;

const KNOWN = { ttlSeconds: 300, secure: false, aliases: [] };

function answer(world: World, name: string): Lookup<RecordData> {
  const texts = world[name];
  if (texts === 'FAIL') return { kind: 'failure', failure: 'timeout', because: 'no answer' };
  if (texts === undefined) return { ...KNOWN, kind: 'no-name' };
  const records = texts.map((text): RecordData => {
    return { kind: 'TXT', strings: [Buffer.from(text, 'latin1')] };
  });
  return { ...KNOWN, kind: 'records', records };
}

function run<T>(inquiry: DnsInquiry<T>, world: World): { value: T; rounds: number; asked: number } {
  let [step, rounds, asked] = [inquiry.next(), 0, 0];
  while (!step.done) {
    rounds += 1;
    asked += step.value.length;
    step = inquiry.next(step.value.map(({ name }) => answer(world, nameKey(name).slice(0, -1))));
  }
  return { value: step.value, rounds, asked };
}

function told(domain: string, world: World): string {
  const { value } = run(discoverDmarc(nameOf(domain)), world);
  if (value.kind === 'failure') return `failure ${hostText(value.at)}: ${value.because}`;
  const organization = value.organization ? hostText(value.organization) : '?';
  if (value.kind === 'none') return `none, of ${organization}`;
  return `${hostText(value.at.name)} (${value.from}), of ${organization}`;
}

const P = ['v=DMARC1; p=reject'];
const PSD = ['v=DMARC1; p=reject; psd=y'];
const NODE = ['v=DMARC1; p=none; psd=n'];

const TABLE: readonly (readonly [domain: string, world: World, expected: string])[] = [
  ['example.com', { '_dmarc.example.com': P }, '_dmarc.example.com (domain), of example.com'],
  ['example.com', {}, 'none, of example.com'],
  // The examples of RFC 9989 §4.10.2.
  [
    'a.mail.example.com',
    { '_dmarc.mail.example.com': P, '_dmarc.example.com': P },
    '_dmarc.example.com (organization), of example.com',
  ],
  [
    'a.mail.example.com',
    { '_dmarc.mail.example.com': NODE, '_dmarc.example.com': P },
    '_dmarc.mail.example.com (organization), of mail.example.com',
  ],
  ['a.mail.example.com', { '_dmarc.com': PSD }, '_dmarc.com (suffix), of example.com'],
  [
    'mail.example.com',
    { '_dmarc.mail.example.com': P, '_dmarc.example.com': P },
    '_dmarc.mail.example.com (domain), of example.com',
  ],
  [
    'a.example.com',
    { '_dmarc.example.com': P, '_dmarc.com': PSD },
    '_dmarc.example.com (organization), of example.com',
  ],
  // A suffix that sends mail itself.
  ['bank.example', { '_dmarc.bank.example': PSD }, '_dmarc.bank.example (domain), of bank.example'],
  // Several count as none, and so do others.
  [
    'a.example.com',
    { '_dmarc.a.example.com': [...P, ...P], '_dmarc.example.com': P },
    '_dmarc.example.com (organization), of example.com',
  ],
  ['example.com', { '_dmarc.example.com': [...P, ...P] }, 'none, of example.com'],
  [
    'example.com',
    { '_dmarc.example.com': ['v=spf1 -all', ...P] },
    '_dmarc.example.com (domain), of example.com',
  ],
  ['example.com', { '_dmarc.example.com': [' v=DMARC1; p=none'] }, 'none, of example.com'],
  // Failures hide what matters, and nothing else.
  ['example.com', { '_dmarc.example.com': 'FAIL' }, 'failure _dmarc.example.com: no answer'],
  [
    'example.com',
    { '_dmarc.example.com': P, '_dmarc.com': 'FAIL' },
    '_dmarc.example.com (domain), of ?',
  ],
  [
    'example.com',
    { '_dmarc.example.com': NODE, '_dmarc.com': 'FAIL' },
    '_dmarc.example.com (domain), of example.com',
  ],
  [
    'a.example.com',
    { '_dmarc.example.com': P, '_dmarc.com': 'FAIL' },
    'failure _dmarc.com: no answer',
  ],
];

for (const [domain, world, expected] of TABLE) {
  test(`DMARC of ${domain} in ${JSON.stringify(world)}`, () => {
    assert.equal(told(domain, world), expected);
  });
}

test('the walk is asked at once, and has eight names for a name of any length', () => {
  const domain = nameOf('a.b.c.d.e.f.g.h.i.j.mail.example.com');
  // RFC 9989 §4.10.
  assert.deepEqual(walkOf(domain).map(hostText), [
    'a.b.c.d.e.f.g.h.i.j.mail.example.com',
    'g.h.i.j.mail.example.com',
    'h.i.j.mail.example.com',
    'i.j.mail.example.com',
    'j.mail.example.com',
    'mail.example.com',
    'example.com',
    'com',
  ]);
  const { rounds, asked } = run(discoverDmarc(domain), {});
  assert.deepEqual([rounds, asked], [1, 8]);
});

test('a walk begins with the domain, goes up, and ends at the top', () => {
  const labels = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(labels, (each) => {
      const domain = nameOf(each.join('.'));
      const walk = walkOf(domain);
      assert.equal(walk[0], domain);
      assert.equal(walk.length, Math.min(each.length, 8));
      const counts = walk.slice(1).map((name) => labelsOf(name).length);
      assert.deepEqual(
        counts,
        counts.map((_, at) => counts.length - at),
      );
    }),
  );
});

test('the root has no walk, and a name that is too long no _dmarc', () => {
  assert.deepEqual(walkOf(nameOf('.')), []);
  assert.equal(told('.', {}), 'none, of .');
  const long = nameOf(`${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(60)}`);
  assert.equal(dmarcNameOf(long), undefined);
});

const SOURCE = { domain: nameOf('example.com'), organization: nameOf('example.com') };
const PERMISSION = 'example.com._report._dmarc.reports.example.net';

const PERMISSIONS: readonly (readonly [host: string, world: World, expected: string])[] = [
  ['example.com', {}, 'same'],
  ['dmarc.example.com', { '_dmarc.example.com': P }, 'same'],
  ['reports.example.net', { [PERMISSION]: ['v=DMARC1'] }, 'given'],
  ['reports.example.net', { [PERMISSION]: ['v=DMARC1;', 'other'] }, 'given'],
  ['reports.example.net', {}, 'missing: there is no such record'],
  ['reports.example.net', { [PERMISSION]: ['yes'] }, 'missing: none of its records is "v=DMARC1"'],
  [
    'reports.example.net',
    { [PERMISSION]: ['v=DMARC1; rua=mailto:b@reports.example.net'] },
    'given',
  ],
  [
    'reports.example.net',
    { [PERMISSION]: ['v=DMARC1; rua=mailto:b@example.org'] },
    'missing: it sends them on to mailto:b@example.org',
  ],
  ['reports.example.net', { [PERMISSION]: 'FAIL' }, 'unknown: no answer'],
  [
    'reports.example.net',
    { '_dmarc.example.net': 'FAIL' },
    'unknown: the organisational domains could not be looked up',
  ],
];

for (const [host, world, expected] of PERMISSIONS) {
  test(`reports for example.com to ${host} in ${JSON.stringify(world)}`, () => {
    const { value } = run(reportPermission(SOURCE, nameOf(host)), world);
    assert.equal('because' in value ? `${value.kind}: ${value.because}` : value.kind, expected);
  });
}

test('several inquiries are asked in one round', () => {
  const hosts = ['a.example.net', 'b.example.org', 'example.com'].map(nameOf);
  const world = { 'example.com._report._dmarc.b.example.org': ['v=DMARC1'] };
  const { value, rounds } = run(allDns(hosts.map((host) => reportPermission(SOURCE, host))), world);
  assert.equal(rounds, 1);
  assert.deepEqual(
    value.map(({ kind }) => kind),
    ['missing', 'given', 'same'],
  );
});

test('no inquiries ask nothing', () => {
  assert.deepEqual(run(allDns([]), {}), { value: [], rounds: 0, asked: 0 });
});
