// Group commit: jobs that come within the same few milliseconds share one transaction and one sync,
// and each is told only after that sync. While a commit holds the thread, the jobs of the next
// group gather in the sockets. The larger the crowd, the longer a group waits for company: a commit
// costs the same for one job and for thirty. A job that fails harms no other: its group is rolled
// back and each job runs again in a transaction of its own, so jobs must have no effect but on the
// transaction.
import { type Clock, milliseconds, type Timer } from '../base/time.ts';
import type { Storage, Transaction } from '../storage/storage.ts';

export interface GroupCommitOptions {
  /** How long the first job of a group waits for others at most, while there is a crowd. */
  readonly delayMaxMs?: number;
  /** A group of this size is committed at once. */
  readonly jobsMax?: number;
}

interface Job<Tx> {
  readonly work: (tx: Tx) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit<Tx extends Transaction> {
  readonly #storage: Storage<Tx>;
  readonly #clock: Clock;
  readonly #delayMaxMs: number;
  readonly #jobsMax: number;
  #waiting: Job<Tx>[] = [];
  #timer: Timer | undefined;
  #committing: Promise<void> | undefined;
  #lastGroupSize = 0;

  constructor(storage: Storage<Tx>, clock: Clock, options: GroupCommitOptions = {}) {
    this.#storage = storage;
    this.#clock = clock;
    this.#delayMaxMs = options.delayMaxMs ?? 8;
    this.#jobsMax = options.jobsMax ?? 200;
  }

  /** Runs `work` in the next group; resolves with its value when that is committed and synced. */
  run<T>(work: (tx: Tx) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Commits what waits, without delay. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0 || this.#committing !== undefined) {
      this.#start();
      await this.#committing;
    }
  }

  #schedule(): void {
    if (this.#committing !== undefined) return;
    if (this.#waiting.length >= this.#jobsMax) {
      this.#start();
      return;
    }
    // A job alone in a quiet time gains nothing by waiting for company; else a millisecond for each
    // job of the group before.
    const crowd = this.#lastGroupSize;
    const delayMs = crowd > 1 ? Math.min(crowd, this.#delayMaxMs) : 0;
    this.#timer ??= this.#clock.after(milliseconds(delayMs), () => this.#start());
  }

  #start(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#committing !== undefined || this.#waiting.length === 0) return;
    const group = this.#waiting.slice(0, this.#jobsMax);
    this.#waiting = this.#waiting.slice(this.#jobsMax);
    this.#lastGroupSize = group.length;
    this.#committing = this.#commit(group).then(() => {
      this.#committing = undefined;
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  async #commit(group: readonly Job<Tx>[]): Promise<void> {
    try {
      const values = await this.#storage.transaction((tx) => group.map((job) => job.work(tx)));
      for (const [index, job] of group.entries()) job.resolve(values[index]);
    } catch (error) {
      const [only] = group;
      if (only !== undefined && group.length === 1) return only.reject(error);
      for (const job of group) await this.#commit([job]);
    }
  }
}
