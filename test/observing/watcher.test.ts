// The watch between its pure core and the world: when domains are looked at, that no notice is lost,
// and what a webhook is sent.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { days, hours, minutes } from '../../src/base/time.ts';
import type { Notice } from '../../src/checks/watch/notice.ts';
import { NEW_STATE } from '../../src/checks/watch/state.ts';
import type { HttpsEnding, HttpsRequest } from '../../src/net/network.ts';
import { type Batch, CONTROL_MIGRATIONS, WatchStore } from '../../src/observing/watch-store.ts';
import { Watcher, type WatcherOptions } from '../../src/observing/watcher.ts';
import { sendWebhook, signatureOf } from '../../src/observing/webhook.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import { afterwards } from '../support/afterwards.ts';
import { falseClock } from '../support/false-clock.ts';
import { observationOf } from '../support/scene-observation.ts';

const NOTICE: Notice = {
  kind: 'broken',
  domain: 'example.com',
  at: falseClock().now(),
  rule: 'SMTP-CONNECT',
  subject: 'mail.example.com 192.0.2.10',
  severity: 'error',
  since: falseClock().now(),
  times: 1,
  says: 'it is down',
};

async function storeFor(t: TestContext): Promise<WatchStore> {
  const folder = mkdtempSync(join(tmpdir(), 'fingerpost-watcher-'));
  const storage = await openSqlite(join(folder, 'control.db'), { migrations: CONTROL_MIGRATIONS });
  afterwards(t, () => rmSync(folder, { recursive: true, force: true }));
  afterwards(t, () => storage.close());
  return new WatchStore(storage);
}

const SEEN = observationOf({ zones: { 'example.com': '@ MX 0 .\n@ TXT "v=spf1 -all"' } });

async function watcherFor(t: TestContext, more: Partial<WatcherOptions>) {
  const clock = falseClock();
  const store = await storeFor(t);
  const looks: string[] = [];
  const options: WatcherOptions = {
    clock,
    store,
    events: { emit: () => {} },
    domains: ['example.com'],
    every: hours(1),
    confirmAfter: minutes(5),
    policy: { leastSeverity: 'critical' },
    look: async (domain) => {
      looks.push(`${domain} ${Math.round((clock.now() - SEEN_FROM) / minutes(1))}`);
      return { ...SEEN, about: { ...SEEN.about, now: clock.now() } };
    },
    send: {},
    ...more,
  };
  return { clock, store, looks, watcher: new Watcher(options) };
}

const SEEN_FROM = falseClock().now();

test('every domain is looked at at its own time, about every hour, at the same times again', async (t) => {
  const domains = ['a.test', 'b.test', 'c.test'];
  const first = await watcherFor(t, { domains });
  first.watcher.start();
  await first.clock.advance(hours(10));
  await first.watcher.stop();
  for (const domain of domains) {
    const times = first.looks.filter((look) => look.startsWith(domain));
    assert.ok(times.length >= 9 && times.length <= 11, times.join());
  }
  const starts = domains.map((domain) => first.looks.find((look) => look.startsWith(domain)));
  assert.equal(new Set(starts.map((start) => start?.split(' ')[1])).size, 3, starts.join());
  const second = await watcherFor(t, { domains });
  second.watcher.start();
  await second.clock.advance(hours(10));
  await second.watcher.stop();
  assert.deepEqual(second.looks, first.looks);
});

test('a look that fails is no end', async (t) => {
  const events: string[] = [];
  let count = 0;
  const look = async () => {
    count += 1;
    throw new Error('no network');
  };
  const { clock, watcher } = await watcherFor(t, {
    look,
    events: { emit: ({ kind }) => events.push(kind) },
  });
  watcher.start();
  await clock.advance(hours(3));
  await watcher.stop();
  assert.ok(count >= 3);
  assert.deepEqual(new Set(events), new Set(['watch.failed']));
});

test('a stopped watcher looks no more', async (t) => {
  const { clock, looks, watcher } = await watcherFor(t, {});
  watcher.start();
  await clock.advance(hours(2));
  await watcher.stop();
  const before = looks.length;
  await clock.advance(hours(5));
  assert.equal(looks.length, before);
});

test('a notice that could not be sent is sent later, and only once', async (t) => {
  const sent: string[] = [];
  let isDown = true;
  const send = {
    webhook: async ({ notices }: Batch) => {
      if (isDown) throw new Error('the receiver is down');
      sent.push(...notices.map(({ kind }) => kind));
    },
  };
  const { clock, store, watcher } = await watcherFor(t, { send });
  await store.save('example.com', NEW_STATE, [{ channel: 'webhook', notices: [NOTICE] }]);
  watcher.start();
  await clock.advance(minutes(20));
  assert.deepEqual(sent, []);
  isDown = false;
  await clock.advance(hours(2));
  await watcher.stop();
  assert.deepEqual(sent, ['broken']);
  assert.deepEqual(await store.unsent(), []);
});

test('a notice is given up after about a day', async (t) => {
  let tries = 0;
  const send = {
    mail: async () => {
      tries += 1;
      throw new Error('never');
    },
  };
  const { clock, store, watcher } = await watcherFor(t, { send });
  await store.save('example.com', NEW_STATE, [{ channel: 'mail', notices: [NOTICE] }]);
  watcher.start();
  await clock.advance(days(2));
  await watcher.stop();
  assert.deepEqual(await store.unsent(), []);
  assert.equal(tries, 31);
});

test('state and notices are there after a restart', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fingerpost-watcher-'));
  afterwards(t, () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'control.db');
  const before = await openSqlite(path, { migrations: CONTROL_MIGRATIONS });
  const state = { ...NEW_STATE, records: { 'example.com MX': ['10 mail.example.com.'] } };
  const batch = { channel: 'mail', notices: [NOTICE] } as const;
  await new WatchStore(before).save('example.com', state, [batch]);
  await before.close();
  const now = await openSqlite(path, { migrations: CONTROL_MIGRATIONS });
  const store = new WatchStore(now);
  assert.deepEqual(await store.stateOf('example.com'), state);
  assert.deepEqual(await store.stateOf('other.example'), NEW_STATE);
  assert.deepEqual(
    (await store.unsent()).map(({ notices }) => notices),
    [[NOTICE]],
  );
  await now.close();
});

const BATCH: Batch = {
  number: 7,
  channel: 'webhook',
  domain: 'example.com',
  notices: [NOTICE],
  tries: 0,
};

/** A receiver that gives this answer, and what it was asked. */
function receiver(ending: Partial<Extract<HttpsEnding, { kind: 'answered' }>>) {
  const asked: HttpsRequest[] = [];
  const whole = { kind: 'answered', address: '192.0.2.80', headers: {}, isCut: false } as const;
  const request = async (given: HttpsRequest): Promise<HttpsEnding> => {
    asked.push(given);
    return { ...whole, status: 204, body: new Uint8Array(), ...ending } as HttpsEnding;
  };
  const lookup = async () =>
    ({
      kind: 'records',
      records: [{ kind: 'A', address: '192.0.2.80' }],
      ttlSeconds: 60,
      secure: false,
      aliases: [],
    }) as never;
  const options = {
    url: 'https://hooks.example.com/mail?x=1',
    secret: 'a secret of enough length',
    https: { request },
    lookup,
    clock: falseClock(),
    families: { ipv4: true, ipv6: true },
    global: ['192.0.2.0/24'],
  };
  return { asked, options };
}

test('a webhook gets the notices, signed so that nobody else can have sent them', async () => {
  const { asked, options } = receiver({});
  await sendWebhook(options, BATCH);
  const [request] = asked;
  assert.ok(request);
  assert.equal(request.method, 'POST');
  assert.equal(request.url.href, 'https://hooks.example.com/mail?x=1');
  assert.deepEqual(request.addresses, ['192.0.2.80']);
  const body = Buffer.from(request.body ?? []).toString();
  assert.deepEqual(JSON.parse(body), {
    format: 'fingerpost-notices-1',
    id: 7,
    domain: 'example.com',
    notices: [NOTICE],
  });
  const timestamp = Number(request.headers['fingerpost-timestamp']);
  assert.equal(timestamp, options.clock.now() / 1_000);
  const signature = `sha256=${signatureOf(options.secret, timestamp, body)}`;
  assert.equal(request.headers['fingerpost-signature'], signature);
  assert.notEqual(signatureOf('another secret of length', timestamp, body), signature.slice(7));
});

for (const status of [199, 301, 400, 500]) {
  test(`a webhook that answers ${status} was not told`, async () => {
    await assert.rejects(sendWebhook(receiver({ status }).options, BATCH), /answered/);
  });
}

test('a webhook at an address that is not public is not asked', async () => {
  const { asked, options } = receiver({});
  await assert.rejects(sendWebhook({ ...options, global: [] }, BATCH), /no address/);
  assert.deepEqual(asked, []);
});

test('a watcher that is stopped waits for no look, and what that sees counts for nothing', async (t) => {
  const look = Promise.withResolvers<typeof SEEN>();
  const told: string[] = [];
  const { clock, store, watcher } = await watcherFor(t, {
    look: () => look.promise,
    policy: { leastSeverity: 'info' },
    seen: () => told.push('seen'),
    events: { emit: ({ kind }) => told.push(kind) },
  });
  watcher.start();
  await clock.advance(hours(1));
  await watcher.stop();
  look.resolve(SEEN);
  await clock.advance(hours(1));
  assert.deepEqual(told, []);
  assert.deepEqual(await store.stateOf('example.com'), NEW_STATE);
  assert.equal(clock.pending, 0);
});

test('a notice that comes while another is being sent is sent after it', async (t) => {
  const sent: string[] = [];
  const slow = Promise.withResolvers<void>();
  const send = {
    webhook: async ({ domain }: Batch) => {
      if (sent.length === 0) await slow.promise;
      sent.push(domain);
    },
  };
  const domains = ['a.test', 'b.test'];
  const broken = observationOf({ zones: { 'example.com': '@ MX 0 gone\n@ TXT "v=spf1 -all"' } });
  const { clock, watcher } = await watcherFor(t, {
    domains,
    send,
    policy: { leastSeverity: 'info' },
    look: async (domain) => ({
      ...broken,
      about: { ...broken.about, domain: broken.about.domain, now: clock.now() },
      program: domain,
    }),
  });
  watcher.start();
  await clock.advance(minutes(30));
  assert.deepEqual(sent, []);
  slow.resolve();
  await clock.advance(minutes(1));
  await watcher.stop();
  assert.deepEqual(sent.toSorted(), domains);
});

test('a stop waits a moment for what is being sent, and no longer', async (t) => {
  const { clock, store, watcher } = await watcherFor(t, {
    send: { webhook: () => new Promise<void>(() => {}) },
  });
  await store.save('example.com', NEW_STATE, [{ channel: 'webhook', notices: [NOTICE] }]);
  watcher.start();
  await clock.settle();
  const started = clock.now();
  let isStopped = false;
  void watcher.stop().then(() => {
    isStopped = true;
  });
  await clock.until(() => isStopped, minutes(1));
  assert.equal(clock.now() - started, 5_000);
  assert.equal((await store.unsent()).length, 1);
});
