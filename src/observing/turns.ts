// Who may talk to whom, and when: one conversation at a time with an address, few with a host, not
// too many in all. Mail hosts count connections, and shut out those that come in crowds.
import { Slots } from '../resolver/slots.ts';

export interface TurnLimits {
  readonly perAddressMax: number;
  readonly perHostMax: number;
  readonly allMax: number;
}

/** Everybody waits for the address first, and for a place among all last: nobody can block all. */
export class Turns {
  readonly #addresses: KeyedSlots;
  readonly #hosts: KeyedSlots;
  readonly #all: Slots;

  constructor({ perAddressMax, perHostMax, allMax }: TurnLimits) {
    this.#addresses = new KeyedSlots(perAddressMax);
    this.#hosts = new KeyedSlots(perHostMax);
    this.#all = new Slots(allMax);
  }

  run<T>(host: string, address: string, work: () => Promise<T>): Promise<T> {
    return this.#addresses.run(address, () => this.#hosts.run(host, () => this.#all.run(work)));
  }
}

/** Slots for each key, forgotten when nobody uses them. */
class KeyedSlots {
  readonly #count: number;
  readonly #used = new Map<string, { readonly slots: Slots; users: number }>();

  constructor(count: number) {
    this.#count = count;
  }

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const entry = this.#used.get(key) ?? { slots: new Slots(this.#count), users: 0 };
    this.#used.set(key, entry);
    entry.users += 1;
    try {
      return await entry.slots.run(work);
    } finally {
      entry.users -= 1;
      if (entry.users === 0) this.#used.delete(key);
    }
  }
}
