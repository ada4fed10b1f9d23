// How places and memory are shared between new mail and mail that waited.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Leases } from '../../src/queue/leases.ts';
import type { LeasedMessage } from '../../src/queue/message.ts';
import { mail, messageId, NOON } from '../support/queued-mail.ts';

const bytes = (count: number) => ({ kind: 'memory', bytes: new Uint8Array(count) }) as const;
const one = [{ number: 0 }];

function waited(number: number, recipients: readonly number[] = [0]): LeasedMessage {
  const { body: _, ...message } = mail(number);
  return {
    ...message,
    body: { kind: 'rows' },
    recipients: recipients.map((at) => ({
      number: at,
      address: 'user@example.com',
      domain: 'example.com',
      state: 'attempting',
      attempts: 0,
      nextAttemptAt: NOON,
      delayReported: false,
    })),
  };
}

describe('leases', () => {
  it('give all places to new mail while nothing else is due', () => {
    const leases = new Leases({ leasedMax: 4, memoryBytesMax: 100 });
    for (let number = 0; number < 4; number += 1) {
      assert.equal(leases.hasRoomForNew(false), true);
      assert.equal(leases.hasRoomForNew(true), number < 3);
      leases.addNew(messageId(number), 1, bytes(1));
    }
    assert.equal(leases.hasRoomForNew(false), false);
    leases.remove(messageId(2), one);
    assert.equal(leases.hasRoomForNew(false), true);
  });

  it('keep a quarter of the places from mail that waited', () => {
    const leases = new Leases({ leasedMax: 4, memoryBytesMax: 100 });
    assert.equal(leases.roomForWaiting(), 3);
    for (let number = 0; number < 3; number += 1) leases.addWaited(waited(number));
    assert.equal(leases.roomForWaiting(), 0);
    assert.equal(leases.hasRoomForNew(true), true);
    leases.remove(messageId(1), one);
    assert.equal(leases.roomForWaiting(), 1);
  });

  it('keep bodies in memory up to a limit, and free it when the last recipient is settled', () => {
    const leases = new Leases({ leasedMax: 10, memoryBytesMax: 100 });
    assert.equal(leases.addNew(messageId(1), 2, bytes(60)).kind, 'memory');
    assert.equal(leases.addNew(messageId(2), 1, bytes(60)).kind, 'rows');
    leases.remove(messageId(1), one);
    assert.equal(leases.addNew(messageId(3), 1, bytes(60)).kind, 'rows');
    leases.remove(messageId(1), one);
    assert.equal(leases.addNew(messageId(4), 1, bytes(60)).kind, 'rows');
    leases.remove(messageId(1), [{ number: 1 }]);
    assert.equal(leases.addNew(messageId(5), 1, bytes(60)).kind, 'memory');
  });

  it('know who is out, also where one message was leased twice', () => {
    const leases = new Leases({ leasedMax: 10, memoryBytesMax: 100 });
    leases.addWaited(waited(1, [0]));
    leases.addWaited(waited(1, [2]));
    leases.remove(messageId(1), one);
    assert.equal(leases.isOut(messageId(1), one), false);
    assert.equal(leases.isOut(messageId(1), [{ number: 2 }]), true);
    assert.equal(leases.isOut(messageId(2), one), false);
  });
});
