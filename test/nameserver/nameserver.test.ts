// The nameserver on a false network under a false clock.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FingerpostEvent } from '../../src/base/events.ts';
import { type Endpoint, parseEndpoint, printEndpoint } from '../../src/base/ip.ts';
import { milliseconds, seconds } from '../../src/base/time.ts';
import { decode } from '../../src/dns/wire.ts';
import { Nameserver, type NameserverOptions } from '../../src/nameserver/nameserver.ts';
import { changeBetween } from '../../src/nameserver/zone-change.ts';
import type { Network } from '../../src/net/network.ts';
import { bytesOf, framed, tcpClient, udpClient } from '../support/dns-client.ts';
import { type FalseClock, falseClock } from '../support/false-clock.ts';
import { type FalseNetwork, falseNetwork } from '../support/false-network.ts';
import { shownReply } from '../support/zone-queries.ts';
import { APEX, nameOf, zoneFrom } from '../support/zones.ts';

const MANY = Array.from({ length: 90 }, (_, at) => `big 300 A 192.0.2.${at}\n`).join('');
const MX10 = zoneFrom(`${APEX}@ 300 MX 10 mail.example.net.\n${MANY}`);
const MX20 = zoneFrom(`${APEX.replace(' 1 ', ' 2 ')}@ 300 MX 20 mail.example.net.\n`);
const QUERY = bytesOf('example.com. MX');

function endpoint(text: string): Endpoint {
  const at = parseEndpoint(text);
  assert.ok(at);
  return at;
}

interface World {
  readonly clock: FalseClock;
  readonly network: FalseNetwork;
  readonly client: Network;
  readonly events: readonly FingerpostEvent[];
  readonly nameserver: Nameserver;
  readonly places: readonly Endpoint[];
}

interface Wanted extends Partial<NameserverOptions> {
  readonly at?: readonly string[];
}

async function world({ at = ['192.0.2.1:53'], ...more }: Wanted = {}): Promise<World> {
  const clock = falseClock();
  const network = falseNetwork(clock, { addresses: ['192.0.2.1', '192.0.2.2', '2001:db8::1'] });
  const events: FingerpostEvent[] = [];
  const nameserver = new Nameserver({
    network,
    clock,
    events: { emit: (event) => events.push(event) },
    listen: at.map(endpoint),
    udp: true,
    tcp: true,
    reusePort: false,
    ...more,
  });
  nameserver.apply([{ kind: 'load', zone: MX10 }]);
  const places = await nameserver.start();
  const client = network.host(['198.51.100.1', '2001:db8:1::1']);
  return { clock, network, client, events, nameserver, places };
}

/** The reply over UDP, in lines. */
async function asked({ client, clock }: World, at = '192.0.2.1:53', query = QUERY) {
  const udp = await udpClient(client, endpoint(at));
  udp.send(query);
  await clock.settle();
  const lines = udp.waiting > 0 ? shownReply(decode(await udp.next())) : ['silence'];
  await udp.close();
  return lines;
}

const withMx = (preference: number): readonly string[] => [
  'NOERROR AA',
  `= example.com. 300 MX ${preference} mail.example.net.`,
  '< example.com. 3600 NS ns.example.net.',
];

describe('zones', () => {
  test('a changed zone is answered from the next query on', async () => {
    const all = await world();
    assert.deepEqual(await asked(all), withMx(10));
    assert.deepEqual(await asked(all), withMx(10));
    const change = changeBetween(MX10, MX20);
    assert.ok(change?.kind === 'change');
    all.nameserver.apply([structuredClone(change)]);
    assert.deepEqual(await asked(all), withMx(20));
    all.nameserver.apply([{ kind: 'remove', origin: nameOf('example.com') }]);
    assert.deepEqual(await asked(all), ['REFUSED']);
    all.nameserver.apply([]);
    assert.deepEqual(await asked(all), ['REFUSED']);
  });
});

describe('places', () => {
  test('a wildcard is each address of its family, and each answers from itself', async () => {
    const all = await world({ at: ['0.0.0.0:53', '[::]:53'] });
    const expected = ['192.0.2.1:53', '192.0.2.2:53', '[2001:db8::1]:53'];
    assert.deepEqual(all.places.map(printEndpoint), expected);
    for (const at of expected) assert.deepEqual(await asked(all, at), withMx(10), at);
  });

  test('a wildcard of a family that the machine has not is an error, not silence', async () => {
    const clock = falseClock();
    const network = falseNetwork(clock, { addresses: ['192.0.2.1'] });
    const started = world({ at: ['[::]:53'], network });
    await assert.rejects(started, { code: 'LISTEN_FAILED' });
  });

  test('when one place is taken nothing listens', async () => {
    const clock = falseClock();
    const network = falseNetwork(clock, { addresses: ['192.0.2.1', '192.0.2.2'] });
    await network.udp(endpoint('192.0.2.2:53'), {}, { received() {}, failed() {} });
    const started = world({ at: ['192.0.2.1:53', '192.0.2.2:53'], network });
    await assert.rejects(started, { code: 'LISTEN_FAILED' });
    await network.listen(endpoint('192.0.2.1:53'), { connectionsMax: 1 }, () => {});
  });

  const roles = [
    ['udp', { udp: true, tcp: false }],
    ['tcp', { udp: false, tcp: true }],
  ] as const;
  for (const [role, wanted] of roles) {
    test(`a thread for ${role} leaves the other port alone`, async () => {
      const all = await world(wanted);
      const connected = await all.client.connect(endpoint('192.0.2.1:53'), { timeout: seconds(1) });
      assert.equal(connected.kind, wanted.tcp ? 'connected' : 'failed');
      await all.network
        .udp(endpoint('192.0.2.1:53'), { reusePort: false }, { received() {}, failed() {} })
        .then(
          () => assert.ok(wanted.tcp),
          () => assert.ok(wanted.udp),
        );
    });
  }
});

describe('TCP', () => {
  test('half a query and then nothing: closed after ten seconds', async () => {
    const { client, clock, network } = await world();
    const tcp = await tcpClient(client, endpoint('192.0.2.1:53'));
    tcp.write(Uint8Array.of(0, 40, 1, 2, 3));
    await clock.advance(milliseconds(9_999));
    assert.equal(tcp.isClosed, false);
    await clock.advance(milliseconds(1));
    assert.equal(tcp.isClosed, true);
    assert.equal(network.open, 0);
  });

  test('each query gives ten seconds more', async () => {
    const { client, clock } = await world();
    const tcp = await tcpClient(client, endpoint('192.0.2.1:53'));
    for (let time = 0; time < 3; time += 1) {
      tcp.send(QUERY);
      assert.equal((await tcp.next()).answers.length, 1);
      await clock.advance(seconds(9));
      assert.equal(tcp.isClosed, false);
    }
    await clock.advance(seconds(1));
    assert.equal(tcp.isClosed, true);
  });

  test('a client that sends and never reads is let go, and holds up nobody', async () => {
    const all = await world();
    const connected = await all.client.connect(endpoint('192.0.2.1:53'), { timeout: seconds(1) });
    assert.ok(connected.kind === 'connected');
    const { connection } = connected;
    let bytes = 0;
    let isClosed = false;
    connection.open({
      data: (piece) => {
        bytes += piece.length;
      },
      drained() {},
      closed: () => {
        isClosed = true;
      },
    });
    connection.pause();
    const query = framed(bytesOf('big.example.com. A'));
    for (let sent = 0; sent < 20_000; sent += 1) if (!connection.write(query)) break;
    assert.deepEqual(await asked(all), withMx(10));
    await all.clock.advance(seconds(60));
    connection.resume();
    await all.clock.settle();
    assert.equal(isClosed, true);
    // What was under way when it stopped reading, and not a reply to each of its queries.
    assert.ok(bytes > 0 && bytes < 200_000, `${bytes} bytes`);
    assert.deepEqual(all.events, []);
  });

  test('stopping ends what is open', async () => {
    const all = await world();
    const tcp = await tcpClient(all.client, endpoint('192.0.2.1:53'));
    tcp.send(QUERY);
    await tcp.next();
    await all.nameserver.stop();
    await all.clock.settle();
    assert.equal(tcp.isClosed, true);
    const again = await all.client.connect(endpoint('192.0.2.1:53'), { timeout: seconds(1) });
    assert.equal(again.kind, 'failed');
    await all.nameserver.stop();
  });
});

describe('silence', () => {
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['a response', bytesOf('example.com. MX', { isResponse: true })],
    ['an empty datagram', new Uint8Array(0)],
    ['a header that is cut', QUERY.subarray(0, 11)],
  ];
  for (const [title, bytes] of cases) {
    test(`is the reply to ${title}`, async () => {
      assert.deepEqual(await asked(await world(), '192.0.2.1:53', bytes), ['silence']);
    });
  }
});
