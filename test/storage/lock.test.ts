// One server on a data folder: the second is told whose it is, and a killed one leaves no lock.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { instantAt } from '../../src/base/time.ts';
import { lockData } from '../../src/storage/lock.ts';

const root = mkdtempSync(join(tmpdir(), 'fingerpost-lock-'));
after(() => rmSync(root, { recursive: true }));

const owner = { pid: 4242, what: 'fingerpost serve', since: instantAt(Date.UTC(2026, 0, 1)) };

const lockModule = fileURLToPath(new URL('../../src/storage/lock.ts', import.meta.url));

/** Another process that locks the folder and stays; resolves when it has the lock. */
async function holder(folder: string): Promise<ChildProcess> {
  const script = `
    import { lockData } from ${JSON.stringify(lockModule)};
    const lock = lockData(process.argv[1], { pid: process.pid, what: 'the other', since: 0 });
    console.log('locked');
    setInterval(() => lock, 1000);
  `;
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript'];
  const child = spawn(process.execPath, [...flags, '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('the lock on a data folder', () => {
  it('makes the folder for its owner only, and tells a second server whose it is', () => {
    const folder = join(root, 'a', 'data');
    const lock = lockData(folder, owner);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.throws(() => lockData(folder, { ...owner, pid: 1 }), {
      code: 'DATA_LOCKED',
      message: new RegExp(
        `fingerpost serve, process 4242 on ${hostname()}, since 2026-01-01T00:00:00.000Z`,
      ),
    });
    lock.release();
    lock.release();
    assert.equal(existsSync(join(folder, 'lock.txt')), false);
    lockData(folder, owner).release();
  });

  it('holds also where the file is from an earlier time', () => {
    const folder = join(root, 'b');
    lockData(folder, owner).release();
    const lock = lockData(folder, owner);
    assert.throws(() => lockData(folder, owner), { code: 'DATA_LOCKED' });
    lock.release();
  });

  it('shows nothing of the owner raw, and does without', () => {
    const folder = join(root, 'c');
    const lock = lockData(folder, owner);
    writeFileSync(join(folder, 'lock.txt'), 'me\u001b[2J');
    assert.throws(() => lockData(folder, owner), { message: /in use by me\\x1b\[2J/ });
    rmSync(join(folder, 'lock.txt'));
    assert.throws(() => lockData(folder, owner), { message: /in use by another server/ });
    lock.release();
  });

  it('is held against another process, and free once that is killed', async () => {
    const folder = join(root, 'd');
    const child = await holder(folder);
    assert.throws(() => lockData(folder, owner), { code: 'DATA_LOCKED', message: /the other/ });
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockData(folder, owner).release();
  });

  it('cannot be had where the folder cannot be made', () => {
    writeFileSync(join(root, 'file'), '');
    assert.throws(() => lockData(join(root, 'file', 'data'), owner), { code: 'STORAGE_FAILED' });
  });
});
