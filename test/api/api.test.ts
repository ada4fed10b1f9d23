// Every path of the API: what it answers, and how it says no.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from '../../src/api/api.ts';
import type { Problem } from '../../src/api/types.ts';
import { FingerpostError } from '../../src/base/errors.ts';
import { falseParts, kept } from '../support/api-parts.ts';

const LEDGERS = {
  '0-a': [
    {
      kind: 'held' as const,
      at: kept('0-a').receivedAt,
      recipients: [0],
      reason: 'three crashes',
    },
  ],
};

const messages = [kept('0-a'), kept('0-b', { messageIdField: 'two@example.org' })];

function ask(parts: Parameters<typeof createApi>[0], path: string, init?: RequestInit) {
  return createApi(parts).fetch(new Request(`http://localhost${path}`, init));
}

test('the queue is listed as it was asked for', async () => {
  const parts = falseParts(messages);
  const response = await ask(parts, '/api/v1/queue?states=waiting,held&limit=1&after=0-0');
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { messages: [kept('0-a')] });
  assert.deepEqual(parts.listed, [{ limit: 1, states: ['waiting', 'held'], after: '0-0' }]);
  await ask(parts, '/api/v1/queue');
  assert.deepEqual(parts.listed[1], { limit: 100 });
});

test('a message is found by our id and by its Message-ID, with its ledger', async () => {
  for (const id of ['0-a', 'one@example.org', '<one@example.org>']) {
    const response = await ask(
      falseParts(messages, LEDGERS),
      `/api/v1/messages/${encodeURIComponent(id)}`,
    );
    const expected = { messages: [{ message: kept('0-a'), ledger: LEDGERS['0-a'] }] };
    assert.deepEqual(await response.json(), expected, id);
  }
});

test('a message is handed in as its bytes, the envelope in the query', async () => {
  const parts = falseParts();
  const query = new URLSearchParams([
    ['from', ''],
    ['to', 'a+b@example.com'],
    ['to', 'c@example.com'],
    ['to', 'a+b@example.com'],
    ['via', '192.0.2.1:25'],
  ]);
  const body = Uint8Array.from([0, 255, 13, 10]);
  const response = await ask(parts, `/api/v1/messages?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'message/rfc822' },
    body,
  });
  assert.equal(response.status, 201);
  assert.equal(response.headers.get('location'), '/api/v1/messages/0-new');
  assert.deepEqual(await response.json(), { id: '0-new' });
  assert.deepEqual(parts.submissions, [
    {
      sender: '',
      recipients: ['a+b@example.com', 'c@example.com'],
      message: body,
      via: '192.0.2.1:25',
    },
  ]);
});

const post = (body: string | Uint8Array<ArrayBuffer>, type = 'message/rfc822') => ({
  method: 'POST',
  headers: { 'content-type': type },
  body,
});

const failing = (code: 'USAGE' | 'STORAGE_FULL' | 'NOT_RUNNING') =>
  falseParts([], {}, { explain: () => Promise.reject(new FingerpostError(code, 'not so')) });

const broken = falseParts([], {}, { explain: () => Promise.reject(new Error('/secret/path')) });

/** Who is asked, what, and the problem that comes back. */
const REFUSALS: readonly (readonly [
  ReturnType<typeof falseParts>,
  string,
  RequestInit | undefined,
  Partial<Problem>,
])[] = [
  [falseParts(), '/nowhere', undefined, { status: 404, detail: 'there is no GET /nowhere' }],
  [falseParts(), '/api/v1/messages/0-x', undefined, { status: 404 }],
  [falseParts(), '/api/v1/queue?limit=0', undefined, { status: 400, code: 'USAGE' }],
  [falseParts(), '/api/v1/queue?limit=1001', undefined, { status: 400 }],
  [falseParts(), '/api/v1/queue?states=gone', undefined, { status: 400 }],
  [falseParts(), '/api/v1/route', undefined, { status: 400, code: 'USAGE' }],
  [falseParts(), `/api/v1/route?address=${'a'.repeat(1_001)}`, undefined, { status: 400 }],
  [falseParts(), '/api/v1/messages?to=b', post('x'), { status: 400 }],
  [falseParts(), '/api/v1/messages?from=a', post('x'), { status: 400 }],
  [falseParts(), '/api/v1/messages?from=a&to=b', post('x', 'text/plain'), { status: 415 }],
  [
    falseParts(),
    '/api/v1/messages?from=a&to=b',
    post(new Uint8Array(1_001)),
    { status: 413, title: 'Content Too Large' },
  ],
  [failing('USAGE'), '/api/v1/route?address=x', undefined, { status: 400, detail: 'not so' }],
  [failing('STORAGE_FULL'), '/api/v1/route?address=x', undefined, { status: 507 }],
  [failing('NOT_RUNNING'), '/api/v1/route?address=x', undefined, { status: 503 }],
  [
    broken,
    '/api/v1/route?address=x',
    undefined,
    { status: 500, detail: 'the server made a mistake' },
  ],
];

test('every refusal is a problem document', async () => {
  for (const [parts, path, init, expected] of REFUSALS) {
    const response = await ask(parts, path, init);
    assert.equal(response.headers.get('content-type'), 'application/problem+json', path);
    const problem = (await response.json()) as Problem;
    assert.equal(problem.type, 'about:blank');
    assert.equal(problem.status, response.status);
    assert.partialDeepStrictEqual(problem, expected, path);
  }
});

test('health is 503 in trouble, and says which', async () => {
  const well = await ask(falseParts(), '/health');
  assert.equal(well.status, 200);
  const trouble = { hostname: 'x', troubles: ['the lane died'], listening: [] };
  const ill = await ask(falseParts([], {}, { health: () => trouble }), '/health');
  assert.equal(ill.status, 503);
  assert.deepEqual(await ill.json(), trouble);
});

test('metrics count events from the start', async () => {
  const parts = falseParts();
  const api = createApi(parts);
  for (const recipient of ['a', 'b']) {
    parts.events.emit({ kind: 'recipient.delivered', id: '0-a', recipient, because: 'yes' });
  }
  parts.events.emit({ kind: 'storage.failed', because: 'disk' });
  const response = await api.fetch(new Request('http://localhost/metrics'));
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  assert.match(text, /^fingerpost_recipients_delivered_total 2$/m);
  assert.match(text, /^fingerpost_storage_failures_total 1$/m);
  assert.match(text, /^fingerpost_messages_accepted_total 0$/m);
  assert.match(text, /^(?:# HELP \w+ [^\n]+\n# TYPE \w+ counter\n\w+ \d+\n)+$/);
});
