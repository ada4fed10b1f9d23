// The API's observations: which requests it takes, what a client hears, and that one who goes away
// harms nobody.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createApi } from '../../src/api/api.ts';
import { createClient } from '../../src/api/client.ts';
import { askLocal, socketPathOf } from '../../src/api/local.ts';
import type { ApiParts } from '../../src/api/parts.ts';
import { serveApi } from '../../src/api/server.ts';
import type { ObservationProgress, Problem } from '../../src/api/types.ts';
import { FingerpostError } from '../../src/base/errors.ts';
import { afterwards } from '../support/afterwards.ts';
import { falseParts } from '../support/api-parts.ts';
import { observationOf } from '../support/scene-observation.ts';

type Observe = ApiParts['observe'];

const SEEN = observationOf({ zones: { 'example.com': '@ MX 0 .\n@ TXT "v=spf1 -all"' } });
const PATH = '/api/v1/observations';

const progressAt = (answered: number): ObservationProgress => ({
  domain: 'example.com.',
  answered,
  wanted: 1_000,
  waitingFor: ['dialogue mail.example.com. 192.0.2.1'],
});

const partsWith = (observe: Observe): ApiParts => falseParts([], {}, { observe });

const posted = (body: string): Request =>
  new Request(`http://localhost${PATH}`, { method: 'POST', body });

const REQUEST = { domain: 'example.com', purpose: 'check' };

const REFUSED: Readonly<Record<string, readonly [unknown, number]>> = {
  'no domain': [{ purpose: 'check' }, 400],
  'an empty domain': [{ ...REQUEST, domain: '' }, 400],
  'a domain of 1,001 characters': [{ ...REQUEST, domain: 'a'.repeat(1_001) }, 400],
  'another purpose': [{ ...REQUEST, purpose: 'attack' }, 400],
  '101 selectors': [{ ...REQUEST, selectors: Array(101).fill('s') }, 400],
  'a selector of 256 characters': [{ ...REQUEST, selectors: ['s'.repeat(256)] }, 400],
  'what it does not know': [{ ...REQUEST, address: '192.0.2.1' }, 400],
  'a list': [[], 400],
  '64 KB and more': [{ ...REQUEST, domain: 'a'.repeat(70_000) }, 413],
};

for (const [what, [body, status]] of Object.entries(REFUSED)) {
  test(`${what} is refused, and nothing is looked at`, async () => {
    const observe: Observe = () => assert.fail('it was looked at');
    const response = await createApi(partsWith(observe)).fetch(posted(JSON.stringify(body)));
    assert.equal(response.status, status);
    assert.equal(((await response.json()) as Problem).status, status);
  });
}

test('what is no JSON is refused', async () => {
  const observe: Observe = () => assert.fail('it was looked at');
  const response = await createApi(partsWith(observe)).fetch(posted('{'));
  assert.equal(response.status, 400);
});

test('a client hears the progress, and gets the observation as it is', async () => {
  const observe: Observe = async (request, progress) => {
    assert.deepEqual(request, REQUEST);
    progress(progressAt(1));
    return SEEN;
  };
  const client = createClient((request) => createApi(partsWith(observe)).fetch(request));
  const heard: ObservationProgress[] = [];
  const seen = await client.observe({ domain: 'example.com', purpose: 'check' }, (each) =>
    heard.push(each),
  );
  assert.deepEqual(seen, SEEN);
  assert.deepEqual(heard, [progressAt(1)]);
});

test('what goes wrong is told with its code', async () => {
  const observe: Observe = () => Promise.reject(new FingerpostError('USAGE', 'no domain name'));
  const client = createClient((request) => createApi(partsWith(observe)).fetch(request));
  await assert.rejects(
    client.observe({ domain: 'x', purpose: 'check' }),
    (error) => error instanceof FingerpostError && error.code === 'USAGE',
  );
});

test('who reads no further hears no more, and the work goes on to its end', async () => {
  const gate = Promise.withResolvers<void>();
  let ends = 0;
  const observe: Observe = async (_, progress) => {
    progress(progressAt(1));
    await gate.promise;
    for (let at = 2; at < 5_000; at += 1) progress(progressAt(at));
    ends += 1;
    return SEEN;
  };
  const response = await createApi(partsWith(observe)).fetch(posted(JSON.stringify(REQUEST)));
  const reader = response.body?.getReader();
  assert.match(Buffer.from((await reader?.read())?.value ?? []).toString(), /"answered":1,/);
  await reader?.cancel();
  gate.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(ends, 1);
});

test('a client that breaks off does not disturb the server', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fingerpost-observations-'));
  afterwards(t, () => rmSync(folder, { recursive: true }));
  const socketPath = socketPathOf(folder);
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  let ends = 0;
  const observe: Observe = async (_, progress) => {
    progress(progressAt(1));
    begun.resolve();
    await gate.promise;
    // More than any buffer on the way holds.
    for (let at = 2; at < 20_000; at += 1) progress(progressAt(at));
    ends += 1;
    return SEEN;
  };
  const api = createApi(partsWith(observe));
  const server = await serveApi({ api, tcp: [], hostname: 'mail.example.com', socketPath });
  afterwards(t, () => server.close());
  const rude = httpRequest({ socketPath, method: 'POST', path: PATH, agent: false });
  rude.on('error', () => {});
  rude.end(JSON.stringify(REQUEST));
  await begun.promise;
  const client = createClient(askLocal(socketPath));
  const polite = client.observe({ domain: 'example.com', purpose: 'check' });
  rude.destroy();
  gate.resolve();
  assert.deepEqual(await polite, SEEN);
  assert.equal(ends, 2);
  assert.ok((await client.health()).hostname.length > 0);
});
