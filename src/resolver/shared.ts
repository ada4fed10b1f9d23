// Results by key: who asks for one that is being worked out waits for the same work, and what is
// done is kept for good, as far as there is room.
import { instantAt } from '../base/time.ts';
import { ExpiringCache } from './expiring-cache.ts';

/** Nothing here grows old: it is forgotten with its owner. */
const FOREVER = instantAt(Number.POSITIVE_INFINITY);

export class Shared<T> {
  readonly #done: ExpiringCache<T>;
  readonly #underWay = new Map<string, Promise<T>>();

  /** With the usual weight of 1, `weightMax` is a number of results. */
  constructor(weightMax: number, weightOf?: (value: T) => number) {
    this.#done = new ExpiringCache(weightMax, weightOf);
  }

  /** Is there a result, or work that will bring one? */
  has(key: string): boolean {
    return this.done(key) !== undefined || this.#underWay.has(key);
  }

  /** The result, where the work is done. */
  done(key: string): T | undefined {
    return this.#done.get(key, instantAt(0))?.value;
  }

  keep(key: string, value: T): void {
    this.#done.set(key, value, FOREVER);
  }

  /** The result; `start` is called where nobody did before, and kept where `isLasting` says so. */
  async get(
    key: string,
    start: () => Promise<T>,
    isLasting: (value: T) => boolean = () => true,
  ): Promise<T> {
    const done = this.done(key);
    if (done !== undefined) return done;
    const underWay = this.#underWay.get(key) ?? this.#start(key, start, isLasting);
    return underWay;
  }

  #start(key: string, start: () => Promise<T>, isLasting: (value: T) => boolean): Promise<T> {
    const work = start().then(
      (value) => {
        this.#underWay.delete(key);
        if (isLasting(value)) this.keep(key, value);
        return value;
      },
      (error) => {
        this.#underWay.delete(key);
        throw error;
      },
    );
    this.#underWay.set(key, work);
    return work;
  }
}
