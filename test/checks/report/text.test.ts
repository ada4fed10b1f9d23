// The report as people read it: whole pictures, since its shape is what it is for.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IpAddress } from '../../../src/base/ip.ts';
import { instantAt, minutes } from '../../../src/base/time.ts';
import type { Matrix } from '../../../src/checks/matrix.ts';
import { MATRIX_COLUMNS } from '../../../src/checks/matrix.ts';
import type { Observation } from '../../../src/checks/observation.ts';
import { printMatrix } from '../../../src/checks/report/matrix-text.ts';
import { printReport } from '../../../src/checks/report/text.ts';
import { addressOf, exchange, named, THE_DOMAIN } from '../../../src/checks/subject.ts';
import { finding, pass, skipped, unknown, unknownReply } from '../../../src/checks/verdict.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import { observationWith, reportWith } from '../../support/report-scenes.ts';
import { aboutOf, SCENE_NOW } from '../../support/scene.ts';
import { nameOf } from '../../support/zones.ts';

const MAIL = nameOf('mail.example.com');
const ADDRESS = '192.0.2.10' as IpAddress;

interface Shown {
  readonly all?: boolean;
  readonly colour?: boolean;
  readonly about?: Partial<Observation['about']>;
  readonly pictures?: readonly string[];
}

type Judged = Parameters<typeof reportWith>[1];

function linesOf({ all = false, colour = false, ...more }: Shown, ...judged: Judged[]) {
  const observation = { ...observationWith(), about: aboutOf(more.about) };
  const report = reportWith(observation, ...judged);
  const options = { marks: makeStyle(colour), all, pictures: more.pictures ?? [] };
  return printReport(report, options).split('\n');
}

describe('a report', () => {
  test('tells the worst first, with what to paste, who must act, and where it is written', () => {
    const lines = linesOf(
      {},
      [
        'MX-TARGET-CNAME',
        'error',
        finding(exchange(MAIL), 'mail.example.com is an alias of host.example.net', {
          actor: 'domain',
          mend: { kind: 'record', text: 'example.com. MX 10 host.example.net.' },
          shows: minutes(60),
          evidence: ['L3'],
        }),
      ],
      [
        'MX-V6',
        'notice',
        finding(THE_DOMAIN, 'no exchange has an IPv6 address', { actor: 'other' }),
      ],
      [
        'CERT-AHEAD',
        'warning',
        finding(addressOf(MAIL, ADDRESS), 'the certificate ends', {
          actor: 'mail-host',
          mend: { kind: 'setting', text: 'renew it' },
          breaksAt: instantAt(SCENE_NOW + 5 * 86_400_000),
          evidence: ['S1', 'S2', 'S3', 'S4'],
        }),
      ],
      [
        'SMTP-CONNECT',
        'critical',
        finding(THE_DOMAIN, 'nobody takes mail', { actor: 'mail-host' }),
      ],
      ['SOA-ONE', 'error', pass(THE_DOMAIN)],
    );
    assert.deepEqual(lines, [
      'example.com, seen 2026-06-01 12:00:00Z',
      '  from checker.example.net (IPv4, IPv6)',
      '',
      'mail is being lost now',
      '  ✗ critical SMTP-CONNECT  example.com',
      '      nobody takes mail',
      '      for whoever runs the mail host · RFC 5321 §5.1',
      '',
      'will break',
      '  ✗ error    MX-TARGET-CNAME  mail.example.com',
      '      mail.example.com is an alias of host.example.net',
      '      → example.com. MX 10 host.example.net.',
      '      for whoever runs the domain, seen everywhere after 1 h · RFC 5321 §5.1 · evidence L3',
      '  ! warning  CERT-AHEAD  mail.example.com 192.0.2.10, on 2026-06-06',
      '      the certificate ends',
      '      → renew it',
      '      for whoever runs the mail host · RFC 5321 §5.1 · evidence S1, S2, S3, …',
      '',
      'could be better',
      '  · notice   MX-V6  example.com',
      '      no exchange has an IPv6 address',
      '      for somebody else · RFC 5321 §5.1',
      '',
      '3 faults, 1 thing that could be better, 1 as it should be, 0 not testable',
      '',
    ]);
  });

  test('tells what could not be tested once for each reason, with the reply', () => {
    const reply = { code: 450, enhanced: '4.2.0', lines: ['Greylisted'] };
    const lines = linesOf(
      {},
      ['A-ONE', 'error', unknown(exchange(MAIL), 'no answer'), unknown(THE_DOMAIN, 'no answer')],
      ['A-TWO', 'error', unknown(exchange(MAIL), 'no answer'), pass(THE_DOMAIN)],
      ['A-THREE', 'error', unknownReply(THE_DOMAIN, 'it greylists', reply)],
      ['A-FOUR', 'error', skipped(THE_DOMAIN, 'nobody agreed')],
    );
    assert.deepEqual(lines.slice(3), [
      'could not be tested',
      '  ? mail.example.com, example.com: no answer',
      '      A-ONE A-TWO',
      '  ? example.com: it greylists: 450 4.2.0 Greylisted',
      '      A-THREE',
      '',
      '0 faults, 0 things that could be better, 1 as it should be, 4 not testable, 1 skipped (see --probe-recipients)',
      '',
    ]);
  });

  test('says first why it cannot be relied on', () => {
    const self = {
      ...aboutOf().self,
      families: { ipv4: true, ipv6: false },
      walk: { ok: false, because: 'no root server answered' },
      validates: { because: 'the resolver is not on this machine' },
      reverse: { ok: false, because: '192.0.2.1 has no name' },
    };
    const lines = linesOf({ about: { self } }, ['A-ONE', 'error', pass(THE_DOMAIN)]);
    assert.deepEqual(lines.slice(1, 6), [
      '  from checker.example.net (IPv4, no IPv6)',
      '  ? the resolver is not on this machine',
      '  ✗ 192.0.2.1 has no name',
      '  ✗ name servers cannot be asked from here: no root server answered',
      '',
    ]);
  });

  test('of a closed world says so', () => {
    const world = { ...aboutOf().world, isClosed: true, smtpPort: 2_525, global: ['127.0.0.0/8'] };
    const [, line] = linesOf({ about: { world } });
    assert.equal(
      line,
      '  a closed world: ports 53, 2525, 443; roots of the internet; also public: 127.0.0.0/8',
    );
  });

  test('tells what is well where it is asked for: of the domain, and of this machine', () => {
    const lines = linesOf(
      { all: true },
      ['A-ONE', 'error', pass(THE_DOMAIN, 'two servers')],
      ['A-LONGER', 'error', pass(exchange(MAIL))],
    );
    assert.deepEqual(lines.slice(2), [
      '  ✓ a root server answered',
      '  ✓ the resolver proved the root',
      '  ? there is no global address here',
      '',
      'as it should be',
      '  ✓ A-ONE     example.com  two servers',
      '  ✓ A-LONGER  mail.example.com',
      '',
      '0 faults, 0 things that could be better, 2 as it should be, 0 not testable',
      '',
    ]);
  });

  test('has its pictures behind the lists', () => {
    const verdicts = [
      finding(THE_DOMAIN, 'so', { actor: 'domain' }),
      unknown(exchange(MAIL), 'no'),
    ];
    const lines = linesOf({ pictures: ['a\nb\n', ''] }, ['A-ONE', 'error', ...verdicts]);
    const at = (text: string): number => lines.indexOf(text);
    assert.ok(at('will break') < at('a') && at('b') < at('could not be tested'));
    assert.equal(at('b') - at('a'), 1);
  });

  test('wraps sentences by columns, and never a record', () => {
    const long = '中文 '.repeat(40).trim();
    const record = `example.com. TXT "${'v=spf1 ip4:192.0.2.1 '.repeat(8)}-all"`;
    const lines = linesOf({}, [
      'A-ONE',
      'error',
      finding(THE_DOMAIN, long, { actor: 'domain', mend: { kind: 'record', text: record } }),
      finding(exchange(MAIL), 'so', { actor: 'domain', mend: { kind: 'setting', text: long } }),
    ]);
    assert.ok(lines.includes(`      → ${record}`));
    const chinese = lines.filter((line) => line.includes('中文'));
    for (const line of chinese) assert.ok(line.replaceAll('中文', 'xxxx').length <= 96, line);
    assert.equal(chinese.length, 6);
  });

  test('shows a record as it is pasted, and all else of strangers made safe', () => {
    const text = 'example.com. TXT "a\\"b\\027"';
    const lines = linesOf({}, [
      'A-ONE',
      'error',
      finding(named('a\u202eb.'), 'says \u001b[2J and \\', {
        actor: 'domain',
        mend: { kind: 'record', text },
      }),
    ]);
    assert.ok(lines.includes(`      → ${text}`));
    assert.ok(lines.includes('      says \\x1b[2J and \\\\'));
    assert.ok(lines.includes('  ✗ error    A-ONE  a\\xe2\\x80\\xaeb'));
  });

  test('has colour only where colours may be used, and says the same without', () => {
    const judged: Judged = [
      'A-ONE',
      'error',
      finding(THE_DOMAIN, 'so', { actor: 'domain', mend: { kind: 'setting', text: 'mend' } }),
      unknown(exchange(MAIL), 'no'),
    ];
    const coloured = linesOf({ colour: true }, judged).join('\n');
    const plain = linesOf({}, judged).join('\n');
    assert.notEqual(coloured, plain);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour is.
    assert.equal(coloured.replace(/\u001b\[\d+m/g, ''), plain);
    assert.doesNotMatch(plain, /\p{Cc}(?<!\n)/u);
  });
});

describe('the matrix', () => {
  const none = { state: 'none', word: '' } as const;
  const NOTHING = Object.fromEntries(MATRIX_COLUMNS.map((column) => [column, none]));
  const good = { state: 'good', word: 'yes' } as const;
  const matrix = {
    rows: [
      {
        preference: 10,
        host: MAIL,
        address: '192.0.2.10',
        evidence: 'S1',
        cells: {
          ...NOTHING,
          resolve: good,
          connect: good,
          greeting: { state: 'unknown', word: '554' },
          ehlo: { state: 'unknown', word: '554' },
          starttls: { state: 'unknown', word: '421' },
        },
      },
      {
        preference: 200,
        host: nameOf('中文.example'),
        address: '2001:db8::1',
        evidence: 'S2',
        cells: {
          ...NOTHING,
          resolve: good,
          connect: { state: 'bad', word: 'refused' },
          greeting: { state: 'poor', word: 'odd' },
        },
      },
      {
        preference: 300,
        host: nameOf('gone.example.com'),
        cells: { ...NOTHING, resolve: { state: 'bad', word: 'no such name' } },
      },
    ],
  } as unknown as Matrix;

  test('has a row for each place and a column for each step that was looked at', () => {
    assert.deepEqual(printMatrix(matrix, makeStyle(false)).split('\n'), [
      'the exchanges',
      '     exchange             address      resolve         connect    greet  EHLO  STARTTLS',
      '10   mail.example.com     192.0.2.10   ✓               ✓          ? 554  ?     ? 421     S1',
      '200  xn--fiq228c.example  2001:db8::1  ✓               ✗ refused  ! odd  ·     ·         S2',
      '300  gone.example.com                  ✗ no such name  ·          ·      ·     ·',
      '',
    ]);
  });

  test('is nothing for a domain that has no exchange', () => {
    assert.equal(printMatrix({ rows: [] }, makeStyle(false)), '');
  });
});
