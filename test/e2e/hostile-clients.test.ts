// Clients that send anything but what a port is for, or send it byte by byte, or far too much. None
// of them ends the server, keeps others from being served, or leaves anything behind.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { afterwards } from '../support/afterwards.ts';
import { askDns, preferencesIn } from '../support/real-dns.ts';
import { addressesOfOurOwn, type RunningServer, startServer } from '../support/server-process.ts';
import { type SmallWorld, smallWorld, subjectsIn } from '../support/small-world.ts';
import { bring, greeted, type Place, plainText, type SmtpTalk } from '../support/smtp-talk.ts';

const nextAddress = addressesOfOurOwn();

interface Scene {
  readonly world: SmallWorld;
  readonly server: RunningServer;
}

async function scene(t: TestContext): Promise<Scene> {
  const world = smallWorld(nextAddress());
  return { world, server: await startServer(t, world.yaml, { files: world.files }) };
}

/** Bytes that look like chance and are the same in every run. */
function noise(count: number): Uint8Array {
  let state = 20_250_601;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

const MEGABYTE = 1_048_576;
/** The head of a TLS 1.3 ClientHello: a record, a handshake, a version, chance. */
const CLIENT_HELLO = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, ...noise(500)];

const GARBAGE: Readonly<Record<string, Uint8Array>> = {
  noise: noise(65_536),
  'an HTTP request': Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  'the start of TLS': Uint8Array.from(CLIENT_HELLO),
  'a megabyte without an end of line': new Uint8Array(MEGABYTE).fill(0x61),
  'a megabyte of ends of lines': new Uint8Array(MEGABYTE).fill(0x0a),
  'nothing at all': new Uint8Array(0),
};

/** Sends all it can, hears nothing, and goes. */
function pour(at: Place, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: at.address, port: at.port });
    const patience = setTimeout(() => socket.destroy(), 2_000);
    socket.on('error', () => {}).resume();
    socket.on('close', () => {
      clearTimeout(patience);
      resolve();
    });
    socket.end(bytes);
  });
}

async function pourByUdp({ address, port }: Place, bytes: Uint8Array): Promise<void> {
  const socket = createSocket('udp4');
  const datagram = bytes.subarray(0, 60_000);
  await new Promise<void>((resolve) => socket.send(datagram, port, address, () => resolve()));
  await new Promise<void>((resolve) => socket.close(resolve));
}

async function worksAsBefore({ world, server }: Scene, subject: string): Promise<void> {
  assert.deepEqual(preferencesIn(await askDns(world.dns, 'example.com. MX')), [10]);
  assert.deepEqual(preferencesIn(await askDns(world.dns, 'example.com. MX', 'tcp')), [10]);
  for (const at of [world.smtp, world.submission]) {
    assert.match(await bring(at, { text: plainText(subject) }), /^250 2\.0\.0 Ok: queued as /);
  }
  const { address, port } = world.http;
  const health = await fetch(`http://${address}:${port}/health`);
  assert.equal(health.status, 200, await health.text());
  await server.said(/(?:recipient\.delivered.*){2}/s);
  assert.doesNotMatch(server.log, /worker\.died|mistake|failed/);
}

test('garbage on every port leaves the server as it was', async (t) => {
  const acts = await scene(t);
  const { world, server } = acts;
  for (const [what, bytes] of Object.entries(GARBAGE)) {
    const doors = [world.smtp, world.submission, world.http, world.dns];
    await t.test(what, async () => {
      await Promise.all([...doors.map((at) => pour(at, bytes)), pourByUdp(world.dns, bytes)]);
    });
  }
  await worksAsBefore(acts, 'after the garbage');
  assert.deepEqual(subjectsIn(server.folder), ['after the garbage', 'after the garbage']);
  const end = await server.stop();
  assert.equal(end.code, 0, end.err);
});

test('clients that trickle hold up nobody', async (t) => {
  const acts = await scene(t);
  const { world, server } = acts;
  const slow = await Promise.all(
    Array.from({ length: 40 }, async (_, at) => {
      const talk = await greeted(world.smtp);
      if (at % 2 === 0) return { talk, text: `NOOP ${'x'.repeat(500)}` };
      await talk.envelope({});
      await talk.command('DATA');
      return { talk, text: plainText('slow').padEnd(500) };
    }),
  );
  let sent = 0;
  const trickle = setInterval(() => {
    for (const { talk, text } of slow) talk.socket.write(text[sent] ?? '');
    sent += 1;
  }, 50);
  afterwards(t, () => {
    clearInterval(trickle);
    for (const { talk } of slow) talk.destroy();
  });
  await worksAsBefore(acts, 'not held up');
  assert.deepEqual(subjectsIn(server.folder), ['not held up', 'not held up']);
  assert.ok(sent > 0);
  assert.ok(slow.every(({ talk }) => talk.socket.writable));
});

/** The most memory that the program ever had, in MB; Linux only. */
function peakMegabytes({ pid }: RunningServer): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
}

function rowsIn(server: RunningServer, table: 'bodies' | 'uploads' | 'messages'): number {
  const spool = new DatabaseSync(join(server.folder, 'data', 'spool-0.db'), { readOnly: true });
  try {
    return Number(spool.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.rows);
  } finally {
    spool.close();
  }
}

const withoutProc = process.platform !== 'linux' && 'memory is read from /proc';

test('a message above the limit costs no memory and is not kept', {
  skip: withoutProc,
}, async (t) => {
  const { world, server } = await scene(t);
  const talk = await greeted(world.smtp);
  afterwards(t, () => talk.destroy());
  await talk.command('EHLO client.example.net');
  const before = peakMegabytes(server);

  const told = await talk.command(`MAIL FROM:<ann@example.net> SIZE=${100 * MEGABYTE}`);
  assert.match(told, /^552 5\.3\.4 /);

  assert.match(await talk.envelope({}), /^250 /);
  assert.match(await talk.command('DATA'), /^354 /);
  const line = Buffer.from(`${'x'.repeat(76)}\r\n`);
  const chunk = Buffer.concat(
    Array.from({ length: Math.ceil(MEGABYTE / line.length) }, () => line),
  );
  for (let megabytes = 0; megabytes < 100; megabytes += 1) await talk.write(chunk);
  assert.match(await talk.command('.'), /^552 5\.3\.4 /);

  const grown = peakMegabytes(server) - before;
  assert.ok(grown < 50, `it grew by ${grown.toFixed(0)} MB`);
  assert.match(await talk.envelope({}), /^250 /);
  assert.match(await talk.message(plainText('small')), /^250 /);
  await server.said(/recipient\.delivered/);
  assert.deepEqual(subjectsIn(server.folder), ['small']);
  const { messages } = JSON.parse((await server.ask('queue', 'list', '--json')).out);
  assert.deepEqual(messages, []);
  assert.deepEqual([rowsIn(server, 'messages'), rowsIn(server, 'uploads')], [1, 0]);
  assert.equal(rowsIn(server, 'bodies'), 0);
});

test('a client that goes in the middle of a large message leaves nothing', async (t) => {
  const { world, server } = await scene(t);
  const talk: SmtpTalk = await greeted(world.smtp);
  await talk.envelope({});
  await talk.command('DATA');
  const line = Buffer.from(`${'x'.repeat(76)}\r\n`);
  await talk.write(Buffer.concat(Array.from({ length: 20_000 }, () => line)));
  talk.destroy();
  await talk.closed;
  assert.match(await bring(world.smtp), /^250 /);
  await server.said(/recipient\.delivered/);
  assert.deepEqual([rowsIn(server, 'bodies'), rowsIn(server, 'uploads')], [0, 0]);
});
