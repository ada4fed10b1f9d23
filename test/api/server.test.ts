// Who may ask what, and where: TCP under our names and for two paths only, the Unix socket for
// everything but only for its owner.
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createApi } from '../../src/api/api.ts';
import { createClient } from '../../src/api/client.ts';
import { askLocal, socketPathOf } from '../../src/api/local.ts';
import { type ServeOptions, serveApi } from '../../src/api/server.ts';
import { FingerpostError } from '../../src/base/errors.ts';
import { type Endpoint, parseEndpoint } from '../../src/base/ip.ts';
import { falseParts, kept } from '../support/api-parts.ts';

function at(text: string): Endpoint {
  const endpoint = parseEndpoint(text);
  assert.ok(endpoint);
  return endpoint;
}

async function serving(context: TestContext, more: Partial<ServeOptions>) {
  const api = createApi(falseParts([kept('0-a')]));
  const server = await serveApi({ api, tcp: [], hostname: 'mail.example.com', ...more });
  context.after(() => server.close());
  return server;
}

function dataFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'fingerpost-api-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function statusOf(endpoint: Endpoint, path: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { address, port } = endpoint;
    const options = { host: address, port, path, headers: { host }, agent: false };
    httpRequest(options, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

const OVER_TCP: readonly (readonly [string, string, number])[] = [
  ['/health', 'localhost', 200],
  ['/metrics', '127.0.0.1:8025', 200],
  ['/health', '[::1]:8025', 200],
  ['/health', 'Mail.Example.Com', 200],
  ['/health', '127.0.0.9:1', 200],
  ['/health', 'evil.example', 421],
  ['/health', 'mail.example.com.evil.example', 421],
  ['/health', '192.0.2.1', 421],
  ['/api/v1/queue', 'localhost', 403],
  ['/api/v1/observations', 'localhost', 403],
  ['/api/v1/tests', 'localhost', 403],
  ['/api/v1/watches', 'localhost', 403],
  ['/metrics/../api/v1/watches', 'localhost', 403],
  ['/metrics%2f..%2fapi/v1/watches', 'localhost', 403],
  ['//api/v1/watches', 'localhost', 403],
  ['/health/', 'localhost', 403],
  ['/', 'localhost', 403],
];

test('over TCP there are health and metrics, under our names', async (context) => {
  const { tcp } = await serving(context, { tcp: [at('127.0.0.9:0')] });
  const [endpoint] = tcp;
  assert.ok(endpoint && endpoint.port > 0);
  for (const [path, host, status] of OVER_TCP) {
    assert.equal(await statusOf(endpoint, path, host), status, `${path} ${host}`);
  }
});

test('a port in use is an error that names it', async (context) => {
  const { tcp } = await serving(context, { tcp: [at('127.0.0.9:0')] });
  await assert.rejects(serving(context, { tcp }), (error) => {
    assert.ok(error instanceof FingerpostError);
    assert.equal(error.code, 'LISTEN_FAILED');
    assert.match(error.message, /127\.0\.0\.9:\d+: EADDRINUSE/);
    return true;
  });
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test('over the Unix socket there is everything, for its owner', async (context) => {
  const socketPath = socketPathOf(dataFolder(context));
  mkdirSync(dirname(socketPath), { mode: 0o755 });
  chmodSync(dirname(socketPath), 0o755);
  await serving(context, { socketPath });
  assert.equal(modeOf(socketPath), 0o600);
  assert.equal(modeOf(dirname(socketPath)), 0o700);
  const client = createClient(askLocal(socketPath));
  assert.deepEqual(await client.queue({}), [kept('0-a')]);
  const message = new Uint8Array(900).fill(65);
  const submission = { sender: 'a@b.example', recipients: ['c@d.example'], message };
  assert.deepEqual(await client.submit(submission), { id: '0-new' });
});

const codeIs = (code: string) => (error: unknown) =>
  error instanceof FingerpostError && error.code === code;

test('a living server keeps its socket, a dead one loses it', async (context) => {
  const socketPath = socketPathOf(dataFolder(context));
  const client = createClient(askLocal(socketPath));
  await assert.rejects(client.health(), codeIs('NOT_RUNNING'));
  mkdirSync(dirname(socketPath));
  writeFileSync(socketPath, 'left behind');
  const api = createApi(falseParts());
  const first = await serveApi({ api, tcp: [], hostname: 'x', socketPath });
  await assert.rejects(serving(context, { socketPath }), codeIs('DATA_LOCKED'));
  assert.equal((await client.health()).hostname, 'self.example');
  await first.close();
  assert.ok(!existsSync(socketPath));
  await assert.rejects(client.health(), codeIs('NOT_RUNNING'));
});

test('a socket whose path is too long is refused in words', async (context) => {
  const socketPath = join(dataFolder(context), 'x'.repeat(120), 'api.sock');
  await assert.rejects(serving(context, { socketPath }), codeIs('LISTEN_FAILED'));
});

test('when one place fails, none is left open', async (context) => {
  const socketPath = socketPathOf(dataFolder(context));
  const { tcp } = await serving(context, { tcp: [at('127.0.0.9:0')] });
  await assert.rejects(serving(context, { socketPath, tcp }), codeIs('LISTEN_FAILED'));
  assert.ok(!existsSync(socketPath));
});
