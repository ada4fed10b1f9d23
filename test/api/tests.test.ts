// The API's round trips: which requests it takes, and how news and result come back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from '../../src/api/api.ts';
import { createClient } from '../../src/api/client.ts';
import type { Problem, TestProgress, TestRequest } from '../../src/api/types.ts';
import { FingerpostError } from '../../src/base/errors.ts';
import { falseParts } from '../support/api-parts.ts';
import { lostTrip, tripPath } from '../support/round-trips.ts';

const REQUEST: TestRequest = { address: 'user@example.com', waitMs: 60_000 };

const REFUSED: Readonly<Record<string, unknown>> = {
  'no address': { waitMs: 60_000 },
  'an empty address': { ...REQUEST, address: '' },
  'no wait': { address: 'user@example.com' },
  'a wait of nothing': { ...REQUEST, waitMs: 0 },
  'a wait of hours': { ...REQUEST, waitMs: 7_200_000 },
  'a relative folder': { ...REQUEST, maildir: 'mail' },
  'what it does not know': { ...REQUEST, key: 'x' },
  'no object': [],
};

for (const [what, body] of Object.entries(REFUSED)) {
  test(`${what} is refused`, async () => {
    const request = new Request('http://localhost/api/v1/tests', {
      method: 'POST',
      body: JSON.stringify(body),
    });
    const response = await createApi(falseParts()).fetch(request);
    assert.equal(response.status, 400);
    assert.equal(((await response.json()) as Problem).code, 'USAGE');
  });
}

test('a client gets the news of every way, and the result', async () => {
  const given: TestRequest[] = [];
  const news: TestProgress = { path: tripPath(), ended: 0, paths: 2 };
  const parts = falseParts(
    [],
    {},
    {
      roundTrip: async (request, progress) => {
        given.push(request);
        progress(news);
        return lostTrip();
      },
    },
  );
  const client = createClient((request) => createApi(parts).fetch(request));
  const heard: TestProgress[] = [];
  const request = { ...REQUEST, from: 'a@b.example', maildir: '/srv/mail', clean: true };
  assert.deepEqual(await client.test(request, (each) => heard.push(each)), lostTrip());
  assert.deepEqual(given, [request]);
  assert.deepEqual(heard, [news]);
});

test('what goes wrong is thrown with its code', async () => {
  const roundTrip = () => Promise.reject(new FingerpostError('USAGE', 'no such Maildir'));
  const parts = falseParts([], {}, { roundTrip });
  const client = createClient((request) => createApi(parts).fetch(request));
  await assert.rejects(client.test(REQUEST), { code: 'USAGE', message: 'no such Maildir' });
});
