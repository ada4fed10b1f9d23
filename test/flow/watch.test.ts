// A week of watching under a false clock, with the real rules: what happens to a domain, and who is
// told of it when. Whatever is not in the table must not be told.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hours, type Instant, minutes } from '../../src/base/time.ts';
import type { Observation } from '../../src/checks/observation.ts';
import type { Notice } from '../../src/checks/watch/notice.ts';
import { type Batch, CONTROL_MIGRATIONS, WatchStore } from '../../src/observing/watch-store.ts';
import { Watcher } from '../../src/observing/watcher.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import { afterwards } from '../support/afterwards.ts';
import { falseClock } from '../support/false-clock.ts';
import { type HostPlan, SCENE_NOW, type Scene } from '../support/scene.ts';
import { observationOf } from '../support/scene-observation.ts';
import { inDays, shown } from '../support/scene-tls.ts';

const HOUR = hours(1);
const ZONE = `@ MX 10 mail
@ MX 20 backup
mail A 192.0.2.10
backup A 203.0.113.20
@ TXT "v=spf1 mx -all"
@ CAA 0 issue "letsencrypt.org"
ns1 A 192.0.2.53
ns2 A 198.51.100.53
@ NS ns1
@ NS ns2
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:postmaster@example.com"
`;
const MOVED = ZONE.replace('MX 20 backup', 'MX 20 other').replace(
  'backup A',
  'other A 203.0.113.21\nbackup A',
);

/** Ends nine and a half days after the week began; three days before that is hour 156. */
const MAIL: HostPlan = { tls: shown({ notBefore: inDays(-80.5), validDays: 90 }) };
const OTHERS: HostPlan = { tls: shown({ names: ['backup.example.com', 'other.example.com'] }) };
const DOWN: HostPlan = {
  connect: { kind: 'failed', failure: 'timeout', because: 'connection timed out', tookMs: 15_000 },
};
const BUSY: HostPlan = { replies: { greeting: '421 4.7.0 Too many connections' } };

/** What is so from one hour of the week to another, besides what is so always. */
interface Spell {
  readonly from: number;
  readonly to: number;
  readonly what: string;
  readonly zone?: string;
  readonly mail?: HostPlan;
  readonly isBlind?: boolean;
}

const spell = (from: number, to: number, what: string, more: Partial<Spell>): Spell => ({
  from,
  to,
  what,
  ...more,
});

const FLAPS = [20, 24, 28, 32, 36].map((at) =>
  spell(at - 0.5, at + 0.55, 'the host is down for about one look', { mail: DOWN }),
);

const WEEK: readonly Spell[] = [
  spell(8, 14, 'the host says 421: it cannot be tested', { mail: BUSY }),
  ...FLAPS,
  spell(66, 200, 'the second MX record names another host', { zone: MOVED }),
  spell(72, 80, 'the network of the probe is dead', { isBlind: true }),
  spell(90, 93, 'the host is down', { mail: DOWN }),
  spell(120, 130, 'the host says 421 again', { mail: BUSY }),
];

/** The hour, and what was told then. Every other hour of the week is silent. */
const TOLD: readonly string[] = [
  // It ends in nine days, and was so from the first look on.
  '0 broken CERT-AHEAD mail.example.com 192.0.2.10 (warning)',
  // Hours 8 to 14: what says 421 is unknown, and unknown tells nothing.
  // Every four hours for an hour: after the third time it is enough.
  '20 broken SMTP-CONNECT mail.example.com 192.0.2.10 (error)',
  '21 recovered SMTP-CONNECT mail.example.com 192.0.2.10 (error)',
  '24 broken SMTP-CONNECT mail.example.com 192.0.2.10 (error)',
  '25 recovered SMTP-CONNECT mail.example.com 192.0.2.10 (error)',
  '28 broken SMTP-CONNECT mail.example.com 192.0.2.10 (error)',
  '29 recovered SMTP-CONNECT mail.example.com 192.0.2.10 (error)',
  '31 flapping SMTP-CONNECT mail.example.com 192.0.2.10 (error)',
  // Well for a day.
  '59 recovered SMTP-CONNECT mail.example.com 192.0.2.10 (error)',
  '66 changed example.com MX',
  // Hours 72 to 80: we are blind, which is nobody's fault.
  '90 broken SMTP-CONNECT mail.example.com 192.0.2.10 (error)',
  '93 recovered SMTP-CONNECT mail.example.com 192.0.2.10 (error)',
  // Three days before the end.
  '156 worse CERT-AHEAD mail.example.com 192.0.2.10 (error)',
];

function sceneOf(spells: readonly Spell[], now: Instant): Scene {
  const mail = spells.find((each) => each.mail)?.mail ?? MAIL;
  const zone = spells.find((each) => each.zone)?.zone ?? ZONE;
  const isBlind = spells.some((each) => each.isBlind);
  const hosts = isBlind
    ? { 'mail.example.com': DOWN, 'backup.example.com': DOWN, 'other.example.com': DOWN }
    : { 'mail.example.com': mail, 'backup.example.com': OTHERS, 'other.example.com': OTHERS };
  const egress = isBlind ? { egress: { open: false, because: 'no mail host answers' } } : {};
  return { zones: { 'example.com': zone }, hosts, ...egress, about: { now } };
}

/** Facts stay the same for as long as the weather does; only the hour is another. */
function observer(): (hour: number, now: Instant) => Observation {
  const known = new Map<string, Observation>();
  return (hour, now) => {
    const spells = WEEK.filter(({ from, to }) => hour >= from && hour < to);
    const key = spells.map((each) => `${each.from} ${each.what}`).join();
    const seen = known.get(key) ?? observationOf(sceneOf(spells, now));
    known.set(key, seen);
    return { ...seen, about: { ...seen.about, now }, endedAt: now };
  };
}

const what = (notice: Notice): string =>
  notice.kind === 'changed'
    ? `changed ${notice.record}`
    : `${notice.kind} ${notice.rule} ${notice.subject} (${notice.severity})`;

test('a week of watching tells what changed, once, and nothing else', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fingerpost-watch-'));
  const storage = await openSqlite(join(folder, 'control.db'), { migrations: CONTROL_MIGRATIONS });
  afterwards(t, () => rmSync(folder, { recursive: true, force: true }));
  afterwards(t, () => storage.close());
  const clock = falseClock(SCENE_NOW);
  const hourNow = (): number => (clock.now() - SCENE_NOW) / HOUR;
  const told: string[] = [];
  const observe = observer();
  let looks = 0;
  const watcher = new Watcher({
    clock,
    events: { emit: () => {} },
    store: new WatchStore(storage),
    domains: ['example.com'],
    every: HOUR,
    confirmAfter: minutes(5),
    policy: { leastSeverity: 'warning' },
    look: async () => {
      looks += 1;
      return observe(hourNow(), clock.now());
    },
    send: {
      mail: async ({ notices }: Batch) => {
        told.push(...notices.map((notice) => `${Math.floor(hourNow())} ${what(notice)}`));
      },
    },
  });
  watcher.start();
  for (let step = 0; step < 7 * 24 * 12; step += 1) await clock.advance(minutes(5));
  await watcher.stop();
  assert.deepEqual(told, TOLD);
  assert.ok(looks > 7 * 24 && looks < 9 * 24, `${looks} looks`);
});
