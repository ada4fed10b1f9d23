// Events as lines of a log: one line each, whatever strangers put into them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FingerpostEvent } from '../../src/base/events.ts';
import { printEvent } from '../../src/cli/log.ts';
import { minutesLater, NOON } from '../support/api-parts.ts';

const EVIL = 'x\r\n\u001b[2J';

/** An event, and the line it makes without its time. */
const LINES: readonly (readonly [FingerpostEvent, string])[] = [
  [
    {
      kind: 'message.accepted',
      id: '0-a',
      client: '192.0.2.9:4',
      sender: '',
      recipients: ['a@b.example', 'c@d.example'],
      sizeBytes: 900,
    },
    'message.accepted 0-a from <> to a@b.example, c@d.example, 900 B, client 192.0.2.9:4',
  ],
  [
    {
      kind: 'target.tried',
      id: '0-a',
      host: 'mail.example.com.',
      address: '192.0.2.1',
      port: 25,
      preference: 10,
      ending: EVIL,
    },
    'target.tried 0-a mail.example.com 192.0.2.1 port 25 (preference 10): x\\x0d\\x0a\\x1b[2J',
  ],
  [
    {
      kind: 'recipient.deferred',
      id: '0-a',
      recipient: 'a@b.example',
      because: EVIL,
      nextAttemptAt: minutesLater(5),
    },
    'recipient.deferred 0-a a@b.example: x\\x0d\\x0a\\x1b[2J; next attempt 2026-01-31 14:05:00Z',
  ],
  [
    { kind: 'recipient.delivered', id: '0-a', recipient: 'a@b.example', because: 'ok', where: 'm' },
    'recipient.delivered 0-a a@b.example to m: ok',
  ],
  [
    { kind: 'connection.closed', client: 'c', because: EVIL },
    'connection.closed c: x\\x0d\\x0a\\x1b[2J',
  ],
  [
    { kind: 'host.bad', address: '192.0.2.1', probeAt: NOON, because: 'refused' },
    'host.bad 192.0.2.1 until 2026-01-31 14:00:00Z: refused',
  ],
  [
    { kind: 'zone.refused', zone: 'b.example.', faults: ['a', EVIL] },
    'zone.refused a; x\\x0d\\x0a\\x1b[2J',
  ],
  [
    { kind: 'probe.arrived', domain: 'b.example', path: EVIL, tookMs: 61_000 },
    'probe.arrived b.example by way of x\\x0d\\x0a\\x1b[2J after 1 min 1 s',
  ],
  [
    { kind: 'probe.lost', domain: 'b.example', path: 'normal' },
    'probe.lost b.example by way of normal',
  ],
  [
    { kind: 'queue.recovered', waiting: 2, interrupted: 1, held: 0 },
    'queue.recovered 2 recipients waiting, 1 interrupted, 0 held',
  ],
];

test('each event is one line', () => {
  for (const [event, line] of LINES) {
    assert.equal(printEvent(event, NOON, false), `2026-01-31T14:00:00.000Z ${line}\n`);
  }
});

test('as JSON an event is itself, with its time', () => {
  const event = { kind: 'host.well', address: '192.0.2.1' } as const;
  const line = printEvent(event, NOON, true);
  assert.deepEqual(JSON.parse(line), { at: '2026-01-31T14:00:00.000Z', ...event });
});
