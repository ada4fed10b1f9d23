// Domains that are right in unusual ways: no rule about MX records or identities finds an error in
// any of them, and only what is listed is worth a word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IDENTITY_RULES } from '../../../../src/checks/rules/identity/family.ts';
import { MX_RULES } from '../../../../src/checks/rules/mx/family.ts';
import { subjectText } from '../../../../src/checks/subject.ts';
import { failure, judged, outcomes, type Scene } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';

const RULES = [...MX_RULES, ...IDENTITY_RULES];
const REVERSE = '2.0.192.in-addr.arpa';
const range = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

const TEN = range(10);
const LONG = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}`;

interface Odd {
  readonly what: string;
  readonly scene: Scene;
  /** What is found nevertheless: `notice MX-V6 example.com`. */
  readonly told: readonly string[];
}

const DNSSEC = (host: string) => `info MX-DNSSEC ${host}`;

const ODD: readonly Odd[] = [
  {
    what: 'a null MX, with all that belongs to it',
    scene: {
      zones: {
        'example.com':
          '@ MX 0 .\n@ A 192.0.2.80\n@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=reject"',
      },
    },
    told: ['info MX-NULL example.com'],
  },
  {
    what: 'implicit MX',
    scene: {
      zones: { 'example.com': '@ A 192.0.2.80', [REVERSE]: '80 PTR example.com.' },
    },
    told: ['info MX-NONE example.com'],
  },
  {
    what: 'ten exchanges of equal preference',
    scene: {
      zones: {
        'example.com': TEN.map((n) => `@ MX 10 m${n}\nm${n} A 192.0.2.${n}\n`).join(''),
        [REVERSE]: TEN.map((n) => `${n} PTR m${n}.example.com.\n`).join(''),
      },
      secure: ['example.com'],
    },
    told: ['notice MX-SPOF-NET example.com', 'notice MX-V6 example.com'],
  },
  {
    what: 'one host with ten addresses',
    scene: {
      zones: {
        'example.com': `@ MX 10 mx\n${TEN.map((n) => `mx A 192.0.2.${n}\n`).join('')}`,
        [REVERSE]: TEN.map((n) => `${n} PTR mx.example.com.\n`).join(''),
      },
      secure: ['example.com'],
    },
    told: ['notice MX-SPOF-NET example.com', 'notice MX-V6 example.com'],
  },
  {
    what: 'exchanges below other top-level domains',
    scene: {
      zones: {
        'example.com': '@ MX 10 mx.example.net.\n@ MX 20 mx.example.org.',
        'example.net': 'mx A 192.0.2.10\nmx AAAA 2001:db8:1::10',
        'example.org': 'mx A 198.51.100.10\nmx AAAA 2001:db8:2::10',
        [REVERSE]: '10 PTR mx.example.net.',
        '100.51.198.in-addr.arpa': '10 PTR mx.example.org.',
        '8.b.d.0.1.0.0.2.ip6.arpa':
          `0.1.${'0.'.repeat(14)}0.0.0.0.1.0.0.0 PTR mx.example.net.\n` +
          `0.1.${'0.'.repeat(14)}0.0.0.0.2.0.0.0 PTR mx.example.org.`,
      },
      secure: ['example.net', 'example.org'],
    },
    told: [],
  },
  {
    what: 'letters of another script',
    scene: {
      zones: {
        'xn--bcher-kva.com': '@ MX 10 xn--mil-ula\nxn--mil-ula A 192.0.2.10',
        [REVERSE]: '10 PTR xn--mil-ula.xn--bcher-kva.com.',
      },
      about: { domain: nameOf('xn--bcher-kva.com') },
      secure: ['xn--bcher-kva.com'],
    },
    told: ['notice MX-SPOF-HOST xn--bcher-kva.com', 'notice MX-V6 xn--bcher-kva.com'],
  },
  {
    what: 'the lowest and the highest preference, and both families',
    scene: {
      zones: {
        'example.com':
          '@ MX 0 a\n@ MX 65535 b\na A 192.0.2.10\na AAAA 2001:db8:1::10\n' +
          'b A 198.51.100.10\nb AAAA 2001:db8:2::10',
        [REVERSE]: '10 PTR a.example.com.',
        '100.51.198.in-addr.arpa': '10 PTR b.example.com.',
        '8.b.d.0.1.0.0.2.ip6.arpa':
          `0.1.${'0.'.repeat(14)}0.0.0.0.1.0.0.0 PTR a.example.com.\n` +
          `0.1.${'0.'.repeat(14)}0.0.0.0.2.0.0.0 PTR b.example.com.`,
      },
    },
    told: [DNSSEC('a.example.com'), DNSSEC('b.example.com')],
  },
  {
    what: 'the domain as the exchange of itself',
    scene: {
      zones: {
        'example.com': '@ MX 10 @\n@ A 192.0.2.10\n@ A 198.51.100.10',
        [REVERSE]: '10 PTR example.com.',
        '100.51.198.in-addr.arpa': '10 PTR example.com.',
      },
      secure: ['example.com'],
    },
    told: ['notice MX-V6 example.com'],
  },
  {
    what: 'a long name, far below',
    scene: {
      zones: {
        'example.com': `@ MX 10 ${LONG}\n${LONG} A 192.0.2.10\n${LONG} A 198.51.100.10`,
        [REVERSE]: `10 PTR ${LONG}.example.com.`,
        '100.51.198.in-addr.arpa': `10 PTR ${LONG}.example.com.`,
      },
      secure: ['example.com'],
    },
    told: ['notice MX-V6 example.com'],
  },
  {
    what: 'a domain below another, served in the same zone',
    scene: {
      zones: {
        'example.com':
          'shop MX 10 mail\nmail A 192.0.2.10\nmail A 198.51.100.10\n' +
          'shop TXT "v=spf1 mx -all"',
        [REVERSE]: '10 PTR mail.example.com.',
        '100.51.198.in-addr.arpa': '10 PTR mail.example.com.',
      },
      about: { domain: nameOf('shop.example.com') },
      secure: ['example.com'],
    },
    told: ['notice MX-V6 shop.example.com'],
  },
  {
    what: 'one host of a large provider',
    scene: {
      zones: {
        'example.com': '@ MX 1 smtp.google.com.',
        'google.com': 'smtp A 192.0.2.26\nsmtp AAAA 2001:db8::26',
        [REVERSE]: '26 PTR in-f26.example.net.',
        'example.net': 'in-f26 A 192.0.2.26\nin-f26 AAAA 2001:db8::26',
        '8.b.d.0.1.0.0.2.ip6.arpa': `6.2.${'0.'.repeat(21)}0 PTR in-f26.example.net.`,
      },
    },
    told: [DNSSEC('smtp.google.com')],
  },
  {
    what: 'a domain that sends only what a record elsewhere allows, and is answered at its address',
    scene: {
      zones: {
        'example.com': '@ A 192.0.2.80\n@ TXT "v=spf1 include:spf.example.net -all"',
        'example.net': 'spf TXT "v=spf1 ip4:198.51.100.0/24 -all"',
        [REVERSE]: '80 PTR example.com.',
      },
    },
    told: ['info MX-NONE example.com'],
  },
];

for (const { what, scene, told } of ODD) {
  test(`right, if unusual: ${what}`, () => {
    const found = RULES.flatMap((rule) =>
      outcomes(rule, scene).flatMap((line) => {
        const [outcome = '', ...subject] = line.split(' ');
        const isQuiet = outcome === 'pass' || outcome === 'not-applicable';
        return isQuiet ? [] : [`${outcome} ${rule.id} ${subject.join(' ')}`];
      }),
    );
    assert.deepEqual(found, told);
  });
}

/** Nothing that is asked about the domain is answered. */
const MUTE: Scene = {
  zones: {},
  lookups: Object.fromEntries(
    ['MX', 'A', 'AAAA', 'TXT'].map((type) => [`example.com ${type}`, failure()]),
  ),
};

test('every rule says at least one thing, and one of each subject', () => {
  for (const scene of [...ODD.map((odd) => odd.scene), MUTE]) {
    for (const rule of RULES) {
      const verdicts = judged(rule, scene);
      const subjects = verdicts.map(({ subject }) => subjectText(subject, nameOf('example.com')));
      assert.ok(verdicts.length > 0, `${rule.id} says nothing`);
      assert.equal(new Set(subjects).size, subjects.length, `${rule.id}: ${subjects.join(', ')}`);
    }
  }
});

test('where nothing is answered nothing is found', () => {
  for (const rule of RULES) {
    const findings = judged(rule, MUTE).filter(({ outcome }) => outcome === 'finding');
    assert.deepEqual(findings, [], rule.id);
  }
});

test('every rule has a page in the manual of its own', () => {
  const ids = RULES.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { id, title, why, wrong, right, remedy, sources } of RULES) {
    assert.match(id, /^[A-Z0-9]+(?:-[A-Z0-9]+)+$|^FCRDNS$/);
    for (const text of [title, why, wrong, right, remedy]) assert.ok(text.length > 10, id);
    assert.notEqual(wrong, right, id);
    assert.ok(sources.length > 0, id);
  }
});
