// STARTTLS on real sockets, with certificates made here: what is proven, dropped, refused, late.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createServer, type SecureContextOptions } from 'node:tls';
import { fromLatin1 } from '../../src/base/bytes.ts';
import { type Duration, after as later, minutes, seconds } from '../../src/base/time.ts';
import type { TlsClient, TlsServer } from '../../src/net/network.ts';
import { realNetwork } from '../../src/net/real-network.ts';
import { readTlsIdentity, watchTlsIdentity } from '../../src/net/tls.ts';
import { systemClock } from '../../src/system.ts';
import {
  type CertificateFiles,
  certificate,
  selfSigned,
  selfSignedFiles,
} from '../support/certificate.ts';
import { ConnectionRecorder } from '../support/connection-recorder.ts';
import { falseClock } from '../support/false-clock.ts';
import { connectedPair, loopback } from '../support/loopback.ts';

const NAME = 'mail.example.com';
const bytes = fromLatin1;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
let files: CertificateFiles;
let asServer: TlsServer;
const asClient: TlsClient = {
  role: 'client',
  serverName: NAME,
  mustVerify: false,
  timeout: seconds(5),
};

before(() => {
  files = selfSignedFiles({ names: [NAME, '127.0.0.1'] });
  const identity = readTlsIdentity(files.certPath, files.keyPath);
  asServer = { role: 'server', identity, timeout: seconds(5) };
});
after(() => files.remove());

const untrusting = realNetwork(systemClock);
const trusting = () => realNetwork(systemClock, { authorities: [files.cert] });

test('the certificates of the tests are what they say', () => {
  const { cert, key } = selfSigned({
    names: [NAME, '192.0.2.1', '2001:db8::1'],
    notBefore: new Date('2049-12-31T00:00:00Z'),
    validDays: 2,
  });
  const read = new X509Certificate(cert);
  assert.equal(
    read.subjectAltName,
    `DNS:${NAME}, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1`,
  );
  assert.equal(read.validFromDate.toISOString(), '2049-12-31T00:00:00.000Z');
  assert.equal(read.validToDate.toISOString(), '2050-01-02T00:00:00.000Z');
  assert.ok(read.verify(read.publicKey));
  assert.match(key, /PRIVATE KEY/);
});

describe('STARTTLS', { timeout: 10_000 }, () => {
  test('goes on with the same connection, both ways', async () => {
    const pair = await connectedPair(untrusting);
    const client = new ConnectionRecorder(pair.client);
    const server = new ConnectionRecorder(pair.server);
    pair.client.write(bytes('STARTTLS\r\n'));
    await server.until(({ text }) => text === 'STARTTLS\r\n');
    pair.server.write(bytes('220\r\n'));
    const serving = pair.server.startTls(asServer);
    await client.until(({ text }) => text === '220\r\n');
    const [started, served] = await Promise.all([pair.client.startTls(asClient), serving]);
    assert.ok(started.kind === 'started' && served.kind === 'started');
    assert.deepEqual(started.facts, {
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      verified: false,
      because: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    assert.deepEqual(served.facts, { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' });
    pair.client.write(bytes('QUIT\r\n'));
    await server.until(({ text }) => text.endsWith('QUIT\r\n'));
    pair.server.write(bytes('221\r\n'));
    pair.server.end();
    await client.until(({ isClosed }) => isClosed);
    await server.until(({ isClosed }) => isClosed);
    assert.equal(client.text, '220\r\n221\r\n');
    assert.deepEqual([client.closings, server.closings], [[undefined], [undefined]]);
    assert.equal(pair.client.local.address, '127.0.0.1');
    await pair.close();
  });

  const names = [
    [NAME, true],
    [`${NAME}.`, true],
    ['127.0.0.1', true],
    ['other.example.com', false],
  ] as const;
  for (const [serverName, fits] of names) {
    test(`compares the certificate with ${serverName}`, async () => {
      const pair = await connectedPair(trusting());
      const [started] = await Promise.all([
        pair.client.startTls({ ...asClient, serverName }),
        pair.server.startTls(asServer),
      ]);
      assert.ok(started.kind === 'started');
      assert.equal(started.facts.verified, fits);
      assert.equal(started.facts.because, fits ? undefined : 'ERR_TLS_CERT_ALTNAME_INVALID');
      await pair.close();
    });
  }

  test('sends a name as server name, without a last dot, and no address', async (context) => {
    const seen: (string | false | null)[] = [];
    const peer = createServer({ cert: files.cert, key: files.key }, (socket) => {
      seen.push(socket.servername);
      socket.end();
    });
    context.after(() => peer.close());
    await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
    const { port } = peer.address() as { port: number };
    for (const serverName of [`${NAME}.`, '127.0.0.1']) {
      const connected = await untrusting.connect(loopback(port), { timeout: seconds(5) });
      assert.ok(connected.kind === 'connected');
      const client = new ConnectionRecorder(connected.connection);
      await client.connection.startTls({ ...asClient, serverName });
      await client.until(({ isClosed }) => isClosed);
    }
    assert.deepEqual(seen, [NAME, false]);
  });

  test('a client that must verify refuses what it cannot', async () => {
    const pair = await connectedPair(untrusting);
    const client = new ConnectionRecorder(pair.client);
    const because = 'certificate refused: DEPTH_ZERO_SELF_SIGNED_CERT';
    const [started] = await Promise.all([
      pair.client.startTls({ ...asClient, mustVerify: true }),
      pair.server.startTls(asServer),
    ]);
    assert.deepEqual(started, { kind: 'failed', because });
    await client.until(({ isClosed }) => isClosed);
    assert.deepEqual(client.closings, [because]);
    await pair.close();
  });

  test('drops what was injected before it (RFC 3207 §4.2)', async () => {
    const pair = await connectedPair(untrusting);
    const server = new ConnectionRecorder(pair.server);
    pair.client.write(bytes('STARTTLS\r\n'));
    await server.until(({ text }) => text === 'STARTTLS\r\n');
    // The peer in the middle adds commands, which wait in our buffers while we are busy.
    pair.server.pause();
    pair.client.write(bytes('MAIL FROM:<mallory@example.com>\r\n'));
    await turn();
    await turn();
    const [started, served] = await Promise.all([
      pair.client.startTls(asClient),
      pair.server.startTls(asServer),
    ]);
    assert.equal(started.kind, 'started');
    assert.equal(served.kind, 'started');
    pair.client.write(bytes('EHLO\r\n'));
    for (let turns = 0; turns < 10; turns += 1) await turn();
    assert.equal(server.text, 'STARTTLS\r\n', 'still paused');
    pair.server.resume();
    await server.until(({ text }) => text.endsWith('EHLO\r\n'));
    assert.equal(server.text, 'STARTTLS\r\nEHLO\r\n');
    await pair.close();
  });

  test('begins only when all that was written before is out', async () => {
    const pair = await connectedPair(untrusting);
    const server = new ConnectionRecorder(pair.server);
    pair.server.pause();
    const block = 'x'.repeat(4_000_000);
    pair.client.write(bytes(block));
    pair.client.write(bytes(block));
    const pending = pair.client.startTls(asClient);
    pair.server.resume();
    await server.until(({ text }) => text.length > 2 * block.length);
    // A ClientHello is a handshake record, type 22 (RFC 8446 §5.1).
    assert.equal(server.text.indexOf('\x16'), 2 * block.length);
    pair.server.destroy();
    assert.equal((await pending).kind, 'failed');
    await pair.close();
  });

  test('a peer that does not speak TLS is a failure in words', async () => {
    for (const role of ['client', 'server'] as const) {
      const pair = await connectedPair(untrusting);
      const [ours, theirs] =
        role === 'client' ? [pair.client, pair.server] : [pair.server, pair.client];
      const recorder = new ConnectionRecorder(ours);
      new ConnectionRecorder(theirs);
      const pending = ours.startTls(role === 'client' ? asClient : asServer);
      theirs.write(bytes('500 what was that?\r\n'));
      const started = await pending;
      assert.ok(started.kind === 'failed');
      assert.match(started.because, /wrong version number|packet length too long|record/);
      await recorder.until(({ isClosed }) => isClosed);
      assert.deepEqual(recorder.closings, [started.because]);
      await pair.close();
    }
  });

  test('a peer that leaves is a failure', async () => {
    for (const role of ['client', 'server'] as const) {
      const pair = await connectedPair(untrusting);
      const [ours, theirs] =
        role === 'client' ? [pair.client, pair.server] : [pair.server, pair.client];
      const pending = ours.startTls(role === 'client' ? asClient : asServer);
      theirs.destroy();
      assert.equal((await pending).kind, 'failed', role);
      assert.equal((await ours.startTls(asClient)).kind, 'failed');
      await pair.close();
    }
  });

  test('a handshake that takes too long is ended by the clock, on both sides', async () => {
    for (const role of ['client', 'server'] as const) {
      const clock = falseClock();
      const pair = await connectedPair(realNetwork(clock));
      const [ours, theirs] =
        role === 'client' ? [pair.client, pair.server] : [pair.server, pair.client];
      const peer = new ConnectionRecorder(theirs);
      const pending = ours.startTls(role === 'client' ? asClient : asServer);
      await clock.advance(seconds(6));
      assert.deepEqual(await pending, {
        kind: 'failed',
        because: 'the TLS handshake took too long',
      });
      await peer.until(({ isClosed }) => isClosed);
      await pair.close();
    }
  });

  test('an owner who gives up during the handshake hears of its end', async () => {
    const pair = await connectedPair(untrusting);
    const client = new ConnectionRecorder(pair.client);
    const pending = pair.client.startTls(asClient);
    pair.client.destroy();
    assert.equal((await pending).kind, 'failed');
    await client.until(({ isClosed }) => isClosed);
    assert.equal(client.closings.length, 1);
    await pair.close();
  });
});

describe('TLS that is observed', { timeout: 10_000 }, () => {
  const authority = selfSigned({ names: ['authority.example'] });
  const by = { name: 'authority.example', key: authority.key };
  const issued = certificate({ names: [NAME], by });
  const stranger = selfSigned({ names: ['stranger.example'] });
  const trusts = () => realNetwork(systemClock, { authorities: [authority.cert] });
  const der = (pem: string): Uint8Array => new Uint8Array(new X509Certificate(pem).raw);

  /** What a client sees of a server with these options. */
  async function seen(options: SecureContextOptions, more: Partial<TlsClient> = {}) {
    const peer = createServer(options, (socket) => socket.on('error', () => {}).end());
    peer.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
    const { port } = peer.address() as { port: number };
    const connected = await trusts().connect(loopback(port), { timeout: seconds(5) });
    assert.ok(connected.kind === 'connected');
    const { connection } = connected;
    new ConnectionRecorder(connection);
    const started = await connection.startTls({ ...asClient, observe: true, ...more });
    connection.destroy();
    peer.close();
    return started;
  }

  test('shows the chain as it was sent, whatever its order, without the trusted root', async () => {
    const chains = [[issued], [issued, authority], [issued, stranger, authority], [issued, issued]];
    for (const chain of chains) {
      const cert = chain.map((each) => each.cert).join('');
      const started = await seen({ cert, key: issued.key });
      assert.ok(started.kind === 'started');
      assert.deepEqual(
        started.facts.chain,
        chain.map((each) => der(each.cert)),
      );
      assert.equal(started.facts.verified, true);
    }
  });

  test('shows no more of an endless chain than ten certificates', async () => {
    const cert = [issued, ...Array.from({ length: 15 }, () => stranger)].map((each) => each.cert);
    const started = await seen({ cert: cert.join(''), key: issued.key });
    assert.ok(started.kind === 'started');
    assert.equal(started.facts.chain?.length, 10);
  });

  test('says why a certificate proves nothing, and shows it nevertheless', async () => {
    const past = new Date('2020-01-01T00:00:00Z');
    const cases = [
      [certificate({ names: ['other.example'], by }), 'ERR_TLS_CERT_ALTNAME_INVALID'],
      [certificate({ names: [NAME], by, notBefore: past }), 'CERT_HAS_EXPIRED'],
      [selfSigned({ names: [NAME] }), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ] as const;
    for (const [shown, because] of cases) {
      const started = await seen(shown);
      assert.ok(started.kind === 'started');
      const { protocol, cipher } = started.facts;
      const chain = [der(shown.cert)];
      assert.deepEqual(started.facts, { protocol, cipher, verified: false, because, chain });
    }
  });

  test('speaks what is too old to be relied on; mail that is delivered does not', async () => {
    for (const version of ['TLSv1', 'TLSv1.1'] as const) {
      const old = {
        ...issued,
        minVersion: version,
        maxVersion: version,
        ciphers: 'DEFAULT@SECLEVEL=0',
      };
      const started = await seen(old);
      assert.ok(started.kind === 'started', version);
      assert.equal(started.facts.protocol, version);
      assert.equal((await seen(old, { observe: false })).kind, 'failed');
    }
  });

  test('nobody else is given a chain', async () => {
    const started = await seen(issued, { observe: false });
    assert.ok(started.kind === 'started');
    assert.equal('chain' in started.facts, false);
  });
});

describe('certificate files', () => {
  const unusable = (path: string, message: RegExp) => ({
    code: 'TLS_FILES_UNUSABLE',
    message,
    context: { path },
  });

  test('that are not there', () => {
    const path = join(files.folder, 'missing.pem');
    assert.throws(
      () => readTlsIdentity(path, files.keyPath),
      unusable(path, /missing\.pem \(ENOENT\)/),
    );
    assert.throws(() => readTlsIdentity(files.certPath, path), unusable(path, /TLS key .*missing/));
  });

  test('that hold something else', () => {
    const path = join(files.folder, 'nonsense.pem');
    writeFileSync(path, 'nonsense');
    chmodSync(path, 0o600);
    assert.throws(
      () => readTlsIdentity(path, files.keyPath),
      unusable(path, /not hold a certificate/),
    );
    assert.throws(
      () => readTlsIdentity(files.certPath, path),
      unusable(path, /not hold an unencrypted/),
    );
  });

  test('that do not belong together', () => {
    const path = join(files.folder, 'other-key.pem');
    writeFileSync(path, selfSigned({ names: [NAME] }).key, { mode: 0o600 });
    assert.throws(
      () => readTlsIdentity(files.certPath, path),
      unusable(path, /is not that of the first/),
    );
  });

  test('that are renewed are shown a minute later, and not before they belong together', () => {
    const own = selfSignedFiles({ names: [NAME] });
    const clock = standingClock();
    const told: (string | undefined)[] = [];
    const current = watchTlsIdentity(own.certPath, own.keyPath, {
      clock,
      every: minutes(1),
      changed: (because) => told.push(because),
    });
    const first = current();
    const renewed = selfSigned({ names: [NAME, 'backup.example.com'] });
    writeFileSync(own.certPath, renewed.cert);
    assert.equal(current(), first, 'the files are not looked at for every client');
    clock.pass(minutes(1));
    assert.equal(current(), first, 'half a renewal is no renewal');
    writeFileSync(own.keyPath, renewed.key);
    clock.pass(minutes(1));
    const second = current();
    assert.notEqual(second, first);
    own.remove();
    clock.pass(minutes(1));
    assert.equal(current(), second, 'what was read stays when the files are gone');
    assert.match(told[0] ?? '', /is not that of the first/);
    assert.equal(told[1], undefined);
    assert.match(told[2] ?? '', /ENOENT/);
  });
});

/** Time that only passes when it is told to. */
function standingClock() {
  let now = systemClock.now();
  return {
    ...systemClock,
    now: () => now,
    pass: (length: Duration) => {
      now = later(now, length);
    },
  };
}
