// Worker threads that are watched: one that dies is reported and started again, after a pause that
// grows while it keeps dying. Whoever starts one says what it needs to know each time it begins.
import { Worker } from 'node:worker_threads';
import { FingerpostError } from '../base/errors.ts';
import type { Events, FingerpostEvent } from '../base/events.ts';
import { type Clock, pause, seconds } from '../base/time.ts';
import { ThreadLink } from './link.ts';

export interface ThreadOptions {
  readonly name: string;
  /** Without its ending: sources run as they are, a package holds JavaScript. */
  readonly module: string;
  /** Data for a new thread; `stack` says how the one before died. */
  readonly data: (stack: string | undefined) => unknown;
  /** Brings a new thread to work: rejects when it cannot. */
  readonly begin: (link: ThreadLink) => Promise<void>;
  readonly clock: Clock;
  readonly events: Events;
}

const PAUSE_SECONDS_MAX = 30;

export class Thread {
  readonly #options: ThreadOptions;
  #worker: Worker | undefined;
  #link: ThreadLink | undefined;
  #isStopping = false;
  #deaths = 0;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** Rejects when the thread cannot begin; only a thread that had begun is started again. */
  async start(): Promise<void> {
    await this.#launch(undefined);
  }

  ask<T>(what: string, payload: unknown): Promise<T> {
    const dead = new FingerpostError('WORKER_DIED', `${this.#options.name} is being started again`);
    return this.#link ? this.#link.ask<T>(what, payload) : Promise.reject(dead);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const worker = this.#worker;
    try {
      await this.#link?.ask('stop', undefined);
    } catch {
      // It died while it was asked; there is nothing left to stop.
    }
    await worker?.terminate();
  }

  async #launch(stack: string | undefined): Promise<void> {
    const { name, module, data, events } = this.#options;
    const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    const worker = new Worker(new URL(module + extension, import.meta.url), {
      name,
      workerData: data(stack),
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    const link = new ThreadLink(worker, {
      handlers: {},
      onEvent: (batch: readonly FingerpostEvent[]) => {
        for (const event of batch) events.emit(event);
      },
    });
    let death: string | undefined;
    let isAtWork = false;
    worker.on('error', (error: unknown) => {
      death = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.on('exit', (code) => {
      const because = death ?? `it ended with code ${code}`;
      link.close(`${name} died: ${because}`);
      if (isAtWork) void this.#again(because);
    });
    this.#worker = worker;
    // Questions from now on stand in line behind those that bring the thread to work.
    const begun = this.#options.begin(link);
    this.#link = link;
    try {
      await begun;
      isAtWork = true;
    } catch (error) {
      this.#link = undefined;
      await worker.terminate();
      throw error;
    }
  }

  async #again(because: string): Promise<void> {
    this.#link = undefined;
    const { name, clock, events } = this.#options;
    if (this.#isStopping) return;
    events.emit({ kind: 'worker.died', worker: name, because });
    this.#deaths += 1;
    await pause(clock, seconds(Math.min(PAUSE_SECONDS_MAX, 2 ** (this.#deaths - 1))));
    if (this.#isStopping) return;
    try {
      await this.#launch(because);
    } catch (error) {
      await this.#again(String(error));
    }
  }
}
