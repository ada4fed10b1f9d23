// Round trips through Postfix: as the primary whose mailbox is watched, and as the backup that keeps
// a probe until our primary is back. Its Received fields are read as they really are.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { PathResult, RoundTrip } from '../../src/api/types.ts';
import { selfSigned } from '../support/certificate.ts';
import { eventually, pauseMs } from '../support/peers/eventually.ts';
import { Fingerpost } from '../support/peers/fingerpost.ts';
import { type Postfix, startPostfix } from '../support/peers/postfix.ts';
import { Stage, whyNot } from '../support/peers/stage.ts';
import { startNames } from '../support/peers/zone.ts';

const NAMES = '127.30.7.53';
const POSTFIX = '127.30.7.10';
const OURS = '127.30.7.20';

const ZONES = {
  'theirs.example': `@ IN MX 10 postfix\n@ IN MX 20 ours\n`,
  'ours.example': `@ IN MX 10 ours\n@ IN MX 20 postfix\n`,
};
const ADDRESSES = `postfix IN A ${POSTFIX}\nours IN A ${OURS}\n`;

const WORLD = `resolver: { servers: ["${NAMES}:53"] }
world: { global: ["127.0.0.0/8"] }
`;
const SERVER = `hostname: ours.example
smtp: { listen: ["${OURS}:25"], tls: { cert: cert.pem, key: key.pem } }
delivery: { badHostProbe: 1s }
domains:
  ours.example: { role: primary, recipients: [user], deliverTo: "maildir:./mail" }
  theirs.example: { role: backup, recipients: [user] }
${WORLD}`;

describe('a round trip through Postfix', { skip: whyNot(['postfix', 'unshare']) }, () => {
  const stage = new Stage();
  const { cert, key } = selfSigned({ names: ['ours.example', 'postfix.example'] });
  const files = { 'cert.pem': cert, 'key.pem': key };
  const server = new Fingerpost(stage, 'server', SERVER, { files });
  const tester = new Fingerpost(stage, 'tester', `hostname: tester.example\n${WORLD}`);
  const ourMail = join(server.folder, 'mail');
  let postfix: Postfix;

  before(async () => {
    const zones = Object.entries(ZONES).map(([name, text]) => [name, `${text}${ADDRESSES}`]);
    await startNames(stage, { address: NAMES, port: 53, zones: Object.fromEntries(zones) });
    mkdirSync(ourMail);
    await server.start();
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(stage.path(name), text, { mode: 0o600 });
    }
    const tls = {
      smtpd_tls_cert_file: stage.path('cert.pem'),
      smtpd_tls_key_file: stage.path('key.pem'),
    };
    postfix = await startPostfix(stage, {
      hostname: 'postfix.example',
      domains: ['theirs.example'],
      listeners: { [POSTFIX]: tls },
      parameters: {
        smtpd_tls_security_level: 'may',
        smtpd_tls_received_header: 'yes',
        relay_domains: 'ours.example',
        relay_transport: 'smtp',
        proxy_interfaces: POSTFIX,
        minimal_backoff_time: '1s',
        maximal_backoff_time: '2s',
        queue_run_delay: '1s',
      },
      resolvConf: `nameserver ${NAMES}\n`,
    });
  });
  after(() => stage.close());

  const test = async (...args: string[]): Promise<RoundTrip & { code: number }> => {
    const ran = await tester.command(['--json', 'test', ...args]);
    assert.equal(ran.stderr, '');
    return { ...(JSON.parse(ran.stdout) as RoundTrip), code: ran.code };
  };
  const byPath = ({ paths }: RoundTrip, start: string): PathResult => {
    const found = paths.find(({ path }) => path.startsWith(start));
    assert.ok(found);
    return found;
  };
  const hosts = ({ arrival }: PathResult) => arrival?.hops.map(({ by }) => by);

  it('all ways lead into the mailbox of Postfix, and its TLS is told', async () => {
    const trip = await test('user@theirs.example', '--maildir', join(postfix.folder, 'mailbox'));
    assert.equal(trip.code, 0, JSON.stringify(trip.paths, undefined, 1));
    const direct = byPath(trip, 'postfix');
    assert.deepEqual(hosts(direct), ['postfix.example']);
    const [hop] = direct.arrival?.hops ?? [];
    assert.equal(hop?.from, 'tester.example');
    assert.equal(hop?.protocol, 'ESMTPS');
    assert.equal(hop?.tls?.protocol, 'TLSv1.3');
    assert.equal(`TLSv1.3 ${hop?.tls?.cipher}`, direct.tries[0]?.tls);
    assert.ok(Math.abs((hop?.at ?? 0) - trip.startedAt) < 60_000);
    assert.deepEqual(hosts(byPath(trip, 'ours')), ['ours.example', 'postfix.example']);
    assert.deepEqual(hosts(byPath(trip, 'normal')), ['postfix.example']);
  });

  it('Postfix as a backup hands on what it has', async () => {
    const ran = await tester.command([
      'test',
      'user@ours.example',
      '--maildir',
      ourMail,
      '--clean',
    ]);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert.match(
      ran.stdout,
      /^ {2}postfix\.ours\.example 127\.30\.7\.10 \(MX 20\) +arrived .+ 2 +TLSv1\.3$/m,
    );
    assert.match(ran.stdout, /^ {2}postfix\.example took it at .+ by ESMTPS \(TLSv1\.3 TLS_/m);
    assert.deepEqual(server.mailbox('user'), []);
  });

  it('Postfix keeps a probe while we are down, and the time in its queue is told', async () => {
    await server.stop();
    const running = test('user@ours.example', '--maildir', ourMail, '--wait', '60s');
    await eventually('Postfix has deferred a probe', () => /status=deferred/.test(postfix.log));
    await pauseMs(3_000);
    await server.start();
    const trip = await running;
    assert.equal(trip.code, 1);
    assert.equal(byPath(trip, 'ours').state, 'unreachable');
    const { arrival } = byPath(trip, 'postfix');
    assert.ok((arrival?.hops[0]?.heldMs ?? 0) >= 2_000, JSON.stringify(arrival));
    assert.equal(arrival?.hops[1]?.by, 'ours.example');
  });
});
