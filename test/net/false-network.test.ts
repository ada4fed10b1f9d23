// The faults that a test can set on the false network, and the clock that goes with it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fromLatin1 } from '../../src/base/bytes.ts';
import { type Endpoint, parseEndpoint } from '../../src/base/ip.ts';
import { instantAt, milliseconds, minutes, seconds } from '../../src/base/time.ts';
import type { Connected, Connection, TlsClient } from '../../src/net/network.ts';
import { ConnectionRecorder } from '../support/connection-recorder.ts';
import { falseClock } from '../support/false-clock.ts';
import { type Fault, falseIdentity, falseNetwork } from '../support/false-network.ts';

const bytes = fromLatin1;
const timeout = seconds(30);
const AT = '198.51.100.7:25';
const to = parseEndpoint(AT) as Endpoint;
const CLIENT: TlsClient = { role: 'client', serverName: 'mail', mustVerify: false, timeout };

/** Two machines; the second listens on port 25. */
async function world(fault?: Fault) {
  const clock = falseClock(instantAt(0));
  const network = falseNetwork(clock, { addresses: ['192.0.2.1'] });
  const there = network.host([to.address, '2001:db8::7']);
  const accepted: Connection[] = [];
  await there.listen(to, { connectionsMax: 9 }, (connection) => accepted.push(connection));
  network.set(AT, fault);
  return { clock, network, accepted };
}

type World = Awaited<ReturnType<typeof world>>;

async function dialled({ network, clock }: World): Promise<Connected> {
  let connected: Connected | undefined;
  network.connect(to, { timeout }).then((result) => {
    connected = result;
  });
  await clock.until(() => connected !== undefined, minutes(1));
  return connected as unknown as Connected;
}

async function open(made: World) {
  const connected = await dialled(made);
  assert.ok(connected.kind === 'connected');
  const client = new ConnectionRecorder(connected.connection);
  const server = new ConnectionRecorder(made.accepted[0] as Connection);
  return { client, server };
}

describe('a fault at the door', () => {
  const cases: readonly (readonly [Fault, string, boolean, number])[] = [
    [{ kind: 'refuse' }, 'connection refused', false, 0],
    [{ kind: 'unreachable' }, 'no route to host', false, 0],
    [{ kind: 'hang' }, 'connection timed out', true, 30_000],
    [{ kind: 'delay', length: minutes(1) }, 'connection timed out', true, 30_000],
  ];
  for (const [fault, because, timedOut, at] of cases) {
    test(fault.kind, async () => {
      const made = await world(fault);
      assert.deepEqual(await dialled(made), { kind: 'failed', because, timeout: timedOut });
      const from = '192.0.2.1';
      assert.deepEqual(made.network.dialled, [{ from, to, at, ending: because }]);
      await made.clock.advance(minutes(2));
      assert.deepEqual([made.accepted.length, made.network.open], [0, 0]);
      made.network.set(AT, undefined);
      assert.equal((await dialled(made)).kind, 'connected');
    });
  }

  test('no such machine, and no such family', async () => {
    const { clock, network } = await world();
    const nobody = parseEndpoint('203.0.113.1:25') as Endpoint;
    const lost = network.connect(nobody, { timeout });
    await clock.advance(timeout);
    assert.equal((await lost).kind, 'failed');
    const ipv6 = parseEndpoint('[2001:db8::7]:25') as Endpoint;
    const connected = await network.connect(ipv6, { timeout });
    assert.ok(connected.kind === 'failed' && connected.because === 'network unreachable');
    assert.throws(() => network.set('mail.example.com', { kind: 'hang' }));
  });
});

describe('a fault on the way', () => {
  test('delay: every step takes its time', async () => {
    const made = await world({ kind: 'delay', length: milliseconds(40) });
    const { client, server } = await open(made);
    assert.equal(made.clock.now(), 40);
    client.connection.write(bytes('EHLO'));
    await made.clock.advance(milliseconds(39));
    assert.equal(server.text, '');
    await made.clock.advance(milliseconds(1));
    assert.equal(server.text, 'EHLO');
  });

  for (const sentBy of ['client', 'server'] as const) {
    test(`drop: a reset after some bytes of the ${sentBy}`, async () => {
      const made = await world({ kind: 'drop', sentBy, afterBytes: 5 });
      const { client, server } = await open(made);
      const [from, at] = sentBy === 'client' ? [client, server] : [server, client];
      at.connection.write(bytes('any number of bytes'));
      from.connection.write(bytes('123'));
      await made.clock.settle();
      assert.equal(at.text, '123');
      from.connection.write(bytes('4567'));
      await made.clock.settle();
      assert.equal(at.text, '12345');
      const reset = ['connection reset by peer'];
      assert.deepEqual([client.closings, server.closings], [reset, reset]);
      assert.equal(made.network.open, 0);
    });
  }

  test('mute: connects, and nothing more is heard', async () => {
    const made = await world({ kind: 'mute' });
    const { client, server } = await open(made);
    server.connection.write(bytes('220'));
    client.connection.end();
    await made.clock.advance(seconds(9));
    assert.deepEqual([client.text, server.text, client.isClosed], ['', '', false]);
    await made.clock.advance(seconds(2));
    assert.deepEqual([client.closings, server.closings], [[undefined], []]);
  });

  test('cut: everything of a machine breaks at once', async () => {
    const made = await world();
    const { client, server } = await open(made);
    made.network.cut(to.address);
    await made.clock.settle();
    const reset = ['connection reset by peer'];
    assert.deepEqual([client.closings, server.closings], [reset, reset]);
  });

  test('tls: works as set, or fails on both sides', async () => {
    const server = { role: 'server', identity: falseIdentity, timeout } as const;
    const because = 'self-signed';
    const unproven: Fault = { kind: 'tls', tls: { kind: 'works', verified: false, because } };
    const broken: Fault = { kind: 'tls', tls: { kind: 'fails', because: 'no shared cipher' } };
    const cases = [
      [undefined, CLIENT, true, undefined],
      [unproven, CLIENT, false, because],
      [unproven, { ...CLIENT, mustVerify: true }, undefined, because],
      [broken, CLIENT, undefined, 'no shared cipher'],
    ] as const;
    for (const [fault, client, verified, reason] of cases) {
      const ends = await open(await world(fault));
      const [started, served] = await Promise.all([
        ends.client.connection.startTls(client),
        ends.server.connection.startTls(server),
      ]);
      const facts = started.kind === 'started' ? started.facts : undefined;
      assert.equal(facts?.verified, verified);
      assert.equal(started.kind === 'failed' ? started.because : facts?.because, reason);
      assert.equal(served.kind, started.kind);
    }
  });

  test('datagrams are lost, delayed or refused as well', async () => {
    const { clock, network } = await world();
    const heard: string[] = [];
    const listener = {
      received: (packet: Uint8Array) => heard.push(String.fromCharCode(...packet)),
      failed: (because: string) => heard.push(because),
    };
    const dns = { ...to, port: 53 };
    const host = network.host(['203.0.113.53']);
    const there = await host.udp(parseEndpoint('0.0.0.0:53') as Endpoint, {}, listener);
    const target = { ...dns, address: host.interfaceAddresses()[0] as Endpoint['address'] };
    const here = await network.udp(
      parseEndpoint('192.0.2.1:0') as Endpoint,
      { connectedTo: target },
      listener,
    );
    const trials: readonly (readonly [Fault | undefined, readonly string[]])[] = [
      [undefined, ['?']],
      [{ kind: 'hang' }, []],
      [{ kind: 'refuse' }, ['connection refused']],
      [{ kind: 'delay', length: seconds(1) }, ['?']],
    ];
    for (const [fault, expected] of trials) {
      heard.length = 0;
      network.set(target.address, fault);
      here.send(bytes('?'), target);
      await clock.advance(seconds(1));
      assert.deepEqual(heard, expected);
    }
    await there.close();
  });
});

describe('the false clock', () => {
  test('runs timers in order, each at its time, those that they set as well', async () => {
    const clock = falseClock(instantAt(0));
    const ran: string[] = [];
    const note = (what: string) => () => {
      ran.push(`${what} at ${clock.now()}`);
    };
    clock.after(seconds(3), note('c'));
    clock.after(seconds(1), note('a'));
    clock.after(seconds(1), () => {
      note('b')();
      clock.after(seconds(1), note('b2'));
    });
    const cancelled = clock.after(seconds(2), note('never'));
    clock.after(seconds(9), note('too late'));
    cancelled.cancel();
    await clock.advance(seconds(5));
    assert.deepEqual(ran, ['a at 1000', 'b at 1000', 'b2 at 2000', 'c at 3000']);
    assert.deepEqual([clock.now(), clock.pending], [5_000, 1]);
  });

  test('lets promises, immediates and files come to rest between timers', async () => {
    const clock = falseClock(instantAt(0));
    const ran: string[] = [];
    clock.after(seconds(1), async () => {
      await readFile(new URL(import.meta.url));
      ran.push('file read');
      setImmediate(() => ran.push('immediate'));
    });
    clock.after(seconds(2), () => ran.push('second timer'));
    await clock.advance(seconds(2));
    assert.deepEqual(ran, ['file read', 'immediate', 'second timer']);
  });

  test('moves on until something is so, and says when it never is', async () => {
    const clock = falseClock(instantAt(0));
    let done = false;
    clock.after(minutes(5), () => {
      done = true;
    });
    await assert.rejects(
      clock.until(() => done, minutes(4)),
      /after 4 min: \(\) => done/,
    );
    assert.equal(clock.now(), 240_000);
    await clock.until(() => done, minutes(4));
    assert.equal(clock.now(), 300_000);
  });
});
