// How much is done at once: attempts in all, and conversations with one site. Waiting is in order
// and bounded; what finds no room even to wait is told so, and comes back later.

export interface PaceLimits {
  /** Conversations with one site at the same time. */
  readonly perSiteMax: number;
  /** Attempts that may wait for their turn at one site. */
  readonly waitingPerSiteMax: number;
}

interface Turn {
  active: number;
  readonly waiting: (() => void)[];
}

export class Pace {
  readonly #limits: PaceLimits;
  readonly #sites = new Map<string, Turn>();

  constructor(limits: PaceLimits) {
    this.#limits = limits;
  }

  /** Runs `work` when it is this site's turn; `'busy'` when too many wait already. */
  async at<T>(site: string, work: () => Promise<T>): Promise<T | 'busy'> {
    const turn = this.#turnOf(site);
    if (turn.active >= this.#limits.perSiteMax) {
      if (turn.waiting.length >= this.#limits.waitingPerSiteMax) return 'busy';
      await new Promise<void>((resolve) => turn.waiting.push(resolve));
    } else turn.active += 1;
    try {
      return await work();
    } finally {
      this.#leave(site, turn);
    }
  }

  #turnOf(site: string): Turn {
    const known = this.#sites.get(site);
    if (known) return known;
    const turn: Turn = { active: 0, waiting: [] };
    this.#sites.set(site, turn);
    return turn;
  }

  /** The next in line takes over the place, so that `active` stays as it is. */
  #leave(site: string, turn: Turn): void {
    const next = turn.waiting.shift();
    if (next) return next();
    turn.active -= 1;
    if (turn.active === 0) this.#sites.delete(site);
  }
}
