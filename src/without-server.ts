// The API in memory, for commands that need no server: routes are explained from what the DNS says
// now, a message is given to the server that was named. Nothing listens and nothing is kept.

import { type Api, createApi } from './api/api.ts';
import type { Submission, Submitted } from './api/types.ts';
import type { AppParts } from './app-parts.ts';
import { FingerpostError } from './base/errors.ts';
import { parseEndpoint } from './base/ip.ts';
import { seconds } from './base/time.ts';
import { checkingDoors, createCheckRun } from './checking.ts';
import type { Settings } from './config/settings.ts';
import { handOver } from './delivery/hand-over.ts';
import { askingOf, explain } from './lane-settings.ts';
import { realNetwork } from './net/real-network.ts';
import type { QueueReader } from './queue/store.ts';
import { createRoundTrips, realRoundTripDoors } from './round-trips.ts';
import { DEFAULT_SERVER_LIMITS } from './smtp/server-limits.ts';
import { stayingAlive, systemChance, systemClock } from './system.ts';

/** What can be answered without a server; the rest says that one is needed. */
export function withoutServer({ settings, resolvers, events, version }: AppParts): Api {
  const network = realNetwork(systemClock);
  const doors = {
    network,
    clock: systemClock,
    chance: systemChance,
    resolvers,
    badAmong: () => [],
  };
  const asking = askingOf(settings, doors);
  const run = createCheckRun(settings, checkingDoors({ settings, resolvers, version }));
  const trips = createRoundTrips(settings, realRoundTripDoors({ resolvers, events }));
  return createApi({
    queue: NO_QUEUE,
    events,
    messageBytesMax: settings.submission?.messageBytesMax ?? DEFAULT_SERVER_LIMITS.messageBytesMax,
    explain: (address) => explain(asking, address),
    submit: (submission) => submitVia(settings, submission),
    reloadZones: notRunning,
    watched: notRunning,
    health: notRunning,
    observe: (request, progress) => stayingAlive(() => run.observe(request, progress)),
    roundTrip: (request, progress) => stayingAlive(() => trips(request, progress)),
  });
}

/** Gives the message to the server that the command named. */
export async function submitVia(settings: Settings, submission: Submission): Promise<Submitted> {
  const server = submission.via === undefined ? undefined : parseEndpoint(submission.via);
  if (!server) return notRunning();
  const options = {
    network: realNetwork(systemClock),
    clock: systemClock,
    chance: systemChance,
    hello: settings.hostname,
    connectTimeout: seconds(30),
  };
  return { reply: await handOver(options, server, submission) };
}

function notRunning(): Promise<never> {
  const message = 'No server is running here: start one with `fingerpost serve`.';
  return Promise.reject(new FingerpostError('NOT_RUNNING', message));
}

const NO_QUEUE: QueueReader = {
  list: notRunning,
  find: notRunning,
  ledger: notRunning,
  close: async () => {},
};
