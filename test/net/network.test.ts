// What every `Network` promises, asked of the real one and of the false one that tests rely on.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import type { Endpoint } from '../../src/base/ip.ts';
import { seconds } from '../../src/base/time.ts';
import { drive } from '../../src/net/drive.ts';
import type {
  Connection,
  DatagramListener,
  Network,
  TlsClient,
  TlsIdentity,
} from '../../src/net/network.ts';
import { realNetwork } from '../../src/net/real-network.ts';
import { readTlsIdentity } from '../../src/net/tls.ts';
import { systemClock } from '../../src/system.ts';
import { selfSignedFiles } from '../support/certificate.ts';
import { ConnectionRecorder } from '../support/connection-recorder.ts';
import { falseClock } from '../support/false-clock.ts';
import { falseIdentity, falseNetwork } from '../support/false-network.ts';
import { connectedPair, loopback } from '../support/loopback.ts';
import { ScriptedSession, send, type Told, tell } from '../support/scripted-session.ts';

const files = selfSignedFiles({ names: ['mail.example.com'] });
after(() => files.remove());

const bytes = fromLatin1;
const timeout = seconds(5);
const CLIENT: TlsClient = {
  role: 'client',
  serverName: 'mail.example.com',
  mustVerify: false,
  timeout,
};

interface Backend {
  readonly network: Network;
  readonly identity: TlsIdentity;
}

const backends: Readonly<Record<string, () => Backend>> = {
  real: () => ({
    network: realNetwork(systemClock),
    identity: readTlsIdentity(files.certPath, files.keyPath),
  }),
  false: () => ({
    network: falseNetwork(falseClock(), { addresses: ['127.0.0.1', '127.0.0.2'] }),
    identity: falseIdentity,
  }),
};

/** Answers lines; `QUIT` ends. */
const answers = (line: string): readonly (Told | ReturnType<typeof send>)[] => {
  if (line === 'QUIT') return [tell(line), send('221\n'), { kind: 'close' }];
  if (line === 'STARTTLS') return [send('220\n'), { kind: 'start-tls' }];
  return [tell(line), send(`250 ${line}\n`)];
};

for (const [name, backend] of Object.entries(backends)) {
  describe(`the ${name} network`, { timeout: 10_000 }, () => {
    const { network, identity } = backend();
    const server = { role: 'server', identity, timeout } as const;

    test('knows its own addresses', () => {
      assert.ok(network.interfaceAddresses().some((address) => address === '127.0.0.1'));
    });

    test('tells both ends who they are', async () => {
      const pair = await connectedPair(network);
      assert.deepEqual(pair.client.local, pair.server.remote);
      assert.deepEqual(pair.server.local, pair.client.remote);
      await pair.close();
    });

    test('refuses where nobody listens', async () => {
      const listener = await network.listen(loopback(0), { connectionsMax: 1 }, () => {});
      await listener.close();
      assert.deepEqual(await network.connect(listener.at, { timeout }), {
        kind: 'failed',
        because: 'connection refused',
        timeout: false,
      });
    });

    test('does not give one endpoint to two', async () => {
      const first = await network.listen(loopback(0), { connectionsMax: 1 }, () => {});
      const code = { code: 'LISTEN_FAILED' };
      await assert.rejects(
        network.listen(first.at, { connectionsMax: 1 }, () => {}),
        code,
      );
      const shared = { connectionsMax: 1, reusePort: true };
      await assert.rejects(
        network.listen(first.at, shared, () => {}),
        code,
      );
      await assert.rejects(
        network.listen(loopback(0, '192.0.2.9'), shared, () => {}),
        code,
      );
      await first.close();
    });

    test('listens on all addresses at once', async () => {
      const accepted: Connection[] = [];
      const all = loopback(0, '0.0.0.0');
      const listener = await network.listen(all, { connectionsMax: 9 }, (one) =>
        accepted.push(one),
      );
      const to: Endpoint = loopback(listener.at.port, '127.0.0.2');
      const connected = await network.connect(to, { timeout });
      assert.ok(connected.kind === 'connected');
      const client = new ConnectionRecorder(connected.connection);
      while (accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(accepted[0]?.local, to);
      accepted[0]?.destroy();
      await client.until(({ isClosed }) => isClosed);
      await listener.close();
    });

    test('keeps to the most connections it may have', async () => {
      const accepted: Connection[] = [];
      const listener = await network.listen(loopback(0), { connectionsMax: 1 }, (one) => {
        accepted.push(one);
      });
      const first = await network.connect(listener.at, { timeout });
      const second = await network.connect(listener.at, { timeout });
      assert.ok(first.kind === 'connected' && second.kind === 'connected');
      await new ConnectionRecorder(second.connection).until(({ isClosed }) => isClosed);
      assert.equal(accepted.length, 1);
      first.connection.destroy();
      accepted[0]?.destroy();
      await listener.close();
    });

    test('carries bytes in order, and ends in order', async () => {
      const pair = await connectedPair(network);
      const near = new ConnectionRecorder(pair.client);
      const far = new ConnectionRecorder(pair.server);
      for (const text of ['one ', 'two ', 'three']) pair.client.write(bytes(text));
      pair.client.end();
      await Promise.all([near, far].map((one) => one.until(({ isClosed }) => isClosed)));
      assert.equal(far.text, 'one two three');
      assert.deepEqual([near.closings, far.closings], [[undefined], [undefined]]);
      assert.equal(pair.client.write(bytes('too late')), false);
      await pair.close();
    });

    test('lets a half-closed peer be answered', async () => {
      const pair = await connectedPair(network);
      const near = new ConnectionRecorder(pair.client);
      const far = new ConnectionRecorder(pair.server, { staysHalfOpen: true });
      pair.client.end();
      await far.until(({ halfClosed }) => halfClosed);
      assert.equal(far.isClosed, false);
      pair.server.write(bytes('bye'));
      pair.server.end();
      await Promise.all([near, far].map((one) => one.until(({ isClosed }) => isClosed)));
      await pair.close();
    });

    test('makes a fast writer wait', async () => {
      const pair = await connectedPair(network);
      const near = new ConnectionRecorder(pair.client);
      const far = new ConnectionRecorder(pair.server);
      pair.server.pause();
      let sent = 0;
      const block = new Uint8Array(60_000).fill(0x61);
      while (sent < 12_000_000) {
        sent += block.length;
        if (!pair.client.write(block) && sent > 9_000_000) break;
      }
      pair.server.resume();
      await near.until(({ drains }) => drains > 0);
      await far.until(({ text }) => text.length === sent);
      await pair.close();
    });

    test('a session meets a session, with TLS on the way', async () => {
      const pair = await connectedPair(network);
      const told: string[] = [];
      const session = new ScriptedSession(answers);
      session.events.push(send('220\n'));
      const ended = Promise.withResolvers<string | undefined>();
      drive(session, pair.server, {
        clock: systemClock,
        tls: server,
        handle: async ({ text }) => {
          told.push(text);
        },
        ended: ended.resolve,
        failed: ended.reject,
      });
      const client = new ConnectionRecorder(pair.client);
      await client.until(({ text }) => text === '220\n');
      pair.client.write(bytes('EHLO\nSTARTTLS\nINJECTED\n'));
      await client.until(({ text }) => text === '220\n250 EHLO\n220\n');
      const started = await pair.client.startTls(CLIENT);
      assert.ok(started.kind === 'started' && started.facts.protocol === 'TLSv1.3');
      pair.client.write(bytes('MAIL\nQUIT\n'));
      await client.until(({ isClosed }) => isClosed);
      assert.equal(client.text, '220\n250 EHLO\n220\n250 MAIL\n221\n');
      assert.equal(await ended.promise, undefined);
      assert.deepEqual([told, session.log], [['EHLO', 'MAIL', 'QUIT'], ['tls TLSv1.3']]);
      await pair.close();
    });

    test('a handshake with a peer that leaves fails', async () => {
      const pair = await connectedPair(network);
      const far = new ConnectionRecorder(pair.server);
      const pending = pair.server.startTls(server);
      pair.client.destroy();
      const started = await pending;
      assert.ok(started.kind === 'failed');
      await far.until(({ isClosed }) => isClosed);
      assert.deepEqual(far.closings, [started.because]);
      await pair.close();
    });

    test('carries datagrams, and says that nobody took one', async () => {
      const heard = Promise.withResolvers<readonly [string, Endpoint]>();
      const failed = Promise.withResolvers<string>();
      const listener: DatagramListener = {
        received: (packet, from) => heard.resolve([latin1(packet), from]),
        failed: failed.resolve,
      };
      const there = await network.udp(loopback(0, '127.0.0.2'), {}, listener);
      const here = await network.udp(loopback(0), { connectedTo: there.at }, listener);
      here.send(bytes('hello'), there.at);
      assert.deepEqual(await heard.promise, ['hello', here.at]);
      await there.close();
      here.send(bytes('hello?'), there.at);
      assert.equal(await failed.promise, 'connection refused');
      await here.close();
    });
  });
}
