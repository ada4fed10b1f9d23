// The commands against a running server, as a person uses them: send, then ask what became of it;
// and what hostile servers say never reaches a terminal as it is.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { KeptMessage, MessageHistory, RouteExplanation } from '../../src/api/types.ts';
import {
  addressesOfOurOwn,
  type Ended,
  fingerpost,
  folderWith,
  PORT,
  type RunningServer,
  startServer,
} from '../support/server-process.ts';
import { mailbox, smallWorld } from '../support/small-world.ts';
import { scriptedServer } from '../support/smtp-talk.ts';

const nextAddress = addressesOfOurOwn();

/** The JSON that a command printed, which must have gone well. */
function json<T>({ code, out, err }: Ended): T {
  assert.equal(code, 0, err);
  return JSON.parse(out) as T;
}

type Sent = readonly [option: string, value: string];

/** Sends a plain text by the command and returns its id. */
async function send(server: RunningServer, to: string, ...more: readonly Sent[]): Promise<string> {
  const options = [...more, ['--subject', 'hello'], ['--body', 'Hello!']].flat();
  const sent = await server.ask('send', '--from', 'ann@example.com', '--to', to, ...options);
  assert.equal(sent.code, 0, sent.err);
  return /^queued as (\S+)\n$/.exec(sent.out)?.[1] ?? assert.fail(sent.out);
}

test('what was sent is in the mailbox, and why tells how it came there', async (t) => {
  const world = smallWorld(nextAddress());
  const server = await startServer(t, world.yaml, { files: world.files });
  const id = await send(server, 'user@example.com');
  await server.said(/recipient\.delivered/);
  assert.match(mailbox(server.folder).join(), /^Return-Path: <ann@example\.com>$/m);

  const story = await server.ask('why', id);
  assert.equal(story.code, 0);
  assert.ok(story.out.includes(id), story.out);
  assert.match(story.out, /handed in by a command/);
  assert.match(story.out, /^user@example\.com: delivered$/m);
  assert.match(story.out, /attempt 1: delivered: 250 2\.0\.0 in .*mail\/user$/m);
  assert.match(story.out, /route: here: we are the primary of example\.com/);

  const { messages } = json<{ messages: MessageHistory[] }>(await server.ask('why', id, '--json'));
  assert.deepEqual(
    messages.flatMap(({ message, ledger }) => [
      message.id,
      message.recipients.map(({ state }) => state).join(),
      ...ledger.map(({ kind }) => kind),
    ]),
    [id, 'delivered', 'accepted', 'attempted'],
  );
  assert.equal((await server.ask('queue', 'list')).out, 'there are none\n');
  const unknown = await server.ask('why', 'no-such-message');
  assert.deepEqual(
    [unknown.code, unknown.out],
    [1, 'there is no such message, or it was forgotten\n'],
  );
});

test('what waits is listed and shown with its reason', async (t) => {
  const nowhere = nextAddress();
  const world = smallWorld(nextAddress(), { elsewhere: [nowhere] });
  const server = await startServer(t, world.yaml, { files: world.files });
  const id = await send(server, 'bob@example.org');
  await server.said(/recipient\.deferred/);

  const list = await server.ask('queue', 'list');
  assert.equal(list.code, 0);
  assert.match(list.out, new RegExp(`^${id} .*ann@example\\.com$`, 'm'));
  assert.match(list.out, /waiting +in \d.* → bob@example\.org +.*connection refused/);
  assert.match(list.out, /^1 message$/m);
  const listed = json<{ messages: KeptMessage[] }>(await server.ask('queue', 'list', '--json'));
  assert.deepEqual(
    listed.messages.map((message) => message.id),
    [id],
  );

  const show = await server.ask('queue', 'show', id);
  assert.match(show.out, /→ bob@example\.org +waiting +1 attempt +next in /);
  const shown = json<{ messages: KeptMessage[] }>(await server.ask('queue', 'show', id, '--json'));
  assert.equal(shown.messages[0]?.recipients[0]?.state, 'waiting');

  const story = await server.ask('why', id);
  assert.match(story.out, new RegExp(`${nowhere}:${PORT.smtp}`.replaceAll('.', '\\.')));
  assert.match(story.out, /connection refused/);
});

/** Everything that a command printed is text that a terminal shows and does not obey. */
function isHarmless({ out, err }: Ended): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for exactly those
  const found = /[^\n]*[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e][^\n]*/.exec(out + err);
  assert.equal(found, null, JSON.stringify(found?.[0]));
}

const HOSTILE = '\u001b[2J\u001b]0;owned\u0007 \u009b31m \r\b\u0000\u00e2\u0080\u00ae';

/** The exchanges of the domain, nearest first: each says it elsewhere, the last takes the mail. */
const HOSTILE_SERVERS: readonly Readonly<Record<string, string>>[] = [
  { greeting: `421 4.3.2 go ${HOSTILE} away` },
  { EHLO: `250-mx\r\n250 ${HOSTILE}`, RCPT: `450 4.2.1 later ${HOSTILE}` },
  { MAIL: `250-${HOSTILE}\r\n250 ok`, dot: `250 2.0.0 taken ${HOSTILE}` },
];

test('hostile bytes in greetings and replies are shown, never obeyed', async (t) => {
  const elsewhere = HOSTILE_SERVERS.map(nextAddress);
  const world = smallWorld(nextAddress(), { elsewhere });
  for (const [at, address] of elsewhere.entries()) {
    await scriptedServer(t, { address, port: PORT.smtp }, HOSTILE_SERVERS[at] ?? {});
  }
  const server = await startServer(t, world.yaml, { files: world.files });
  const id = await send(server, 'bob@example.org');
  await server.said(/recipient\.delivered .*\n/);
  const story = await server.ask('why', id);
  isHarmless(story);
  for (const word of ['go', 'later', 'taken']) {
    assert.match(story.out, new RegExp(`${word} \\\\x1b\\[2J\\\\x1b\\]0;owned\\\\x07`));
  }
  isHarmless(await server.ask('why', id, '--json'));
  isHarmless(await server.ask('queue', 'list', '--state', 'delivered'));
  isHarmless(await server.ask('queue', 'show', id));
  isHarmless(await server.stop());
});

test('route asks the DNS itself where no server runs, and the server where one does', async (t) => {
  const [down, up] = [nextAddress(), nextAddress()];
  const world = smallWorld(nextAddress(), { elsewhere: [down, up] });
  const server = await startServer(t, world.yaml, { files: world.files });
  const asker = `resolver: { servers: ["${world.dns.address}:${world.dns.port}"] }
world: { smtpPort: ${PORT.smtp}, global: ["127.0.0.0/8"] }
data: ./data
`;
  const folder = folderWith(t, { 'fingerpost.yaml': asker });
  const own = await fingerpost(['route', 'bob@example.org'], { cwd: folder });
  assert.equal(own.code, 0, own.err);
  assert.match(own.out, /┣━▶ 10 {2}mx1\.example\.org +takes the mail/);
  assert.match(own.out, /┣━━ 20 {2}mx2\.example\.org +stands by/);
  assert.match(own.out, new RegExp(`1\\. +MX 10 +mx1\\.example\\.org +${down}:${PORT.smtp}`));
  assert.match(own.out, /decided by this command, without a server/);
  const args = ['route', 'bob@example.org', '--json'];
  const explained = json<RouteExplanation>(await fingerpost(args, { cwd: folder }));
  assert.equal(explained.route.kind, 'hosts');
  const none = await fingerpost(['route', 'bob@example.net'], { cwd: folder });
  assert.equal(none.code, 1);

  await scriptedServer(t, { address: up, port: PORT.smtp }, {});
  await send(server, 'bob@example.org');
  await server.said(/recipient\.delivered .*bob@example\.org/);
  const asked = await server.ask('route', 'bob@example.org');
  assert.match(asked.out, /┣╌╌ 10 {2}mx1\.example\.org +out of service/);
  assert.match(asked.out, /┣━▶ 20 {2}mx2\.example\.org +takes the mail/);
  assert.match(asked.out, /decided by the running server/);
});

test('send takes a mail from standard input, and gives one to another server', async (t) => {
  const world = smallWorld(nextAddress());
  const server = await startServer(t, world.yaml, { files: world.files });
  const file = join(server.folder, 'fingerpost.yaml');
  const options = ['-c', file, '--from', '', '--to', 'user@example.com'];
  const input = 'Subject: piped\nMessage-ID: <one@example.net>\n\nHello\n';
  const piped = await fingerpost(['send', ...options], { input });
  assert.equal(piped.code, 0, piped.err);
  await server.said(/recipient\.delivered/);
  const story = await server.ask('why', 'one@example.net');
  assert.match(story.out, /<> *|from +<>/);
  assert.match(mailbox(server.folder).join(), /^Subject: piped$/m);

  const { address, port } = world.smtp;
  const via = ['--server', `${address}:${port}`, '--body', 'Hello'];
  const given = await fingerpost(['send', ...options, ...via]);
  assert.match(given.out, /^taken: 250 2\.0\.0 Ok: queued as /);
  const stranger = ['--from', 'ann@example.com', '--to', 'bob@example.org'];
  const refused = await fingerpost(['send', '-c', file, ...stranger, ...via]);
  assert.deepEqual([refused.code, /^refused: 550 5\.7\.1 /.test(refused.out)], [1, true]);
});

test('without a server a command says so, in JSON where it was asked', async (t) => {
  const folder = folderWith(t, { 'fingerpost.yaml': 'data: ./data\n' });
  const plain = await fingerpost(['queue', 'list'], { cwd: folder });
  assert.equal(plain.code, 69);
  assert.match(plain.err, /^fingerpost: .*; start one with: fingerpost serve\n$/);
  const inJson = await fingerpost(['why', 'x', '--json'], { cwd: folder });
  assert.deepEqual([inJson.code, JSON.parse(inJson.err).error.code], [69, 'NOT_RUNNING']);
});

function mailboxBecomesAFile(t: TestContext, folder: string): string {
  const mail = join(folder, 'mail');
  writeFileSync(mail, 'a file where a folder is needed');
  t.after(() => rmSync(mail, { force: true }));
  return mail;
}

test('a mailbox that cannot be written keeps the mail waiting, and says why', async (t) => {
  const world = smallWorld(nextAddress());
  const server = await startServer(t, world.yaml, { files: world.files });
  const mail = mailboxBecomesAFile(t, server.folder);
  const id = await send(server, 'user@example.com');
  await server.said(/recipient\.deferred .*cannot be written: ENOTDIR/);
  const story = await server.ask('why', id);
  assert.match(story.out, /cannot be written: ENOTDIR/);
  const { messages } = json<{ messages: KeptMessage[] }>(
    await server.ask('queue', 'list', '--json'),
  );
  assert.equal(messages[0]?.recipients[0]?.state, 'waiting');
  rmSync(mail);
  await send(server, 'user@example.com');
  await server.said(/recipient\.delivered/);
  assert.equal(mailbox(server.folder).length, 1);
});
