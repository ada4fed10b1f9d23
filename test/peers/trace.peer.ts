// What a kernel saw of our server: no `250` after a message before the sync that keeps it, and no
// mailbox that was promised before file and folder were synced.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Fingerpost } from '../support/peers/fingerpost.ts';
import { SmtpClient } from '../support/peers/smtp.ts';
import { Stage, whyNot } from '../support/peers/stage.ts';
import {
  isKeptInMaildir,
  promisesIn,
  readTrace,
  type SystemCall,
  TRACE_OPTIONS,
} from '../support/peers/trace.ts';

const SERVER = '127.30.5.10';
const PORT = 2525;
const CLIENTS = 8;
const MESSAGES_EACH = 12;
/** Larger than one row of the spool. */
const LARGE = `${'x'.repeat(76)}\r\n`.repeat(4_500);

const CONFIGURATION = `hostname: mail.example.com
smtp: { listen: ["${SERVER}:${PORT}"] }
resolver: { servers: ["${SERVER}:5300"] }
world: { global: ["127.0.0.0/8"] }
domains:
  example.com: { role: primary, deliverTo: "maildir:./mail" }
`;

/** One client; the replies after its messages. */
async function client(number: number): Promise<readonly string[]> {
  const smtp = new SmtpClient(SERVER, PORT);
  const replies: string[] = [];
  await smtp.greet();
  for (let count = 0; count < MESSAGES_EACH; count += 1) {
    const body = count === number ? LARGE : 'hello\r\n';
    const message = `Subject: ${number} ${count}\r\n\r\n${body}`;
    replies.push(await smtp.send('ann@example.net', [`user${number}@example.com`], message));
  }
  smtp.close();
  return replies;
}

describe('the guarantee as the kernel sees it', { skip: whyNot(['strace']) }, () => {
  const stage = new Stage();
  const trace = stage.path('trace');
  const under = ['strace', '-o', trace, ...TRACE_OPTIONS];
  const server = new Fingerpost(stage, 'server', CONFIGURATION, { under });
  let replies: readonly string[] = [];
  let calls: readonly SystemCall[] = [];

  before(async () => {
    await server.start();
    replies = (await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)))).flat();
    for (const reply of replies) await server.settled(idIn(reply));
    await server.stop();
    calls = readTrace(readFileSync(trace, 'latin1'));
  });
  after(() => stage.close());

  const idIn = (reply: string): string => /queued as (\S+)/.exec(reply)?.[1] ?? reply;

  it('says 250 only after the sync that follows the last bytes of the message', () => {
    const promises = promisesIn(calls);
    assert.deepEqual(promises.map(({ id }) => id).toSorted(), replies.map(idIn).toSorted());
    assert.equal(promises.length, CLIENTS * MESSAGES_EACH);
    assert.deepEqual(
      promises.filter(({ isSynced }) => !isSynced),
      [],
    );
  });

  it('shares one sync among messages that come together', () => {
    const syncs = calls.filter(({ name, on }) => name.endsWith('sync') && on.endsWith('.db-wal'));
    // Two commits a message alone: it is kept, it is settled.
    assert.ok(syncs.length < 2 * replies.length, `${syncs.length} for ${replies.length}`);
  });

  it('syncs a file and its folder before it is in the mailbox for good', () => {
    for (let number = 0; number < CLIENTS; number += 1) {
      const files = readdirSync(stage.path('server', 'mail', `user${number}`, 'new'));
      assert.equal(files.length, MESSAGES_EACH);
      for (const file of files) assert.ok(isKeptInMaildir(calls, file), file);
    }
  });
});

describe('reading a trace', () => {
  const CONNECTION = '36<TCP:[127.0.0.1:25->127.0.0.1:40000]>';
  const LOG = '29</data/spool-0.db-wal>';
  const READ = `7 read(${CONNECTION}, "x\\r\\n.\\r\\n", 65536) = 6`;
  const WRITTEN = `7 pwrite64(${LOG}, "\\0 0-1abc \\0", 4096, 24) = 4096`;
  const SYNC = `7 fsync(${LOG}) = 0`;
  const REPLY = `7 write(${CONNECTION}, "250 2.0.0 Ok: queued as 0-1abc\\r\\n", 32) = 32`;
  const BEGIN = `7 fsync(${LOG} <unfinished ...>`;
  const END = '7 <... fsync resumed>) = 0';

  const traces: readonly (readonly [string, readonly string[], boolean])[] = [
    ['as it should be', [READ, WRITTEN, SYNC, REPLY], true],
    ['with a sync that took long', [READ, WRITTEN, BEGIN, `8 ${SYNC.slice(2)}`, END, REPLY], true],
    ['without a sync', [READ, WRITTEN, REPLY], false],
    ['with a sync before the message is written', [READ, SYNC, WRITTEN, REPLY], false],
    ['with a sync before its last bytes came', [WRITTEN, SYNC, READ, REPLY], false],
    ['with a sync that is not over', [READ, WRITTEN, BEGIN, `8 ${REPLY.slice(2)}`, END], false],
    ['with a sync that failed', [READ, WRITTEN, `7 fsync(${LOG}) = -1 EIO`, REPLY], false],
    [
      'with a sync of another file',
      [READ, WRITTEN, '7 fsync(30</data/control.db>) = 0', REPLY],
      false,
    ],
  ];
  for (const [name, lines, isSynced] of traces) {
    it(name, () => {
      assert.deepEqual(promisesIn(readTrace(lines.join('\n'))), [{ id: '0-1abc', isSynced }]);
    });
  }
});
