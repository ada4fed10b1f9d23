// A round trip: one signed probe to every address of every exchange, and one the normal way; then
// their arrival is looked for. What a host defers is sent again when a delivery would do so, if the
// test lasts so long. It always ends, and every way ends in a state that says what was seen.
import type { Events } from '../base/events.ts';
import type { Chance } from '../base/random.ts';
import {
  after,
  between,
  type Clock,
  type Duration,
  type Instant,
  milliseconds,
  pause,
} from '../base/time.ts';
import { readHeader } from '../message/header.ts';
import { composeProbe, readProbe } from '../message/probe.ts';
import { readReceived } from '../message/received-read.ts';
import type { Question } from '../routing/question.ts';
import { nextAttempt, type RetrySchedule } from '../routing/retry.ts';
import { domainText, type MailAddress } from '../smtp/address.ts';
import type { Arrivals, Letter } from './arrivals.ts';
import { type Path, type Paths, pathsOf } from './round-trip-paths.ts';
import { type Mail, type SendDoors, type Sent, send } from './round-trip-send.ts';
import { newToken, type Token } from './round-trip-token.ts';
import type { Hop, PathResult, RoundTrip } from './round-trip-values.ts';
import { Turns } from './turns.ts';

export interface RoundTripDoors extends Omit<SendDoors, 'turns'> {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly events: Events;
  /** Our name, for the probes. */
  readonly hostname: string;
  /** What is known of a domain. */
  ask(domain: string): Promise<Question>;
  readonly schedule: RetrySchedule;
}

export interface RoundTripPlan {
  readonly address: MailAddress;
  /** `''` is the null sender: nothing can bounce. */
  readonly from: string;
  /** For all of it. */
  readonly wait: Duration;
  /** Where probes of this address arrive, if that is known. */
  readonly watch:
    | { readonly kind: 'mailboxes'; readonly mailboxes: readonly string[]; arrivals: Arrivals }
    | { readonly kind: 'nowhere'; readonly because: string };
  /** Take the probes of this run out of the mailbox. */
  readonly clean: boolean;
}

export interface RoundTripProgress {
  readonly path: PathResult;
  /** Ways whose end is known, of how many. */
  readonly ended: number;
  readonly paths: number;
}

const RUN_BYTES = 8;
const TURNS = { perAddressMax: 1, perHostMax: 2, allMax: 16 };

export async function roundTrip(
  doors: RoundTripDoors,
  plan: RoundTripPlan,
  progress: (progress: RoundTripProgress) => void,
): Promise<RoundTrip> {
  const startedAt = doors.clock.now();
  const paths = pathsOf(await doors.ask(domainText(plan.address.domain)));
  return new Run(doors, plan, { startedAt, paths, progress }).run();
}

interface Beginning {
  readonly startedAt: Instant;
  readonly paths: Paths;
  readonly progress: (progress: RoundTripProgress) => void;
}

class Run {
  readonly #doors: RoundTripDoors;
  readonly #plan: RoundTripPlan;
  readonly #beginning: Beginning;
  readonly #turns = new Turns(TURNS);
  readonly #run: string;
  readonly #token: Token;
  readonly #results: Map<string, PathResult>;
  /** Aborted when the time is over. */
  readonly #over = new AbortController();
  readonly #until: Instant;
  #sending: number;
  #forged = 0;

  constructor(doors: RoundTripDoors, plan: RoundTripPlan, beginning: Beginning) {
    const { paths } = beginning.paths;
    this.#doors = doors;
    this.#plan = plan;
    this.#beginning = beginning;
    this.#run = Buffer.from(doors.chance.bytes(RUN_BYTES)).toString('hex');
    this.#token = newToken(doors.chance, plan.address.text);
    this.#until = after(beginning.startedAt, plan.wait);
    this.#results = new Map(paths.map((path) => [path.path, waiting(path)]));
    this.#sending = paths.length;
  }

  async run(): Promise<RoundTrip> {
    const { clock } = this.#doors;
    const { paths } = this.#beginning.paths;
    if (paths.length > 0) {
      const end = clock.after(between(clock.now(), this.#until), () => this.#over.abort());
      const sending = Promise.all(paths.map((path, index) => this.#send(path, index)));
      await Promise.all([sending, this.#watch()]);
      end.cancel();
    }
    for (const path of this.#results.values()) this.#report(path);
    return this.#result();
  }

  #result(): RoundTrip {
    const { address, from, wait, watch } = this.#plan;
    const { startedAt, paths } = this.#beginning;
    return {
      address: address.text,
      from,
      run: this.#run,
      startedAt,
      endedAt: this.#doors.clock.now(),
      waitMs: wait,
      watched: watch.kind === 'mailboxes' ? watch.mailboxes : [],
      ...(watch.kind === 'nowhere' ? { unwatched: watch.because } : {}),
      paths: [...this.#results.values()].map((path) => this.#concluded(path)),
      left: paths.left,
      forged: this.#forged,
      ...(paths.untestable === undefined ? {} : { untestable: paths.untestable }),
    };
  }

  /** Sends the probe of one way, again where it was deferred. */
  async #send(path: Path, index: number): Promise<void> {
    const { clock } = this.#doors;
    const sentAt = clock.now();
    const mail = this.#compose(path, index, sentAt);
    const seed = this.#doors.chance.integer(2 ** 31);
    this.#note(path, { sentAt });
    for (let attempts = 1; ; attempts += 1) {
      const sent = await send(
        { ...this.#doors, turns: this.#turns },
        path,
        mail,
        this.#over.signal,
      );
      const nextAttemptAt =
        sent.state === 'deferred' ? this.#next(sentAt, attempts, seed) : undefined;
      this.#noteSent(path, sent, nextAttemptAt);
      if (nextAttemptAt === undefined || nextAttemptAt > this.#until) break;
      await pause(clock, between(clock.now(), nextAttemptAt), this.#over.signal);
      if (this.#isArrived(path) || this.#over.signal.aborted) break;
    }
    this.#sending -= 1;
  }

  #next(receivedAt: Instant, attempts: number, seed: number): Instant | undefined {
    const { clock, schedule } = this.#doors;
    const deferral = { receivedAt, attempts, isBounce: this.#plan.from === '', seed };
    const next = nextAttempt(deferral, clock.now(), schedule);
    return next.kind === 'at' ? next.at : undefined;
  }

  #compose({ path }: Path, index: number, at: Instant): Mail {
    const { from, address } = this.#plan;
    const { hostname } = this.#doors;
    const message = composeProbe({
      stamp: { run: this.#run, path, at },
      from: from === '' ? `postmaster@${hostname}` : from,
      to: address.text,
      messageId: `${this.#run}.${index}@${hostname}`,
      sign: (text) => this.#token.sign(text),
    });
    return { sender: from, recipient: address.text, message };
  }

  #noteSent(path: Path, { state, reply, tries }: Sent, nextAttemptAt: Instant | undefined): void {
    const known = this.#results.get(path.path)?.tries ?? [];
    this.#note(path, {
      // A host whose answer was lost may have handed it on meanwhile.
      state: this.#isArrived(path) ? 'arrived' : state,
      reply,
      tries: [...known, ...tries],
      nextAttemptAt,
      ...(state === 'accepted' ? { acceptedAt: this.#doors.clock.now() } : {}),
    });
  }

  #isArrived({ path }: Pick<Path, 'path'>): boolean {
    return this.#results.get(path)?.arrival !== undefined;
  }

  #note({ path }: Pick<Path, 'path'>, news: Changes): void {
    const known = this.#results.get(path);
    if (!known) return;
    const { nextAttemptAt: _, ...rest } = known;
    const { nextAttemptAt, ...changes } = news;
    const result = {
      ...rest,
      ...changes,
      ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
    };
    this.#results.set(path, result);
    const all = [...this.#results.values()];
    const ended = all.filter((each) => !this.#isOpen(each)).length;
    this.#beginning.progress({ path: result, ended, paths: all.length });
  }

  #isOpen({ state, nextAttemptAt = this.#until }: PathResult): boolean {
    if (state === 'deferred') return nextAttemptAt < this.#until;
    return state === 'waiting' || (state === 'accepted' && this.#plan.watch.kind === 'mailboxes');
  }

  /** Looks until everything that was accepted is there, or the time is over. */
  async #watch(): Promise<void> {
    const { watch } = this.#plan;
    if (watch.kind === 'nowhere') return;
    const { clock } = this.#doors;
    const { signal } = this.#over;
    for (;;) {
      for (const letter of await watch.arrivals.look()) await this.#read(letter, watch.arrivals);
      if (signal.aborted || (this.#sending === 0 && !this.#isAwaited())) return;
      await pause(clock, pauseAfter(between(this.#beginning.startedAt, clock.now())), signal);
    }
  }

  #isAwaited(): boolean {
    return [...this.#results.values()].some(({ state }) => state === 'accepted');
  }

  async #read(letter: Letter, arrivals: Arrivals): Promise<void> {
    const header = readHeader(letter.bytes);
    const isSigned = this.#token.isSigned.bind(this.#token);
    const probe = readProbe(header, this.#run, isSigned);
    if (probe?.kind === 'forged') this.#forged += 1;
    if (probe?.kind !== 'genuine') return;
    const { path } = probe.stamp;
    const at = this.#doors.clock.now();
    if (!this.#isArrived({ path })) {
      const tookMs = between(probe.stamp.at, at);
      const hops = withTimes(readReceived(header), at);
      this.#note({ path }, { state: 'arrived', arrival: { at, tookMs, file: letter.file, hops } });
    }
    if (this.#plan.clean) await arrivals.remove(letter);
  }

  #concluded(path: PathResult): PathResult {
    const isLost = path.state === 'accepted' && this.#plan.watch.kind === 'mailboxes';
    return isLost ? { ...path, state: 'lost-sight' } : path;
  }

  #report(path: PathResult): void {
    const domain = domainText(this.#plan.address.domain);
    const { state } = this.#concluded(path);
    const place = { domain, path: path.path };
    const tookMs = path.arrival?.tookMs;
    if (tookMs !== undefined) this.#doors.events.emit({ kind: 'probe.arrived', ...place, tookMs });
    else if (state === 'lost-sight') this.#doors.events.emit({ kind: 'probe.lost', ...place });
  }
}

/** What is new of a way; a next attempt that is not named is none. */
type Changes = Partial<Omit<PathResult, 'path' | 'target' | 'nextAttemptAt'>> & {
  readonly nextAttemptAt?: Instant | undefined;
};

function waiting({ path, isDirect, targets: [target] }: Path): PathResult {
  const nothing = { path, state: 'waiting', tries: [] } as const;
  if (!isDirect || !target) return nothing;
  const { host, address, preference } = target;
  const place = { host, address, ...(preference === undefined ? {} : { preference }) };
  return { ...nothing, target: place };
}

/** A hundredth of the time that has passed: often at first, and exact enough for what is slow. */
const pauseAfter = (passed: Duration): Duration =>
  milliseconds(Math.min(2_000, Math.max(250, passed / 100)));

/** How long each host kept it: until the next one had it. */
function withTimes(received: readonly Hop[], seenAt: Instant): readonly Hop[] {
  return received.map((hop, index) => {
    const isLast = index === received.length - 1;
    const next = isLast ? seenAt : received[index + 1]?.at;
    return hop.at === undefined || next === undefined
      ? hop
      : { ...hop, heldMs: between(hop.at, next) };
  });
}
