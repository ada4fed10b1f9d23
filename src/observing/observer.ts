// Observes a domain: drives every inquiry at once and answers what they want from the network. A
// want is answered once, however many have it; each inquiry goes on as soon as its own wants are
// answered, so that a silent mail host holds up only those who asked for it.
//
//   rules → wants → gather (walk, resolver, mail hosts, web) → facts → rules …  → Observation
//
// Judging is done elsewhere (`checks/judge.ts`), on the observation alone.
import { sizeOf } from '../base/size.ts';
import { after, between, type Clock, type Duration, minutes } from '../base/time.ts';
import type { About } from '../checks/about.ts';
import type { Fact, RecordedFact } from '../checks/fact.ts';
import { FactBook } from '../checks/fact-book.ts';
import type { Inquiry } from '../checks/inquiry.ts';
import { OBSERVATION_FORMAT, type Observation } from '../checks/observation.ts';
import { keyOf, type Want } from '../checks/want.ts';
import { leftOut } from './left-out.ts';

/** Finds out one thing; never rejects. `id` is for the fact. */
export type Gather = (about: About, want: Want, id: string) => Promise<RecordedFact>;

/** How far an observation is; told whenever that changes. */
export interface ObserveProgress {
  readonly domain: string;
  readonly answered: number;
  readonly wanted: number;
  /** The wants that are waited for longest, as text. */
  readonly waitingFor: readonly string[];
}

export interface ObserveOptions {
  readonly clock: Clock;
  readonly gather: Gather;
  /** All that is to be satisfied: the rules, and whatever else will be made of the observation. */
  readonly inquiries: readonly ((about: About) => Inquiry<unknown>)[];
  /** Of this program, for the record. */
  readonly version: string;
  readonly progress?: (progress: ObserveProgress) => void;
  readonly limits?: Partial<ObserveLimits>;
}

export interface ObserveLimits {
  /** What is wanted after this is not asked. */
  readonly deadline: Duration;
  readonly wantsMax: number;
  /** Of all facts as they are saved; what comes when there is no room left is left out. */
  readonly sizeMax: number;
}

const LIMITS: ObserveLimits = {
  deadline: minutes(10),
  wantsMax: 2_000,
  sizeMax: 6 * 1_024 * 1_024,
};
const WAITING_SHOWN = 3;

/** All that the inquiries want to know about a domain. Never rejects for what the network does. */
export async function observe(about: About, options: ObserveOptions): Promise<Observation> {
  const gathering = new Gathering(about, options);
  const { inquiries, clock, version } = options;
  await Promise.all(inquiries.map((begin) => gathering.satisfy(() => begin(about))));
  return {
    format: OBSERVATION_FORMAT,
    program: version,
    about,
    endedAt: clock.now(),
    facts: gathering.facts(),
  };
}

class Gathering {
  readonly #about: About;
  readonly #options: ObserveOptions;
  readonly #limits: ObserveLimits;
  readonly #book = new FactBook();
  readonly #asked = new Map<string, Promise<Fact>>();
  readonly #open = new Set<string>();
  readonly #recorded: { readonly order: number; readonly fact: RecordedFact }[] = [];
  readonly #counts = new Map<string, number>();
  #size = 0;

  constructor(about: About, options: ObserveOptions) {
    this.#about = about;
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
  }

  /** In the order in which they were first wanted. */
  facts(): readonly RecordedFact[] {
    return this.#recorded.toSorted((one, other) => one.order - other.order).map(({ fact }) => fact);
  }

  /** Runs one inquiry until it has all it wants; what it says now is of no interest. */
  async satisfy(begin: () => Inquiry<unknown>): Promise<void> {
    try {
      const inquiry = begin();
      let step = inquiry.next();
      while (!step.done) {
        if (!this.#hasRoomFor(step.value)) return;
        step = inquiry.next(await Promise.all(step.value.map((want) => this.#ask(want))));
      }
    } catch {
      // A rule that throws throws again when it is judged, and is reported there.
    }
  }

  /** May all of these be asked? Else none is, for want of time or because there was too much. */
  #hasRoomFor(wants: readonly Want[]): boolean {
    const fresh = new Set(wants.map(keyOf).filter((key) => !this.#asked.has(key)));
    if (fresh.size === 0) return true;
    const { deadline, wantsMax } = this.#limits;
    const left = between(this.#options.clock.now(), after(this.#about.now, deadline));
    return left > 0 && this.#asked.size + fresh.size <= wantsMax;
  }

  #ask(want: Want): Promise<Fact> {
    const key = keyOf(want);
    const known = this.#asked.get(key);
    if (known) return known;
    const asking = this.#gather(want, key, this.#asked.size);
    this.#asked.set(key, asking);
    return asking;
  }

  async #gather(want: Want, key: string, order: number): Promise<Fact> {
    this.#open.add(key);
    this.#tell();
    const fact = this.#kept(await this.#options.gather(this.#about, want, this.#nextId(want)));
    this.#recorded.push({ order, fact });
    this.#open.delete(key);
    this.#tell();
    return this.#book.add(fact);
  }

  /** The fact, as far as there is room for it. */
  #kept(fact: RecordedFact): RecordedFact {
    const size = sizeOf(fact);
    if (this.#size + size > this.#limits.sizeMax) return leftOut(fact);
    this.#size += size;
    return fact;
  }

  #nextId({ kind }: Want): string {
    const number = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, number);
    return `${LETTER[kind]}${number}`;
  }

  #tell(): void {
    this.#options.progress?.({
      domain: this.#about.domain,
      answered: this.#asked.size - this.#open.size,
      wanted: this.#asked.size,
      waitingFor: [...this.#open].slice(0, WAITING_SHOWN),
    });
  }
}

/** D for what name servers said, S for SMTP: what people look up most. */
const LETTER: Readonly<Record<Want['kind'], string>> = {
  answers: 'D',
  dialogue: 'S',
  egress: 'E',
  lookup: 'L',
  page: 'P',
  resolved: 'R',
  zone: 'Z',
};
