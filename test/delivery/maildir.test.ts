// Delivery into a Maildir, in a folder of its own: which mailbox, what the file holds, that a repeat
// replaces, and that what cannot be written is tried again.
import assert from 'node:assert/strict';
import {
  existsSync,
  fstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { fromLatin1 } from '../../src/base/bytes.ts';
import { folderOf, Maildir } from '../../src/delivery/maildir.ts';
import type { Outcome } from '../../src/routing/outcome.ts';
import { type LeasedOptions, leased, recipient } from '../support/leased-mail.ts';

const folder = mkdtempSync(join(tmpdir(), 'fingerpost-maildir-'));
after(() => rmSync(folder, { recursive: true }));

let count = 0;
let path = '';
beforeEach(() => {
  count += 1;
  path = join(folder, `mail-${count}`);
});

/** Delivers to one address; `parts` are the rows of its body. */
async function deliver(
  address: string,
  options: LeasedOptions = {},
  parts: readonly Uint8Array[] = [],
  maildir?: Maildir,
): Promise<Outcome> {
  const target =
    maildir ??
    new Maildir({ hostname: 'mx.example.com', readBodyPart: async (_, index) => parts[index] });
  const to = recipient(address, { number: 3 });
  return await target.deliver(leased(options), to, { kind: 'maildir', path });
}

const filesIn = (mailbox: string, part: string): readonly string[] =>
  readdirSync(join(path, mailbox, part));

function onlyFile(mailbox: string): string {
  const files = filesIn(mailbox, 'new');
  assert.equal(files.length, 1);
  return readFileSync(join(path, mailbox, 'new', files[0] ?? ''), 'latin1');
}

const HEAD = 'Return-Path: <sender@example.org>\nDelivered-To: user@example.com\n';

describe('the folder of a local part', () => {
  const ROWS: readonly (readonly [local: string, folder: string])[] = [
    ['user', 'user'],
    ['User.Name', 'user.name'],
    ['a+b_c-d.e9', 'a+b_c-d.e9'],
    ['.hidden', '%2Ehidden'],
    ['..', '%2E.'],
    ['.', '%2E'],
    ['../../etc/passwd', '%2E.%2F..%2Fetc%2Fpasswd'],
    ['a b', 'a%20b'],
    ['a\\b', 'a%5Cb'],
    ['100%', '100%25'],
    ["o'neil", 'o%27neil'],
    ['a\0b', 'a%00b'],
    ['ü', '%C3%BC'],
  ];
  for (const [local, expected] of ROWS) {
    it(`${JSON.stringify(local)} is ${expected}`, () => assert.equal(folderOf(local), expected));
  }

  it('is refused when it is longer than 200 bytes', () => {
    assert.equal(folderOf('a'.repeat(200))?.length, 200);
    assert.equal(folderOf('a'.repeat(201)), undefined);
    assert.equal(folderOf('/'.repeat(66))?.length, 198);
    assert.equal(folderOf('/'.repeat(67)), undefined);
    assert.equal(folderOf(''), undefined);
  });

  it('is one plain folder whatever the local part is, and another for each', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), (one, other) => {
        const name = folderOf(one);
        if (name === undefined) return;
        assert.match(name, /^(?!\.)(?:[a-z0-9_+.-]|%[0-9A-F]{2})+$/);
        if (one.toLowerCase() !== other.toLowerCase()) assert.notEqual(name, folderOf(other));
      }),
    );
  });
});

describe('delivery', () => {
  it('makes the mailbox, and puts the message into new, with line ends of this system', async () => {
    const outcome = await deliver('user@example.com');
    assert.equal(outcome.kind, 'delivered');
    assert.deepEqual(outcome.reply, { code: 250, enhanced: '2.0.0', lines: [`in ${path}/user`] });
    assert.deepEqual(readdirSync(join(path, 'user')).sort(), ['cur', 'new', 'tmp']);
    assert.equal(onlyFile('user'), `${HEAD}Subject: hello\n\nHello\n`);
    assert.deepEqual(filesIn('user', 'tmp'), []);
  });

  it('nobody else may read it', async () => {
    await deliver('user@example.com');
    const [file = ''] = filesIn('user', 'new');
    const modeOf = (...parts: string[]): number =>
      statSync(join(path, 'user', ...parts)).mode & 0o777;
    assert.equal(modeOf('new', file), 0o600);
    assert.equal(modeOf('new'), 0o700);
    assert.equal(modeOf(), 0o700);
  });

  it('counts when file and folder are synced, the file before it is moved', async (context) => {
    const handle = await open(folder);
    const prototype = Object.getPrototypeOf(handle);
    await handle.close();
    const synced: { readonly inode: number; readonly isInNew: boolean }[] = [];
    const sync = prototype.sync;
    context.mock.method(prototype, 'sync', function (this: { readonly fd: number }) {
      const isInNew = filesIn('user', 'new').length > 0;
      synced.push({ inode: fstatSync(this.fd).ino, isInNew });
      return sync.call(this);
    });
    await deliver('user@example.com');
    const inodeOf = (...parts: string[]): number => statSync(join(path, 'user', ...parts)).ino;
    const [file = ''] = filesIn('user', 'new');
    assert.deepEqual(synced.slice(-2), [
      { inode: inodeOf('new', file), isInNew: false },
      { inode: inodeOf('new'), isInNew: true },
    ]);
    assert.ok(
      synced.some(({ inode }) => inode === inodeOf()),
      'a new mailbox is synced too',
    );
  });

  it('says who sent it, also where nobody did', async () => {
    await deliver('user@example.com', { sender: '' });
    assert.match(onlyFile('user'), /^Return-Path: <>\nDelivered-To: user@example\.com\n/);
  });

  it('of what an attempt repeats replaces the file', async () => {
    await deliver('user@example.com');
    const before = filesIn('user', 'new');
    await deliver('user@example.com');
    assert.deepEqual(filesIn('user', 'new'), before);
    assert.match(before[0] ?? '', /^1767225600\.0-0*1_3\.mx\.example\.com$/);
  });

  it('of two messages, or to two recipients with one mailbox, makes two files', async () => {
    const maildir = new Maildir({
      hostname: 'mx.example.com',
      readBodyPart: async () => undefined,
    });
    const message = leased({ recipients: ['user@example.com', 'USER@example.com'] });
    for (const each of message.recipients)
      await maildir.deliver(message, each, { kind: 'maildir', path });
    assert.equal(filesIn('user', 'new').length, 2);
  });

  it('to a quoted local part uses what is inside the quotes', async () => {
    await deliver('"../Odd One"@example.com');
    assert.deepEqual(readdirSync(path), ['%2E.%2Fodd%20one']);
  });

  it('reads a large body by row, wherever a row ends', async () => {
    const body = fromLatin1('A: b\r\n\r\nx\r\ry\r\n\xff\r\n');
    for (let cut = 0; cut <= body.length; cut += 1) {
      path = join(folder, `rows-${cut}`);
      const rows = [body.subarray(0, cut), body.subarray(cut)];
      await deliver('user@example.com', { body: 'rows' }, rows);
      assert.equal(onlyFile('user'), `${HEAD}A: b\n\nx\r\ry\n\xff\n`);
    }
  });

  it('keeps a bare CR at the very end', async () => {
    await deliver('user@example.com', { body: 'rows' }, [fromLatin1('a\r'), fromLatin1('\r')]);
    assert.equal(onlyFile('user'), `${HEAD}a\r\r`);
  });
});

describe('what cannot be done', () => {
  it('a path that is a file: deferred, and done when it was mended', async () => {
    const maildir = new Maildir({
      hostname: 'mx.example.com',
      readBodyPart: async () => undefined,
    });
    writeFileSync(path, '');
    const outcome = await deliver('user@example.com', {}, [], maildir);
    assert.equal(outcome.kind, 'deferred');
    assert.equal(outcome.reply.code, 451);
    assert.match(outcome.reply.lines.join(), /cannot be written: (ENOTDIR|EEXIST)/);
    rmSync(path);
    assert.equal((await deliver('user@example.com', {}, [], maildir)).kind, 'delivered');
  });

  it('a mailbox that was removed meanwhile: deferred at most once', async () => {
    const maildir = new Maildir({
      hostname: 'mx.example.com',
      readBodyPart: async () => undefined,
    });
    await deliver('user@example.com', {}, [], maildir);
    rmSync(join(path, 'user'), { recursive: true });
    await deliver('user@example.com', {}, [], maildir);
    assert.equal((await deliver('user@example.com', {}, [], maildir)).kind, 'delivered');
    assert.equal(filesIn('user', 'new').length, 1);
  });

  it('a new that is a file: deferred, and nothing is left in tmp', async () => {
    await deliver('user@example.com');
    rmSync(join(path, 'user', 'new'), { recursive: true });
    writeFileSync(join(path, 'user', 'new'), '');
    assert.equal((await deliver('user@example.com')).kind, 'deferred');
    assert.deepEqual(filesIn('user', 'tmp'), []);
  });

  it('a body that cannot be read: deferred, and no half message is left', async () => {
    const maildir = new Maildir({
      hostname: 'mx.example.com',
      readBodyPart: async (_, index) => {
        if (index > 0) throw new Error('the disk is broken');
        return fromLatin1('Subject: half\r\n');
      },
    });
    const outcome = await deliver('user@example.com', { body: 'rows' }, [], maildir);
    assert.equal(outcome.kind, 'deferred');
    assert.deepEqual([...filesIn('user', 'tmp'), ...filesIn('user', 'new')], []);
  });

  it('a full disk: 452 4.3.1', async () => {
    const maildir = new Maildir({
      hostname: 'mx.example.com',
      readBodyPart: async () => {
        throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      },
    });
    const outcome = await deliver('user@example.com', { body: 'rows' }, [], maildir);
    assert.equal(outcome.kind, 'deferred');
    assert.deepEqual([outcome.reply.code, outcome.reply.enhanced], [452, '4.3.1']);
  });

  it('an address that names no mailbox: failed', async () => {
    const outcome = await deliver('no address');
    assert.equal(outcome.kind, 'failed');
    assert.deepEqual([outcome.reply.code, outcome.reply.enhanced], [550, '5.1.3']);
    assert.equal(existsSync(path), false);
  });
});
