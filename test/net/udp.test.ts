// UDP on loopback: who hears what, and which failures are told.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import { type Endpoint, printEndpoint } from '../../src/base/ip.ts';
import type { DatagramListener } from '../../src/net/network.ts';
import { realNetwork } from '../../src/net/real-network.ts';
import { systemClock } from '../../src/system.ts';
import { loopback } from '../support/loopback.ts';

const network = realNetwork(systemClock);
const deaf: DatagramListener = { received() {}, failed() {} };

interface Received {
  readonly text: string;
  readonly from: Endpoint;
}

/** A listener, and what it hears first. */
function hearing(): DatagramListener & {
  readonly first: Promise<Received>;
  readonly refused: Promise<string>;
} {
  const first = Promise.withResolvers<Received>();
  const refused = Promise.withResolvers<string>();
  return {
    received: (bytes, from) => first.resolve({ text: latin1(bytes), from }),
    failed: refused.resolve,
    first: first.promise,
    refused: refused.promise,
  };
}

describe('datagrams', { timeout: 10_000 }, () => {
  test('go out and come back, each with its sender', async () => {
    const server = hearing();
    const client = hearing();
    const there = await network.udp(loopback(0, '127.0.0.2'), {}, server);
    const here = await network.udp(loopback(0), {}, client);
    here.send(fromLatin1('question'), there.at);
    const question = await server.first;
    assert.deepEqual(question, { text: 'question', from: here.at });
    there.send(fromLatin1('answer'), question.from);
    assert.deepEqual(await client.first, { text: 'answer', from: there.at });
    await Promise.all([here.close(), there.close(), there.close()]);
    here.send(fromLatin1('nothing happens'), there.at);
  });

  test('a connected socket hears its peer only, and that nobody is there', async () => {
    const peer = await network.udp(loopback(0), {}, deaf);
    const stranger = await network.udp(loopback(0), {}, deaf);
    const client = hearing();
    const connected = await network.udp(loopback(0), { connectedTo: peer.at }, client);
    stranger.send(fromLatin1('forged'), connected.at);
    peer.send(fromLatin1('genuine'), connected.at);
    assert.equal((await client.first).text, 'genuine');
    await peer.close();
    connected.send(fromLatin1('anybody?'), peer.at);
    assert.equal(await client.refused, 'connection refused');
    await Promise.all([connected.close(), stranger.close()]);
  });

  test('what cannot be sent is reported and does no harm', async () => {
    const client = hearing();
    const socket = await network.udp(loopback(0), {}, client);
    socket.send(fromLatin1('to a port that cannot be'), loopback(0));
    assert.match(await client.refused, /port/i);
    const large = hearing();
    const other = await network.udp(loopback(0), {}, large);
    other.send(new Uint8Array(65_600), socket.at);
    assert.equal(await large.refused, 'packet too large');
    await Promise.all([socket.close(), other.close()]);
  });

  test('a name is nothing that can be sent to: nobody is asked for its address', async () => {
    const client = hearing();
    const socket = await network.udp(loopback(0), {}, client);
    socket.send(fromLatin1('to a name'), loopback(9, 'localhost'));
    assert.match(await client.refused, /EINVAL/);
    await socket.close();
  });

  test('an endpoint that is taken is named', async () => {
    const first = await network.udp(loopback(0), {}, deaf);
    await assert.rejects(network.udp(first.at, {}, deaf), {
      code: 'LISTEN_FAILED',
      message:
        `Cannot listen on ${printEndpoint(first.at)} (UDP): ` +
        'another program listens there. Stop it, or choose another port.',
    });
    await first.close();
  });

  test('threads may share a port', async () => {
    const first = await network.udp(loopback(0), { reusePort: true }, deaf);
    const second = await network.udp(first.at, { reusePort: true }, deaf);
    assert.deepEqual(second.at, first.at);
    await Promise.all([first.close(), second.close()]);
  });
});
