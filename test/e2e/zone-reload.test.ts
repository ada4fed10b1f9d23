// Zone files that change under a running server: a good one is served at once, of a broken one
// every fault is told with its place and the version before is served on.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { askDns, preferencesIn } from '../support/real-dns.ts';
import { addressesOfOurOwn, startServer } from '../support/server-process.ts';
import { smallWorld } from '../support/small-world.ts';

const nextAddress = addressesOfOurOwn();
const PATIENCE_MS = 10_000;

test('zone reload and SIGHUP refuse a broken zone file; the old version stays', async (t) => {
  const world = smallWorld(nextAddress());
  const server = await startServer(t, world.yaml, { files: world.files });
  const file = join(server.folder, 'example.com.zone');
  const good = world.files['example.com.zone'] ?? '';
  const served = async (): Promise<readonly number[]> => {
    const byUdp = await askDns(world.dns, 'example.com. MX', 'udp');
    const byTcp = await askDns(world.dns, 'example.com. MX', 'tcp');
    assert.deepEqual(byTcp.answers, byUdp.answers);
    return preferencesIn(byUdp);
  };
  assert.deepEqual(await served(), [10]);

  const same = await server.ask('zone', 'reload');
  assert.deepEqual([same.code, same.out], [0, 'no zone has changed\n']);

  writeFileSync(file, good.replace('MX 10 mx1', 'MX ten mx1').replace('NS ns', 'NS ns extra'));
  const refused = await server.ask('zone', 'reload');
  assert.equal(refused.code, 1);
  assert.match(refused.out, /refused, the version before is served on/);
  assert.match(refused.out, /example\.com\.zone:4:\d+: /);
  assert.match(refused.out, /example\.com\.zone:6:9: .*ten/);
  assert.match(server.log, /zone\.refused .*example\.com\.zone:6:9: .*ten/);
  assert.deepEqual(await served(), [10]);

  writeFileSync(file, good.replace('MX 10 mx1', 'MX 70000 mx1'));
  server.kill('SIGHUP');
  await server.said(/zone\.refused .*example\.com\.zone:6:9: .*70000/);
  assert.deepEqual(await served(), [10]);

  writeFileSync(file, good.replace('MX 10 mx1', 'MX 20 mx1').replace(' 1 3600', ' 2 3600'));
  const taken = await server.ask('zone', 'reload', '--json');
  assert.equal(taken.code, 0);
  assert.deepEqual(JSON.parse(taken.out), {
    loaded: [{ kind: 'zone.loaded', zone: 'example.com', serial: 2, names: 3 }],
    refused: [],
  });
  assert.deepEqual(await served(), [20]);

  writeFileSync(file, good.replace('MX 10 mx1', 'MX 30 mx1').replace(' 1 3600', ' 3 3600'));
  server.kill('SIGHUP');
  await server.said(/zone\.loaded example\.com serial 3/);
  // It is said when the file is read; the threads have it a moment later.
  const late = AbortSignal.timeout(PATIENCE_MS);
  for (const by of ['udp', 'tcp'] as const) {
    let preferences: readonly number[] = [];
    while (preferences[0] !== 30 && !late.aborted) {
      preferences = preferencesIn(await askDns(world.dns, 'example.com. MX', by));
    }
    assert.deepEqual(preferences, [30]);
  }
});

test('a zone that is broken at the start keeps nothing else from starting', async (t) => {
  const world = smallWorld(nextAddress());
  const files = { ...world.files, 'example.org.zone': '@ IN SOA broken\n' };
  const server = await startServer(t, world.yaml, { files });
  assert.match(server.log, /zone\.refused .*example\.org\.zone:1:\d+: /);
  assert.deepEqual(preferencesIn(await askDns(world.dns, 'example.com. MX')), [10]);
});
