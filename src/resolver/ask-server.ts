// One question to one server with authority, and what it said: asked again where it is silent,
// without EDNS where it does not know that, by TCP where the answer does not fit. The same question
// is never asked twice: who wants the answer later gets the one that was given. So many questions
// are under way at once and no more, in all and to each address. It never rejects.
import type { Endpoint } from '../base/ip.ts';
import { printEndpoint } from '../base/ip.ts';
import { between, type Duration, type Instant, instantAt, printDuration } from '../base/time.ts';
import type { RawEnding } from '../dns/authority.ts';
import { type Name, nameKey } from '../dns/name.ts';
import { CLASS_IN, type Packet, type TypeCode } from '../dns/packet.ts';
import type { Failed } from './failed.ts';
import { type Queried, type QueryDoors, query, tcpTimeout } from './query.ts';
import { ServerBook, type Transport } from './server-book.ts';
import { Shared } from './shared.ts';
import { Slots } from './slots.ts';

export interface Question {
  readonly name: Name;
  readonly type: TypeCode;
  readonly by: Transport;
}

/** What a server said, or why it said nothing. */
export interface Told {
  /** When it was asked, and how long it took with every try. */
  readonly at: Instant;
  readonly tookMs: number;
  /** `tcp` too where the answer did not fit into UDP. */
  readonly by: Transport;
  readonly ending: RawEnding;
  /** The response, read. */
  readonly packet?: Packet;
  /** False where it did not come to asking. */
  readonly wasAsked: boolean;
}

export interface AskLimits {
  /** How long a server is waited for at the first time of asking, the second and so on. */
  readonly tryTimeouts: readonly [Duration, ...Duration[]];
  /** Questions under way at once, in all and to one address. */
  readonly inFlightMax: number;
  readonly perServerMax: number;
  /** Bytes of the answers that are kept, as they are in memory. */
  readonly cacheBytesMax: number;
}

interface Turns {
  readonly slots: Slots;
  users: number;
}

/** What an answer takes besides its bytes, and each record that was read of it. */
const ANSWER_BYTES = 200;
const RECORD_BYTES = 200;

const NEVER = instantAt(Number.POSITIVE_INFINITY);

export class ServerAsker {
  readonly book: ServerBook;
  readonly #options: QueryDoors & AskLimits;
  readonly #slots: Slots;
  readonly #turns = new Map<string, Turns>();
  readonly #told: Shared<Told>;

  constructor(options: QueryDoors & AskLimits) {
    this.#options = options;
    this.book = new ServerBook(options.chance);
    this.#slots = new Slots(options.inFlightMax);
    this.#told = new Shared(options.cacheBytesMax, weightOf);
  }

  /** Was the server asked this before? */
  wasAsked(at: Endpoint, question: Question): boolean {
    return this.#told.has(keyOf(at, question));
  }

  /** What the server says; a question whose turn comes after the deadline is not asked any more. */
  ask(at: Endpoint, question: Question, deadline: Instant): Promise<Told> {
    return this.#told.get(
      keyOf(at, question),
      () => this.#inTurn(at, question, deadline),
      ({ wasAsked }) => wasAsked,
    );
  }

  async #inTurn(at: Endpoint, question: Question, deadline: Instant): Promise<Told> {
    const key = printEndpoint(at);
    const slots = new Slots(this.#options.perServerMax);
    const turns = this.#turns.get(key) ?? { slots, users: 0 };
    this.#turns.set(key, turns);
    turns.users += 1;
    try {
      // The slot of the server comes first, so that a slow one keeps nobody else waiting.
      return await turns.slots.run(() =>
        this.#slots.run(() => this.#tries(at, question, deadline)),
      );
    } finally {
      turns.users -= 1;
      if (turns.users === 0) this.#turns.delete(key);
    }
  }

  async #tries(at: Endpoint, question: Question, deadline: Instant): Promise<Told> {
    const { clock } = this.#options;
    const started = clock.now();
    const notAsked = (failure: 'timeout' | 'unreachable', because: string): Told => ({
      at: started,
      tookMs: 0,
      by: question.by,
      ending: { kind: 'failure', failure, because },
      wasAsked: false,
    });
    // Our own trouble: that nobody was asked must not be taken for silence.
    if (started >= deadline) {
      return notAsked('unreachable', 'was not asked, since there was no time left');
    }
    const unanswered = this.book.silence(at, question.by);
    if (unanswered !== undefined) {
      const because = `was not asked again, since it left ${unanswered} questions unanswered`;
      return notAsked('timeout', because);
    }
    const queried = await this.#query(at, question);
    const took = between(started, clock.now());
    const told = { at: started, tookMs: took, by: queried.by, wasAsked: true };
    const { ending } = queried;
    if (ending.kind === 'failure') return { ...told, ending: failureOf(ending, queried.by, took) };
    // A copy, since what came may be a window on a larger buffer.
    const bytes = new Uint8Array(ending.bytes);
    const { packet } = ending;
    return { ...told, ending: { kind: 'response', bytes, edns: queried.edns }, packet };
  }

  /** Asks, and again where nothing comes; by TCP once, for the longest of the times. */
  async #query(at: Endpoint, question: Question): Promise<Queried> {
    const [first, ...later] = this.#options.tryTimeouts;
    const last = later.at(-1) ?? first;
    const isTcp = question.by === 'tcp';
    const far = tcpTimeout(last, this.book.quickestMs(at, 'udp'));
    let queried = await this.#queryOnce(at, question, isTcp ? far : first);
    for (const timeout of later) {
      if (queried.by === 'tcp' || !isSilence(queried)) break;
      queried = await this.#queryOnce(at, question, timeout);
    }
    if (isSilence(queried)) this.book.missed(at, queried.by);
    return queried;
  }

  async #queryOnce(at: Endpoint, question: Question, timeout: Duration): Promise<Queried> {
    const { clock } = this.#options;
    const { name, type, by } = question;
    const asked = { name, type, class: CLASS_IN };
    const started = clock.now();
    const options = { server: at, asked, timeout, deadline: NEVER, recursive: false, by };
    const queried = await query(this.#options, options);
    const { ending } = queried;
    if (ending.kind === 'response') {
      this.book.answered(at, queried.by, between(started, clock.now()));
    } else if (ending.failure === 'unreachable') this.book.foundDown(at, queried.by);
    return queried;
  }
}

const isSilence = ({ ending }: Queried): boolean =>
  ending.kind === 'failure' && ending.failure === 'timeout';

const keyOf = (at: Endpoint, { name, type, by }: Question): string =>
  `${printEndpoint(at)} ${by} ${type} ${nameKey(name)}`;

function weightOf({ ending, packet }: Told): number {
  const bytes = ending.kind === 'response' ? ending.bytes.length : 0;
  const lists = packet ? [packet.answers, packet.authority, packet.additional] : [];
  const records = lists.reduce((sum, { length }) => sum + length, 0);
  return ANSWER_BYTES + bytes + records * RECORD_BYTES;
}

/** All the time that the server was waited for is told, not that of the last try alone. */
function failureOf({ failure, because }: Failed, by: Transport, took: Duration): RawEnding {
  if (failure === 'timeout' && by === 'udp') {
    return { kind: 'failure', failure, because: `did not answer within ${printDuration(took)}` };
  }
  const kind = failure === 'timeout' || failure === 'unreachable' ? failure : 'malformed';
  return { kind: 'failure', failure: kind, because };
}
