// TCP on loopback: connecting and listening with their failures in words, and how connections end.
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { fromLatin1 } from '../../src/base/bytes.ts';
import { FingerpostError } from '../../src/base/errors.ts';
import { printEndpoint } from '../../src/base/ip.ts';
import { type Clock, seconds } from '../../src/base/time.ts';
import type { Connection } from '../../src/net/network.ts';
import { realNetwork } from '../../src/net/real-network.ts';
import { systemClock } from '../../src/system.ts';
import { ConnectionRecorder } from '../support/connection-recorder.ts';
import { falseClock } from '../support/false-clock.ts';
import { connectedPair, loopback } from '../support/loopback.ts';

const network = realNetwork(systemClock);
const bytes = fromLatin1;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const WITHOUT_IPV6 = network.interfaceAddresses().every((address) => address !== '::1')
  ? 'this machine has no ::1'
  : false;
const LIMITS = { timeout: 10_000 };

describe('connecting', LIMITS, () => {
  test('joins two ends that know each other', async () => {
    const { client, server, close } = await connectedPair(network, loopback(0, '127.0.0.3'));
    assert.equal(client.remote.address, '127.0.0.3');
    assert.deepEqual(client.local, server.remote);
    assert.deepEqual(server.local, client.remote);
    await close();
  });

  test('reaches IPv6', { skip: WITHOUT_IPV6 }, async () => {
    const { client, server, close } = await connectedPair(network, loopback(0, '::1'));
    assert.equal(server.remote.address, '::1');
    assert.deepEqual(client.local, server.remote);
    await close();
  });

  test('says in words that it was refused', async () => {
    const listener = await network.listen(loopback(0), { connectionsMax: 1 }, () => {});
    await listener.close();
    const connected = await network.connect(listener.at, { timeout: seconds(5) });
    assert.deepEqual(connected, {
      kind: 'failed',
      because: 'connection refused',
      timeout: false,
    });
  });

  test('gives up when the clock says so', async () => {
    const listener = await network.listen(loopback(0), { connectionsMax: 1 }, () => {});
    // Every wait of this clock is over before the system can answer.
    const hasty: Clock = {
      now: systemClock.now,
      after(_length, run) {
        queueMicrotask(run);
        return { cancel() {} };
      },
    };
    const connected = await realNetwork(hasty).connect(listener.at, { timeout: seconds(5) });
    assert.deepEqual(connected, {
      kind: 'failed',
      because: 'connection timed out',
      timeout: true,
    });
    await listener.close();
  });

  test('takes a port that cannot be for a failure, not for a fault', async () => {
    const connected = await network.connect(loopback(70_000), { timeout: seconds(5) });
    assert.equal(connected.kind, 'failed');
  });

  test('asks nobody for a name', async () => {
    const to = loopback(25, 'mail.example.com');
    const connected = await network.connect(to, { timeout: seconds(5) });
    assert.ok(connected.kind === 'failed' && /only addresses/.test(connected.because));
  });
});

describe('listening', LIMITS, () => {
  const cases: readonly (readonly [string, ReturnType<typeof loopback>, RegExp])[] = [
    ['no such address', loopback(0, '192.0.2.1'), /no such address.*0\.0\.0\.0/],
    ['no such port', loopback(70_000), /70000/],
  ];
  for (const [what, at, expected] of cases) {
    test(`fails with words and a mend: ${what}`, async () => {
      await assert.rejects(
        network.listen(at, { connectionsMax: 1 }, () => {}),
        (error) => {
          assert.ok(error instanceof FingerpostError);
          assert.equal(error.code, 'LISTEN_FAILED');
          assert.match(error.message, expected);
          assert.equal(error.context.address, at.address);
          return true;
        },
      );
    });
  }

  test('names the endpoint that another program holds', async () => {
    const first = await network.listen(loopback(0), { connectionsMax: 1 }, () => {});
    await assert.rejects(
      network.listen(first.at, { connectionsMax: 1 }, () => {}),
      {
        code: 'LISTEN_FAILED',
        message:
          `Cannot listen on ${printEndpoint(first.at)} (TCP): ` +
          'another program listens there. Stop it, or choose another port.',
      },
    );
    await first.close();
    const second = await network.listen(first.at, { connectionsMax: 1 }, () => {});
    await second.close();
  });

  test('shares a port where both ask for it', async () => {
    const options = { connectionsMax: 1, reusePort: true };
    const first = await network.listen(loopback(0), options, () => {});
    const second = await network.listen(first.at, options, () => {});
    assert.equal(second.at.port, first.at.port);
    await Promise.all([first.close(), second.close()]);
  });

  test('closes connections above the limit at once', async () => {
    const accepted: Connection[] = [];
    const options = { connectionsMax: 1 };
    const listener = await network.listen(loopback(0), options, (one) => accepted.push(one));
    const [first, second] = await Promise.all([
      network.connect(listener.at, { timeout: seconds(5) }),
      network.connect(listener.at, { timeout: seconds(5) }),
    ]);
    assert.ok(first.kind === 'connected' && second.kind === 'connected');
    const recorders = [first, second].map(({ connection }) => new ConnectionRecorder(connection));
    await Promise.race(recorders.map((one) => one.until(({ isClosed }) => isClosed)));
    assert.equal(recorders.filter(({ isClosed }) => isClosed).length, 1);
    assert.equal(accepted.length, 1);
    for (const { connection } of recorders) connection.destroy();
    for (const connection of accepted) connection.destroy();
    await listener.close();
  });

  test('open connections outlive their listener', async () => {
    const accepted: Connection[] = [];
    const listener = await network.listen(loopback(0), { connectionsMax: 5 }, (one) => {
      accepted.push(one);
    });
    const connected = await network.connect(listener.at, { timeout: seconds(5) });
    assert.ok(connected.kind === 'connected');
    const client = new ConnectionRecorder(connected.connection);
    while (accepted.length === 0) await turn();
    await listener.close();
    accepted[0]?.write(bytes('still here'));
    await client.until(({ text }) => text === 'still here');
    client.connection.destroy();
    accepted[0]?.destroy();
  });
});

describe('a connection', LIMITS, () => {
  test('carries bytes both ways and ends in order', async () => {
    const pair = await connectedPair(network);
    const client = new ConnectionRecorder(pair.client);
    const server = new ConnectionRecorder(pair.server);
    pair.client.write(bytes('EHLO\r\n'));
    await server.until(({ text }) => text === 'EHLO\r\n');
    pair.server.write(bytes('250 \xff\r\n'));
    pair.server.end();
    await client.until(({ isClosed }) => isClosed);
    assert.equal(client.text, '250 \xff\r\n');
    await server.until(({ isClosed }) => isClosed);
    assert.deepEqual([client.closings, server.closings], [[undefined], [undefined]]);
    assert.equal(pair.client.write(bytes('too late')), false);
    await pair.close();
    assert.deepEqual([client.closings, server.closings], [[undefined], [undefined]]);
  });

  test('a peer that ended its half still gets what is said', async () => {
    const pair = await connectedPair(network);
    const server = new ConnectionRecorder(pair.server, { staysHalfOpen: true });
    const client = new ConnectionRecorder(pair.client);
    pair.client.write(bytes('QUIT\r\n'));
    pair.client.end();
    await server.until(({ halfClosed }) => halfClosed);
    assert.equal(server.text, 'QUIT\r\n');
    assert.equal(server.isClosed, false);
    assert.equal(pair.server.write(bytes('221\r\n')), true);
    pair.server.end();
    await Promise.all([server, client].map((one) => one.until(({ isClosed }) => isClosed)));
    await pair.close();
  });

  test('says that it was reset', async () => {
    const sockets: Socket[] = [];
    const peer = createServer((socket) => sockets.push(socket.on('error', () => {})));
    await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
    const { port } = peer.address() as { port: number };
    const connected = await network.connect(loopback(port), { timeout: seconds(5) });
    assert.ok(connected.kind === 'connected');
    const client = new ConnectionRecorder(connected.connection);
    while (sockets.length === 0) await turn();
    sockets[0]?.resetAndDestroy();
    await client.until(({ isClosed }) => isClosed);
    assert.deepEqual(client.closings, ['connection reset by peer']);
    peer.close();
  });

  test('that broke before it was opened says so when it is', async () => {
    const pair = await connectedPair(network);
    const server = new ConnectionRecorder(pair.server);
    pair.client.destroy();
    while (!server.isClosed) await turn();
    const client = new ConnectionRecorder(pair.client);
    assert.equal(client.isClosed, false, 'not from inside open');
    await client.until(({ isClosed }) => isClosed);
    assert.deepEqual(client.closings, [undefined]);
    await pair.close();
  });

  test('makes a writer wait for a reader that pauses', async () => {
    const pair = await connectedPair(network);
    const server = new ConnectionRecorder(pair.server);
    const client = new ConnectionRecorder(pair.client);
    pair.server.pause();
    const block = new Uint8Array(65_536).fill(0x61);
    let written = 0;
    while (pair.client.write(block)) written += 1;
    assert.equal(client.drains, 0);
    for (let more = 0; more < 200; more += 1) pair.client.write(block);
    pair.server.resume();
    await client.until(({ drains }) => drains > 0);
    const total = (written + 201) * block.length;
    await server.until(({ text }) => text.length === total);
    await pair.close();
  });

  test('can be paused before it is opened', async () => {
    const pair = await connectedPair(network);
    pair.server.pause();
    const server = new ConnectionRecorder(pair.server);
    pair.client.write(bytes('early'));
    for (let turns = 0; turns < 10; turns += 1) await turn();
    assert.equal(server.text, '');
    pair.server.resume();
    await server.until(({ text }) => text === 'early');
    await pair.close();
  });

  test('ends with a peer whose last words nobody reads', async () => {
    const pair = await connectedPair(network);
    const server = new ConnectionRecorder(pair.server);
    const client = new ConnectionRecorder(pair.client);
    pair.server.pause();
    pair.client.write(new Uint8Array(200_000));
    pair.server.end();
    await Promise.all([server, client].map((one) => one.until(({ isClosed }) => isClosed)));
    assert.deepEqual([server.text, server.closings], ['', [undefined]]);
    await pair.close();
  });

  test('does not wait at all for a peer that took leave', async () => {
    const clock = falseClock();
    const pair = await connectedPair(realNetwork(clock));
    const server = new ConnectionRecorder(pair.server);
    const client = new ConnectionRecorder(pair.client, { staysHalfOpen: true });
    pair.server.write(bytes('221 bye\r\n'));
    pair.server.end(true);
    await server.until(({ isClosed }) => isClosed);
    await client.until(({ halfClosed }) => halfClosed);
    assert.deepEqual([client.text, server.closings], ['221 bye\r\n', [undefined]]);
    pair.client.destroy();
    await pair.close();
    assert.equal(clock.pending, 0);
  });

  test('does not wait for ever for a peer that never closes', async () => {
    const clock = falseClock();
    const pair = await connectedPair(realNetwork(clock));
    const server = new ConnectionRecorder(pair.server, { staysHalfOpen: true });
    const client = new ConnectionRecorder(pair.client);
    pair.client.end();
    await server.until(({ halfClosed }) => halfClosed);
    await clock.advance(seconds(9));
    assert.equal(client.isClosed, false);
    await clock.advance(seconds(2));
    await client.until(({ isClosed }) => isClosed);
    pair.server.end();
    await server.until(({ isClosed }) => isClosed);
    await pair.close();
    assert.equal(clock.pending, 0);
  });
});

test('the interface addresses hold loopback, and none that needs a zone id', () => {
  const addresses = network.interfaceAddresses();
  assert.ok(addresses.some((address) => address === '127.0.0.1'));
  assert.ok(addresses.every((address) => !address.startsWith('fe80')));
});
