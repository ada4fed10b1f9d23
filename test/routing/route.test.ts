// Where mail goes: each sentence of the table in `route.ts`, and what holds for every question.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { specialPurpose } from '../../src/base/special-purpose.ts';
import { route } from '../../src/routing/route.ts';
import {
  badHost,
  FAILURES,
  ip,
  nameOf,
  printRoute,
  type QuestionText,
  question,
  targetsOf,
} from '../support/routing.ts';
import { questions } from '../support/routing-questions.ts';

type Row = readonly [sentence: string, asked: QuestionText, answer: string];

function holds(rows: readonly Row[]): void {
  for (const [sentence, asked, answer] of rows) {
    it(sentence, () => assert.equal(printRoute(route(question(asked))), answer));
  }
}

const MAIL = 'mail.example.com';
const BACKUP = 'backup.example.com';

describe('the domain is its own exchange where it has no MX (RFC 5321 §5.1)', () => {
  holds([
    ['one address', { mx: 'no-data', at: { 'example.com': '192.0.2.1' } }, 'example.com 192.0.2.1'],
    [
      'an address of one family, the other could not be looked up',
      { mx: 'no-data', at: { 'example.com': { A: '192.0.2.1', AAAA: 'servfail' } } },
      'example.com 192.0.2.1; lookup-failed example.com',
    ],
    [
      'no address known, since the lookup failed: later',
      { mx: 'no-data', at: { 'example.com': { A: 'timeout', AAAA: 'no-data' } } },
      'later 451 4.4.3; lookup-failed example.com',
    ],
    [
      'no data for MX, A and AAAA: failed',
      { mx: 'no-data', at: { 'example.com': 'no-data' } },
      'never 550 5.1.2; no-address example.com',
    ],
    [
      'the name went away between the lookups: failed',
      { mx: 'no-data', at: { 'example.com': 'no-name' } },
      'never 550 5.1.2; no-address example.com',
    ],
    [
      'its address is ours: failed, we never relay to ourselves',
      { mx: 'no-data', at: { 'example.com': '192.0.2.1 203.0.113.1' } },
      'never 554 5.4.6; self example.com',
    ],
    [
      'an address that is not global: later, since it may be mended',
      { mx: 'no-data', at: { 'example.com': '10.0.0.1' } },
      'later 451 4.4.4; special-purpose example.com 10.0.0.1',
    ],
  ]);
});

describe('null MX (RFC 7505)', () => {
  holds([
    ['a lone dot at preference 0', { mx: [[0, '.']] }, 'never 556 5.1.10'],
    ['a lone dot at any other preference', { mx: [[10, '.']] }, 'never 556 5.1.10'],
    [
      'the address of the domain does not matter',
      {
        mx: [[0, '.']],
        at: { 'example.com': '192.0.2.1' },
      },
      'never 556 5.1.10',
    ],
    [
      'a dot beside others is ignored and reported',
      {
        mx: [
          [0, '.'],
          [10, MAIL],
        ],
        at: { [MAIL]: '192.0.2.1' },
      },
      `10 ${MAIL} 192.0.2.1; null-mx 0 .`,
    ],
    [
      'a dot beside a host without address refuses nothing',
      {
        mx: [
          [0, '.'],
          [10, MAIL],
        ],
      },
      `later 451 4.4.4; null-mx 0 .; no-address 10 ${MAIL}`,
    ],
  ]);
});

describe('what the DNS did not say', () => {
  holds([
    ['NXDOMAIN: failed', { mx: 'no-name' }, 'never 550 5.1.2'],
    ...FAILURES.map(
      (failure): Row => [`MX lookup ${failure}: later`, { mx: failure }, 'later 451 4.4.3'],
    ),
    [
      'exchanges that all have no address: later',
      {
        mx: [
          [10, MAIL],
          [20, BACKUP],
        ],
        at: { [BACKUP]: 'no-name' },
      },
      `later 451 4.4.4; no-address 10 ${MAIL}; no-address 20 ${BACKUP}`,
    ],
    ...FAILURES.map(
      (failure): Row => [
        `address lookup ${failure} and no other exchange: later`,
        {
          mx: [
            [10, MAIL],
            [20, BACKUP],
          ],
          at: { [MAIL]: { A: failure, AAAA: 'no-data' } },
        },
        `later 451 4.4.3; lookup-failed 10 ${MAIL}; no-address 20 ${BACKUP}`,
      ],
    ),
    [
      'one exchange that could not be looked up does not stop the others',
      {
        mx: [
          [10, MAIL],
          [20, BACKUP],
        ],
        at: { [MAIL]: 'servfail', [BACKUP]: '192.0.2.2' },
      },
      `20 ${BACKUP} 192.0.2.2; lookup-failed 10 ${MAIL}; lookup-failed 10 ${MAIL}`,
    ],
    ['the DNS was not asked: later', {}, 'later 451 4.4.3'],
  ]);

  it('the reason is in the reply, for the sender to read', () => {
    const decided = route(question({ mx: 'servfail' }));
    assert.equal(decided.kind, 'later');
    assert.match(decided.kind === 'later' ? decided.reply.lines.join() : '', /says? servfail/);
  });
});

describe('the order of the example', () => {
  const example = { [MAIL]: '192.0.2.1', [BACKUP]: '192.0.2.2' };
  holds([
    [
      'the lowest preference is first',
      {
        mx: [
          [20, BACKUP],
          [10, MAIL],
        ],
        at: example,
      },
      `10 ${MAIL} 192.0.2.1 > 20 ${BACKUP} 192.0.2.2`,
    ],
    [
      'a host that failed lately waits its turn',
      {
        mx: [
          [10, MAIL],
          [20, BACKUP],
        ],
        at: example,
        bad: [badHost('192.0.2.1', 20)],
      },
      `20 ${BACKUP} 192.0.2.2; memory 10 ${MAIL} 192.0.2.1`,
    ],
    [
      'a host that is listed twice counts with its best preference',
      {
        mx: [
          [30, MAIL.toUpperCase()],
          [20, BACKUP],
          [10, MAIL],
        ],
        at: example,
      },
      `10 ${MAIL} 192.0.2.1 > 20 ${BACKUP} 192.0.2.2`,
    ],
    [
      'an address behind two hosts is tried once, at the better one',
      {
        mx: [
          [10, MAIL],
          [20, BACKUP],
        ],
        at: { [MAIL]: '192.0.2.1', [BACKUP]: '192.0.2.1 192.0.2.2' },
      },
      `10 ${MAIL} 192.0.2.1 > 20 ${BACKUP} 192.0.2.2; repeated 20 ${BACKUP} 192.0.2.1`,
    ],
    [
      'a family without a route on this machine is left out, with that reason',
      {
        mx: [[10, MAIL]],
        at: { [MAIL]: '192.0.2.1 2001:db8::1' },
        self: { families: { ipv4: true, ipv6: false } },
      },
      `10 ${MAIL} 192.0.2.1; no-family 10 ${MAIL} 2001:db8::1`,
    ],
    [
      'no family that could be dialled: later',
      {
        mx: [[10, MAIL]],
        at: { [MAIL]: '192.0.2.1' },
        self: { families: { ipv4: false, ipv6: true } },
      },
      `later 451 4.4.4; no-family 10 ${MAIL} 192.0.2.1`,
    ],
  ]);
});

describe('only global addresses are dialled (RFC 6890)', () => {
  const only = (address: string, globalNetworks: readonly string[] = []): QuestionText => ({
    mx: [
      [10, MAIL],
      [20, BACKUP],
    ],
    at: { [MAIL]: address, [BACKUP]: '8.8.4.4' },
    settings: { globalNetworks },
  });
  const left = (address: string): string =>
    `20 ${BACKUP} 8.8.4.4; special-purpose 10 ${MAIL} ${address}`;
  holds([
    ['loopback', only('127.0.0.1'), left('127.0.0.1')],
    ['private', only('192.168.1.1'), left('192.168.1.1')],
    ['IPv4 in IPv6', only('::ffff:8.8.8.8'), left('::ffff:8.8.8.8')],
    ['NAT64', only('64:ff9b::808:808'), left('64:ff9b::808:808')],
    [
      'unless the operator declared them global',
      only('127.0.0.1', ['127.0.0.0/8']),
      `10 ${MAIL} 127.0.0.1 > 20 ${BACKUP} 8.8.4.4`,
    ],
    [
      'what was declared for IPv4 opens no door for IPv4 in IPv6',
      only('::ffff:127.0.0.1', ['127.0.0.0/8']),
      left('::ffff:127.0.0.1'),
    ],
    ['a network that is none declares nothing', only('127.0.0.1', ['all']), left('127.0.0.1')],
  ]);

  it('the reason names the purpose', () => {
    const decided = route(question(only('10.1.2.3')));
    const because = decided.kind === 'hosts' ? decided.left[0]?.because : undefined;
    assert.equal(because, 'not a global address: private use (RFC 1918)');
  });
});

describe('address literals and our own domains', () => {
  holds([
    [
      'an address literal is its own host (RFC 5321 §4.1.3)',
      { literal: '192.0.2.9' },
      '[192.0.2.9] 192.0.2.9',
    ],
    ['one of ours: never', { literal: '203.0.113.1' }, 'never 554 5.4.6'],
    [
      'one that is not global: later',
      { literal: '127.0.0.1' },
      'later 451 4.4.4; special-purpose [127.0.0.1] 127.0.0.1',
    ],
    [
      'we are the primary: here, whatever the DNS says',
      { mx: [[0, '.']], ours: { role: 'primary', deliverTo: { kind: 'maildir', path: './mail' } } },
      'here ./mail',
    ],
    [
      'we are its backup and not among the hosts: along them',
      {
        mx: [[10, MAIL]],
        at: { [MAIL]: '192.0.2.1' },
        ours: { role: 'backup' },
      },
      `10 ${MAIL} 192.0.2.1`,
    ],
  ]);
});

describe('a target', () => {
  it('says everything that delivery needs, and why', () => {
    const decided = route(
      question({
        mx: [[10, 'MAIL.Example.com']],
        at: { [MAIL]: '192.0.2.1' },
        settings: { smtpPort: 2525 },
      }),
    );
    assert.deepEqual(targetsOf(decided), [
      {
        host: MAIL,
        address: '192.0.2.1',
        port: 2525,
        preference: 10,
        security: { kind: 'opportunistic' },
        because: 'MX 10',
      },
    ]);
  });

  it('of a host whose probe is due says so', () => {
    const decided = route(
      question({ mx: [[10, MAIL]], at: { [MAIL]: '192.0.2.1' }, bad: [badHost('192.0.2.1', 0)] }),
    );
    assert.equal(
      targetsOf(decided)[0]?.because,
      'MX 10; it failed 1 min ago (no connection: timed out), tried again now',
    );
  });
});

describe('for every question', () => {
  it('the same question gives the same route, also after it was stored', () => {
    fc.assert(
      fc.property(questions(), (asked) => {
        const once = route(asked);
        assert.deepEqual(route(asked), once);
        const stored = JSON.parse(JSON.stringify(asked));
        assert.deepEqual(route(stored), once);
        assert.deepEqual(JSON.parse(JSON.stringify(once)), once, 'a route is plain data');
      }),
    );
  });

  it('we are never a target, nor is anything that is not better than us', () => {
    fc.assert(
      fc.property(questions(), (asked) => {
        const ours = new Set(asked.self.addresses);
        const hosts = asked.facts?.hosts ?? [];
        const isUs = (host: string): boolean => {
          const own = hosts.find((each) => each.host.toLowerCase() === `${host}.`);
          const records = [own?.ipv4, own?.ipv6].flatMap((each) =>
            each?.kind === 'records' ? each.records : [],
          );
          return host === 'us.example.net' || records.some((address) => ours.has(address));
        };
        const listed = asked.facts?.mx.kind === 'records' ? asked.facts.mx.records : [];
        const best = Math.min(
          ...listed
            .filter(({ host }) => isUs(host.toLowerCase().replace(/\.$/, '')))
            .map(({ preference }) => preference),
        );
        for (const target of targetsOf(route(asked))) {
          assert.ok(!ours.has(target.address) && !isUs(target.host), `${target.host} is us`);
          assert.ok((target.preference ?? 0) < best, `${target.preference} is not below ${best}`);
        }
      }),
    );
  });

  it('no address is a target that is not global, nor of a family without a route', () => {
    const declared = ip('192.0.2.1').slice(0, 6);
    fc.assert(
      fc.property(questions(), (asked) => {
        for (const { address } of targetsOf(route(asked))) {
          const isDeclared =
            address.startsWith(declared) || /^(198\.51|203\.0\.113|2001:db8)/.test(address);
          assert.ok(isDeclared || specialPurpose(address) === undefined, address);
          assert.ok(asked.self.families[address.includes(':') ? 'ipv6' : 'ipv4'], address);
        }
      }),
    );
  });

  it('a route to hosts has a target, and every other route a reply of its class', () => {
    fc.assert(
      fc.property(questions(), (asked) => {
        const decided = route(asked);
        if (decided.kind === 'hosts') assert.ok(decided.targets.length > 0);
        if (decided.kind === 'never') assert.ok(decided.reply.code >= 500);
        if (decided.kind === 'later') assert.equal(decided.reply.code, 451);
        if (decided.kind === 'later' || decided.kind === 'never') {
          assert.equal(decided.reply.enhanced?.[0], `${decided.reply.code}`[0]);
          assert.ok(decided.because !== '');
        }
      }),
    );
  });
});

it('names in a question may come in any case', () => {
  const upper = question({
    domain: 'EXAMPLE.com',
    mx: [[10, 'MAIL.EXAMPLE.COM']],
    at: { [MAIL]: '192.0.2.1' },
  });
  assert.equal(printRoute(route(upper)), `10 ${MAIL} 192.0.2.1`);
  assert.equal(
    printRoute(route({ ...upper, self: { ...upper.self, hostname: nameOf('Mail.Example.Com') } })),
    `never 554 5.4.6; self 10 ${MAIL}`,
  );
});
