// A lane in a thread. Events travel to the main thread in batches, since a busy lane has thousands
// a second and each crossing costs more than most of them are worth.
import { parentPort, workerData } from 'node:worker_threads';
import type { FingerpostEvent } from './base/events.ts';
import { milliseconds } from './base/time.ts';
import { createLane, type LaneOptions } from './lane.ts';
import { realNetwork } from './net/real-network.ts';
import type { Submission } from './receiving/submission.ts';
import { systemChance, systemClock } from './system.ts';
import { ThreadLink } from './threads/link.ts';

const BATCH_PAUSE = milliseconds(50);
const BATCH_MAX = 500;

if (parentPort) {
  let batch: FingerpostEvent[] = [];
  const flush = (): void => {
    if (batch.length > 0) link.tell(batch);
    batch = [];
  };
  const emit = (event: FingerpostEvent): void => {
    batch.push(event);
    if (batch.length === 1) systemClock.after(BATCH_PAUSE, flush);
    if (batch.length >= BATCH_MAX) flush();
  };
  const lane = createLane(workerData as LaneOptions, {
    network: realNetwork(systemClock),
    clock: systemClock,
    chance: systemChance,
    events: { emit },
  });
  const link = new ThreadLink(parentPort, {
    handlers: {
      start: () => lane.start(),
      stop: async () => {
        await lane.stop();
        flush();
      },
      submit: (submission: Submission) => lane.submit(submission),
      explain: (address: string) => lane.explain(address),
    },
  });
}
