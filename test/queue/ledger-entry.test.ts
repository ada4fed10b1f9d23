// Entries come back as they were, and what many have in common is stored once.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { after, hours, minutes } from '../../src/base/time.ts';
import { LedgerPacker, SharedParts, unpackEntry } from '../../src/queue/ledger-entry.ts';
import type { LedgerEntry } from '../../src/queue/message.ts';
import { attempted, messageId, NOON, question } from '../support/queued-mail.ts';

const ENTRIES: readonly LedgerEntry[] = [
  attempted(NOON),
  { ...attempted(NOON), possibleDuplicate: true } as LedgerEntry,
  attempted(NOON, { ...question(), ours: { role: 'backup' } }),
  { kind: 'interrupted', at: NOON, recipients: [0, 1], crashes: 2, stack: 'Error: \u0000\n"x"' },
  { kind: 'bounced', at: NOON, recipients: [3], bounceId: messageId(9) },
  { kind: 'dropped', at: NOON, recipients: [0], reason: 'an operator said so: "shared"' },
];

describe('ledger entries', () => {
  for (const entry of ENTRIES) {
    it(`of kind ${entry.kind} come back as they were`, () => {
      const { json, shared } = new LedgerPacker().pack(entry);
      const stored = new Map(shared.map((part) => [part.hash, part.json]));
      assert.deepEqual(
        unpackEntry(json, (hash) => stored.get(hash) ?? assert.fail(hash)),
        entry,
      );
    });
  }

  it('share the big parts of their questions by content, and keep small ones', () => {
    const packer = new LedgerPacker();
    const first = packer.pack(attempted(NOON, question(1)));
    const second = packer.pack(attempted(NOON, question(2)));
    assert.deepEqual(first.shared, second.shared);
    assert.equal(first.shared.length, 2);
    assert.ok(first.shared.some(({ json }) => json.includes('192.0.2.25')));
    assert.ok(!first.json.includes('2001:db8::25'));
    assert.ok(first.json.includes('"smtpPort":25'));
  });

  it('are written without parts that were stored within the hour', () => {
    const parts = new SharedParts();
    const entries = [1, 2].map((seed) => new LedgerPacker().pack(attempted(NOON, question(seed))));
    const missing = parts.missing(entries, NOON);
    assert.deepEqual(missing, entries[0]?.shared);
    assert.deepEqual(parts.missing(entries, NOON), missing, 'not yet committed');
    parts.add(missing, NOON);
    assert.deepEqual(parts.missing(entries, after(NOON, minutes(59))), []);
    assert.deepEqual(parts.missing(entries, after(NOON, hours(1))), missing);
  });
});
