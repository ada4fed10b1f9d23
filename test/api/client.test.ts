// The typed client gives back what the API's parts said, and turns refusals into our errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from '../../src/api/api.ts';
import { createClient } from '../../src/api/client.ts';
import { FingerpostError } from '../../src/base/errors.ts';
import { explanation, falseParts, HOSTS, kept } from '../support/api-parts.ts';

const clientOf = (parts: ReturnType<typeof falseParts>) => createClient(createApi(parts).fetch);

test('what the parts say arrives unchanged', async () => {
  const client = clientOf(falseParts([kept('0-a')]));
  assert.deepEqual(await client.queue({ limit: 5, states: ['held'], after: '0-0' }), [kept('0-a')]);
  assert.deepEqual(await client.messages('one@example.org'), [
    { message: kept('0-a'), ledger: [] },
  ]);
  assert.deepEqual(await client.messages('gone/..?'), []);
  assert.deepEqual(await client.route('a&b=c@example.com'), explanation('example.com', HOSTS));
  assert.deepEqual(await client.reloadZones(), { loaded: [], refused: [] });
  assert.equal((await client.health()).hostname, 'self.example');
});

test('an address arrives as it was given', async () => {
  let seen = '';
  const explain = async (address: string) => {
    seen = address;
    return explanation('example.com', HOSTS);
  };
  await clientOf(falseParts([], {}, { explain })).route('a&b+c %d@exämple.com');
  assert.equal(seen, 'a&b+c %d@exämple.com');
});

test('a submission is kept, or refused with the reply', async () => {
  const parts = falseParts();
  const submission = {
    sender: 'a@example.org',
    recipients: ['b@example.com'],
    message: Uint8Array.of(1, 2, 3),
    via: '[::1]:25',
  };
  assert.deepEqual(await clientOf(parts).submit(submission), { id: '0-new' });
  assert.deepEqual(parts.submissions, [submission]);
  for (const code of [250, 550]) {
    const reply = { code, enhanced: '5.1.1', lines: ['no such user'] };
    const answering = falseParts([], {}, { submit: async () => ({ reply }) });
    assert.deepEqual(await clientOf(answering).submit(submission), { reply });
  }
});

test('trouble is an answer to the question for health', async () => {
  const health = { hostname: 'x', troubles: ['the lane died'], listening: [] };
  const parts = falseParts([], {}, { health: () => health });
  assert.deepEqual(await clientOf(parts).health(), health);
});

test('a refusal is thrown with its code and its words', async () => {
  const isUsage = (error: unknown) =>
    error instanceof FingerpostError && error.code === 'USAGE' && /limit/.test(error.message);
  await assert.rejects(clientOf(falseParts()).queue({ limit: 0 }), isUsage);
  const client = createClient(async () => new Response('<html>', { status: 502 }));
  const isFailed = (error: unknown) =>
    error instanceof FingerpostError && error.code === 'REQUEST_FAILED';
  for (const asked of [client.route('x'), client.health(), client.reloadZones()]) {
    await assert.rejects(asked, isFailed);
  }
});
