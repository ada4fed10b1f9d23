// The resolver over real sockets on loopback: UDP, TCP, a port of its own for each query, ICMP.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { between, seconds } from '../../src/base/time.ts';
import type { Name } from '../../src/dns/name.ts';
import { TYPE } from '../../src/dns/types.ts';
import { realNetwork } from '../../src/net/real-network.ts';
import { createResolver } from '../../src/resolver/resolver.ts';
import { systemChance, systemClock } from '../../src/system.ts';
import { a, type DnsServer, scriptedDnsServer } from '../support/dns-server.ts';
import { endpoint } from '../support/dns-world.ts';

const network = realNetwork(systemClock);
const addresses = Array.from({ length: 200 }, (_, at) => a('big.test.', `192.0.2.${at}`));
let server: DnsServer;

before(async () => {
  server = await scriptedDnsServer(network, endpoint('127.0.0.1:0'), {
    'big.test. A': { does: 'truncate', answers: addresses },
    '*': { does: 'answer' },
  });
});

after(() => server.close());

const lookup = (name: string) =>
  createResolver({
    network,
    clock: systemClock,
    chance: systemChance,
    servers: [server.at],
  }).lookup(name as Name, TYPE.A);

test('a truncated answer is fetched by TCP, whole', async () => {
  const ended = await lookup('big.test.');
  assert.equal(ended.kind === 'records' && ended.records.length, 200);
});

test('many questions at once: each has an id and a port that nobody foresees', async () => {
  await Promise.all(Array.from({ length: 60 }, (_, at) => lookup(`d${at}.test.`)));
  const queries = server.asked.filter(({ key }) => key.startsWith('d'));
  const ports = queries.map(({ from }) => from.port);
  assert.equal(queries.length, 60);
  assert.ok(new Set(queries.map(({ packet }) => packet.id)).size >= 58);
  assert.ok(new Set(ports).size >= 58);
  assert.ok(Math.max(...ports) - Math.min(...ports) > 1_000, 'ports are not in a row');
});

test('a server that is not there is noticed at once, and the next is asked', async () => {
  const gone = await scriptedDnsServer(network, endpoint('127.0.0.1:0'), {});
  await gone.close();
  const resolver = createResolver({
    network,
    clock: systemClock,
    chance: systemChance,
    servers: [gone.at, server.at],
  });
  const started = systemClock.now();
  const ended = await resolver.lookup('next.test.' as Name, TYPE.A);
  assert.equal(ended.kind, 'no-data');
  assert.ok(between(started, systemClock.now()) < seconds(1));
});
