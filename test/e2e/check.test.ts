// `check`, `drill`, `test` and `watch` as people and programs use them: the real program on
// loopback, in a closed internet that it serves itself.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { signatureOf } from '../../src/observing/webhook.ts';
import { afterwards } from '../support/afterwards.ts';
import { checkServers, ZONE_FILE } from '../support/check-servers.ts';
import {
  addressesOfOurOwn,
  type Ended,
  fingerpost,
  folderWith,
  PORT,
  type RunningServer,
  startServer,
} from '../support/server-process.ts';
import { listening } from '../support/smtp-talk.ts';

const nextAddress = addressesOfOurOwn();

/** Exits as it should, and with nothing to say on standard error. */
function out({ code, out: text, err }: Ended, wanted: number): string {
  assert.deepEqual([code, err], [wanted, ''], text);
  return text;
}

test('a sound domain is checked, drilled and tested, in every form', async (t) => {
  const servers = checkServers(t, { primary: nextAddress(), backup: nextAddress() });
  const { primary } = await servers.start();
  const saved = join(primary.folder, 'seen.json');
  const [first, drill, round] = await Promise.all([
    primary.ask('check', 'example.test', '--save', saved),
    primary.ask('drill', 'example.test'),
    primary.ask('test', 'user@example.test', '--wait', '10s'),
  ]);
  const text = out(first, 0);
  assert.match(text, /^example\.test, seen /);
  assert.match(text, /a closed world/);
  assert.match(text, /^10 +mx1\.example\.test +127\.\S+ +✓/m);
  assert.match(text, /^0 faults, /m);
  assert.match(out(drill, 0), /^mx1\.example\.test is down .* to mx2\.example\.test/m);
  const seen = out(round, 0);
  assert.equal(seen.match(/seen in .*mail\/user\/new/g)?.length, 3, seen);
  assert.match(seen, /the normal way/);

  const from = (...args: readonly string[]) => primary.ask('check', '--from', saved, ...args);
  const [again, json, junit, markdown, evidence] = await Promise.all([
    from(),
    from('--json', '--fail-on', 'notice'),
    from('--format', 'junit'),
    from('--format', 'markdown'),
    from('--evidence', 'S1'),
  ]);
  assert.equal(out(again, 0), text);
  const report = JSON.parse(out(json, 1));
  assert.deepEqual([report.domain, report.troubles], ['example.test', []]);
  assert.match(out(junit, 0), /<testsuite name="example\.test" .* failures="0" errors="0"/);
  assert.match(out(markdown, 0), /^## example\.test$/m);
  assert.match(out(evidence, 0), /→ {2}STARTTLS\n {2}← {2}220[\s\S]*certificate verified/);
  assert.deepEqual(readdirSync(primary.folder).includes('control.db'), false);
});

const DOMAINS = `example.test   # sound
none.test
test
gone.example.test
mx1.example.test
EXAMPLE.test
`;

test('a fault is told with its line in the zone file, and lists with every domain', async (t) => {
  const plan = { primary: nextAddress(), backup: nextAddress(), zone: '@ MX 30 gone' };
  const servers = checkServers(t, plan);
  const { primary } = await servers.start();
  const list = join(primary.folder, 'list');
  writeFileSync(list, DOMAINS);
  const [sarif, json, wrong, both] = await Promise.all([
    primary.ask('check', 'example.test', '--format', 'sarif'),
    primary.ask('check', '--file', list, '--json'),
    primary.ask('check', 'bad..name'),
    primary.ask('check', 'example.test', '--from', list),
  ]);
  const { results } = JSON.parse(out(sarif, 2)).runs[0];
  const found = results.find(({ ruleId }: { ruleId: string }) => ruleId === 'MX-TARGET-NXDOMAIN');
  const { artifactLocation, region } = found.locations[0].physicalLocation;
  assert.ok(artifactLocation.uri.endsWith(ZONE_FILE), artifactLocation.uri);
  const lines = readFileSync(join(primary.folder, ZONE_FILE), 'utf8').split('\n');
  assert.equal(lines[region.startLine - 1], '@ MX 30 gone');
  const reports: readonly { domain: string }[] = JSON.parse(out(json, 2));
  assert.deepEqual(
    reports.map(({ domain }) => domain),
    ['example.test', 'none.test', 'test', 'gone.example.test', 'mx1.example.test'],
  );
  assert.match(out(json, 2), /none\.test does not exist/);
  for (const { code, err } of [wrong, both]) {
    assert.equal(code, 64);
    assert.match(err, /^fingerpost: .+\n$/);
  }
});

test('where name servers cannot be asked, nobody is blamed', async (t) => {
  const nobody = nextAddress();
  const yaml = `world: { dnsPort: ${PORT.dns}, roots: ["${nobody}:${PORT.dns}"], global: ["127.0.0.0/8"] }
resolver: { servers: ["${nobody}:${PORT.dns}"] }
`;
  const folder = folderWith(t, { 'fingerpost.yaml': yaml });
  const text = out(await fingerpost(['check', 'example.test'], { cwd: folder }), 3);
  assert.match(text, /the root servers cannot be asked from here/);
  assert.match(text, /^0 faults, 0 things/m);
  out(await fingerpost(['drill', 'example.test'], { cwd: folder }), 3);
});

interface Received {
  readonly body: string;
  readonly isSigned: boolean;
}

const SECRET = 'a-secret-of-this-test-alone';

/** An HTTPS server that answers 204 to everything. */
async function webhook(
  t: TestContext,
  address: string,
  port: number,
  identity: { readonly cert: string; readonly key: string },
): Promise<readonly Received[]> {
  const received: Received[] = [];
  const server = createServer(identity, (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces).toString();
      const at = Number(request.headers['fingerpost-timestamp']);
      const wanted = `sha256=${signatureOf(SECRET, at, body)}`;
      received.push({ body, isSigned: request.headers['fingerpost-signature'] === wanted });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  afterwards(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return received;
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    assert.ok(tries < 1_000, `still not so: ${condition}`);
    await pause(20);
  }
}

function page(at: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(`http://${at}:${PORT.http}${path}`, { agent: false }, (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

const notices = ({ folder }: RunningServer): readonly string[] => {
  const inbox = join(folder, 'mail', 'user', 'new');
  return existsSync(inbox)
    ? readdirSync(inbox).map((file) => readFileSync(join(inbox, file), 'utf8'))
    : [];
};

test('a watch tells by mail and by webhook what broke, once, restarts or not', async (t) => {
  const [address, hook] = [nextAddress(), nextAddress()];
  const httpsPort = PORT.submission;
  const servers = checkServers(t, {
    primary: address,
    backup: nextAddress(),
    httpsPort,
    zone: '@ MX 30 gone',
    test: `hook A ${hook}`,
    more: `watch:
  every: 2s
  confirmAfter: 1s
  severity: error
  mailTo: [user@example.test]
  webhook: { url: "https://hook.test:${httpsPort}/notices", secret: ${SECRET} }
`,
  });
  const received = await webhook(t, hook, httpsPort, servers.identity('hook.test'));
  const { primary } = await servers.start();
  await primary.said(/recipient\.delivered/);
  await until(() => received.length > 0);
  const [mail = '', ...others] = notices(primary);
  assert.deepEqual(others, []);
  assert.match(mail, /^From: <?postmaster@mx1\.example\.test>?$/m);
  assert.match(mail, /MX-TARGET-NXDOMAIN[\s\S]*gone\.example\.test/);
  assert.deepEqual(
    received.map(({ isSigned }) => isSigned),
    [true],
  );
  const [told] = received;
  assert.match(told?.body ?? '', /"format":"fingerpost-notices-1".*MX-TARGET-NXDOMAIN/);
  const state = await primary.ask('watch', '--json');
  const [watched] = JSON.parse(out(state, 1)).domains;
  assert.deepEqual(
    watched.broken.map(({ rule, subject }: { rule: string; subject: string }) => [rule, subject]),
    [['MX-TARGET-NXDOMAIN', 'gone.example.test']],
  );
  assert.match(await page(address, '/metrics'), /^fingerpost_[a-z_]+\{.*example\.test.*\} \d/m);

  assert.equal((await primary.stop()).code, 0);
  const again = await startServer(t, servers.yaml, { folder: servers.folder });
  await again.said(/watch\.looked[\s\S]*watch\.looked/);
  const later = JSON.parse(out(await again.ask('watch', '--json'), 1)).domains[0];
  assert.equal(later.broken[0].since, watched.broken[0].since);
  assert.deepEqual([notices(again).length, received.length], [1, 1]);
});

test('a server stops at once, though it looks at a host that says nothing', async (t) => {
  const silent = nextAddress();
  const taken: Socket[] = [];
  const mute = createTcpServer((socket) => taken.push(socket.on('error', () => {})));
  await listening(mute, { address: silent, port: PORT.smtp });
  afterwards(t, () => {
    for (const socket of taken) socket.destroy();
    mute.close();
  });
  const servers = checkServers(t, {
    primary: nextAddress(),
    backup: nextAddress(),
    zone: `@ MX 30 silent\nsilent A ${silent}`,
    more: 'watch: { every: 1s }\n',
  });
  const { primary } = await servers.start();
  // It talks to itself as well, at about the same time.
  await primary.said(/connection\.opened/);
  await until(() => taken.length > 0);
  const begun = performance.now();
  assert.equal((await primary.stop()).code, 0);
  assert.ok(performance.now() - begun < 5_000);
  assert.doesNotMatch(primary.log, /watch\.looked/);
});
