// A start that must fail: a port that somebody has, data that another server works on. The error
// says what and where, the program ends, and whoever was there first is not disturbed.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { afterwards } from '../support/afterwards.ts';
import { askDns, preferencesIn } from '../support/real-dns.ts';
import {
  addressesOfOurOwn,
  fingerpost,
  folderWith,
  startServer,
} from '../support/server-process.ts';
import { smallWorld } from '../support/small-world.ts';
import { bring, listening, type Place } from '../support/smtp-talk.ts';

const nextAddress = addressesOfOurOwn();

async function occupyTcp(t: TestContext, at: Place): Promise<void> {
  const server = createServer();
  await listening(server, at);
  afterwards(t, () => server.close());
}

async function occupyUdp(t: TestContext, { address, port }: Place): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(port, address, resolve));
  afterwards(t, () => socket.close());
}

const PORTS = {
  'DNS by UDP': { which: 'dns', protocol: 'UDP', occupy: occupyUdp },
  'DNS by TCP': { which: 'dns', protocol: 'TCP', occupy: occupyTcp },
  SMTP: { which: 'smtp', protocol: 'TCP', occupy: occupyTcp },
  submission: { which: 'submission', protocol: 'TCP', occupy: occupyTcp },
  HTTP: { which: 'http', protocol: 'TCP', occupy: occupyTcp },
} as const;

for (const [name, { which, protocol, occupy }] of Object.entries(PORTS)) {
  test(`the port of ${name} is in use: the error names it, and the program ends`, async (t) => {
    const world = smallWorld(nextAddress());
    const at = world[which];
    await occupy(t, at);
    const folder = folderWith(t, { ...world.files, 'fingerpost.yaml': world.yaml });
    const { code, err } = await fingerpost(['serve'], { cwd: folder });
    assert.equal(code, 2, err);
    const place = `${at.address}:${at.port}`;
    const mend = 'another program listens there. Stop it, or choose another port';
    const message = `fingerpost: Cannot listen on ${place} (${protocol}): ${mend}.\n`;
    assert.ok(err.endsWith(message), err);
  });
}

test('a second server on the same data says whose they are, and the first works on', async (t) => {
  const world = smallWorld(nextAddress());
  const first = await startServer(t, world.yaml, { files: world.files });
  const second = smallWorld(nextAddress()).yaml.replace('./data', join(first.folder, 'data'));
  const folder = folderWith(t, { ...world.files, 'fingerpost.yaml': second });
  const { code, err } = await fingerpost(['serve', '--json'], { cwd: folder });
  assert.equal(code, 2, err);
  const { error } = JSON.parse(err.trimEnd().split('\n').at(-1) ?? '');
  assert.equal(error.code, 'DATA_LOCKED');
  assert.ok(error.message.includes(`fingerpost serve, process ${first.pid} on `), error.message);
  assert.deepEqual(preferencesIn(await askDns(world.dns, 'example.com. MX')), [10]);
  assert.match(await bring(world.smtp), /^250 /);
  await first.said(/recipient\.delivered/);
});

test('after an end without goodbye the next server takes the data and goes on', async (t) => {
  const world = smallWorld(nextAddress());
  const first = await startServer(t, world.yaml, { files: world.files });
  first.kill('SIGKILL');
  await first.ended;
  const second = await startServer(t, world.yaml, { folder: first.folder });
  assert.match(await bring(world.smtp), /^250 /);
  await second.said(/recipient\.delivered/);
});
