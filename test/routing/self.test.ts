// We are among the hosts (RFC 5321 §5.1): drop ourselves and everything not better; with nothing
// left the mail fails, since it would come back to us.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { route } from '../../src/routing/route.ts';
import { ip, nameOf, printRoute, type QuestionText, question } from '../support/routing.ts';

const PRIMARY = 'mail.example.com';
const US = 'us.example.net';
const OTHER = 'other.example.com';
const at = { [PRIMARY]: '192.0.2.1', [US]: '203.0.113.1', [OTHER]: '192.0.2.3' };
const alias = { ...at, 'backup.example.com': '203.0.113.1' };

const ROWS: readonly (readonly [sentence: string, asked: QuestionText, answer: string])[] = [
  [
    'by our host name: only what is better is tried',
    {
      mx: [
        [10, PRIMARY],
        [20, US],
        [30, OTHER],
      ],
      at,
    },
    `10 ${PRIMARY} 192.0.2.1; self 20 ${US}; not-better 30 ${OTHER}`,
  ],
  [
    'by our host name in any case, even without an address',
    {
      mx: [
        [10, PRIMARY],
        [20, 'US.Example.NET'],
      ],
      at: { [PRIMARY]: '192.0.2.1' },
    },
    `10 ${PRIMARY} 192.0.2.1; self 20 ${US}`,
  ],
  [
    'by our address under another name',
    {
      mx: [
        [10, PRIMARY],
        [20, 'backup.example.com'],
        [30, OTHER],
      ],
      at: alias,
    },
    `10 ${PRIMARY} 192.0.2.1; self 20 backup.example.com; not-better 30 ${OTHER}`,
  ],
  [
    'by one of several addresses of the host, of either family',
    {
      mx: [
        [10, PRIMARY],
        [20, OTHER],
      ],
      at: { ...at, [OTHER]: '192.0.2.3 2001:db8:ffff::1' },
    },
    `10 ${PRIMARY} 192.0.2.1; self 20 ${OTHER}`,
  ],
  [
    'a host of the same preference as we is not better',
    {
      mx: [
        [10, US],
        [10, PRIMARY],
      ],
      at,
    },
    `never 554 5.4.6; self 10 ${US}; not-better 10 ${PRIMARY}`,
  ],
  [
    'we are the best: nothing is left',
    {
      mx: [
        [10, US],
        [20, PRIMARY],
      ],
      at,
    },
    `never 554 5.4.6; self 10 ${US}; not-better 20 ${PRIMARY}`,
  ],
  ['we are alone', { mx: [[10, US]], at }, `never 554 5.4.6; self 10 ${US}`],
  [
    'under two names: the better one counts',
    {
      mx: [
        [10, PRIMARY],
        [20, 'backup.example.com'],
        [30, OTHER],
        [40, US],
      ],
      at: alias,
    },
    `10 ${PRIMARY} 192.0.2.1; self 20 backup.example.com; not-better 30 ${OTHER}; self 40 ${US}`,
  ],
  [
    'nothing but a dot beside us: never',
    {
      mx: [
        [0, '.'],
        [10, US],
      ],
      at,
    },
    `never 554 5.4.6; null-mx 0 .; self 10 ${US}`,
  ],
  [
    'the better host is without address just now: later, and never a worse one',
    {
      mx: [
        [10, PRIMARY],
        [20, US],
        [30, OTHER],
      ],
      at: { ...at, [PRIMARY]: 'no-data' },
    },
    `later 451 4.4.4; self 20 ${US}; not-better 30 ${OTHER}; no-address 10 ${PRIMARY}`,
  ],
  [
    'the better host cannot be looked up just now: later',
    {
      mx: [
        [10, PRIMARY],
        [20, US],
      ],
      at: { ...at, [PRIMARY]: 'servfail' },
    },
    `later 451 4.4.3; self 20 ${US}; lookup-failed 10 ${PRIMARY}; lookup-failed 10 ${PRIMARY}`,
  ],
  [
    'as a backup, the same rule',
    {
      mx: [
        [10, PRIMARY],
        [20, US],
      ],
      at,
      ours: { role: 'backup' },
    },
    `10 ${PRIMARY} 192.0.2.1; self 20 ${US}`,
  ],
  [
    'a NAT address is ours as well',
    {
      mx: [
        [10, PRIMARY],
        [20, OTHER],
      ],
      at,
      self: { addresses: [ip('203.0.113.1'), ip('192.0.2.3')] },
    },
    `10 ${PRIMARY} 192.0.2.1; self 20 ${OTHER}`,
  ],
  [
    'nobody of them is us: all are tried',
    {
      mx: [
        [10, PRIMARY],
        [20, US],
      ],
      at,
      self: { hostname: nameOf('else.example'), addresses: [] },
    },
    `10 ${PRIMARY} 192.0.2.1 > 20 ${US} 203.0.113.1`,
  ],
];

describe('we are among the hosts', () => {
  for (const [sentence, asked, answer] of ROWS) {
    it(sentence, () => assert.equal(printRoute(route(question(asked))), answer));
  }
});
