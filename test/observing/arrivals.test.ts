// Watching Maildirs: what comes is met once, what was there is not, and nothing else is opened.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { latin1 } from '../../src/base/bytes.ts';
import { Arrivals } from '../../src/observing/arrivals.ts';

function maildir(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'fingerpost-arrivals-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(folder, part));
  const path = (name: string): string => join(folder, name);
  return { folder, path, put: (name: string, text = name) => writeFileSync(path(name), text) };
}

async function seen(arrivals: Arrivals): Promise<readonly string[]> {
  return (await arrivals.look()).map(({ bytes }) => latin1(bytes)).sort();
}

test('only what comes after the beginning is met, and once', async (t) => {
  const { folder, path, put } = maildir(t);
  put('new/1.old');
  put('cur/2.old:2,S');
  const arrivals = new Arrivals([folder]);
  assert.equal(await arrivals.begin(), undefined);
  renameSync(path('new/1.old'), path('cur/1.old:2,'));
  put('new/3.new');
  put('tmp/4.unfinished');
  assert.deepEqual(await seen(arrivals), ['new/3.new']);
  renameSync(path('new/3.new'), path('cur/3.new:2,RS'));
  put('cur/5.new:2,');
  assert.deepEqual(await seen(arrivals), ['cur/5.new:2,']);
  assert.deepEqual(await seen(arrivals), []);
});

test('a mailbox may come to be later, and folders beside the inbox are watched', async (t) => {
  const { folder, put } = maildir(t);
  mkdirSync(join(folder, '.Junk/new'), { recursive: true });
  const arrivals = new Arrivals([folder, join(folder, 'user')]);
  assert.equal(await arrivals.begin(folder), undefined);
  assert.deepEqual(await seen(arrivals), []);
  mkdirSync(join(folder, 'user/new'), { recursive: true });
  put('user/new/1');
  put('.Junk/new/1');
  assert.deepEqual(await seen(arrivals), ['.Junk/new/1', 'user/new/1']);
});

test('links, pipes and folders are never read, and a large mail only as far as its header', async (t) => {
  const { folder, path, put } = maildir(t);
  const arrivals = new Arrivals([folder]);
  await arrivals.begin();
  symlinkSync('/etc/passwd', path('new/1.link'));
  symlinkSync(path('gone'), path('new/2.dangling'));
  mkdirSync(path('new/3.folder'));
  execFileSync('sh', ['-c', 'mkfifo "$0"', path('new/4.pipe')]);
  put('new/5.large', 'x'.repeat(100_000));
  const letters = await arrivals.look();
  assert.deepEqual(
    letters.map(({ file, bytes }) => [file, bytes.length]),
    [[path('new/5.large'), 65_536]],
  );
});

test('many mails at once are read some at a time', async (t) => {
  const { folder, put } = maildir(t);
  const arrivals = new Arrivals([folder]);
  await arrivals.begin();
  for (let number = 0; number < 250; number += 1) put(`new/${number}`);
  const counts = [];
  for (let look = 0; look < 4; look += 1) counts.push((await arrivals.look()).length);
  assert.deepEqual(counts, [100, 100, 50, 0]);
});

test('what was moved between two looks is met where it is', async (t) => {
  const { folder, path, put } = maildir(t);
  const arrivals = new Arrivals([folder]);
  await arrivals.begin();
  for (let number = 0; number < 101; number += 1) put(`new/${number}`);
  const first = (await arrivals.look()).map(({ file }) => file);
  const left = Array.from({ length: 101 }, (_, number) => path(`new/${number}`)).find(
    (file) => !first.includes(file),
  );
  assert.ok(left);
  renameSync(left, `${left.replace('/new/', '/cur/')}:2,S`);
  await arrivals.look();
  assert.equal((await arrivals.look()).length, 1);
});

test('what is removed is gone, and removing it again harms nobody', async (t) => {
  const { folder, put } = maildir(t);
  const arrivals = new Arrivals([folder]);
  await arrivals.begin();
  put('new/1');
  const [letter] = await arrivals.look();
  assert.ok(letter);
  assert.equal(await arrivals.remove(letter), true);
  assert.equal(await arrivals.remove(letter), false);
});

test('a folder that was named and is none says so', async (t) => {
  const { folder, path, put } = maildir(t);
  put('file');
  const begin = (named: string) => new Arrivals([named]).begin(named);
  assert.match((await begin(path('gone'))) ?? '', /gone cannot be watched: ENOENT/);
  assert.match((await begin(path('file'))) ?? '', /file is no folder/);
  assert.equal(await begin(folder), undefined);
});
