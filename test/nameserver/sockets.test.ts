// The nameserver on real sockets: UDP, TCP, and bytes that are no query.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { seeded } from '../../src/base/random.ts';
import { decode } from '../../src/dns/wire.ts';
import { Nameserver } from '../../src/nameserver/nameserver.ts';
import { realNetwork } from '../../src/net/real-network.ts';
import { systemClock } from '../../src/system.ts';
import { bytesOf, tcpClient, udpClient } from '../support/dns-client.ts';
import { loopback } from '../support/loopback.ts';
import { APEX, zoneFrom } from '../support/zones.ts';

const network = realNetwork(systemClock);
const MANY = Array.from({ length: 90 }, (_, at) => `big 300 A 192.0.2.${at}`).join('\n');
const nameserver = new Nameserver({
  network,
  clock: systemClock,
  events: { emit: (event) => assert.fail(JSON.stringify(event)) },
  listen: [loopback(0, '127.0.0.3')],
  udp: true,
  tcp: true,
  reusePort: true,
});
let at = loopback(0);

before(async () => {
  const zone = zoneFrom(`${APEX}@ 300 MX 10 mail\nmail 300 A 192.0.2.1\n${MANY}\n`);
  nameserver.apply([{ kind: 'load', zone }]);
  const [first, ...others] = await nameserver.start();
  assert.ok(first);
  assert.deepEqual(others, []);
  at = first;
});

after(() => nameserver.stop());

describe('on loopback', { timeout: 10_000 }, () => {
  test('a truncated answer by UDP is whole by TCP', async () => {
    const udp = await udpClient(network, at);
    udp.send(bytesOf('big.example.com. A', { id: 7 }));
    const short = decode(await udp.next());
    assert.deepEqual([short.id, short.truncated], [7, true]);
    await udp.close();
    const tcp = await tcpClient(network, at);
    tcp.send(bytesOf('big.example.com. A', { id: 8 }));
    const whole = await tcp.next();
    assert.deepEqual([whole.id, whole.truncated, whole.answers.length], [8, false, 90]);
    tcp.destroy();
  });

  test('several queries on one connection, at once and one after the other', async () => {
    const tcp = await tcpClient(network, at);
    for (const round of [0, 100]) {
      const ids = Array.from({ length: 50 }, (_, index) => round + index);
      tcp.send(...ids.map((id) => bytesOf('example.com. MX', { id })));
      const replies = await Promise.all(ids.map(() => tcp.next()));
      assert.deepEqual(
        replies.map(({ id }) => id),
        ids,
      );
    }
    tcp.destroy();
  });

  test('garbage gets FORMERR or nothing, and the next query is answered', async () => {
    const udp = await udpClient(network, at);
    const integer = seeded(20_260_101);
    for (let count = 0; count < 200; count += 1) {
      udp.send(Uint8Array.from({ length: integer(100) }, () => integer(256)));
    }
    udp.send(bytesOf('example.com. MX', { id: 4_242, isResponse: true }));
    udp.send(bytesOf('example.com. MX', { id: 4_242 }));
    let reply = decode(await udp.next());
    while (reply.id !== 4_242) reply = decode(await udp.next());
    assert.equal(reply.answers.length, 1);
    await udp.close();
  });

  test('garbage by TCP ends its connection and no other', async () => {
    const neighbour = await tcpClient(network, at);
    for (const garbage of ['GET / HTTP/1.0\r\n\r\n', '\x00\x00', '\x00\x0c'.padEnd(14, '\xff')]) {
      const tcp = await tcpClient(network, at);
      tcp.write(Buffer.from(garbage, 'latin1'));
      if (garbage.startsWith('GET')) tcp.destroy();
      await tcp.closed;
    }
    neighbour.send(bytesOf('example.com. MX'));
    assert.equal((await neighbour.next()).answers.length, 1);
    neighbour.destroy();
  });
});
