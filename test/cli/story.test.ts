// The story of a message: every attempt with its reasons, for each recipient.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellStory } from '../../src/cli/story.ts';
import { makeStyle } from '../../src/cli/style.ts';
import type { LedgerEntry, MessageId } from '../../src/queue/message.ts';
import { explanation, HOSTS, kept, minutesLater, NOON, name } from '../support/api-parts.ts';

const { question } = explanation('example.com', HOSTS);
const known = { kind: 'records', ttlSeconds: 60, secure: false, aliases: [] } as const;

const FACTS = {
  domain: name('example.com'),
  mx: { ...known, records: [{ preference: 10, host: name('mail.example.com') }] },
  hosts: [],
};

const LEDGER: readonly LedgerEntry[] = [
  {
    kind: 'accepted',
    at: NOON,
    recipients: [0],
    sizeBytes: 5_200,
    origin: { kind: 'smtp', client: '192.0.2.9:40001', hello: 'evil\u0007', tls: 'TLSv1.3 AES' },
  },
  {
    kind: 'attempted',
    at: minutesLater(1),
    recipients: [0],
    question: { ...question, facts: FACTS },
    route: 'hosts: mail.example.com',
    tries: [
      {
        host: 'mail.example.com',
        address: '192.0.2.1',
        port: 25,
        preference: 10,
        reused: false,
        tookMs: 30_000,
        ending: 'no connection: ETIMEDOUT',
        replies: [],
        notes: [],
      },
      {
        host: 'backup.example.com',
        address: '2001:db8::1',
        port: 25,
        preference: 20,
        tls: 'TLSv1.3',
        reused: true,
        tookMs: 80,
        ending: 'RCPT got 450',
        replies: [{ phase: 'rcpt', text: '450 later \u001b[2J' }],
        notes: ['8-bit body to a server without 8BITMIME'],
      },
    ],
    outcome: 'deferred',
    reason: '450 later',
    possibleDuplicate: true,
    nextAttemptAt: minutesLater(6),
  },
  { kind: 'delay-reported', at: minutesLater(240), recipients: [0], noticeId: '0-n' as MessageId },
];

test('everything is told in its order', () => {
  const history = { message: kept('0-a'), ledger: LEDGER };
  assert.equal(
    tellStory(history, minutesLater(2), makeStyle(false)),
    `0-a from ann@example.org, Message-ID <one@example.org>

user@example.com: waiting, next attempt in 3 min
  2026-01-31 14:00:00Z  accepted, 5.1 KB, by smtp from 192.0.2.9:40001, \
which calls itself evil\\x07, TLSv1.3 AES
  2026-01-31 14:01:00Z  attempt 1: deferred: 450 later
                        asked 2026-01-31 14:00:00Z
                        the DNS: MX 10 mail.example.com
                        route: hosts: mail.example.com
                        1. mail.example.com 192.0.2.1:25, preference 10, in clear, 30 s
                           ended: no connection: ETIMEDOUT
                        2. backup.example.com [2001:db8::1]:25, preference 20, TLSv1.3, \
a connection used before, 80 ms
                           rcpt: 450 later \\x1b[2J
                           note: 8-bit body to a server without 8BITMIME
                           ended: RCPT got 450
                        the last reply was lost: the message may arrive twice
                        next attempt: 2026-01-31 14:06:00Z
  2026-01-31 18:00:00Z  the sender is told of the delay by 0-n
`,
  );
});

test('recipients to whom the same happened are told of together, others apart', () => {
  const [first] = kept('0-a').recipients;
  assert.ok(first);
  const recipients = ['a', 'b', 'c'].map((local, number) => ({
    ...first,
    number,
    address: `${local}@example.com`,
    state: number === 2 ? ('delivered' as const) : ('held' as const),
  }));
  const ledger: readonly LedgerEntry[] = [
    { kind: 'held', at: NOON, recipients: [0, 1], reason: 'three crashes' },
    { kind: 'released', at: NOON, recipients: [2], reason: 'by the operator' },
  ];
  const history = { message: kept('0-a', { recipients }), ledger };
  const story = tellStory(history, NOON, makeStyle(false));
  assert.match(story, /^a@example\.com, b@example\.com: held\n.*held: three crashes$/m);
  assert.match(story, /^c@example\.com: delivered\n.*released: by the operator$/m);
});
