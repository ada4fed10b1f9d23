// A ledger entry as it is stored. The question of an attempt repeats what thousands of others
// asked: its big parts (facts, settings, …) are stored once under the hash of their content, and
// the entry holds the hashes.
import { hash } from 'node:crypto';
import { between, hours, type Instant } from '../base/time.ts';
import type { LedgerEntry } from './message.ts';

/** A part of a question, as it is shared. */
export interface SharedPart {
  readonly hash: string;
  readonly json: string;
}

export interface PackedEntry {
  readonly json: string;
  readonly shared: readonly SharedPart[];
}

/** A shorter part is not worth a row of its own. */
const INLINE_CHARACTERS_MAX = 100;

const SHARED_KEYS: ReadonlySet<string> = new Set(['facts', 'self', 'settings', 'health', 'ours']);

/** Makes stored text of entries. It remembers each object that it has seen, which never changes. */
export class LedgerPacker {
  readonly #known = new WeakMap<object, SharedPart>();

  pack(entry: LedgerEntry): PackedEntry {
    if (entry.kind !== 'attempted') return { json: JSON.stringify(entry), shared: [] };
    const shared: SharedPart[] = [];
    const hashes: Record<string, string> = {};
    const question: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(entry.question)) {
      const part = SHARED_KEYS.has(key) && value !== undefined ? this.#part(value) : undefined;
      if (part) {
        shared.push(part);
        hashes[key] = part.hash;
      } else question[key] = value;
    }
    return { json: JSON.stringify({ ...entry, question, shared: hashes }), shared };
  }

  /** Nothing for a short part. */
  #part(value: object): SharedPart | undefined {
    const known = this.#known.get(value);
    if (known) return known;
    const json = JSON.stringify(value);
    if (json.length <= INLINE_CHARACTERS_MAX) return undefined;
    // 128 bits are far more than chance needs, and nobody gains by a collision in this ledger.
    const part = { hash: hash('sha256', json, 'base64url').slice(0, 22), json };
    this.#known.set(value, part);
    return part;
  }
}

/** Stored parts are asked for again after this; what uses them counts as use by the day. */
const STORED_BELIEVED = hours(1);
const STORED_MAX = 10_000;

/** Remembers which shared parts are stored, so that most entries are written without theirs. */
export class SharedParts {
  readonly #storedAt = new Map<string, Instant>();

  /** Those of the entries that may not be stored yet, each once. */
  missing(entries: readonly PackedEntry[], usedAt: Instant): readonly SharedPart[] {
    const missing = new Map<string, SharedPart>();
    for (const { shared } of entries) {
      for (const part of shared) {
        const storedAt = this.#storedAt.get(part.hash);
        const isStored = storedAt !== undefined && between(storedAt, usedAt) < STORED_BELIEVED;
        if (!isStored) missing.set(part.hash, part);
      }
    }
    return [...missing.values()];
  }

  /** These are committed. */
  add(parts: readonly SharedPart[], usedAt: Instant): void {
    if (this.#storedAt.size > STORED_MAX) this.#storedAt.clear();
    for (const { hash } of parts) this.#storedAt.set(hash, usedAt);
  }
}

/** The entry in its stored text; `sharedJson` finds the text of a shared part by its hash. */
export function unpackEntry(json: string, sharedJson: (hash: string) => string): LedgerEntry {
  const { shared, ...entry } = JSON.parse(json);
  if (shared === undefined) return entry;
  const question = { ...entry.question };
  for (const [key, of] of Object.entries(shared)) {
    question[key] = JSON.parse(sharedJson(of as string));
  }
  return { ...entry, question };
}
