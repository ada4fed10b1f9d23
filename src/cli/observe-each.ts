// Many domains looked at by one command: some at a time, and handed on in the order of the list, so
// that output is the same whoever answers first.
import type { Client } from '../api/client.ts';
import type { ObservationRequest } from '../api/types.ts';
import type { Observation } from '../checks/observation.ts';
import type { Call } from './call.ts';
import { observedBy } from './observing.ts';

/** Domains that are looked at at the same time. */
const AT_ONCE = 8;
/** Domains that may be done before one that came first is, so that memory has a bound. */
const AHEAD_MAX = 32;

type Take = (observation: Observation) => void;

/** Ends with the first failure; what `take` throws is one. */
export async function observeEach(
  call: Call,
  requests: readonly ObservationRequest[],
  take: Take,
): Promise<void> {
  await call.askOwn((client) => new Round(call, requests, take).run(client));
}

class Round {
  readonly #call: Call;
  readonly #requests: readonly ObservationRequest[];
  readonly #take: Take;
  readonly #done = new Map<number, Observation>();
  #waiting: (() => void)[] = [];
  #started = 0;
  #taken = 0;
  #isOver = false;

  constructor(call: Call, requests: readonly ObservationRequest[], take: Take) {
    this.#call = call;
    this.#requests = requests;
    this.#take = take;
  }

  async run(client: Client): Promise<void> {
    const works = Array.from({ length: Math.min(AT_ONCE, this.#requests.length) }, () =>
      this.#work(client),
    );
    await Promise.all(works);
  }

  async #work(client: Client): Promise<void> {
    try {
      for (let at = this.#started++; at < this.#requests.length; at = this.#started++) {
        await this.#turn(at);
        if (this.#isOver) return;
        const request = this.#requests[at];
        if (request) this.#done.set(at, await this.#observe(client, request));
        this.#handOn();
      }
    } catch (error) {
      // Nothing more is begun, and nobody waits for what will not come.
      this.#isOver = true;
      this.#wake();
      throw error;
    }
  }

  /** Waits until so few are ahead of what was handed on that there is room for this one. */
  async #turn(at: number): Promise<void> {
    while (!this.#isOver && at >= this.#taken + AHEAD_MAX) {
      await new Promise<void>((go) => this.#waiting.push(go));
    }
  }

  #observe(client: Client, request: ObservationRequest): Promise<Observation> {
    const count = this.#requests.length;
    return observedBy(client, this.#call, request, () =>
      count === 1 ? '' : `${this.#taken} of ${count} domains done; `,
    );
  }

  #handOn(): void {
    for (let next = this.#next(); next && !this.#isOver; next = this.#next()) {
      this.#call.around.progress.clear();
      this.#take(next);
    }
    this.#wake();
  }

  #next(): Observation | undefined {
    const next = this.#done.get(this.#taken);
    if (next) this.#done.delete(this.#taken++);
    return next;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}
