// One fault is told once: in scenes that are well but for a single fault, the rules of all families
// together find that fault and no other. What is merely worth a notice is left out.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import type { IpAddress } from '../../../src/base/ip.ts';
import type { Page } from '../../../src/checks/fact.ts';
import { conclude, FactBook } from '../../../src/checks/fact-book.ts';
import type { Rule } from '../../../src/checks/rule.ts';
import { RULES } from '../../../src/checks/rules/all.ts';
import { recommendedTlsa } from '../../../src/checks/rules/dane/tlsa-match.ts';
import type { Severity } from '../../../src/checks/verdict.ts';
import { printData } from '../../../src/dns/records/registry.ts';
import { TYPE } from '../../../src/dns/types.ts';
import type { TlsSeen } from '../../../src/smtp/probe.ts';
import { aboutOf, type HostPlan, type Scene, Stage } from '../../support/scene.ts';
import { inDays, shown } from '../../support/scene-tls.ts';

const NOTED: ReadonlySet<Severity> = new Set(['notice', 'info']);

/** `SPF-NONE warning`: every finding that is more than a notice, each once. */
function findingsIn(scene: Scene): readonly string[] {
  const [stage, book, about] = [new Stage(scene), new FactBook(), aboutOf(scene.about)];
  const found = RULES.flatMap((rule) =>
    verdictsOf(rule, book, { stage, about }).flatMap((verdict) => {
      if (verdict.outcome !== 'finding') return [];
      const severity = verdict.severity ?? rule.severity;
      return NOTED.has(severity) ? [] : [`${rule.id} ${severity}`];
    }),
  );
  return [...new Set(found)].sort();
}

interface Setting {
  readonly stage: Stage;
  readonly about: ReturnType<typeof aboutOf>;
}

/** What the rules of a scene want is asked once, as while observing. */
function verdictsOf(rule: Rule, book: FactBook, { stage, about }: Setting) {
  for (;;) {
    const concluded = conclude(rule.judge(about), book);
    if (concluded.kind === 'value') return concluded.value;
    for (const want of concluded.wants) book.add(stage.factFor(want));
  }
}

const KEY = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64');
const MAIL_TLS = shown();
const BACKUP_TLS = shown({ names: ['backup.example.com'] });
const PAGE = 'https://mta-sts.example.com/.well-known/mta-sts.txt';

const policy = (
  hosts: readonly string[],
  more: Partial<Extract<Page, { status: number }>> = {},
) => ({
  [PAGE]: {
    kind: 'answered',
    address: '192.0.2.80' as IpAddress,
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: Buffer.from(
      ['version: STSv1', 'mode: enforce', ...hosts.map((host) => `mx: ${host}`), 'max_age: 604800']
        .map((line) => `${line}\r\n`)
        .join(''),
    ),
    isCut: false,
    ...more,
  } as const satisfies Page,
});

const NAME_SERVERS =
  '@ NS ns1\n@ NS ns2\nns1 A 192.0.2.53\nns2 A 198.51.100.53\n' +
  'ns1 AAAA 2001:db8:1::53\nns2 AAAA 2001:db8:2::53\n';

const SOA = '@ SOA ns1 hostmaster 100 7200 3600 1209600 3600\n';

const ZONE = `${SOA}${NAME_SERVERS}@ MX 10 mail
@ MX 20 backup
mail A 192.0.2.10
backup A 198.51.100.20
@ TXT "v=spf1 mx -all"
mail TXT "v=spf1 a -all"
backup TXT "v=spf1 a -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
_mta-sts TXT "v=STSv1; id=1"
mta-sts A 192.0.2.80
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@example.com"
s1._domainkey TXT "v=DKIM1; p=${KEY.slice(0, 200)}" "${KEY.slice(200)}"
@ CAA 0 issue "letsencrypt.org"
`;

const ZONES = {
  'example.com': ZONE,
  net: '',
  'example.net': 'checker A 192.0.2.99',
  '2.0.192.in-addr.arpa': '10 PTR mail.example.com.',
  '100.51.198.in-addr.arpa': '20 PTR backup.example.com.',
};

const HOSTS: Readonly<Record<string, HostPlan>> = {
  'mail.example.com': { tls: MAIL_TLS },
  'backup.example.com': { tls: BACKUP_TLS },
};

const WELL: Scene = {
  zones: ZONES,
  hosts: HOSTS,
  pages: policy(['mail.example.com', 'backup.example.com']),
  about: { declared: { selectors: ['s1'], senders: ['192.0.2.10' as IpAddress] } },
};

/** The zone with pieces of its text replaced. */
function edited(...changes: readonly (readonly [from: string, to: string])[]): Scene {
  const zone = changes.reduce((text, [from, to]) => {
    assert.ok(text.includes(from), `the zone has no ${from}`);
    return text.replace(from, to);
  }, ZONE);
  return { ...WELL, zones: { ...ZONES, 'example.com': zone } };
}

const added = (line: string): Scene => edited([SOA, `${SOA}${line}\n`]);

const at = (host: 'mail' | 'backup', plan: HostPlan, scene: Scene = WELL): Scene => {
  const name = `${host}.example.com`;
  return { ...scene, hosts: { ...HOSTS, [name]: { ...HOSTS[name], ...plan } } };
};

const certificate = (options: Parameters<typeof shown>[0]): Scene =>
  at('mail', { tls: shown(options) });

const ns2 = (behaviour: NonNullable<Scene['servers']>[string]): Scene => ({
  ...WELL,
  servers: { 'ns2.example.com': behaviour },
});

const SPF = '@ TXT "v=spf1 mx -all"';
const DMARC = '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"';
const DOWN = {
  kind: 'failed',
  failure: 'refused',
  because: 'connection refused',
  tookMs: 1,
} as const;
const EHLO = '250-mail.example.com\n250-8BITMIME\n250-SIZE 1000\n250 STARTTLS';

const FAULTS: readonly (readonly [fault: string, scene: Scene, expected: readonly string[]])[] = [
  ['nothing', WELL, []],
  ['no SPF record', edited([SPF, '']), ['SPF-NONE warning']],
  ['two SPF records', added('@ TXT "v=spf1 -all"'), ['SPF-MULTI error']],
  [
    'an SPF term that cannot be read',
    edited([SPF, '@ TXT "v=spf1 mx foo -all"']),
    ['SPF-SYNTAX error'],
  ],
  [
    'a sender without SPF',
    edited([SPF, '@ TXT "v=spf1 ip4:203.0.113.9 -all"']),
    ['SPF-COVERS-ME error'],
  ],
  ['an SPF record for everybody', edited([SPF, '@ TXT "v=spf1 mx +all"']), ['SPF-ALL error']],
  [
    'an include that is gone',
    edited([SPF, '@ TXT "v=spf1 mx include:spf.example.net -all"']),
    ['SPF-DEAD-INCLUDE error'],
  ],
  ['no DMARC record', edited([DMARC, '']), ['DMARC-NONE error']],
  [
    'DMARC at the wrong name',
    edited([DMARC, DMARC.replace('_dmarc', '@')]),
    ['DMARC-LOCATION error'],
  ],
  ['two DMARC records', added('_dmarc TXT "v=DMARC1; p=none"'), ['DMARC-MULTI error']],
  [
    'DMARC that asks for nothing',
    edited([DMARC, DMARC.replace('reject', 'none')]),
    ['DMARC-POLICY warning'],
  ],
  [
    'a misspelt policy',
    edited([DMARC, DMARC.replace('reject', 'rejected')]),
    ['DMARC-SYNTAX error'],
  ],
  ['no policy', edited([DMARC, DMARC.replace(' p=reject;', '')]), ['DMARC-REMOVED warning']],
  ['a selector without a key', edited(['s1._domainkey', 's2._domainkey']), ['DKIM-SELECTOR error']],

  [
    'an exchange that is an alias',
    edited(
      ['backup A 198.51.100.20', 'backup CNAME host\nhost A 198.51.100.20'],
      ['backup TXT "v=spf1 a -all"\n', ''],
    ),
    ['MX-TARGET-CNAME error'],
  ],
  [
    'an exchange that does not exist',
    edited(['backup A 198.51.100.20\n', ''], ['backup TXT "v=spf1 a -all"\n', '']),
    ['MX-TARGET-NXDOMAIN error'],
  ],
  [
    'an exchange without an address',
    edited(['backup A 198.51.100.20\n', '']),
    ['MX-TARGET-NOADDR error'],
  ],
  ['a dot that was forgotten', added('@ MX 30 mail.example.com'), ['MX-TARGET-DOUBLED error']],
  ['a placeholder', added('@ MX 30 ms1.msv1.invalid.'), ['MX-TARGET-PLACEHOLDER warning']],
  ['an exchange that anybody can register', added('@ MX 30 mail.sold.net.'), ['DANGLING error']],
  ['an exchange that is an address', added('@ MX 30 [203.0.113.1].'), ['MX-TARGET-IP error']],
  [
    'a private address',
    edited(['backup A 198.51.100.20', 'backup A 10.0.0.20']),
    ['MX-TARGET-SPECIAL error'],
  ],

  ['a name server that refuses', ns2('refused'), ['NS-LAME error']],
  [
    'no name server that answers',
    { ...WELL, servers: { 'ns1.example.com': 'refused', 'ns2.example.com': 'timeout' } },
    ['DEL-NONE critical'],
  ],
  [
    'an old MX record at one server',
    ns2({ zone: ZONE.replace('MX 20', 'MX 30') }),
    ['RR-AGREE error'],
  ],
  [
    'another SPF record at one server',
    ns2({ zone: ZONE.replace('"v=spf1 mx', '"v=spf1 a mx') }),
    ['SPF-NS-AGREE warning'],
  ],
  [
    'an old version at one server',
    ns2({ zone: ZONE.replace(' 100 ', ' 90 ') }),
    ['SOA-SERIAL-AGREE warning'],
  ],
  [
    'a name server without TCP',
    ns2(({ by }, good) => (by === 'tcp' ? 'timeout' : good)),
    ['NS-TCP error'],
  ],
  [
    'a name server that is gone',
    edited(['@ NS ns2\n', '@ NS ns2\n@ NS ns3\n']),
    ['NS-UNRESOLVED error'],
  ],
  [
    'a name server that anybody can register',
    edited(['@ NS ns2\n', '@ NS ns2\n@ NS ns.sold.net.\n']),
    ['DANGLING error'],
  ],
  ['a domain that does not exist', { zones: { com: '' } }, ['DEL-NONE critical']],
  [
    'signatures that are wrong',
    {
      ...WELL,
      resolved: Object.fromEntries(
        ['example.com MX', 'example.com TXT', 'mail.example.com A', '_dmarc.example.com TXT'].map(
          (text) => [text, { kind: 'failure', failure: 'bogus', because: 'signature expired' }],
        ),
      ),
    },
    ['SEC-VALID error'],
  ],

  ['a backup that is down', at('backup', { connect: DOWN }), ['SMTP-CONNECT error']],
  [
    'no mail host that takes a connection',
    {
      ...WELL,
      hosts: { 'mail.example.com': { connect: DOWN }, 'backup.example.com': { connect: DOWN } },
    },
    ['SMTP-CONNECT critical'],
  ],
  [
    'a host that calls itself localhost',
    at('mail', {
      replies: {
        greeting: '220 localhost ESMTP',
        ehlo: EHLO.replace('mail.example.com', 'localhost').replace('1000', '26214400'),
      },
    }),
    ['SMTP-BANNER warning'],
  ],
  [
    'a backup without STARTTLS',
    at('backup', { replies: { ehlo: '250-backup.example.com\n250-SIZE 26214400\n250 8BITMIME' } }),
    ['TLS-OFFERED error'],
  ],
  [
    'TLS that fails',
    at('backup', { tls: { kind: 'failed', because: 'no shared cipher' } }),
    ['TLS-HANDSHAKE error'],
  ],
  [
    'smaller messages at the backup',
    at('backup', { replies: { 'ehlo-tls': EHLO } }),
    ['MX-PARITY warning'],
  ],
  [
    'a certificate for another name',
    certificate({ names: ['www.example.com'], because: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
    ['STS-CERT error'],
  ],
  [
    'a certificate that has expired',
    certificate({ notBefore: inDays(-100), because: 'CERT_HAS_EXPIRED' }),
    ['STS-CERT error'],
  ],
  [
    'a certificate that signed itself',
    certificate({ isSelfSigned: true, because: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    ['STS-CERT error'],
  ],
  [
    'a certificate of an authority that is not named',
    edited(['"letsencrypt.org"', '"digicert.com"']),
    ['CAA-MX warning'],
  ],
  [
    'a postmaster who is refused',
    at('mail', { replies: { postmaster: '550 5.1.1 No such user' } }),
    ['RCPT-POSTMASTER error'],
  ],
  [
    'bounces that are refused',
    at('mail', { replies: { mail: '550 5.1.0 Sender required' } }),
    ['RCPT-NULL-SENDER error'],
  ],
  [
    'a backup that knows nothing of the domain',
    at('backup', {
      replies: {
        postmaster: '554 5.7.1 Relay access denied',
        published: '554 5.7.1 Relay access denied',
      },
    }),
    ['BACKUP-RELAYS error'],
  ],
  [
    'a backup that takes everybody',
    at('backup', { replies: { unknown: '250 2.1.5 Ok' } }),
    ['BACKUP-BLIND warning'],
  ],
  [
    'a primary that takes everybody',
    at('mail', { replies: { unknown: '250 2.1.5 Ok' } }),
    ['RCPT-UNKNOWN warning'],
  ],
  [
    'an open relay',
    at('mail', { replies: { 'relay-rcpt': '250 2.1.5 Ok' } }),
    ['RELAY-OPEN critical'],
  ],

  ['an MTA-STS id that cannot be read', edited(['id=1', 'id=2026-06-01']), ['STS-RECORD error']],
  [
    'a policy that is not there',
    { ...WELL, pages: policy([], { status: 404 }) },
    ['STS-FETCH error'],
  ],
  [
    'an exchange that the policy forgot',
    { ...WELL, pages: policy(['mail.example.com']) },
    ['STS-MX-MATCH error'],
  ],
  [
    'a TLS-RPT record that cannot be read',
    edited(['"v=TLSRPTv1;', '"TLSRPTv1;']),
    ['TLSRPT-RECORD warning'],
  ],
  [
    'a sender without a reverse name',
    { ...WELL, zones: { ...ZONES, '2.0.192.in-addr.arpa': '' } },
    ['PTR-EXISTS error'],
  ],
  [
    'a reverse name that leads elsewhere',
    { ...WELL, zones: { ...ZONES, '2.0.192.in-addr.arpa': '10 PTR checker.example.net.' } },
    ['FCRDNS error'],
  ],
];

for (const [fault, scene, expected] of FAULTS) {
  test(`of one fault is told, and of nothing else: ${fault}`, () => {
    assert.deepEqual(findingsIn(scene), expected);
  });
}

const PARKED = `${SOA}${NAME_SERVERS}@ MX 0 .
@ TXT "v=spf1 -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.net"
`;

const parked = (from = '', to = ''): Scene => ({
  zones: {
    'example.com': PARKED.replace(from, to),
    'example.net': '@ MX 10 mail\nmail A 203.0.113.5\nexample.com._report._dmarc TXT "v=DMARC1"',
  },
});

const NO_MAIL: readonly (readonly [fault: string, scene: Scene, expected: readonly string[]])[] = [
  ['nothing', parked(), []],
  ['no SPF record', parked('@ TXT "v=spf1 -all"\n'), ['SPF-NOMAIL warning']],
  ['SPF that only marks', parked('-all', '~all'), ['SPF-NOMAIL warning']],
  ['SPF that says nothing', parked('-all', '?all'), ['SPF-ALL warning']],
  ['SPF for everybody', parked('-all', '+all'), ['SPF-ALL error']],
  ['SPF for a host', parked('-all', 'ip4:192.0.2.1 -all'), ['MX-NONE-BUT-SENDS warning']],
  ['no DMARC record', parked(/_dmarc.*\n/.exec(PARKED)?.[0]), ['DMARC-NONE error']],
  ['a policy of none', parked('p=reject', 'p=none'), ['DMARC-POLICY warning']],
  ['quarantine', parked('p=reject', 'p=quarantine'), ['MX-NOMAIL-PROFILE warning']],
  ['another preference', parked('MX 0 .', 'MX 10 .'), ['MX-NULL-PREF warning']],
];

for (const [fault, scene, expected] of NO_MAIL) {
  test(`of a domain without mail one fault is told: ${fault}`, () => {
    assert.deepEqual(findingsIn(scene), expected);
  });
}

const tlsaOf = (tls: TlsSeen): string => {
  const [der] = tls.kind === 'started' ? tls.chain : [];
  const record = der && recommendedTlsa(der);
  assert.ok(record, 'a certificate');
  return printData(record, TYPE.TLSA);
};

/** Signed, with TLSA records of what the hosts show, and without MTA-STS. */
const dane = (scene: Scene): Scene => ({ ...scene, secure: ['example.com'], pages: {} });
const DANE_ZONE = edited(
  ['_mta-sts TXT "v=STSv1; id=1"\n', ''],
  [
    'mta-sts A 192.0.2.80\n',
    `_25._tcp.mail TLSA ${tlsaOf(MAIL_TLS)}\n_25._tcp.backup TLSA ${tlsaOf(BACKUP_TLS)}\n`,
  ],
);

const WITH_DANE: readonly (readonly [fault: string, scene: Scene, expected: readonly string[]])[] =
  [
    ['nothing', dane(DANE_ZONE), []],
    [
      'a certificate that was renewed',
      dane(at('mail', { tls: shown({ keyKind: 'RSA-2048' }) }, DANE_ZONE)),
      ['DANE-MATCH error'],
    ],
    [
      'no STARTTLS',
      dane(
        at(
          'mail',
          { replies: { ehlo: '250-mail.example.com\n250-SIZE 26214400\n250 8BITMIME' } },
          DANE_ZONE,
        ),
      ),
      ['TLS-OFFERED error'],
    ],
    [
      'a handshake that fails',
      dane(at('mail', { tls: { kind: 'failed', because: 'no shared cipher' } }, DANE_ZONE)),
      ['TLS-HANDSHAKE error'],
    ],
  ];

for (const [fault, scene, expected] of WITH_DANE) {
  test(`with DANE one fault is told: ${fault}`, () => {
    assert.deepEqual(findingsIn(scene), expected);
  });
}

test('a domain with a web server alone, that says that it sends no mail, has no fault', () => {
  const text = PARKED.replace('@ MX 0 .', '@ A 203.0.113.80');
  const scene: Scene = {
    ...parked(),
    zones: { ...parked().zones, 'example.com': text },
    hosts: { 'example.com': { connect: DOWN } },
  };
  assert.deepEqual(findingsIn(scene), []);
});
