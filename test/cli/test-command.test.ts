// `fingerpost test`: what it asks for, what it prints, and how it ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PathResult, RoundTrip, TestRequest } from '../../src/api/types.ts';
import { milliseconds, minutes } from '../../src/base/time.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { falseParts, ip, minutesLater, NOON } from '../support/api-parts.ts';
import { runOn } from '../support/false-surroundings.ts';
import { trip, tripPath } from '../support/round-trips.ts';

async function tested(result: RoundTrip, ...args: string[]) {
  const requests: TestRequest[] = [];
  const shown: string[] = [];
  const parts = falseParts(
    [],
    {},
    {
      roundTrip: async (request, progress) => {
        requests.push(request);
        for (const path of result.paths) progress({ path, ended: 1, paths: result.paths.length });
        return result;
      },
    },
  );
  const progress = { show: (text: string) => void shown.push(text), clear: () => {} };
  const ran = await runOn({ parts, more: { progress } }, 'test', 'user@example.com', ...args);
  return { ...ran, requests, shown };
}

test('it asks for a minute, from nobody, and says so in its progress', async () => {
  const { requests, shown } = await tested(trip());
  assert.deepEqual(requests, [{ address: 'user@example.com', waitMs: 60_000 }]);
  assert.deepEqual(shown, ['1 of 1 ways; mail.example.com 192.0.2.1 (MX 10): arrived']);
});

test('options are passed on, folders made absolute', async () => {
  const { requests } = await tested(
    trip(),
    ...['--from', 'a@b.example', '--wait', '10min', '--maildir', 'mail', '--clean'],
  );
  assert.deepEqual(requests, [
    {
      address: 'user@example.com',
      waitMs: minutes(10),
      from: 'a@b.example',
      maildir: '/srv/mail/mail',
      clean: true,
    },
  ]);
});

test('a time that is none, too short or too long is a slip of the pen', async () => {
  for (const wait of ['60', '500ms', '2h', 'soon']) {
    const { code, requests } = await tested(trip(), '--wait', wait);
    assert.equal(code, EXIT.usage, wait);
    assert.deepEqual(requests, []);
  }
});

const ENDS: readonly (readonly [
  states: readonly PathResult['state'][],
  watched: boolean,
  code: number,
])[] = [
  [['arrived', 'arrived'], true, EXIT.ok],
  [['arrived', 'lost-sight'], true, EXIT.no],
  [['arrived', 'deferred'], true, EXIT.no],
  [['arrived', 'refused'], true, EXIT.no],
  [['refused', 'unreachable'], true, EXIT.error],
  [['accepted', 'accepted'], false, EXIT.ok],
  [['accepted', 'unreachable'], false, EXIT.no],
  [['deferred', 'deferred'], false, EXIT.no],
  [['unreachable', 'unreachable'], false, EXIT.error],
];

for (const [states, watched, code] of ENDS) {
  test(`${states.join(' and ')}${watched ? '' : ', unwatched'} ends with ${code}`, async () => {
    const paths = states.map((state) => tripPath({ state }));
    const ran = await tested(trip({ paths, watched: watched ? ['/srv/mail/user'] : [] }));
    assert.equal(ran.code, code);
  });
}

test('no way is the end that says it could not be tested', async () => {
  const untestable = 'example.com accepts no mail \u001b[2J';
  const { code, out } = await tested(trip({ paths: [], untestable }));
  assert.equal(code, EXIT.untestable);
  assert.match(out, /^ {2}why: example\.com accepts no mail \\x1b\[2J$/m);
});

test('the table, the way of each probe, and what was left out', async () => {
  const held = milliseconds(270_000);
  const arrival = {
    at: minutesLater(5),
    tookMs: minutes(5),
    file: '/srv/mail/user/new/1.\u001bx',
    hops: [
      {
        by: 'backup.example.com',
        from: 'out\u001b',
        client: ip('192.0.2.99'),
        protocol: 'ESMTPS',
        tls: { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
        id: '0-a',
        at: NOON,
        heldMs: held,
      },
      { by: 'mail.example.com', at: minutesLater(4), heldMs: milliseconds(-2_000) },
    ],
  };
  const target = { host: '\u7b2c\u4e00.example', address: ip('192.0.2.2'), preference: 20 };
  const paths = [
    tripPath({ state: 'arrived', target, arrival }),
    tripPath({ state: 'deferred', nextAttemptAt: minutesLater(5), tries: [] }),
  ];
  const left = [
    { kind: 'no-address', host: 'old.example.com', preference: 30, because: 'none' },
  ] as const;
  const { out } = await tested(trip({ paths, left, forged: 1 }));
  for (const line of [
    'test user@example.com: 2 ways, 1 min',
    '  way                                 what happened  accepted  arrived  hosts  TLS',
    '  \u7b2c\u4e00.example 192.0.2.2 (MX 20)      arrived        0 ms      5 min    2      TLSv1.3',
    '  mail.example.com 192.0.2.1 (MX 10)  deferred       0 ms      -        -      -',
    '  given to mail.example.com 192.0.2.1 (120 ms, TLSv1.3 TLS_AES_256_GCM_SHA384): answered 250 2.0.0 ok',
    '  backup.example.com took it at 2026-01-31 14:00:00Z from out\\x1b 192.0.2.99 by ESMTPS' +
      ' (TLSv1.3 TLS_AES_256_GCM_SHA384) as 0-a, and kept it 4 min 30 s',
    '  mail.example.com took it at 2026-01-31 14:04:00Z, and its clock differs by 2 s',
    '  seen in /srv/mail/user/new/1.\\x1bx',
    '  deferred: a delivery tries again at 2026-01-31 14:05:00Z',
    'not tried: MX 30 old.example.com: none',
    '1 forged probe found, and not believed',
    'arrivals were looked for in /srv/mail/user',
  ]) {
    assert.ok(out.split('\n').includes(line), `${line}\nis not in\n${out}`);
  }
});

test('where nobody looked it is said, and JSON is the whole result', async () => {
  const unwatched = trip({ watched: [], unwatched: 'no mailbox here' });
  assert.match((await tested(unwatched)).out, /^arrivals were not looked for: no mailbox here$/m);
  const parts = falseParts([], {}, { roundTrip: async () => unwatched });
  const { out } = await runOn({ parts }, '--json', 'test', 'user@example.com');
  assert.deepEqual(JSON.parse(out), unwatched);
});
