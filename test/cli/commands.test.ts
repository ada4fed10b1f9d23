// Commands as a shell sees them: what they print, and how they end.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createApi } from '../../src/api/api.ts';
import { socketPathOf } from '../../src/api/local.ts';
import { serveApi } from '../../src/api/server.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { explanation, falseParts, HOSTS, kept, minutesLater } from '../support/api-parts.ts';
import { type FalseMachine, falseApp, runOn } from '../support/false-surroundings.ts';

/** A machine with a server that runs: its API answers at the socket of a data folder. */
async function withServer(context: TestContext, parts = falseParts([kept('0-a')])) {
  const data = mkdtempSync(join(tmpdir(), 'fingerpost-cli-'));
  const api = createApi(parts);
  const server = await serveApi({ api, tcp: [], hostname: 'x', socketPath: socketPathOf(data) });
  context.after(async () => {
    await server.close();
    rmSync(data, { recursive: true });
  });
  const files = { '/srv/mail/fingerpost.yaml': `data: ${data}` };
  return { parts: falseParts(), files } satisfies FalseMachine;
}

test('help, version and slips of the pen', async () => {
  const help = await runOn({}, '--help');
  assert.equal(help.code, EXIT.ok);
  assert.match(help.out, /queue\s+what waits to be delivered/);
  assert.deepEqual(await runOn({}, '--version'), { code: EXIT.ok, out: '1.2.3\n', err: '' });
  for (const args of [['rout'], ['route'], ['queue'], ['send', '--frm', 'x'], []]) {
    const { code, err } = await runOn({}, ...args);
    assert.equal(code, EXIT.usage, args.join(' '));
    assert.notEqual(err, '');
  }
});

test('commands that need a server say so when none runs', async () => {
  for (const args of [
    ['queue', 'list'],
    ['why', '0-a'],
    ['zone', 'reload'],
  ]) {
    const { code, err, out } = await runOn({}, ...args);
    assert.equal(code, EXIT.notRunning, args.join(' '));
    assert.match(err, /no server answers at \/srv\/mail\/data\/run\/api\.sock \(ENOENT\)/);
    assert.equal(out, '');
  }
});

test('faults of the configuration are all printed', async () => {
  const files = { '/srv/mail/fingerpost.yaml': 'hostname: "?"\nsmpt: {}' };
  const { code, err } = await runOn({ files }, 'queue', 'list');
  assert.equal(code, EXIT.configuration);
  assert.match(err, /^fingerpost: \/srv\/mail\/fingerpost\.yaml:1:11: hostname: .*\n/);
  assert.match(err, /^fingerpost: \/srv\/mail\/fingerpost\.yaml:2:1: smpt: .*smtp\?$/m);
});

test('an error is JSON where JSON was asked for', async () => {
  const { code, err } = await runOn({}, '--json', '-c', 'gone.yaml', 'queue', 'list');
  assert.equal(code, EXIT.configuration);
  assert.equal(JSON.parse(err).error.code, 'CONFIG_NOT_FOUND');
});

test('route asks without a server, and shows picture, plan and who decided', async () => {
  const { code, out } = await runOn({}, 'route', 'user@example.com');
  assert.equal(code, EXIT.ok);
  assert.match(out, /┣━▶ 10 {2}mail\.example\.com {4}takes the mail/);
  assert.match(out, /^mail for user@example\.com: 3 targets, tried in this order$/m);
  assert.match(out, /^ {2}1\. +MX 10 +mail\.example\.com +192\.0\.2\.1:25 +MX 10$/m);
  assert.match(out, /^ {2}not +MX 30 +old\.example\.com +it has no address$/m);
  assert.match(out, /^decided by this command, without a server, 2026-01-31 14:00:00Z$/m);
});

test('route asks the running server first', async (context) => {
  const machine = await withServer(context);
  const { out } = await runOn(machine, 'route', 'user@example.com');
  assert.match(out, /^decided by the running server/m);
});

test('route as JSON is the question and the answer', async () => {
  const { out } = await runOn({}, 'route', 'user@example.com', '--json');
  assert.deepEqual(JSON.parse(out), explanation('example.com', HOSTS));
});

test('no route is the answer no', async () => {
  const reply = { code: 556, lines: ['no mail'] };
  for (const kind of ['never', 'later'] as const) {
    const route = { kind, reply, because: 'so it is', left: [] };
    const explain = async () => explanation('example.com', route);
    const { code, out } = await runOn(
      { parts: falseParts([], {}, { explain }) },
      'route',
      'a@example.com',
    );
    assert.equal(code, EXIT.no);
    assert.match(out, /^ {2}why: so it is$/m);
  }
});

test('the queue is listed, shown and explained', async (context) => {
  const machine = await withServer(context);
  const list = await runOn(machine, 'queue', 'list', '--state', 'waiting', 'held');
  assert.equal(list.code, EXIT.ok);
  assert.match(list.out, /^0-a +0 ms +5\.1 KB +ann@example\.org$/m);
  assert.match(
    list.out,
    /waiting +in 5 min +→ user@example\.com +connection refused\n1 message\n$/,
  );
  const show = await runOn(machine, 'queue', 'show', 'one@example.org');
  assert.match(show.out, /^message +0-a$/m);
  const why = await runOn(machine, 'why', '0-a');
  assert.match(why.out, /^user@example\.com: waiting, next attempt in 5 min$/m);
  for (const command of [['queue', 'show'], ['why']]) {
    const { code, out } = await runOn(machine, ...command, '0-x');
    assert.equal(code, EXIT.no);
    assert.match(out, /no such message/);
  }
  const wrong = await runOn(machine, 'queue', 'list', '--state', 'gone');
  assert.equal(wrong.code, EXIT.usage);
});

test('send hands its message to the server', async (context) => {
  const parts = falseParts();
  const machine = { ...(await withServer(context, parts)), input: 'Subject: x\n\nbody' };
  const sent = await runOn(machine, 'send', '--from', '', '--to', 'a@b.example', 'c@b.example');
  assert.deepEqual(sent, { code: EXIT.ok, out: 'queued as 0-new\n', err: '' });
  const [submission] = parts.submissions;
  assert.ok(submission);
  assert.equal(submission.sender, '');
  assert.deepEqual(submission.recipients, ['a@b.example', 'c@b.example']);
  assert.match(
    Buffer.from(submission.message).toString(),
    /^Date: .*\r\nFrom: <postmaster>\r\nMessage-ID: <(?:07){12}@box\.example>\r\nSubject: x\r\n/,
  );
});

test('send by SMTP needs no server of ours, and shows the reply', async () => {
  const reply = { code: 550, enhanced: '5.1.1', lines: ['no\u0007body'] };
  const parts = falseParts([], {}, { submit: async () => ({ reply }) });
  const args = ['send', '--from', 'a@b.example', '--to', 'c@d.example', '--body', 'x'];
  const sent = await runOn({ parts }, ...args, '--server', '[::1]:25');
  assert.deepEqual(sent, { code: EXIT.no, out: 'refused: 550 5.1.1 no\\x07body\n', err: '' });
});

test('send says what it lacks', async () => {
  const to = ['--to', 'a@b.example'];
  const from = ['--from', 'a@b.example'];
  for (const args of [to, from, [...from, ...to], [...from, ...to, '--server', 'mail']]) {
    const { code } = await runOn({}, 'send', ...args);
    assert.equal(code, EXIT.usage, args.join(' '));
  }
});

const ZONE = `$ORIGIN example.com.
$TTL 1h
@ IN SOA ns hostmaster 7 1h 10m 1w 1h
@ IN NS ns
ns IN A 192.0.2.53
@ IN MX 10 mail
mail IN A 192.0.2.1
`;

test('a zone without faults', async () => {
  const { code, out } = await runOn(
    { files: { '/srv/mail/zones/example.com.zone': ZONE } },
    'zone',
    'check',
    'zones/example.com.zone',
  );
  assert.match(out, /^example\.com: serial 7, 3 names, no faults$/m);
  assert.equal(code, EXIT.ok);
});

test('a zone with faults: each with file, line and column', async () => {
  const files = { '/srv/mail/a.zone': `${ZONE}@ IN MX ten mail\nx IN A 1.2.3\n` };
  const { code, out } = await runOn({ files }, 'zone', 'check', 'a.zone');
  assert.equal(code, EXIT.no);
  assert.match(out, /^a\.zone:8:9: .+$/m);
  assert.match(out, /^a\.zone:9:8: .+$/m);
  assert.match(out, /^2 faults$/m);
});

test('$INCLUDE reads below the folder of the zone, and nothing else', async () => {
  const files: Record<string, string> = {
    '/srv/mail/z/in.zone': `${ZONE}$INCLUDE sub/a.inc\n`,
    '/srv/mail/z/sub/a.inc': 'www IN A 192.0.2.80\n',
    '/srv/mail/z/out.zone': `${ZONE}$INCLUDE ../secret\n`,
    '/srv/mail/z/absolute.zone': `${ZONE}$INCLUDE /etc/passwd\n`,
    '/srv/mail/z/link.zone': `${ZONE}$INCLUDE link\n`,
    '/srv/mail/secret': 'www IN A 192.0.2.80\n',
    '/etc/passwd': 'root\n',
  };
  const realPath = (path: string): string | undefined =>
    path === '/srv/mail/z/link' ? '/etc/passwd' : path in files ? path : undefined;
  const readText = (at: string): string | undefined => files[at];
  const doors = { readText, realPath, writeText: () => {}, matching: () => [] };
  const machine = { files, more: { files: doors } };
  const inside = await runOn(machine, 'zone', 'check', 'z/in.zone');
  assert.match(inside.out, /4 names, no faults/);
  for (const file of ['out', 'absolute', 'link']) {
    const { code, out } = await runOn(machine, 'zone', 'check', `z/${file}.zone`);
    assert.equal(code, EXIT.no, file);
    assert.match(out, /it is not below \/srv\/mail\/z/, file);
  }
});

test('zone reload tells what was loaded and what was refused', async (context) => {
  const reloadZones = async () => ({
    loaded: [{ zone: 'example.com.', serial: 7, names: 3 }],
    refused: [{ zone: 'b.example.', faults: ['b.zone:1:1: no \u001bSOA'] }],
  });
  const machine = await withServer(context, falseParts([], {}, { reloadZones }));
  const { code, out } = await runOn(machine, 'zone', 'reload');
  assert.equal(code, EXIT.no);
  assert.equal(
    out,
    'example.com: serial 7, 3 names\n' +
      'b.example: refused, the version before is served on\n  b.zone:1:1: no \\x1bSOA\n',
  );
});

test('watch tells what is broken now, since when, and shows foreign text safely', async (context) => {
  const watched = async () => [
    { domain: 'well.example', lastLookAt: minutesLater(-5), broken: [] },
    { domain: 'new.example', broken: [] },
    {
      domain: 'bad.example',
      lastLookAt: minutesLater(-2),
      blindSince: minutesLater(-1),
      broken: [
        {
          rule: 'SMTP-CONNECT',
          subject: 'mail.bad.example 192.0.2.10',
          severity: 'error' as const,
          state: 'broken' as const,
          since: minutesLater(-62),
          says: 'it \u001bsaid no',
        },
      ],
    },
  ];
  const machine = await withServer(context, falseParts([], {}, { watched }));
  const { code, out } = await runOn(machine, 'watch');
  assert.equal(code, EXIT.no);
  assert.equal(
    out,
    'well.example  ✓ as it should be, looked at 5 min ago\n' +
      'new.example  ?, not looked at yet\n' +
      'bad.example  ✗ 1 fault, looked at 2 min ago; nothing can be seen since 1 min ago\n' +
      '  error  SMTP-CONNECT  mail.bad.example 192.0.2.10, since 1 h 2 min ago\n' +
      '    it \\x1bsaid no\n',
  );
});

test('watch says how to begin where nothing is watched', async (context) => {
  const machine = await withServer(context, falseParts());
  const { code, out } = await runOn(machine, 'watch');
  assert.equal(code, EXIT.ok);
  assert.match(out, /nothing is watched: add `watch:`/);
});

test('serve starts, logs what happens, reads zones again and stops when it is told to', async () => {
  const done: string[] = [];
  const parts = falseParts(
    [],
    {},
    {
      reloadZones: async () => {
        done.push('reload');
        return { loaded: [], refused: [] };
      },
    },
  );
  const app = falseApp(parts);
  const files = { '/srv/mail/fingerpost.yaml': 'submission: { listen: "127.0.0.1:587" }' };
  const ran = await runOn(
    {
      files,
      more: {
        createApp: async (_, { listeners }) => ({
          ...app,
          start: async () => {
            done.push(`start, listeners: ${listeners}`);
            parts.events.emit({ kind: 'listening', what: 'submission', at: '127.0.0.1:587' });
          },
          stop: async () => void done.push('stop'),
        }),
        onSignals: ({ stop, reload }) => {
          reload();
          setImmediate(stop);
          return () => {};
        },
      },
    },
    'serve',
  );
  assert.equal(ran.code, EXIT.ok);
  assert.deepEqual(done, ['reload', 'start, listeners: true', 'stop']);
  assert.match(ran.err, /^2026-01-31T14:00:00\.000Z server\.notice hostname is absent/);
  assert.match(ran.err, /^\S+ listening submission at 127\.0\.0\.1:587$/m);
});

test('a mistake of the program is told as one', async () => {
  const createApp = () => Promise.reject(new TypeError('x is undefined'));
  const { code, err } = await runOn({ more: { createApp } }, 'route', 'a@b.example');
  assert.equal(code, EXIT.mistake);
  assert.match(err, /x is undefined\nthis is a mistake of the program/);
});
