// The facts of one observation, found by the wants they answer, as rules see them. Packets are
// decoded once, however many rules look at them.
import { decode } from '../dns/wire.ts';
import type { AnswersFact, AnswersRecord, Fact, RecordedFact, ServerAnswer } from './fact.ts';
import type { Inquiry } from './inquiry.ts';
import { keyOf, type Want } from './want.ts';

export class FactBook {
  readonly #facts = new Map<string, Fact>();

  constructor(recorded: readonly RecordedFact[] = []) {
    for (const fact of recorded) this.add(fact);
  }

  /** Returns the fact as rules see it. */
  add(recorded: RecordedFact): Fact {
    const fact = recorded.kind === 'answers' ? decoded(recorded) : recorded;
    this.#facts.set(keyOf(recorded.want), fact);
    return fact;
  }

  get(want: Want): Fact | undefined {
    return this.#facts.get(keyOf(want));
  }

  all(): readonly Fact[] {
    return [...this.#facts.values()];
  }
}

function decoded(record: AnswersRecord): AnswersFact {
  const answers = record.answers.map((raw, at): ServerAnswer => {
    const id = `${record.id}.${at + 1}`;
    if (raw.ending.kind !== 'response') return { ...raw, id };
    try {
      return { ...raw, id, packet: decode(raw.ending.bytes) };
    } catch {
      return { ...raw, id };
    }
  });
  return { ...record, answers };
}

/** How an inquiry ended on facts that are all there are. */
export type Concluded<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'missing'; readonly wants: readonly Want[] };

/** Runs an inquiry on a book to its end, or to the first wants that the book does not answer. */
export function conclude<T>(inquiry: Inquiry<T>, book: FactBook): Concluded<T> {
  let step = inquiry.next();
  while (!step.done) {
    const wants = step.value;
    const facts = wants.map((want) => book.get(want));
    const missing = wants.filter((_, at) => facts[at] === undefined);
    if (missing.length > 0) return { kind: 'missing', wants: missing };
    step = inquiry.next(facts as readonly Fact[]);
  }
  return { kind: 'value', value: step.value };
}
