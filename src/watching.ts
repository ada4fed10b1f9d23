// The watch of a running server, built from its settings: which domains, how often, and by which
// ways people and programs are told.
import { join } from 'node:path';
import type { Submission, Submitted, WatchedDomain } from './api/types.ts';
import { FingerpostError } from './base/errors.ts';
import type { Events } from './base/events.ts';
import { type CheckingDoors, createCheckRun, lookupBy } from './checking.ts';
import type { View } from './checks/report/form.ts';
import { SEVERITIES } from './checks/verdict.ts';
import { printNotices } from './checks/watch/notice-text.ts';
import type { WatchState } from './checks/watch/state.ts';
import type { Settings, WatchSettings } from './config/settings.ts';
import { composePlain } from './message/compose.ts';
import {
  type Batch,
  type Channel,
  CONTROL_MIGRATIONS,
  WatchStore,
} from './observing/watch-store.ts';
import { Watcher } from './observing/watcher.ts';
import { sendWebhook } from './observing/webhook.ts';
import { familiesOf } from './routing/families.ts';
import { printReply } from './smtp/reply.ts';
import { openSqlite } from './storage/sqlite.ts';

export interface WatchingDoors extends CheckingDoors {
  readonly events: Events;
  readonly submit: (submission: Submission) => Promise<Submitted>;
  readonly seen: (view: View) => void;
}

export interface Watching {
  /** What is known of each watched domain, in the order of the settings. */
  states(): Promise<readonly WatchedDomain[]>;
  stop(): Promise<void>;
}

const MESSAGE_ID_BYTES = 12;

/** Opens the control database and begins to look. */
export async function startWatching(
  settings: Settings,
  watch: WatchSettings,
  doors: WatchingDoors,
): Promise<Watching> {
  const storage = await openSqlite(join(settings.dataFolder, 'control.db'), {
    migrations: CONTROL_MIGRATIONS,
  });
  const ours = settings.domains.map(({ name }) => name);
  const store = new WatchStore(storage);
  const domains = [...new Set([...ours, ...watch.domains])];
  const watcher = new Watcher({
    clock: doors.clock,
    events: doors.events,
    store,
    domains,
    every: watch.every,
    confirmAfter: watch.confirmAfter,
    policy: { leastSeverity: watch.severity },
    // A run of its own for each look: the world may have changed since the last.
    look: (domain) => createCheckRun(settings, doors).observe({ domain, purpose: 'check' }),
    send: waysOf(settings, watch, doors),
    seen: doors.seen,
  });
  watcher.start();
  return {
    states: () =>
      Promise.all(domains.map(async (domain) => watched(domain, await store.stateOf(domain)))),
    async stop() {
      await watcher.stop();
      await storage.close();
    },
  };
}

/** What is told of now: the worst first. What is only suspected is not. */
function watched(domain: string, { entries, lastLookAt, blindSince }: WatchState): WatchedDomain {
  const broken = Object.values(entries)
    .filter(({ told, isFlapping }) => told !== undefined || isFlapping)
    .map(({ rule, subject, severity, since, says, mend, isFlapping }) => {
      const state = isFlapping ? ('flapping' as const) : ('broken' as const);
      return { rule, subject, severity, state, since, says, ...(mend !== undefined && { mend }) };
    });
  return {
    domain,
    ...(lastLookAt !== undefined && { lastLookAt }),
    ...(blindSince !== undefined && { blindSince }),
    broken: broken.sort(
      (one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity),
    ),
  };
}

type Ways = Partial<Record<Channel, (batch: Batch) => Promise<void>>>;

function waysOf(settings: Settings, watch: WatchSettings, doors: WatchingDoors): Ways {
  const { webhook, mailTo } = watch;
  const { network, https, clock } = doors;
  const { global } = settings.world;
  return {
    ...(mailTo.length > 0 && { mail: (batch) => mail(batch, settings, { mailTo, doors }) }),
    ...(webhook && {
      webhook: (batch) => {
        const families = familiesOf(network.interfaceAddresses(), global);
        const lookup = lookupBy(settings, doors);
        return sendWebhook({ ...webhook, https, clock, families, global, lookup }, batch);
      },
    }),
  };
}

interface Mailing {
  readonly mailTo: readonly string[];
  readonly doors: WatchingDoors;
}

/** Through our own queue, like any other mail. */
async function mail(
  batch: Batch,
  { hostname }: Settings,
  { mailTo, doors }: Mailing,
): Promise<void> {
  const { clock, chance, submit } = doors;
  const id = Buffer.from(chance.bytes(MESSAGE_ID_BYTES)).toString('hex');
  const text = printNotices(batch.domain, batch.notices);
  const from = `postmaster@${hostname}`;
  const messageId = `${id}@${hostname}`;
  const plain = composePlain(text, { from, to: mailTo, now: clock.now(), messageId });
  // RFC 3834 §5: no vacation message may answer it. The null sender: no bounce either.
  const message = Buffer.concat([Buffer.from('Auto-Submitted: auto-generated\r\n'), plain]);
  const submitted = await submit({ sender: '', recipients: mailTo, message });
  if ('id' in submitted) return;
  const said = printReply(submitted.reply);
  throw new FingerpostError('REQUEST_FAILED', `our own queue refused it: ${said}`);
}
