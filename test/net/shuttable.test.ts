// Doors that are shut: what is open breaks, what is being opened fails, and nothing new is opened.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IpAddress, parseEndpoint } from '../../src/base/ip.ts';
import { milliseconds, minutes, seconds } from '../../src/base/time.ts';
import type { HttpsRequest } from '../../src/net/network.ts';
import { shuttable } from '../../src/net/shuttable.ts';
import { falseClock } from '../support/false-clock.ts';
import { falseNetwork } from '../support/false-network.ts';

const SERVER = parseEndpoint('198.51.100.7:25') ?? assert.fail();
const ANY = { address: '0.0.0.0' as IpAddress, port: 0 };
const TIMEOUT = { timeout: seconds(10) };

async function scene() {
  const clock = falseClock();
  const network = falseNetwork(clock);
  const machine = network.host([SERVER.address]);
  await machine.listen(SERVER, { connectionsMax: 10 }, (connection) => {
    connection.open({ data: (bytes) => connection.write(bytes), drained() {}, closed() {} });
  });
  const asked: HttpsRequest[] = [];
  const https = {
    request: async (request: HttpsRequest) => {
      asked.push(request);
      return { kind: 'failed', stage: 'connect', because: 'refused' } as const;
    },
  };
  return { clock, network, asked, doors: shuttable(network, https) };
}

test('a connection carries what it should, and breaks when the doors are shut', async () => {
  const { clock, network, doors } = await scene();
  const connected = await doors.network.connect(SERVER, TIMEOUT);
  assert.ok(connected.kind === 'connected');
  const heard: string[] = [];
  connected.connection.open({
    data: (bytes) => heard.push(Buffer.from(bytes).toString()),
    drained() {},
    closed: () => heard.push('closed'),
  });
  connected.connection.write(Buffer.from('hello'));
  await clock.settle();
  assert.deepEqual([heard, network.open], [['hello'], 1]);
  doors.shut();
  await clock.advance(minutes(1));
  assert.deepEqual([heard, network.open], [['hello', 'closed'], 0]);
  const late = await doors.network.connect(SERVER, TIMEOUT);
  assert.deepEqual(late, { kind: 'failed', because: 'given up', timeout: false });
});

test('a connection that comes to be too late is not kept', async () => {
  const { clock, network, doors } = await scene();
  network.set('198.51.100.7:25', { kind: 'delay', length: milliseconds(500) });
  const connecting = doors.network.connect(SERVER, TIMEOUT);
  doors.shut();
  await clock.advance(minutes(1));
  assert.equal((await connecting).kind, 'failed');
  assert.equal(network.open, 0);
});

test('sockets end, and their owners are told', async () => {
  const { doors } = await scene();
  const failures: string[] = [];
  const failed = (because: string): void => void failures.push(because);
  const socket = await doors.network.udp(ANY, {}, { received() {}, failed });
  const other = await doors.network.udp(ANY, {}, { received() {}, failed });
  assert.ok(socket.at.port > 0);
  await other.close();
  doors.shut();
  assert.deepEqual(failures, ['given up']);
  await assert.rejects(doors.network.udp(ANY, {}, { received() {}, failed }), /given up/);
});

test('requests are given up, whoever asks for it', async () => {
  const { asked, doors } = await scene();
  const own = new AbortController();
  const request: HttpsRequest = {
    url: new URL('https://example.com/'),
    method: 'GET',
    headers: {},
    addresses: [],
    port: 443,
    timeout: seconds(1),
    bytesMax: 1,
  };
  await doors.https.request(request);
  await doors.https.request({ ...request, signal: own.signal });
  const given = (): readonly unknown[] => asked.map(({ signal }) => signal?.aborted);
  assert.deepEqual(given(), [false, false]);
  own.abort();
  assert.deepEqual(given(), [false, true]);
  doors.shut();
  assert.deepEqual(given(), [true, true]);
});
