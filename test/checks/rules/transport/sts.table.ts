// The rules about MTA-STS, as tables of scenes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpAddress } from '../../../../src/base/ip.ts';
import type { Page } from '../../../../src/checks/fact.ts';
import type { Rule } from '../../../../src/checks/rule.ts';
import { TRANSPORT_RULES } from '../../../../src/checks/rules/transport/family.ts';
import { stsCert } from '../../../../src/checks/rules/transport/sts-cert.ts';
import { stsFetch } from '../../../../src/checks/rules/transport/sts-fetch.ts';
import { stsMode } from '../../../../src/checks/rules/transport/sts-mode.ts';
import { stsMxMatch } from '../../../../src/checks/rules/transport/sts-mx-match.ts';
import { stsPolicy } from '../../../../src/checks/rules/transport/sts-policy.ts';
import { stsRecord } from '../../../../src/checks/rules/transport/sts-record.ts';
import { stsVsDane } from '../../../../src/checks/rules/transport/sts-vs-dane.ts';
import type { TlsSeen } from '../../../../src/smtp/probe.ts';
import {
  aboutOf,
  failure,
  type HostPlan,
  judged,
  outcomes,
  type Scene,
  told,
} from '../../../support/scene.ts';

const URL = 'https://mta-sts.example.com/.well-known/mta-sts.txt';
const STS = 'mta-sts.example.com';
const TXT = '_mta-sts.example.com';
const HOSTS = '@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 192.0.2.20\n';
const RECORD = '_mta-sts TXT "v=STSv1; id=1"\n';
const PLACES = ['mail.example.com 192.0.2.10', 'backup.example.com 192.0.2.20'] as const;

const served = (body: string, more: Partial<Extract<Page, { kind: 'answered' }>> = {}): Page => ({
  kind: 'answered',
  address: '192.0.2.80' as IpAddress,
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: Buffer.from(body),
  isCut: false,
  ...more,
});
type Failed = Extract<Page, { kind: 'failed' }>;
const failed = (
  stage: Failed['stage'],
  because: string,
  failure?: NonNullable<Failed['failure']>,
): Page => ({ kind: 'failed', stage, because, ...(failure && { failure }) });

const text = (mode: string, mx = ['mail.example.com', 'backup.example.com'], age = 604_800) =>
  [
    'version: STSv1',
    `mode: ${mode}`,
    ...mx.map((each) => `mx: ${each}`),
    `max_age: ${age}`,
    '',
  ].join('\r\n');
const ENFORCE = served(text('enforce'));

/** example.com with two exchanges, a record and this policy. */
const scene = (page: Page, more: Partial<Scene> & { readonly records?: string } = {}): Scene => {
  const { records = '', ...rest } = more;
  return { zones: { 'example.com': HOSTS + RECORD + records }, pages: { [URL]: page }, ...rest };
};
const onlyRecords = (records: string): Scene => ({ zones: { 'example.com': HOSTS + records } });

const tls = (more: Partial<Extract<TlsSeen, { kind: 'started' }>> = {}): TlsSeen => ({
  kind: 'started',
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  verified: true,
  chain: [],
  ...more,
});
const GOOD: HostPlan = { tls: tls() };
const SELF_SIGNED: HostPlan = { tls: tls({ verified: false, because: 'self-signed certificate' }) };
const hosts = (mail: HostPlan, backup: HostPlan = GOOD) => ({
  hosts: { 'mail.example.com': mail, 'backup.example.com': backup },
});
const [MAIL_AT, BACKUP_AT] = PLACES;

const TLSA =
  '_25._tcp.mail TLSA 3 1 1 0000000000000000000000000000000000000000000000000000000000000000\n';
const PROVEN = { records: TLSA, secure: ['example.com'] };

type Row = readonly [rule: Rule, what: string, scene: Scene, expected: readonly string[]];

const TABLE: readonly Row[] = [
  [stsRecord, 'a record', onlyRecords(RECORD), [`pass ${TXT}`]],
  [stsRecord, 'a record beside others', onlyRecords(`${RECORD}_mta-sts TXT "x"`), [`pass ${TXT}`]],
  [
    stsRecord,
    'a record behind an alias',
    onlyRecords('_mta-sts CNAME p\np TXT "v=STSv1; id=1"'),
    [`pass ${TXT}`],
  ],
  [stsRecord, 'none', onlyRecords(''), [`info ${TXT}`]],
  [stsRecord, 'junk', onlyRecords('* TXT "v=spf1 -all"'), [`info ${TXT}`]],
  [stsRecord, 'two', onlyRecords(`${RECORD}_mta-sts TXT "v=STSv1; id=2"`), [`error ${TXT}`]],
  [stsRecord, 'a bad id', onlyRecords('_mta-sts TXT "v=STSv1; id=a-b"'), [`error ${TXT}`]],
  [stsRecord, 'no id', onlyRecords('_mta-sts TXT "v=STSv1;"'), [`error ${TXT}`]],
  [stsRecord, 'a bad version', onlyRecords('_mta-sts TXT "v=stsv1; id=1"'), [`error ${TXT}`]],
  [stsRecord, 'at the domain', onlyRecords('@ TXT "v=STSv1; id=1"'), [`error ${TXT}`]],
  [
    stsRecord,
    'a failure',
    { ...onlyRecords(''), lookups: { [`${TXT} TXT`]: failure() } },
    [`unknown ${TXT}`],
  ],
  [
    stsRecord,
    'none, and no MX either',
    { zones: { 'example.com': '@ A 192.0.2.1' } },
    [`not-applicable ${TXT}`],
  ],
  [stsFetch, 'a policy', scene(ENFORCE), [`pass ${STS}`]],
  [stsFetch, 'no record', onlyRecords(''), ['not-applicable example.com']],
  [stsFetch, 'a redirect', scene(served('', { status: 301 })), [`error ${STS}`]],
  [stsFetch, 'not found', scene(served('', { status: 404 })), [`error ${STS}`]],
  [stsFetch, 'too many requests', scene(served('', { status: 429 })), [`unknown ${STS}`]],
  [stsFetch, 'out of service', scene(served('', { status: 503 })), [`unknown ${STS}`]],
  [
    stsFetch,
    'a page of the web',
    scene(served('<html>', { headers: { 'content-type': 'text/html' } })),
    [`error ${STS}`],
  ],
  [stsFetch, 'no type', scene(served(text('enforce'), { headers: {} })), [`error ${STS}`]],
  [stsFetch, 'too much', scene(served(text('enforce'), { isCut: true })), [`error ${STS}`]],
  [
    stsFetch,
    'a bad certificate',
    scene(failed('tls', 'certificate has expired', 'other'), { records: 'mta-sts A 192.0.2.80' }),
    [`error ${STS}`],
  ],
  [
    stsFetch,
    'a handshake without end',
    scene(failed('tls', 'did not end within 10 s', 'timeout')),
    [`unknown ${STS}`],
  ],
  [
    stsFetch,
    'an answer that is none',
    scene(failed('answer', 'not HTTP', 'other')),
    [`error ${STS}`],
  ],
  [
    stsFetch,
    'a handshake that was broken off, perhaps near us',
    scene(failed('tls', 'connection reset by peer', 'reset')),
    [`unknown ${STS}`],
  ],
  [
    stsFetch,
    'a failure of which an older version told no kind',
    scene(failed('connect', 'connection refused')),
    [`unknown ${STS}`],
  ],
  [
    stsFetch,
    'refused',
    scene(failed('connect', 'connection refused', 'refused')),
    [`error ${STS}`],
  ],
  [stsFetch, 'no answer', scene(failed('connect', 'connection timed out')), [`unknown ${STS}`]],
  [stsFetch, 'no route', scene(failed('connect', 'network unreachable')), [`unknown ${STS}`]],
  [stsFetch, 'no such name', scene(failed('name', 'the name does not exist')), [`error ${STS}`]],
  [
    stsFetch,
    'a name that cannot be looked up',
    scene(failed('name', 'no answer'), { lookups: { [`${STS} A`]: failure() } }),
    [`unknown ${STS}`],
  ],
  [stsPolicy, 'a good one', scene(ENFORCE), [`pass ${STS}`]],
  [stsPolicy, 'with LF', scene(served(text('testing').replaceAll('\r', ''))), [`pass ${STS}`]],
  [
    stsPolicy,
    'a short age',
    scene(served(text('enforce', ['a.example'], 3_600))),
    [`warning ${STS}`],
  ],
  [stsPolicy, 'a day', scene(served(text('enforce', ['a.example'], 86_400))), [`pass ${STS}`]],
  [stsPolicy, 'a short age on its way out', scene(served(text('none', [], 600))), [`pass ${STS}`]],
  [stsPolicy, 'a bad mode', scene(served(text('enforced'))), [`error ${STS}`]],
  [stsPolicy, 'a bad pattern', scene(served(text('enforce', ['mail.*']))), [`error ${STS}`]],
  [
    stsPolicy,
    'a pattern twice',
    scene(served(text('enforce', ['a.b', 'a.b']))),
    [`warning ${STS}`],
  ],
  [
    stsPolicy,
    'a page of the web',
    scene(served('<html>', { headers: { 'content-type': 'text/html' } })),
    [`not-applicable ${STS}`],
  ],
  [stsPolicy, 'not found', scene(served('', { status: 404 })), [`not-applicable ${STS}`]],
  [stsPolicy, 'no answer', scene(failed('connect', 'timed out')), [`unknown ${STS}`]],
  [stsMxMatch, 'all', scene(ENFORCE), ['pass mail.example.com', 'pass backup.example.com']],
  [
    stsMxMatch,
    'all by a wildcard',
    scene(served(text('enforce', ['*.example.com']))),
    ['pass mail.example.com', 'pass backup.example.com'],
  ],
  [
    stsMxMatch,
    'not the backup',
    scene(served(text('enforce', ['mail.example.com']))),
    ['pass mail.example.com', 'error backup.example.com'],
  ],
  [
    stsMxMatch,
    'not the backup, under testing',
    scene(served(text('testing', ['mail.example.com']))),
    ['pass mail.example.com', 'warning backup.example.com'],
  ],
  [
    stsMxMatch,
    'one too many',
    scene(served(text('enforce', ['*.example.com', 'old.example.net']))),
    ['pass mail.example.com', 'pass backup.example.com', 'notice old.example.net'],
  ],
  [stsMxMatch, 'mode none', scene(served(text('none', []))), [`not-applicable ${STS}`]],
  [stsMxMatch, 'no policy to read', scene(served('x')), [`not-applicable ${STS}`]],
  [
    stsMxMatch,
    'a domain that is its own exchange',
    {
      zones: { 'example.com': `@ A 192.0.2.1\n${RECORD}` },
      pages: { [URL]: served(text('enforce', ['example.com'])) },
    },
    ['pass example.com'],
  ],
  [stsCert, 'good ones', scene(ENFORCE, hosts(GOOD)), [`pass ${MAIL_AT}`, `pass ${BACKUP_AT}`]],
  [
    stsCert,
    'a self-signed one',
    scene(ENFORCE, hosts(GOOD, SELF_SIGNED)),
    [`pass ${MAIL_AT}`, `error ${BACKUP_AT}`],
  ],
  [
    stsCert,
    'a self-signed one, under testing',
    scene(served(text('testing')), hosts(GOOD, SELF_SIGNED)),
    [`pass ${MAIL_AT}`, `warning ${BACKUP_AT}`],
  ],
  [
    stsCert,
    'no STARTTLS',
    scene(ENFORCE, hosts({ replies: { ehlo: '250-mail.example.com\n250 SIZE' } })),
    [`not-applicable ${MAIL_AT}`, `pass ${BACKUP_AT}`],
  ],
  [
    stsCert,
    'STARTTLS refused',
    scene(ENFORCE, hosts({ replies: { starttls: '502 5.5.1 no' } })),
    [`not-applicable ${MAIL_AT}`, `pass ${BACKUP_AT}`],
  ],
  [
    stsCert,
    'STARTTLS put off',
    scene(ENFORCE, hosts({ replies: { starttls: '454 4.7.0 later' } })),
    [`unknown ${MAIL_AT}`, `pass ${BACKUP_AT}`],
  ],
  [
    stsCert,
    'no answer to STARTTLS',
    scene(ENFORCE, hosts({ replies: { starttls: '' } })),
    [`unknown ${MAIL_AT}`, `pass ${BACKUP_AT}`],
  ],
  [
    stsCert,
    'asked to stay away',
    scene(ENFORCE, hosts({ replies: { greeting: '421 4.7.0 too many connections' } })),
    [`unknown ${MAIL_AT}`, `pass ${BACKUP_AT}`],
  ],
  [
    stsCert,
    'a failing handshake, and one without end',
    scene(
      ENFORCE,
      hosts(
        { tls: { kind: 'failed', because: 'unsupported protocol' } },
        { tls: { kind: 'failed', because: 'no answer within 30 s' } },
      ),
    ),
    [`not-applicable ${MAIL_AT}`, `unknown ${BACKUP_AT}`],
  ],
  [
    stsCert,
    'no connection',
    scene(
      ENFORCE,
      hosts({ connect: { kind: 'failed', failure: 'timeout', because: 'no answer', tookMs: 9 } }),
    ),
    [`unknown ${MAIL_AT}`, `pass ${BACKUP_AT}`],
  ],
  [stsCert, 'mode none', scene(served(text('none', []))), [`not-applicable ${STS}`]],
  [stsMode, 'testing without reports', scene(served(text('testing'))), [`notice ${STS}`]],
  [stsMode, 'enforced without reports', scene(ENFORCE), [`notice ${STS}`]],
  [
    stsMode,
    'testing with reports',
    scene(served(text('testing')), { records: '_smtp._tls TXT "v=TLSRPTv1; rua=mailto:a@b.c"' }),
    [`pass ${STS}`],
  ],
  [stsMode, 'none', scene(served(text('none', []))), [`info ${STS}`]],
  [
    stsMode,
    'reports that cannot be looked up',
    scene(ENFORCE, { lookups: { '_smtp._tls.example.com TXT': failure() } }),
    ['unknown _smtp._tls.example.com'],
  ],
  [
    stsVsDane,
    'no TLSA',
    scene(ENFORCE),
    ['not-applicable mail.example.com', 'not-applicable backup.example.com'],
  ],
  [
    stsVsDane,
    'TLSA and a public certificate',
    scene(ENFORCE, { ...PROVEN, ...hosts(GOOD) }),
    ['pass mail.example.com', 'not-applicable backup.example.com'],
  ],
  [
    stsVsDane,
    'TLSA and a self-signed certificate',
    scene(ENFORCE, { ...PROVEN, ...hosts(SELF_SIGNED) }),
    ['notice mail.example.com', 'not-applicable backup.example.com'],
  ],
  [
    stsVsDane,
    'TLSA for a host that the policy does not name',
    scene(served(text('enforce', ['backup.example.com'])), { ...PROVEN, ...hosts(GOOD) }),
    ['notice mail.example.com', 'not-applicable backup.example.com'],
  ],
  [
    stsVsDane,
    'TLSA that nobody proves',
    scene(ENFORCE, { records: TLSA, ...hosts(SELF_SIGNED) }),
    ['not-applicable mail.example.com', 'not-applicable backup.example.com'],
  ],
  [
    stsVsDane,
    'a resolver that cannot tell',
    scene(ENFORCE, {
      records: TLSA,
      ...hosts(SELF_SIGNED),
      about: { self: { ...aboutOf().self, validates: { ok: false, because: 'no AD' } } },
    }),
    ['unknown example.com'],
  ],
  [
    stsVsDane,
    'TLSA and a host that cannot be spoken to',
    scene(ENFORCE, { ...PROVEN, ...hosts({ replies: { greeting: '421 4.7.0 later' } }) }),
    ['unknown mail.example.com', 'not-applicable backup.example.com'],
  ],
  [
    stsVsDane,
    'TLSA behind MX records that nobody proves',
    scene(ENFORCE, { records: TLSA, secure: ['_tcp.mail.example.com'], ...hosts(SELF_SIGNED) }),
    ['not-applicable mail.example.com', 'not-applicable backup.example.com'],
  ],
  [
    stsVsDane,
    'MX records that the resolver cannot look up',
    scene(ENFORCE, { ...PROVEN, resolved: { 'example.com MX': failure() } }),
    ['unknown mail.example.com', 'unknown backup.example.com'],
  ],
  [
    stsVsDane,
    'a failure',
    scene(ENFORCE, { resolved: { '_25._tcp.mail.example.com TLSA': failure() } }),
    ['unknown mail.example.com', 'not-applicable backup.example.com'],
  ],
  [stsVsDane, 'testing', scene(served(text('testing')), PROVEN), [`not-applicable ${STS}`]],
];

for (const [rule, what, given, expected] of TABLE) {
  test(`${rule.id}: ${what}`, () => assert.deepEqual(outcomes(rule, given), expected));
}

for (const rule of TRANSPORT_RULES) {
  test(`${rule.id} has nothing to say of a domain that takes no mail`, () => {
    const zones = { 'example.com': `@ MX 0 .\n${RECORD}_smtp._tls TXT "v=TLSRPTv1; rua=x"` };
    assert.deepEqual(outcomes(rule, { zones }), ['not-applicable example.com']);
  });
  test(`${rule.id} does not take a failure for a fault`, () => {
    const given = { ...onlyRecords(RECORD), lookups: { 'example.com MX': failure() } };
    assert.deepEqual(outcomes(rule, given), ['unknown example.com']);
  });
}

test('STS-MX-MATCH gives the line that is missing', () => {
  const verdicts = judged(stsMxMatch, scene(served(text('enforce', ['mail.example.com']))));
  const found = verdicts.find(({ outcome }) => outcome === 'finding');
  assert.ok(found?.outcome === 'finding');
  assert.deepEqual(found.mend, { kind: 'setting', text: 'mx: backup.example.com' });
});

test('STS-POLICY names the line', () => {
  assert.deepEqual(told(stsPolicy, scene(served(text('enforced')))), [
    `error ${STS}: line 2: the mode is "enforced" and not enforce, testing or none`,
  ]);
});

test('STS-CERT quotes the reply of a host that puts TLS off', () => {
  const plan = hosts({ replies: { starttls: '454 4.7.0 later' } });
  const [verdict] = judged(stsCert, scene(ENFORCE, plan));
  assert.ok(verdict?.outcome === 'unknown');
  assert.equal(verdict.reply, '454 4.7.0 later');
});
