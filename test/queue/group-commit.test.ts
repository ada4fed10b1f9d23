// Who shares a commit with whom, when it happens, and that one job's failure stays its own.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FingerpostError } from '../../src/base/errors.ts';
import { milliseconds } from '../../src/base/time.ts';
import { GroupCommit } from '../../src/queue/group-commit.ts';
import type { Eventually, Storage, Transaction } from '../../src/storage/storage.ts';
import { falseClock } from '../support/false-clock.ts';

/** Writes texts; a transaction that fails leaves none of its own. */
interface Notes extends Transaction {
  write(text: string): void;
}

class NoteStorage implements Storage<Notes> {
  /** One list for each commit. */
  readonly commits: string[][] = [];
  commitFails = false;
  transactions = 0;

  async transaction<T>(work: (tx: Notes) => Eventually<T>): Promise<T> {
    this.transactions += 1;
    const written: string[] = [];
    const notes: Notes = {
      write: (text) => written.push(text),
      run: () => 0,
      get: () => undefined,
      all: () => [],
    };
    const value = await work(notes);
    if (this.commitFails) throw new FingerpostError('STORAGE_FAILED', 'The disk went away.');
    this.commits.push(written);
    return value;
  }

  read<T>(work: (tx: Notes) => Eventually<T>): Promise<T> {
    return this.transaction(work);
  }

  async freeBytes(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {}
}

function setUp(options: { delayMaxMs?: number; jobsMax?: number } = {}) {
  const storage = new NoteStorage();
  const clock = falseClock();
  const commits = new GroupCommit(storage, clock, options);
  const write = (text: string): Promise<string> =>
    commits.run((tx) => {
      tx.write(text);
      return text;
    });
  return { storage, clock, commits, write };
}

describe('group commit', () => {
  it('commits jobs of the same moment together, in order, and answers each', async () => {
    const { storage, clock, write } = setUp();
    const answers = Promise.all(['a', 'b', 'c'].map(write));
    assert.deepEqual(storage.commits, []);
    await clock.advance(milliseconds(0));
    assert.deepEqual(await answers, ['a', 'b', 'c']);
    assert.deepEqual(storage.commits, [['a', 'b', 'c']]);
  });

  it('waits for company only after a group of several', async () => {
    const { storage, clock, write } = setUp();
    void write('alone');
    await clock.advance(milliseconds(0));
    void write('alone again');
    await clock.advance(milliseconds(0));
    void write('a');
    void write('b');
    await clock.advance(milliseconds(0));
    assert.equal(storage.commits.length, 3);
    void write('c');
    await clock.advance(milliseconds(1));
    void write('d');
    assert.equal(storage.commits.length, 3);
    await clock.advance(milliseconds(1));
    assert.deepEqual(storage.commits.slice(3), [['c', 'd']]);
  });

  it('waits longer the larger the group before was, up to a limit', async () => {
    const { storage, clock, write } = setUp({ delayMaxMs: 4 });
    const commitAfter = async (ms: number): Promise<void> => {
      void write('next');
      const before = storage.commits.length;
      await clock.advance(milliseconds(ms - 1));
      assert.equal(storage.commits.length, before);
      await clock.advance(milliseconds(1));
      assert.equal(storage.commits.length, before + 1);
    };
    for (const text of ['a', 'b', 'c']) void write(text);
    await clock.advance(milliseconds(0));
    await commitAfter(3);
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) void write(text);
    await clock.advance(milliseconds(0));
    await commitAfter(4);
  });

  it('commits at once what fills a group, and lets the next one go on by itself', async () => {
    const { storage, clock, write } = setUp({ jobsMax: 3 });
    const answers = Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(write));
    await clock.settle();
    await clock.advance(milliseconds(3));
    assert.deepEqual(storage.commits, [['a', 'b', 'c'], ['d', 'e', 'f'], ['g']]);
    await answers;
  });

  it('rejects only the job that throws, each of the others being kept once', async () => {
    const { storage, clock, commits, write } = setUp();
    const bad = commits.run((tx) => {
      tx.write('half');
      throw new Error('constraint');
    });
    const ended = Promise.allSettled([write('a'), bad, write('b')]);
    await clock.advance(milliseconds(0));
    const [first, second, third] = await ended;
    assert.deepEqual(
      [first.status, second.status, third.status],
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.ok(second.status === 'rejected' && second.reason.message === 'constraint');
    assert.deepEqual(storage.commits, [['a'], ['b']]);
  });

  it('tells every job of a commit that failed, and works again afterwards', async () => {
    const { storage, clock, write } = setUp();
    storage.commitFails = true;
    const ended = Promise.allSettled([write('a'), write('b')]);
    await clock.advance(milliseconds(0));
    const statuses = (await ended).map(({ status }) => status);
    assert.deepEqual(statuses, ['rejected', 'rejected']);
    storage.commitFails = false;
    const again = write('c');
    await clock.advance(milliseconds(2));
    assert.equal(await again, 'c');
    assert.deepEqual(storage.commits, [['c']]);
  });

  it('does not run a job alone a second time', async () => {
    const { storage, clock, commits } = setUp();
    const ended = Promise.allSettled([commits.run(() => assert.fail())]);
    await clock.advance(milliseconds(0));
    assert.equal((await ended)[0]?.status, 'rejected');
    assert.equal(storage.transactions, 1);
  });

  it('flushes without waiting for the clock', async () => {
    const { storage, commits, write } = setUp({ jobsMax: 2 });
    const answers = Promise.all(['a', 'b', 'c'].map(write));
    await commits.flush();
    assert.deepEqual(storage.commits, [['a', 'b'], ['c']]);
    await answers;
  });
});
