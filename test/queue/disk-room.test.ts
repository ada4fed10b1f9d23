// When MAIL may be answered with yes.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { milliseconds } from '../../src/base/time.ts';
import { DiskRoom, diskReserveBytes } from '../../src/queue/disk-room.ts';
import { falseClock } from '../support/false-clock.ts';

const MB = 1024 * 1024;

describe('room on the disk', () => {
  it('is 64 MB, or two of the largest messages', () => {
    assert.equal(diskReserveBytes(10 * MB), 64 * MB);
    assert.equal(diskReserveBytes(50 * MB), 100 * MB);
  });

  it('is asked for once a second', async () => {
    const clock = falseClock();
    let free = 100;
    let asked = 0;
    const freeBytes = async (): Promise<number> => {
      asked += 1;
      return free;
    };
    const room = new DiskRoom({ clock, freeBytes, reserveBytes: 100 });
    assert.equal(await room.hasRoom(), true);
    free = 99;
    await clock.advance(milliseconds(999));
    assert.equal(await room.hasRoom(), true);
    assert.equal(asked, 1);
    await clock.advance(milliseconds(1));
    assert.equal(await room.hasRoom(), false);
  });

  it('is not there when the disk cannot be asked', async () => {
    const freeBytes = async (): Promise<number> => Promise.reject(new Error('gone'));
    const room = new DiskRoom({ clock: falseClock(), freeBytes, reserveBytes: 0 });
    assert.equal(await room.hasRoom(), false);
  });
});
