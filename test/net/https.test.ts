// HTTPS on real sockets on loopback: who is believed, what is read, and how each failure is told.
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { fromUtf8, latin1 } from '../../src/base/bytes.ts';
import type { IpAddress } from '../../src/base/ip.ts';
import { seconds } from '../../src/base/time.ts';
import { realHttps } from '../../src/net/https.ts';
import type { HttpsEnding, HttpsRequest } from '../../src/net/network.ts';
import { systemClock } from '../../src/system.ts';
import { type Certificate, selfSigned } from '../support/certificate.ts';
import { type FalseClock, falseClock } from '../support/false-clock.ts';

const HOST = 'mta-sts.example.com';
const HERE = '127.0.0.1' as IpAddress;
/** Nobody listens there. */
const NOBODY = '127.0.0.99' as IpAddress;

type Answers = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let certificate: Certificate;
let server: Server;
let port = 0;
let answers: Answers = (_, response) => response.end('ok');
const sockets = new Set<Socket>();

const listening = (on: Server): Promise<number> =>
  new Promise((resolve) => {
    on.on('connection', (socket: Socket) => sockets.add(socket));
    on.listen(0, HERE, () => resolve((on.address() as { port: number }).port));
  });

before(async () => {
  certificate = selfSigned({ names: [HOST, HERE] });
  server = createServer(certificate, (request, response) => {
    let body = '';
    request.on('data', (bytes: Buffer) => {
      body += bytes.toString('latin1');
    });
    request.on('end', () => answers(request, response, body));
  });
  port = await listening(server);
});
after(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

const door = (clock = systemClock) => realHttps(clock, { authorities: [certificate.cert] });

const wanted = (more: Partial<HttpsRequest> = {}): HttpsRequest => ({
  url: new URL(`https://${HOST}/.well-known/mta-sts.txt?a=1`),
  method: 'GET',
  headers: { 'user-agent': 'test' },
  addresses: [HERE],
  port,
  timeout: seconds(5),
  bytesMax: 1_000,
  ...more,
});

const get = (more: Partial<HttpsRequest> = {}): Promise<HttpsEnding> =>
  door().request(wanted(more));

/** `tls certificate refused: …`, `200 ok`. */
const inShort = (ending: HttpsEnding): string =>
  ending.kind === 'failed'
    ? `${ending.stage} ${ending.because}`
    : `${ending.status} ${latin1(ending.body)}`;

describe('HTTPS', { timeout: 20_000 }, () => {
  test('asks for the path, by the name of the URL, and gives the answer as it is', async () => {
    const seen: unknown[] = [];
    answers = ({ method, url, headers }, response) => {
      seen.push([method, url, headers.host, headers['user-agent']]);
      response.writeHead(404, {
        'Content-Type': 'text/plain',
        'X-Two': ['a', 'b'],
        Location: '/x',
      });
      response.end('nothing');
    };
    const ending = await get();
    assert.ok(ending.kind === 'answered');
    assert.deepEqual(seen, [['GET', '/.well-known/mta-sts.txt?a=1', HOST, 'test']]);
    const { 'content-type': type, 'x-two': two, location } = ending.headers;
    assert.deepEqual([ending.status, type, two, location], [404, 'text/plain', 'a, b', '/x']);
    assert.deepEqual(ending.body, new Uint8Array(fromUtf8('nothing')));
    assert.deepEqual([ending.address, ending.isCut], [HERE, false]);
  });

  test('follows no redirect', async () => {
    let asked = 0;
    answers = (_, response) => {
      asked += 1;
      response.writeHead(301, { Location: `https://${HOST}:${port}/elsewhere` }).end();
    };
    assert.equal(inShort(await get()), '301 ');
    assert.equal(asked, 1);
  });

  test('sends a body', async () => {
    answers = ({ method, headers }, response, body) =>
      response.end(`${method} ${headers['content-length']} ${headers['content-type']} ${body}`);
    const ending = await get({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: fromUtf8('{"a":1}'),
    });
    assert.equal(inShort(ending), '200 POST 7 application/json {"a":1}');
  });

  test('reads no more than it was asked to', async () => {
    for (const [length, isCut] of [
      [1_000, false],
      [1_001, true],
      [5_000_000, true],
    ] as const) {
      answers = (_, response) => response.end('x'.repeat(length));
      const ending = await get();
      assert.ok(ending.kind === 'answered');
      assert.equal(ending.body.length, Math.min(length, 1_000));
      assert.equal(ending.isCut, isCut, `${length} bytes`);
    }
  });

  test('a page that breaks off is none', async () => {
    answers = (_, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('half');
      setImmediate(() => response.destroy());
    };
    const because = 'answer the connection was closed before the end of the answer';
    assert.equal(inShort(await get()), because);
  });

  test('an address in the URL is proved like a name', async () => {
    answers = (_, response) => response.end('ok');
    assert.equal(inShort(await get({ url: new URL(`https://${HERE}/`) })), '200 ok');
    const other = await get({ url: new URL('https://192.0.2.7/') });
    assert.equal(inShort(other), 'tls certificate refused: ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('a certificate that does not prove the host is refused before anything is asked', async () => {
    let asked = 0;
    answers = (_, response) => {
      asked += 1;
      response.end('ok');
    };
    const wrongName = await get({ url: new URL('https://www.example.com/') });
    assert.equal(inShort(wrongName), 'tls certificate refused: ERR_TLS_CERT_ALTNAME_INVALID');
    const unknown = await realHttps(systemClock).request(wanted());
    assert.equal(inShort(unknown), 'tls certificate refused: DEPTH_ZERO_SELF_SIGNED_CERT');
    assert.equal(asked, 0);
  });

  test('tries the addresses in turn until one connects, and no further', async () => {
    answers = (_, response) => response.end('ok');
    const second = await get({ addresses: [NOBODY, HERE] });
    assert.ok(second.kind === 'answered');
    assert.equal(second.address, HERE);
    const none = await get({ addresses: [NOBODY, '127.0.0.98' as IpAddress] });
    assert.equal(
      inShort(none),
      'connect 127.0.0.99: connection refused; 127.0.0.98: connection refused',
    );
    assert.equal(
      inShort(await get({ addresses: [] })),
      'connect there is no address to connect to',
    );
    const refused = await get({
      url: new URL('https://www.example.com/'),
      addresses: [HERE, HERE],
    });
    assert.equal(inShort(refused), 'tls certificate refused: ERR_TLS_CERT_ALTNAME_INVALID');
  });

  const strangers: readonly (readonly [string, (socket: Socket) => void, RegExp])[] = [
    ['closes at once', (socket) => socket.destroy(), /^tls (?:connection|Client network|socket)/],
    [
      'speaks no TLS',
      (socket) => socket.end('220 mail ESMTP\r\n'),
      /^tls (?:wrong version|packet)/,
    ],
  ];
  for (const [what, behave, expected] of strangers) {
    test(`a server that ${what} fails at TLS`, async () => {
      const plain = createPlainServer((socket) => behave(socket.on('error', () => {})));
      const ending = await get({ port: await listening(plain) });
      plain.close();
      assert.match(inShort(ending), expected);
    });
  }

  test('a server that answers with something else, or not at all, fails at the answer', async () => {
    answers = (_, response) => response.socket?.end('SSH-2.0-x\r\n\r\n');
    assert.match(inShort(await get()), /^answer .*Parse Error/);
    answers = (_, response) => response.socket?.destroy();
    assert.match(inShort(await get()), /^answer /);
    answers = (_, response) =>
      response.writeHead(101, { Upgrade: 'x', Connection: 'Upgrade' }).end();
    assert.match(inShort(await get()), /^answer /);
  });
});

describe('HTTPS in time', { timeout: 20_000 }, () => {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  /** Waits for the condition in real time, then lets the clock run. */
  async function late(
    clock: FalseClock,
    pending: Promise<HttpsEnding>,
    isReady: () => boolean,
  ): Promise<string> {
    while (!isReady()) await turn();
    await clock.advance(seconds(6));
    return inShort(await pending);
  }

  test('has one deadline for the whole, however slowly the page comes', async () => {
    const clock = falseClock();
    let isBegun = false;
    answers = (_, response) => {
      response.writeHead(200);
      response.write('drip');
      isBegun = true;
    };
    const pending = door(clock).request(wanted());
    assert.equal(await late(clock, pending, () => isBegun), 'answer it took longer than 5 s');
    assert.equal(clock.pending, 0);
  });

  test('a silent handshake ends as well', async () => {
    const clock = falseClock();
    let isThere = false;
    const silent = createPlainServer((socket) => {
      socket
        .on('error', () => {})
        .on('data', () => {
          isThere = true;
        });
    });
    const pending = door(clock).request(wanted({ port: await listening(silent) }));
    assert.equal(await late(clock, pending, () => isThere), 'tls it took longer than 5 s');
    silent.close();
  });

  test('ends when its caller gives up', async () => {
    const gaveUp = new AbortController();
    answers = () => gaveUp.abort();
    assert.equal(inShort(await get({ signal: gaveUp.signal })), 'answer given up');
    const before = await get({ signal: gaveUp.signal, addresses: [HERE, HERE] });
    assert.equal(inShort(before), 'connect 127.0.0.1: given up');
  });
});
