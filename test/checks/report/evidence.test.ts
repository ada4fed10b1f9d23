// The evidence behind an id: what was asked, and what came back, line by line.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IpAddress } from '../../../src/base/ip.ts';
import type { RecordedFact } from '../../../src/checks/fact.ts';
import { evidenceLines } from '../../../src/checks/report/evidence.ts';
import type { RawEnding } from '../../../src/dns/authority.ts';
import { CLASS_IN, type Packet, RCODE } from '../../../src/dns/packet.ts';
import { TYPE } from '../../../src/dns/types.ts';
import { encode } from '../../../src/dns/wire.ts';
import { queryPacket } from '../../../src/resolver/query-packet.ts';
import { observationWith } from '../../support/report-scenes.ts';
import { aboutOf, SCENE_NOW } from '../../support/scene.ts';
import { dialogueOf } from '../../support/scene-dialogue.ts';
import { shown } from '../../support/scene-tls.ts';
import { nameOf } from '../../support/zones.ts';

const name = nameOf('example.com');
const host = nameOf('mail.example.com');
const address = '192.0.2.10' as IpAddress;
const times = { at: SCENE_NOW, tookMs: 12.4 };

const linesOf = (fact: RecordedFact, id = fact.id): readonly string[] | undefined =>
  evidenceLines(observationWith([fact]), id);

const packet: Packet = {
  ...queryPacket({ name, type: TYPE.MX, class: CLASS_IN }, 1, true),
  isResponse: true,
  authoritative: true,
  authenticData: false,
  rcode: RCODE.NOERROR,
  answers: [
    {
      name,
      type: TYPE.MX,
      class: CLASS_IN,
      ttlSeconds: 300,
      data: { kind: 'MX', preference: 10, exchange: host },
    },
  ],
};

const answersOf = (...endings: readonly RawEnding[]): RecordedFact => ({
  kind: 'answers',
  id: 'D1',
  ...times,
  want: { kind: 'answers', name, type: TYPE.MX, by: 'udp' },
  answers: endings.map((ending, at) => ({
    server: { host: nameOf(`ns${at + 1}.example.com`), address },
    name,
    type: TYPE.MX,
    by: 'udp',
    ...times,
    ending,
  })),
});

describe('the answers of name servers', () => {
  const fact = answersOf(
    { kind: 'response', bytes: encode(packet, 512), edns: false },
    { kind: 'failure', failure: 'timeout', because: 'no answer within 5 s' },
    { kind: 'response', bytes: Uint8Array.of(1, 2, 3), edns: true },
  );
  const first = [
    'D1.1  ns1.example.com 192.0.2.10 by UDP: example.com. MX',
    '  it answered only when asked without EDNS',
    '  NOERROR AA',
    '  answer      example.com. 300 MX 10 mail.example.com.',
  ];
  const second = [
    'D1.2  ns2.example.com 192.0.2.10 by UDP: example.com. MX',
    '  timeout: no answer within 5 s',
  ];
  const third = [
    'D1.3  ns3.example.com 192.0.2.10 by UDP: example.com. MX',
    '  a packet that cannot be read',
  ];
  const head = 'D1, asked 2026-06-01T12:00:00.000Z, 12 ms';

  test('are all there', () =>
    assert.deepEqual(linesOf(fact), [head, ...first, ...second, ...third]));
  test('are told one by one, however the id is written', () => {
    assert.deepEqual(linesOf(fact, 'D1.1'), [head, ...first]);
    assert.deepEqual(linesOf(fact, 'd1.2'), [head, ...second]);
  });
  for (const id of ['D1.4', 'D2', 'D1.', 'D', '', 'D1.1.1']) {
    test(`are not at ${id === '' ? 'nothing' : id}`, () =>
      assert.equal(linesOf(fact, id), undefined));
  }
});

test('a conversation is told line by line, with what TLS showed where it began', () => {
  const place = { host: 'mail.example.com', address, recipients: [] };
  const about = { ...aboutOf(), mayAskRecipients: false };
  const plan = { replies: { postmaster: '550-5.1.1 No\n550 5.1.1 such \u0007' }, tls: shown() };
  const lines = linesOf({
    kind: 'dialogue',
    id: 'S1',
    ...times,
    want: { kind: 'dialogue', host, address, recipients: [] },
    dialogue: dialogueOf(place, plan, about),
  });
  assert.deepEqual(lines?.slice(1, 5), [
    'mail.example.com 192.0.2.10 port 25',
    '     connected after 1 ms',
    '  ←  220 mail.example.com ESMTP   (1 ms)',
    '  →  EHLO',
  ]);
  const at = lines?.indexOf('  →  STARTTLS') ?? 0;
  assert.deepEqual(lines?.slice(at + 1, at + 6), [
    '  ←  220 2.0.0 Ready   (1 ms)',
    '     TLSv1.3 TLS_AES_256_GCM_SHA384, certificate verified',
    '     for DNS:mail.example.com',
    "     2026-05-02 to 2026-07-31, by Let's Encrypt",
    '  →  EHLO-TLS',
  ]);
  assert.ok(lines?.includes('  ←  550-5.1.1 No'));
  assert.ok(lines?.includes('  ←  550 5.1.1 such \\x07   (1 ms)'));
});

test('a conversation that broke tells where, and the second one without TLS', () => {
  const lines = linesOf({
    kind: 'dialogue',
    id: 'S1',
    ...times,
    want: { kind: 'dialogue', host, address, recipients: [] },
    dialogue: {
      host: 'mail.example.com',
      address,
      port: 25,
      startedAt: SCENE_NOW,
      connect: { kind: 'connected', tookMs: 3 },
      steps: [{ name: 'greeting', atMs: 0, tookMs: 30_000, because: 'nothing within 30 s' }],
      tls: { kind: 'failed', because: 'no shared cipher' },
      clear: {
        connect: { kind: 'failed', failure: 'refused', because: 'refused', tookMs: 1 },
        steps: [],
      },
    },
  });
  assert.deepEqual(lines?.slice(2), [
    '     connected after 3 ms',
    '     TLS failed: no shared cipher',
    '     nothing within 30 s',
    'a second connection, without TLS',
    '     refused: refused',
  ]);
});

describe('other evidence', () => {
  const lookup = { ttlSeconds: 300, secure: true, aliases: [nameOf('other.example.com')] };
  const rows: readonly (readonly [what: string, fact: RecordedFact, lines: readonly string[]])[] = [
    [
      'a lookup with records',
      {
        kind: 'lookup',
        id: 'L1',
        ...times,
        want: { kind: 'lookup', name, type: TYPE.TXT },
        lookup: {
          kind: 'records',
          ...lookup,
          records: [{ kind: 'TXT', strings: [Buffer.from('a"b\\\u001b')] }],
        },
      },
      [
        'example.com. TXT from the root',
        '  alias of other.example.com.',
        '  "a\\"b\\\\\\027"',
        '  for 300 s, proven by DNSSEC',
      ],
    ],
    [
      'a lookup without',
      {
        kind: 'resolved',
        id: 'R1',
        ...times,
        want: { kind: 'resolved', name, type: TYPE.MX },
        lookup: { kind: 'no-name', ...lookup, aliases: [] },
      },
      ['example.com. MX through the resolver', '  no-name, proven by DNSSEC'],
    ],
    [
      'a lookup that failed',
      {
        kind: 'lookup',
        id: 'L1',
        ...times,
        want: { kind: 'lookup', name, type: TYPE.MX },
        lookup: { kind: 'failure', failure: 'servfail', because: 'the server failed' },
      },
      ['example.com. MX from the root', '  failure: the server failed'],
    ],
    [
      'a page',
      {
        kind: 'page',
        id: 'P1',
        ...times,
        want: { kind: 'page', url: 'https://a.test/' },
        page: {
          kind: 'answered',
          address,
          status: 200,
          headers: { server: 'x\u001b' },
          body: Buffer.from('one\r\ntwo\u0007\n'),
          isCut: false,
        },
      },
      [
        'https://a.test/',
        '  status 200 from 192.0.2.10',
        '  server: x\\x1b',
        '',
        '  one',
        '  two\\x07',
        '  ',
      ],
    ],
    [
      'a page that could not be fetched',
      {
        kind: 'page',
        id: 'P1',
        ...times,
        want: { kind: 'page', url: 'https://a.test/' },
        page: { kind: 'failed', stage: 'tls', because: 'expired' },
      },
      ['https://a.test/', '  failed at tls: expired'],
    ],
    [
      'a walk that ended',
      {
        kind: 'zone',
        id: 'Z1',
        ...times,
        want: { kind: 'zone', name },
        delegation: { kind: 'failure', failure: 'timeout', at: nameOf('com'), because: 'nobody' },
      },
      ['the zone of example.com.', '  the walk ended at com.: nobody'],
    ],
    [
      'what this machine can reach',
      { kind: 'egress', id: 'E1', ...times, want: { kind: 'egress' }, because: 'all is open' },
      ['all is open'],
    ],
  ];
  for (const [what, fact, lines] of rows) {
    test(what, () => assert.deepEqual(linesOf(fact)?.slice(1), lines));
  }
});
