// Which ways a round trip has: every address that can be dialled, and the route of a stranger.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { asStranger, pathsOf } from '../../src/observing/round-trip-paths.ts';
import { route } from '../../src/routing/route.ts';
import { badHost, printTargets, type QuestionText, question } from '../support/routing.ts';
import { questions } from '../support/routing-questions.ts';

/** `direct way, direct way | normal way; left host`, or why there is none. */
function ways(text: QuestionText): string {
  const { paths, left, untestable } = pathsOf(question(text));
  if (untestable !== undefined) return untestable;
  const print = (isDirect: boolean): string =>
    paths
      .filter((path) => path.isDirect === isDirect)
      .map(({ targets }) => printTargets(targets))
      .join(', ');
  return `${print(true)} | ${print(false)}${left.map(({ kind, host }) => `; ${kind} ${host}`)}`;
}

const MAIL = { 'mail.example.com': '192.0.2.1', 'us.example.net': '203.0.113.1' };

const WAYS: readonly (readonly [what: string, text: QuestionText, ways: string])[] = [
  [
    'every preference and both families, the normal one along all of them',
    {
      mx: [
        [20, 'b.example.com'],
        [10, 'a.example.com'],
      ],
      at: { 'a.example.com': '192.0.2.1 2001:db8::1', 'b.example.com': '192.0.2.2' },
      seed: 1,
    },
    '10 a.example.com 192.0.2.1, 10 a.example.com 2001:db8::1, 20 b.example.com 192.0.2.2 | ' +
      '10 a.example.com 192.0.2.1 > 10 a.example.com 2001:db8::1 > 20 b.example.com 192.0.2.2',
  ],
  [
    'we ourselves are tried like anybody',
    { mx: [[10, 'us.example.net']], at: MAIL },
    '10 us.example.net 203.0.113.1 | 10 us.example.net 203.0.113.1',
  ],
  [
    'a domain of ours is tried like any other',
    {
      mx: [[10, 'mail.example.com']],
      at: MAIL,
      ours: { role: 'primary', deliverTo: { kind: 'maildir', path: '/mail' } },
    },
    '10 mail.example.com 192.0.2.1 | 10 mail.example.com 192.0.2.1',
  ],
  [
    'a host that failed lately is tried',
    { mx: [[10, 'mail.example.com']], at: MAIL, bad: [badHost('192.0.2.1', 300)] },
    '10 mail.example.com 192.0.2.1 | 10 mail.example.com 192.0.2.1',
  ],
  [
    'an implicit MX',
    { mx: 'no-data', at: { 'example.com': '192.0.2.1' } },
    'example.com 192.0.2.1 | example.com 192.0.2.1',
  ],
  ['an address literal', { literal: '192.0.2.1' }, '[192.0.2.1] 192.0.2.1 | [192.0.2.1] 192.0.2.1'],
  [
    'what cannot be dialled is left out',
    {
      mx: [
        [10, 'mail.example.com'],
        [20, 'inside.example.com'],
        [30, 'same.example.com'],
        [40, 'none.example.com'],
        [50, '.'],
      ],
      at: { ...MAIL, 'inside.example.com': '10.0.0.1', 'same.example.com': '192.0.2.1' },
    },
    '10 mail.example.com 192.0.2.1 | 10 mail.example.com 192.0.2.1' +
      '; null-mx .,; special-purpose inside.example.com,; repeated same.example.com,' +
      '; no-address none.example.com',
  ],
  [
    'a null MX',
    { mx: [[0, '.']] },
    'example.com accepts no mail: its only MX is the root (null MX)',
  ],
  [
    'a domain that is not there',
    { mx: 'no-name' },
    'the domain example.com does not exist (NXDOMAIN)',
  ],
  [
    'a DNS that fails',
    { mx: 'timeout' },
    'the MX records of example.com could not be looked up: the servers say timeout',
  ],
];

for (const [what, text, expected] of WAYS) {
  test(what, () => assert.equal(ways(text), expected));
}

test('at most fifty ways, each with a name of its own, and none is forgotten', () => {
  const addresses = Array.from({ length: 80 }, (_, last) => `192.0.2.${last}`).join(' ');
  const { paths, left } = pathsOf(
    question({ mx: [[10, 'mail.example.com']], at: { 'mail.example.com': addresses } }),
  );
  assert.equal(paths.length, 50);
  assert.equal(new Set(paths.map(({ path }) => path)).size, 50);
  assert.equal(left.filter(({ kind }) => kind === 'surplus').length, 31);
});

test('there are ways wherever a stranger has a route, and every stop of it is one', () => {
  fc.assert(
    fc.property(questions(), (asked) => {
      const { paths, untestable } = pathsOf(asked);
      const decided = route(asStranger(asked));
      assert.equal(decided.kind === 'hosts', untestable === undefined);
      const direct = paths.filter(({ isDirect }) => isDirect);
      const names = new Set(direct.map(({ targets }) => printTargets(targets)));
      const stops = paths.find(({ isDirect }) => !isDirect)?.targets ?? [];
      if (direct.length < 49) {
        assert.ok(stops.every((stop) => names.has(printTargets([stop]))));
      }
    }),
  );
});
